"""Mattermost misbehaves, people tidy up, the process dies: nothing is lost and nothing doubled."""

import re

from acme import ask, fire
from browser import Browser, words
from harness import eventually


def delivered(owl, word):
    """The alert knows its page."""
    for alert in owl.alerts():
        if word in alert["title"]:
            return any(entry["kind"] == "delivered" for entry in alert["timeline"])
    return False


def inbox(owl):
    """What the operators' inbox shows."""
    browser = Browser(owl)
    browser.open(re.search(r"http://\S+/console/login\?\S+", owl.banner()).group(0))
    return browser


def test_posts_in_doubt_are_found_or_made_across_a_crash(mattermost, acme):
    owl = acme()
    # Two that landed and whose answers were lost, and two that never came to the server.
    mattermost.fail("posts.create", "lost", times=2)
    fire(owl, "Lost answer")
    eventually("both posts landed", lambda: mattermost.cards("Lost answer")
               and mattermost.direct("alice", "Lost answer"))
    mattermost.fail("posts.create", "page", status=502)
    mattermost.fail("posts.create", "status", status=503)
    fire(owl, "Proxy in the way")
    eventually("both were tried", lambda: sum(
        call["status"] in (502, 503) for call in mattermost.control("calls")) == 2)
    owl.kill()
    # And the server has forgotten which posts it has just made.
    mattermost.control("restart", {})
    owl.start()
    for title in ("Lost answer", "Proxy in the way"):
        # A find runs no sooner than 15 s after the post in doubt began.
        eventually("the alert knows its page", lambda: delivered(owl, title), seconds=60)
        page, card = mattermost.page("alice", title), mattermost.card(title)
        mattermost.click("alice", page, "ack")
        mattermost.shows(card, "acknowledged", "Alice")
        mattermost.shows(page, "acknowledged")
    for title in ("Lost answer", "Proxy in the way"):
        assert len(mattermost.cards(title)) == len(mattermost.direct("alice", title)) == 1


def test_limits_and_refusals_delay_and_lose_nothing(mattermost, acme):
    owl = acme()
    mattermost.fail("posts.create", "rate_limited", retry_after=1)
    mattermost.fail("posts.create", "error", status=500,
                    id="api.post.deduplicate_create_post.pending")
    fire(owl, "Bad weather")
    mattermost.click("alice", mattermost.page("alice", "Bad weather"), "ack")
    mattermost.shows(mattermost.card("Bad weather"), "acknowledged", "Alice")
    # What the server does not take with all its trimmings is said in plain text.
    mattermost.fail("posts.create", "error", status=400,
                    id="model.post.is_valid.message_length.app_error")
    fire(owl, "Too much of it")
    page, card = mattermost.page("alice", "Too much of it"), mattermost.card("Too much of it")
    assert page["read"]["buttons"] == [] and card["read"]["buttons"]
    for title in ("Bad weather", "Too much of it"):
        assert len(mattermost.cards(title)) == len(mattermost.direct("alice", title)) == 1


def test_a_click_before_the_post_is_settled_counts(mattermost, acme):
    owl = acme()
    # Both are there, and NightOwl does not know it yet.
    mattermost.fail("posts.create", "lost", times=2)
    fire(owl, "Quick fingers")
    page = mattermost.page("alice", "Quick fingers")
    got = mattermost.click("alice", page, "ack")
    assert not got["ephemerals"], got
    assert owl.alerts()[0]["acknowledged_by"] == "Alice"
    mattermost.shows(page, "acknowledged", "you")


def test_a_card_that_somebody_deletes_is_posted_anew(mattermost, acme):
    owl = acme()
    fire(owl, "Queue stuck")
    card = mattermost.card("Queue stuck")
    mattermost.control("delete", {"post": card["id"]})
    # Nothing is known before the next edit; then there is a card again, and it works.
    mattermost.click("alice", mattermost.page("alice", "Queue stuck"), "escalate")
    anew = mattermost.card("Queue stuck")
    assert anew["id"] != card["id"]
    mattermost.click("bob", anew, "ack")
    mattermost.shows(anew, "acknowledged", "Bob")
    mattermost.command("bob", "/nightowl note looks odd", root_id=anew["id"])
    assert any("looks odd" in entry["text"] for entry in owl.alerts()[0]["timeline"])
    assert len(mattermost.cards("Queue stuck")) == 1


def test_an_archived_channel_falls_to_the_default_one(mattermost, acme):
    owl = acme(integration=f', channel: "{mattermost.channel("war-room")}"')
    fire(owl, "First alert")
    first = mattermost.card("First alert", "war-room")
    assert mattermost.cards("First alert") == []
    mattermost.control("archive", {"channel": "war-room"})
    fire(owl, "Second alert")
    mattermost.card("Second alert")
    fire(owl, "Third alert")
    third = mattermost.card("Third alert")
    mattermost.page("alice", "Third alert")
    said = "This should have been shown in"
    eventually("it is said", lambda: any(said in reply for reply in mattermost.replies(third)))
    assert sum(said in reply for reply in mattermost.replies(third)) == 1, "once"
    assert mattermost.now(first)


def test_a_revoked_token_is_told_elsewhere_and_pages_go_on(mattermost, acme):
    owl = acme()
    status, answer = ask(owl, "GET", "status")
    assert status == 200 and answer["status"] == "ok", answer
    for token in [row["token"] for row in mattermost.control("tokens")["users"]
                  if row["user"] == "nightowl"]:
        mattermost.control("revoke", {"token": token})
    fire(owl, "Nobody can be reached")
    fire(owl, "Nor now")
    browser = inbox(owl)
    page = eventually("the pages are in the inbox", lambda: next(
        (text for text in [words(browser.open("/console/")[1])]
         if "Nobody can be reached" in text and "Nor now" in text
         and "cannot use mattermost" in text), None))
    assert page.count("cannot use mattermost") == 1, "operators are told once"
    status, answer = ask(owl, "GET", "status")
    assert status == 200 and answer["status"] == "degraded", answer
    row = next(row for row in answer["tenants"][0]["providers"]
               if row["provider"] == "mattermost")
    assert not row["ok"] and row["error"] and row["hint"], row
    timeline = owl.alerts()[0]["timeline"]
    assert any("inbox" in entry["text"] for entry in timeline), timeline
