"""Modals, the snooze menu, mentions and the Home tab, on our own strict Slack: what it opens and
signs comes back as Slack's would."""

import json

import pytest

from conftest import assert_slack_would_take, assert_slack_would_show
from harness import Recorder, eventually
from test_lost_answers import double  # noqa: F401  (a fixture)
from test_slack import fire, owl  # noqa: F401  (a fixture)

ALICE, BOB, CHANNEL = "U0ALICE001", "U0BOB00001", "C0OPS00001"


@pytest.fixture
def scene(double, owl):  # noqa: F811
    """An alert on the strict Slack. At the end Slack's own library has read all that was sent."""
    recorder = Recorder(double.url)
    made = Scene(double, owl(recorder.url + "/api/"))
    yield made
    recorder.stop()
    assert_slack_would_take(recorder.block_lists())
    for view in recorder.views():
        assert_slack_would_show(view)


class Scene:
    def __init__(self, double, nightowl):  # noqa: F811
        self.double, self.owl = double, nightowl
        fire(nightowl, "Disk full <!channel>", severity="critical")
        self.card = eventually("the card", lambda: double.cards("Disk full"))[0]
        self.page = eventually("the page", lambda: double.pages("Disk full"))[0]
        self.short_id = eventually("the alert", nightowl.alerts)[0]["short_id"]

    def alert(self):
        return self.owl.alert(self.short_id)

    def send(self, path, signed):
        """Brings NightOwl what Slack signed: the answer, read."""
        status, _, text = self.owl.post(f"/api/v1/slack/{path}/acme", signed["body"],
                                        dict(signed["headers"]))
        assert status == 200, text
        return json.loads(text) if text else None

    def press(self, message, action, user, option=None):
        press = {"channel": message["channel"], "ts": message["ts"], "action_id": action,
                 "user": user}
        if option is None:
            signed = self.double.control("click", press)
        else:
            signed = self.double.control("choose", {**press, "option": option})
        return self.send("interactions", signed)

    def fill_in(self, **values):
        return self.send("interactions", self.double.control("submit", {"values": values}))

    def form(self):
        """The form that was opened last, as its person sees it."""
        return eventually("a form", lambda: self.double.control("views"))[-1]["read"]

    def whispered(self, user):
        return "\n".join(json.dumps(one) for one in self.double.control("ephemerals")
                         if one["user"] == user)

    def shows(self, message, *words):
        """Waits until a message shows all of the words."""
        def look():
            seen = [one["read"]["text"] for one in self.double.control("read")
                    if (one["channel"], one["ts"]) == (message["channel"], message["ts"])]
            return seen and all(word in seen[0] for word in words)
        eventually(f"the message shows {words}", look)


def test_resolved_by_form(scene):
    assert scene.press(scene.card, "resolve", BOB) is None
    form = scene.form()
    assert form["title"].startswith("Resolve") and form["submit"] == "Resolve"
    assert form["shown"]["mentions"] == []
    assert [field["required"] for field in form["fields"]] == [False]
    assert scene.alert()["status"] == "firing", "a form that is only open changes nothing"
    assert scene.fill_in(note="Swapped the disk <!here>") is None
    alert = scene.alert()
    assert (alert["status"], alert["resolved_by"]) == ("resolved", "Bob")
    scene.shows(scene.card, "resolved", "Swapped the disk")
    scene.shows(scene.page, "resolved", "Bob")
    assert all("!here" not in one["read"]["mentions"] for one in scene.double.control("read"))
    # Once more, by another hand or the same: it is over.
    told = scene.fill_in(note="And again")
    assert told is None or "errors" not in told
    assert scene.alert()["resolution"] == "Swapped the disk <!here>"


def test_asked_for_a_note_afterwards(scene):
    scene.press(scene.card, "resolve", BOB)
    assert scene.fill_in() is None
    question = eventually("bob is asked", lambda: [
        page for page in scene.double.pages("Disk full") if page["direct_to"] == BOB])[0]
    assert scene.press(question, "note", BOB) is None
    assert "Note" in scene.form()["title"]
    refused = scene.fill_in(note="   ")
    assert refused["response_action"] == "errors" and len(refused["errors"]) == 1, refused
    assert scene.fill_in(note="Restarted the consumer") is None
    assert any("Restarted the consumer" in entry["text"] for entry in scene.alert()["timeline"])


def test_snoozed_by_menu_and_by_form(scene):
    scene.press(scene.page, "snooze", ALICE, "for 30 minutes")
    scene.shows(scene.card, "snoozed")
    first = scene.alert()["snoozed_until"]
    scene.press(scene.card, "snooze", BOB, "until …")
    assert scene.form()["fields"][0]["required"]
    for bad in ("pizza", "yesterday", "99 days"):
        refused = scene.fill_in(until=bad)
        assert refused["response_action"] == "errors", (bad, refused)
        # At the field that it is about, so that Slack can show it.
        view = scene.double.control("views")[-1]["view"]
        blocks = {block.get("block_id") for block in view["blocks"]}
        assert set(refused["errors"]) <= blocks
    assert scene.alert()["snoozed_until"] == first, "what is wrong changes nothing"
    assert scene.fill_in(until="2h") is None
    assert scene.alert()["snoozed_until"] > first


def test_a_form_that_comes_too_late_is_not_lost(scene):
    # The trigger is dead when NightOwl comes to it: a resolve is done without a note.
    scene.double.fail("views.open", "error", error="expired_trigger_id")
    scene.press(scene.card, "resolve", BOB)
    eventually("resolved", lambda: scene.alert()["status"] == "resolved")
    scene.double.fail("views.open", "error", error="expired_trigger_id")
    question = eventually("bob is asked", lambda: [
        page for page in scene.double.pages("Disk full") if page["direct_to"] == BOB])[0]
    scene.press(question, "note", BOB)
    assert "/nightowl note" in scene.whispered(BOB)


def test_mentions_in_a_thread(scene):
    def mention(text, user, **where):
        given = {"channel": CHANNEL, "text": text, "user": user, **where}
        signed = scene.double.control("mention", given)
        scene.send("events", signed)
        return signed

    thread = {"thread_ts": scene.card["ts"]}
    said = mention("ack", BOB, **thread)
    assert scene.alert()["acknowledged_by"] == "Bob"
    mention("note looks like the consumer", ALICE, **thread)
    mention("lst", ALICE)
    assert "Did you mean list" in scene.whispered(ALICE)
    notes = [e for e in scene.alert()["timeline"] if "looks like the consumer" in e["text"]]
    # Slack tells of the same message again, by the same name.
    before = len(scene.alert()["timeline"])
    scene.send("events", said)
    assert len(notes) == 1 and len(scene.alert()["timeline"]) == before


def test_the_home_tab(scene):
    def opened(user):
        event = {"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home",
                 "event_ts": "1.1"}
        scene.send("events", scene.double.control("event", {"event": event}))
        return eventually("the tab", lambda: scene.double.control("homes").get(user))

    scene.press(scene.card, "ack", BOB)
    home = opened(BOB)["read"]["shown"]
    assert scene.short_id.upper() in home["text"] and "on call" in home["text"], home
    assert home["mentions"] == []
    other = opened(ALICE)["read"]["shown"]
    assert "You are on call" in other["text"], other
