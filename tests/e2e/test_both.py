"""A tenant with Slack and Mattermost: cards in one, pages in the other."""

import json
import re

import pytest

import acme as tenant
from acme import ask, fire
from harness import DOUBLE, NightOwl, Program, eventually, request, shown
from mattermost import setup
from workspace import SIGNING_SECRET, TOKEN, click, wait_card

SLACK = """
    messaging_provider: slack
    slack:
      bot_token: "{token}"
      signing_secret: "{secret}"
      default_channel: "#ops-alerts"
      api_url: {url}
"""
# Whoever is on call is paged on Mattermost; cards go to Slack.
OPTIONS = {"tier": ", provider: mattermost"}


@pytest.fixture
def both(mattermost, started, tmp_path):
    """Starts a NightOwl with a Slack at an address and Mattermost."""
    running = []

    def start(api_url, token=TOKEN):
        owl = started(NightOwl(tmp_path))
        running.append(owl)
        printed = setup(owl, mattermost).replace("    messaging_provider: mattermost\n", "")
        chat = SLACK.format(token=token, secret=SIGNING_SECRET, url=api_url) + printed
        owl.config = tmp_path / "nightowl.yaml"
        owl.config.write_text(tenant.config(chat, **OPTIONS))
        return owl.start()

    yield start
    secrets = [*mattermost.secrets(), TOKEN, SIGNING_SECRET]
    for owl in running:
        assert not [secret for secret in secrets if secret in owl.logs()]


def test_what_one_does_the_other_shows(mattermost, emulate, both):
    recorder, slack = emulate
    owl = both(recorder.url + "/api/")
    channel = slack.channel("ops-alerts")

    fire(owl, "Disk full")
    card = wait_card(slack, channel, "Disk full")
    page = mattermost.page("alice", "Disk full")
    assert mattermost.cards("Disk full") == [], "one card, where the tenant has it"
    assert slack.messages(slack.direct("alice@example.com")) == []
    # In Slack, and Mattermost shows it.
    assert click(owl, card, channel, "ack", slack.user("bob@example.com"))[0] == 200
    mattermost.shows(page, "acknowledged", "Bob")
    # In Mattermost, and Slack shows it.
    fire(owl, "Queue stuck")
    card = wait_card(slack, channel, "Queue stuck")
    page = mattermost.page("alice", "Queue stuck")
    mattermost.click("alice", page, "ack")
    eventually("Slack shows it", lambda: "Alice" in shown(
        [m for m in slack.messages(channel) if m["ts"] == card["ts"]]) and "cknowledged" in shown(
        [m for m in slack.messages(channel) if m["ts"] == card["ts"]]))
    alerts = {alert["title"]: alert["acknowledged_by"] for alert in owl.alerts()}
    assert alerts == {"Disk full": "Bob", "Queue stuck": "Alice"}
    status, answer = ask(owl, "GET", "status")
    assert status == 200 and answer["status"] == "ok", answer
    assert {row["provider"] for row in answer["tenants"][0]["providers"]} == {
        "slack", "mattermost", "inbox"}


def test_mattermost_is_broken_and_slack_says_so(mattermost, emulate, both):
    recorder, slack = emulate
    owl = both(recorder.url + "/api/")
    for row in mattermost.control("tokens")["users"]:
        if row["user"] == "nightowl":
            mattermost.control("revoke", {"token": row["token"]})
    fire(owl, "Disk full")
    channel = slack.channel("ops-alerts")
    wait_card(slack, channel, "Disk full")
    wait_card(slack, channel, "cannot use mattermost")
    # The page is somewhere too: beside the card, for Alice.
    eventually("the page went another way", lambda: any(
        entry["kind"] == "delivered" for alert in owl.alerts() for entry in alert["timeline"]))
    told = [m for m in slack.messages(channel) if "cannot use mattermost" in shown(m)]
    assert len(told) == 1, "once"


def test_slack_is_broken_and_mattermost_says_so(mattermost, both, started, tmp_path):
    seed = tmp_path / "slack.json"
    seed.write_text(json.dumps({"bot_token": TOKEN, "signing_secret": SIGNING_SECRET}))
    program = started(Program([DOUBLE, "--listen", "127.0.0.1:0", "--seed", seed],
                              tmp_path / "double.log"))
    line = eventually("the double says where it is", lambda: program.out.read_text())
    url = re.search(r"http://[^\s/]+", line).group(0)
    owl = both(url + "/api/")
    fault = {"method": "*", "fault": {"kind": "error", "error": "token_revoked"}, "times": 1000}
    request("POST", url + "/control/faults", json.dumps(fault),
            {"Content-Type": "application/json"})
    fire(owl, "Disk full")
    told = mattermost.wait("it is told on Mattermost", lambda post: (
        post["channel"] == "alerts" and "cannot use slack" in post["read"]["text"]))
    assert "token_revoked" in told["read"]["text"]
    page = mattermost.page("alice", "Disk full")
    mattermost.click("alice", page, "ack")
    mattermost.shows(page, "acknowledged", "you")
    # The card is where it can be.
    eventually("there is a card", lambda: owl.alerts()[0]["acknowledged_by"] == "Alice")
    status, answer = ask(owl, "GET", "status")
    assert status == 200 and answer["status"] == "degraded", answer
