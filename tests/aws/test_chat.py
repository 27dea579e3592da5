"""From a monitoring tool through the deployed functions to a person in chat, and back."""

import json
import time

from harness import delivery, eventually, request, shown
from workspace import click, command, wait_card


def test_from_alertmanager_to_slack_and_back(owl, slack, alertmanager):
    alert = {
        "labels": {"alertname": "DiskFull", "severity": "critical", "service": "orders"},
        "annotations": {"summary": "Disk full on db-1", "description": "97 % <!channel> used"},
    }
    headers = {"Content-Type": "application/json"}
    status, _, text = request(
        "POST", alertmanager + "/api/v2/alerts", json.dumps([alert]), headers)
    assert status == 200, text
    channel, alice = slack.channel("ops-alerts"), slack.user("alice@example.com")
    card = wait_card(slack, channel, "Disk full on db-1")
    assert "<!channel>" not in shown(card)
    page = wait_card(slack, slack.direct("alice@example.com"), "Disk full on db-1")
    assert delivery(page) and delivery(page) != delivery(card)

    assert click(owl, card, channel, "ack", alice, secret="wrong")[0] == 401
    assert owl.find("Disk full on db-1")["status"] == "firing"
    assert click(owl, card, channel, "ack", alice)[0] == 200
    eventually("the card says who acknowledged", lambda: "Alice" in shown(
        [one for one in slack.messages(channel) if one["ts"] == card["ts"]]))
    assert owl.reaches("Disk full on db-1", "acknowledged")["acknowledged_by"] == "Alice"

    over = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    resolved = json.dumps([{**alert, "endsAt": over}])
    request("POST", alertmanager + "/api/v2/alerts", resolved, headers)
    owl.reaches("Disk full on db-1", "resolved")
    cards = [one for one in slack.messages(channel) if "Disk full on db-1" in shown(one)]
    assert len(cards) == 1, "one card, edited in place"


def test_a_command_in_slack(owl, slack):
    owl.fire("GENERIC_KEY", "Queue stuck")
    short_id = owl.alert("Queue stuck")["short_id"]
    alice = slack.user("alice@example.com")
    status, _, text = command(owl, alice, "oncall")
    assert status == 200 and "Alice" in text and "Bob" in text, text
    status, _, text = command(owl, alice, f"ack {short_id}")
    assert status == 200 and json.loads(text)["response_type"] == "ephemeral", text
    assert owl.find("Queue stuck")["acknowledged_by"] == "Alice"


def test_mattermost_and_back(owl, mattermost):
    owl.fire("GLOBEX_KEY", "Certificate expires")
    card, page = mattermost.card("Certificate expires"), mattermost.page("alice", "Certificate")
    got = mattermost.click("alice", page, "ack")
    assert got["status"] == 200, got
    mattermost.shows(card, "acknowledged", "Alice")
    mattermost.shows(page, "acknowledged", "you")
    assert owl.find("Certificate expires", "globex")["acknowledged_by"] == "Alice"
    short_id = owl.find("Certificate expires", "globex")["short_id"]
    got = mattermost.command("alice", f"/nightowl resolve {short_id}")
    assert got["status"] == 200, got
    owl.reaches("Certificate expires", "resolved", "globex")
    mattermost.shows(card, "resolved")
