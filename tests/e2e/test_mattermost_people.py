"""Who somebody on Mattermost is: by e-mail, by name, by a link to the console, or nobody."""

import re

from acme import OPS_KEY, fire
from browser import Browser, fields, words
from harness import eventually
from mattermost import whispers


def status(owl):
    return owl.alerts()[0]["status"]


def link_in(text):
    return re.search(r"\((http://\S+/console/link\?t=\w+)\)", text).group(1)


def test_a_stranger_links_and_what_they_wanted_is_done(mattermost, acme):
    owl = acme()
    fire(owl, "Disk full *bold* @all")
    card = mattermost.card("Disk full")
    got = mattermost.click("carol", card, "ack")
    assert "does not know who you are" in whispers(got), got
    link = link_in(whispers(got))
    assert link.startswith(owl.url) and status(owl) == "firing"

    # Whoever is not logged in is asked to, and comes back to the link afterwards.
    browser = Browser(owl)
    code, page = browser.open(link)
    assert code == 401 and "log in" in words(page).lower(), page
    code, page = browser.open("/console/login", {"key": "wrong", **fields_of_login(page)})
    assert code == 401
    code, page = browser.open("/console/login", {**fields_of_login(page), "key": OPS_KEY})
    assert code == 200 and "carol" in words(page) and "acknowledge" in words(page), words(page)
    assert link.split("t=")[1] not in re.findall(r'href="([^"]*)"', page)
    given = fields(page)
    code, refused = browser.open("/console/link", {**given, "user": "nobody"})
    assert code == 422, refused
    code, refused = browser.open("/console/link", {**given, "form_token": "x", "user": "clara"})
    assert code == 403 and status(owl) == "firing", refused
    code, page = browser.open("/console/link", {**given, "user": "clara"})
    assert code == 200 and "acknowledged" in words(page), words(page)
    assert owl.alerts()[0]["acknowledged_by"] == "Clara"
    mattermost.shows(card, "acknowledged", "Clara")

    code, page = browser.open("/console/link", {**given, "user": "bob"})
    assert code in (404, 410) and "over" in words(page), "a link is good once"
    # From now on she is known, by button, form and command.
    got = mattermost.command("carol", "/nightowl resolve last")
    assert "You resolved" in whispers(got), got
    assert owl.alerts()[0]["resolved_by"] == "Clara"


def fields_of_login(page):
    return {name: value for name, value in fields(page).items() if name != "key"}


def test_a_stranger_links_by_the_token_of_the_start(mattermost, acme):
    owl = acme()
    fire(owl, "Queue stuck")
    short_id = eventually("the alert", owl.alerts)[0]["short_id"]
    got = mattermost.command("carol", f"/nightowl snooze {short_id} 2h")
    link = link_in(whispers(got))
    browser = Browser(owl)
    assert browser.open(link)[0] == 401
    login = re.search(r"http://\S+/console/login\?\S+", owl.banner()).group(0)
    code, page = browser.open(login)
    onward = re.search(r'url=([^"]+)"', page).group(1)
    assert code == 200 and onward == "/console/link"
    code, page = browser.open(onward)
    assert code == 200 and "snooze" in words(page), words(page)
    code, page = browser.open("/console/link", {**fields(page), "user": "clara"})
    assert code == 200 and "snoozed" in words(page), words(page)
    assert status(owl) == "snoozed"


def test_anybody_may_act_where_that_is_allowed(mattermost, acme):
    owl = acme(settings="    allow_unlinked: true")
    fire(owl, "Queue stuck")
    card = mattermost.card("Queue stuck")
    assert not whispers(mattermost.click("carol", card, "ack"))
    alert = owl.alerts()[0]
    assert alert["status"] == "acknowledged" and "Carol Clark" in alert["acknowledged_by"]
    mattermost.shows(card, "acknowledged", "Carol Clark")
    # But a bot is not anybody, and neither is somebody who has left.
    for nobody in ("nightowl", "gone"):
        got = mattermost.click(nobody, card, "resolve")
        assert status(owl) == "acknowledged", got


def test_people_are_known_by_name_where_addresses_are_hidden(mattermost, acme):
    owl = acme(users="      - { id: dora, name: Dora, mattermost: carol }")
    config = mattermost.control("config")
    mattermost.control("config", {**config, "show_email_address": False}, method="PUT")
    fire(owl, "Queue stuck")
    # By the user name that is their id, and by the one that the configuration says.
    page = mattermost.page("alice", "Queue stuck")
    assert not whispers(mattermost.click("alice", page, "ack"))
    assert owl.alerts()[0]["acknowledged_by"] == "Alice"
    mattermost.command("carol", "/nightowl ack last")
    assert owl.alerts()[0]["acknowledged_by"] == "Dora"


def test_whoever_has_left_is_not_paged(mattermost, acme):
    owl = acme()
    mattermost.control("deactivate", {"user": "alice"})
    fire(owl, "Queue stuck")
    card = mattermost.card("Queue stuck")
    # The server would take her page as if she could read it.
    page = mattermost.wait("her page is in the channel", lambda post: (
        post["channel"] == "alerts" and post["id"] != card["id"]
        and "Alice" in post["read"]["text"]))
    assert mattermost.direct("alice", "Queue stuck") == []
    timeline = owl.alerts()[0]["timeline"]
    assert any(e["kind"] == "page_failed" and "Alice" in e["text"] for e in timeline), timeline
    mattermost.click("bob", page, "ack")
    mattermost.shows(card, "acknowledged", "Bob")
