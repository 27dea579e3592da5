"""What people do with an alert from Mattermost: buttons, menus, forms, commands, replies."""

import pytest

from acme import fire, kinds
from harness import eventually
from mattermost import form, whispers


@pytest.fixture(autouse=True)
def nothing_amiss(mattermost):
    """The server refuses nothing of what NightOwl asks, and no answer to one person calls
    another."""
    yield
    bot = mattermost.person("nightowl")["id"]
    refused = [call for call in mattermost.control("calls")
               if call["status"] >= 400 and call["user_id"] == bot]
    assert refused == []
    assert [one for one in mattermost.control("ephemerals") if one["read"]["mentions"]] == []


def only(owl):
    """The alert, with all of its timeline."""
    return owl.alert(eventually("the alert", owl.alerts)[0]["short_id"])


@pytest.mark.parametrize("mattermost", ["11.6", "11.2", "5.37"], indirect=True)
def test_acknowledged_by_button_and_resolved_by_form(mattermost, acme):
    owl = acme()
    fire(owl, "Disk full @channel on db-1", severity="critical",
         description="97 % of ~town-square used, @bob. http://evil.example/x",
         labels={"service": "orders", "cluster": "eu"},
         links=[{"title": "Runbook", "url": "https://runbooks.example.com/disk"}])
    card = mattermost.card("Disk full")
    page = mattermost.page("alice", "Disk full")
    for post in (card, page):
        assert post["read"]["mentions"] == [], "a card and a direct page call nobody by name"
        assert not any("evil" in link for link in post["read"]["links"])
        assert "https://runbooks.example.com/disk" in post["read"]["links"]
        assert all(button["is_alive"] for button in post["read"]["buttons"])

    got = mattermost.click("alice", page, "ack")
    assert got["status"] == 200 and not whispers(got), got
    mattermost.shows(card, "acknowledged", "Alice")
    mattermost.shows(page, "acknowledged", "you")
    eventually("a reply says so", lambda: "Alice acknowledged." in mattermost.replies(card))
    assert only(owl)["acknowledged_by"] == "Alice"

    opened = form(mattermost.click("bob", card, "resolve"))
    assert opened["callback_id"] == "resolve"
    assert [element["name"] for element in opened["elements"]] == ["note"]
    assert "@channel" not in opened["introduction_text"]
    assert only(owl)["status"] == "acknowledged", "a form that is only open changes nothing"
    done = mattermost.submit("bob", {"note": "Swapped the disk, @all"})
    assert done["body"] == {} and not done["dialogs"], done
    shown = mattermost.shows(card, "resolved", "Bob", "Swapped the disk")
    assert shown["read"]["mentions"] == []
    assert shown["read"]["buttons"] == []
    mattermost.shows(page, "resolved", "Bob")
    alert = only(owl)
    assert (alert["status"], alert["resolved_by"]) == ("resolved", "Bob")
    assert alert["resolution"] == "Swapped the disk, @all"
    # Whoever has said what fixed it is not asked again.
    assert mattermost.direct("bob", "Disk full") == []
    assert len(mattermost.cards("Disk full")) == len(mattermost.direct("alice", "Disk full")) == 1


def test_whoever_resolves_without_a_note_is_asked_for_one(mattermost, acme):
    owl = acme()
    fire(owl, "Queue stuck")
    card = mattermost.card("Queue stuck")
    form(mattermost.click("bob", card, "resolve"))
    mattermost.submit("bob", {"note": ""})
    question = mattermost.page("bob", "Queue stuck")
    assert [button["id"] for button in question["read"]["buttons"]] == ["note"]
    opened = form(mattermost.click("bob", question, "note"))
    assert opened["callback_id"] == "note"
    refused = mattermost.submit("bob", {"note": "  "})
    assert "note" in refused["body"]["errors"], refused
    assert refused["dialogs"], "the form stays open"
    done = mattermost.submit("bob", {"note": "Restarted the consumer"})
    assert done["body"] == {} and not done["dialogs"], done
    # A bot cannot show somebody an ephemeral message of its own accord, so it writes to them.
    mattermost.page("bob", "is kept")
    alert = only(owl)
    assert "note" in kinds(alert)
    assert any("Restarted the consumer" in entry["text"] for entry in alert["timeline"])


def test_snoozed_by_menu_and_by_form(mattermost, acme):
    owl = acme()
    fire(owl, "Certificate expires")
    page = mattermost.page("alice", "Certificate expires")
    got = mattermost.choose("alice", page, "snooze", "30m")
    assert got["status"] == 200 and not got["dialogs"], got
    card = mattermost.card("Certificate expires")
    mattermost.shows(card, "snoozed")
    first = only(owl)["snoozed_until"]

    opened = form(mattermost.choose("bob", card, "snooze", "until"))
    assert [element["name"] for element in opened["elements"]] == ["until"]
    for bad in ("pizza", "", "yesterday", "2026-01-01 9:00", "99 days"):
        refused = mattermost.submit("bob", {"until": bad})
        assert set(refused["body"]["errors"]) == {"until"}, (bad, refused)
    assert only(owl)["snoozed_until"] == first, "what is wrong changes nothing"
    done = mattermost.submit("bob", {"until": "2h"})
    assert done["body"] == {} and not done["dialogs"], done
    assert only(owl)["snoozed_until"] > first
    # The server passes on choices that no menu offers.
    got = mattermost.choose("bob", card, "snooze", "forever")
    assert "no such choice" in whispers(got), got


def test_commands(mattermost, acme):
    owl = acme()
    fire(owl, "Queue stuck")
    card = mattermost.card("Queue stuck")
    short_id = only(owl)["short_id"]

    def say(text, **where):
        got = mattermost.command("bob", f"/nightowl {text}", **where)
        assert got["status"] == 200 and len(got["ephemerals"]) == 1, got
        assert got["body"]["response_type"] == "ephemeral"
        return whispers(got)

    assert "/nightowl ack" in say("help") and "/nightowl ack" in say("")
    assert "Alice" in say("oncall") and "Bob" in say("oncall platform")
    assert short_id.upper() in say("list")
    assert "Did you mean resolve?" in say(f"reslove {short_id}")
    assert "acknowledged" in say(f"ack {short_id.upper()}")
    assert only(owl)["acknowledged_by"] == "Bob"
    assert "fires again" in say(f"unack {short_id[:5]}")
    assert "kept" in say("note the disk looks fine", root_id=card["id"])
    assert "acknowledged" in say("ack", root_id=card["id"])
    assert "snoozed" in say("snooze last 30m")
    assert only(owl)["status"] == "snoozed"
    # Where no alert has a message, "the last one here" is none.
    assert "Type /nightowl" in say("resolve last", channel="town-square")
    assert "cannot read pizza as a time" in say(f"snooze {short_id} pizza")
    assert only(owl)["status"] == "snoozed"
    assert "escalate" in say(f"escalate {short_id}")
    mattermost.page("bob", "Queue stuck")
    assert "resolved" in say(f"resolve {short_id} restarted @channel")
    alert = only(owl)
    assert (alert["status"], alert["resolution"]) == ("resolved", "restarted @channel")
    assert any("the disk looks fine" in entry["text"] for entry in alert["timeline"])
    assert "over" in say(f"ack {short_id}")
    shown = mattermost.shows(card, "resolved", "restarted")
    assert shown["read"]["mentions"] == []


def test_replies_that_mention_the_bot_act(mattermost, acme):
    owl = acme()
    fire(owl, "Queue stuck")
    card = mattermost.card("Queue stuck")
    thread = {"root_id": card["id"]}
    mattermost.say("alice", "@nightowl note looks like the consumer", **thread)
    eventually("the note is kept", lambda: any(
        "looks like the consumer" in entry["text"] for entry in only(owl)["timeline"]))
    mattermost.page("alice", "is kept")
    mattermost.say("bob", "looks bad", **thread)
    mattermost.say("bob", "@nightowl ack", **thread)
    eventually("acknowledged", lambda: only(owl)["acknowledged_by"] == "Bob")
    # Nobody is known by a name that somebody else's post carries.
    mattermost.say("carol", "@nightowl resolve", **thread, props={"override_username": "bob"})
    mattermost.page("carol", "does not know who you are")
    assert only(owl)["status"] == "acknowledged"


def test_nobody_answers_and_the_next_tier_is_told(mattermost, acme):
    owl = acme(timeout="0.05")
    fire(owl, "Nobody home", severity="critical")
    mattermost.page("alice", "Nobody home")
    page = mattermost.page("bob", "Nobody home")
    card = mattermost.card("Nobody home")
    eventually("a reply says so", lambda: any(
        "ier 2" in reply for reply in mattermost.replies(card)))
    mattermost.click("bob", page, "escalate")
    assert kinds(only(owl)).count("escalated") == 1, "nobody is left to escalate to"
