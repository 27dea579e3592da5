"""Requests that nobody clicked: they change nothing, and where it may have been a mistake the
person reads what to do."""

import json

import pytest

from acme import fire
from harness import eventually, request
from mattermost import Mattermost, form


@pytest.fixture
def scene(mattermost, acme, stranger):
    """An alert whose card somebody has looked into, by a link to it."""
    owl = acme()
    fire(owl, "Disk full")
    return Scene(mattermost, owl, stranger)


class Scene:
    """What an attacker who may read the channel has."""

    def __init__(self, mattermost, owl, stranger):
        self.mattermost, self.owl, self.stranger = mattermost, owl, stranger
        self.card = mattermost.card("Disk full")
        self.page = mattermost.page("alice", "Disk full")
        self.leaked = mattermost.leak("carol", self.card)

    def trigger(self, user):
        return self.stranger.trigger(self.mattermost, user)

    def post(self, action="ack", user="alice", trigger="", **changed):
        """The body that the server sends for a click, from somebody else's machine."""
        context = changed.pop("context", self.leaked[action]["context"])
        body = {
            "user_id": self.mattermost.person(user)["id"], "user_name": user,
            "channel_id": self.card["channel_id"], "channel_name": "alerts",
            "team_id": "opsteam9999999999999999999", "team_domain": "ops",
            "post_id": self.card["id"], "trigger_id": trigger, "type": "button",
            "data_source": "", "context": context, **changed,
        }
        status, _, text = request(
            "POST", self.leaked[action]["url"], json.dumps(body),
            {"Content-Type": "application/json"})
        return status, text

    def status(self):
        return eventually("the alert", self.owl.alerts)[0]["status"]


def test_a_leaked_button_is_worth_nothing(scene, started, tmp_path):
    assert scene.post()[0] == 401, "no trigger"
    assert scene.post(trigger="bm8gdHJpZ2dlcg==")[0] == 401, "no trigger of any server"
    assert scene.post(trigger=scene.trigger("carol"))[0] == 401, "of somebody else"
    status, text = scene.post(user="carol", trigger=scene.trigger("carol"))
    assert status == 200 and "does not know who you are" in text, "as herself she is nobody"
    assert scene.post(action="resolve")[0] == 401
    assert scene.post(trigger=scene.trigger("alice"), user_id="alice")[0] == 401
    assert scene.status() == "firing"
    # Of another server, where somebody else may be administrator and make an alice.
    (tmp_path / "other").mkdir()
    other = started(Mattermost(tmp_path / "other"))
    assert scene.post(trigger=scene.stranger.trigger(other, "alice"))[0] == 401
    assert scene.status() == "firing"
    scene.mattermost.click("alice", scene.card, "ack")
    assert scene.status() == "acknowledged"


def test_a_trigger_is_good_once_and_for_seconds(scene):
    # What somebody else's integration hears of Alice's own use of it.
    late = scene.trigger("alice")
    scene.mattermost.control("shift", {"millis": 11_000})
    status, text = scene.post(trigger=late)
    assert status == 200 and "Press the button again" in json.loads(text)["ephemeral_text"], text
    assert scene.status() == "firing"
    # A clock that is eleven seconds ahead is told to operators, and keeps nobody from acting.
    scene.mattermost.wait("operators know", lambda post: (
        post["channel"] == "alerts" and "clock" in post["read"]["text"]))
    once = scene.trigger("alice")
    assert scene.post(trigger=once)[0] == 200
    assert scene.status() == "acknowledged"
    status, text = scene.post(action="escalate", trigger=once)
    assert status == 200 and "taken before" in text, text
    # Not after a restart either.
    scene.owl.kill()
    scene.owl.start()
    status, text = scene.post(action="escalate", trigger=once)
    assert status == 200 and "taken before" in text, text
    assert scene.status() == "acknowledged"


def test_a_button_belongs_to_its_post(scene):
    copy = {"attachments": [{"text": "Free coffee", "actions": [
        {"id": "ack", "name": "Yes please", "type": "button",
         "integration": scene.leaked["resolve"]}]}]}
    posted = scene.mattermost.say("carol", "", "town-square", props=copy)
    fake = next(p for p in scene.mattermost.read() if p["id"] == posted["id"])
    got = scene.mattermost.click("alice", fake, "ack")
    told = "\n".join(one["message"] for one in got["ephemerals"])
    assert "not on an alert that NightOwl posted here" in told, got
    assert not got["dialogs"] and scene.status() == "firing"
    for post_id in (scene.page["id"], "x" * 26, ""):
        status, text = scene.post(trigger=scene.trigger("alice"), post_id=post_id)
        assert status == 401 or "nothing was done" in text, (post_id, status, text)
    # Another operation, alert or delivery than the one that was signed.
    context = scene.leaked["ack"]["context"]
    for name, value in (("op", "resolve"), ("v", context["v"].replace("|0|0", "|1|0")),
                        ("mac", "0" * 64), ("k", "ffffff")):
        changed = {**context, name: value}
        status, text = scene.post(trigger=scene.trigger("alice"), context=changed)
        assert status == 401 or "nothing was done" in text, (name, status, text)
    assert scene.status() == "firing"


def test_a_form_belongs_to_its_person_and_channel(scene):
    server, card = scene.mattermost, scene.card
    opened = server.click("alice", card, "resolve")
    url, state = opened["dialogs"][-1]["url"], form(opened)["state"]

    def forged(user, **changed):
        given = {"url": url, "state": state, "callback_id": "resolve", "channel": "alerts",
                 **changed}
        return server.submit(user, {"note": "forged"}, **given)["body"].get("error", "")

    assert "another person" in forged("carol")
    assert "another person" in forged("bob")
    assert "another channel" in forged("alice", channel="town-square")
    for bad in ("", "nonsense", state.replace("resolve", "note"), "0" * 64 + state[64:]):
        assert "not one that NightOwl opened" in forged("alice", state=bad), bad
    for told in (forged("carol"), forged("alice", state="x")):
        assert "ress the button on the alert" in told, "it says what to do"
    assert scene.status() == "firing"

    # What the form says of itself cannot make another one of it.
    got = server.submit("alice", {"note": "Swapped", "until": "2h"}, callback_id="note")
    assert got["body"] == {} and scene.status() == "resolved", got
    assert "sent before" in forged("alice")
    scene.owl.kill()
    scene.owl.start()
    assert "sent before" in forged("alice"), "not after a restart either"
    assert scene.owl.alerts()[0]["resolution"] == "Swapped"


def test_a_form_outlives_a_crash(scene):
    opened = scene.mattermost.click("alice", scene.card, "resolve")
    assert opened["dialogs"]
    scene.owl.kill()
    scene.owl.start()
    got = scene.mattermost.submit("alice", {"note": "Swapped"})
    assert got["body"] == {} and scene.status() == "resolved", got


def test_commands_and_mentions_need_their_token(scene):
    fields = {"user_id": scene.mattermost.person("alice")["id"], "user_name": "alice",
              "channel_id": scene.card["channel_id"], "team_id": "opsteam9999999999999999999",
              "command": "/nightowl", "text": "resolve last"}
    for what in ("commands", "events", "actions", "dialogs"):
        for tenant in ("/acme", "", "/other"):
            for token in ({}, {"token": ""}, {"token": "0" * 26}):
                body = "&".join(f"{k}={v}" for k, v in {**fields, **token}.items())
                status, _, text = scene.owl.post(f"/api/v1/mattermost/{what}{tenant}", body, {
                    "Content-Type": "application/x-www-form-urlencoded"})
                assert status == 401, (what, tenant, token, status, text)
        assert request("GET", f"{scene.owl.url}/api/v1/mattermost/{what}/acme")[0] == 405
    assert scene.status() == "firing"
