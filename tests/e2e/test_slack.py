"""A real Alertmanager in front, somebody else's Slack behind, a crash in between."""

import json
import time

import pytest

from harness import NightOwl, Program, delivery, eventually, free_port, request, shown
from workspace import SIGNING_SECRET, TOKEN, click, command, fill_in, wait_card

PROM_KEY = "e2e-prometheus-key-0123456789"
GENERIC_KEY = "e2e-generic-key-0123456789"
OPS_KEY = "e2e-operators-key-0123456789"
SECRETS = {
    "SLACK_BOT_TOKEN": TOKEN,
    "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    "PROM_KEY": PROM_KEY,
    "GENERIC_KEY": GENERIC_KEY,
    "OPS_KEY": OPS_KEY,
}

CONFIG = """
api_keys:
  - { id: ops, key: "${OPS_KEY}", role: admin }
tenants:
  - slug: acme
    messaging_provider: slack
    slack:
      bot_token: "${SLACK_BOT_TOKEN}"
      signing_secret: "${SLACK_SIGNING_SECRET}"
      default_channel: "#ops-alerts"
      api_url: API_URL
    users:
      - { id: alice, name: Alice, email: alice@example.com, timezone: Europe/Berlin }
      - { id: bob, name: Bob, email: bob@example.com, timezone: Europe/Berlin }
    schedules:
      - id: platform
        timezone: Europe/Berlin
        rotations:
          - { id: primary, role: primary, type: weekly, length: 1, start: "2026-01-05T09:00", members: [alice] }
          - { id: secondary, role: secondary, type: weekly, length: 1, start: "2026-01-05T09:00", members: [bob] }
    escalation_policies:
      - id: default
        repeat: 0
        tiers:
          - { tier: 1, timeout_minutes: TIMEOUT, notify_via: [messaging_dm], targets: [oncall_primary] }
          - { tier: 2, timeout_minutes: 10, notify_via: [messaging_dm], targets: [oncall_secondary] }
    integrations:
      - { id: prometheus, format: alertmanager, key: "${PROM_KEY}", policy: default, schedule: platform }
      - { id: scripts, format: generic, key: "${GENERIC_KEY}", policy: default, schedule: platform }
"""


def config(api_url, timeout="10"):
    return CONFIG.replace("API_URL", api_url).replace("TIMEOUT", timeout)


@pytest.fixture
def owl(tmp_path, started):
    """Starts a NightOwl whose Slack is at `api_url`; at the end its logs hold no secret."""
    running = []

    def start(api_url, timeout="10"):
        made = NightOwl(tmp_path, config(api_url, timeout), SECRETS)
        started(made)
        running.append(made)
        return made.start()

    yield start
    for made in running:
        assert_no_secret(made)


def fire(owl, title, **fields):
    status, _, text = owl.post(
        f"/api/v1/webhook/{GENERIC_KEY}", json.dumps({"title": title, **fields})
    )
    assert status == 202, text
    return json.loads(text)


def test_from_alertmanager_to_a_person_and_back(emulate, owl, started, tmp_path):
    recorder, slack = emulate
    nightowl = owl(recorder.url + "/api/")
    port = free_port()
    (tmp_path / "alertmanager.yml").write_text(f"""
route:
  receiver: nightowl
  group_by: [alertname]
  group_wait: 200ms
  group_interval: 1s
receivers:
  - name: nightowl
    webhook_configs:
      - url: {nightowl.url}/api/v1/webhook/alertmanager/{PROM_KEY}
        send_resolved: true
""")
    started(Program(
        ["prometheus-alertmanager", f"--config.file={tmp_path}/alertmanager.yml",
         f"--storage.path={tmp_path}/am", f"--web.listen-address=127.0.0.1:{port}",
         "--cluster.listen-address="],
        tmp_path / "alertmanager.log",
    ))
    sender = f"http://127.0.0.1:{port}"
    eventually("alertmanager is ready", lambda: request("GET", sender + "/-/ready")[0] == 200)
    alert = {
        "labels": {"alertname": "DiskFull", "severity": "critical", "cluster": "prod-1",
                   "namespace": "db", "service": "orders"},
        "annotations": {"summary": "Disk full on db-1", "description": "97 % <!channel> used",
                        "runbook_url": "https://runbooks.example.com/disk"},
    }
    headers = {"Content-Type": "application/json"}
    status, _, text = request("POST", sender + "/api/v2/alerts", json.dumps([alert]), headers)
    assert status == 200, text

    channel = slack.channel("ops-alerts")
    card = wait_card(slack, channel, "Disk full on db-1")
    assert "<!channel>" not in shown(card)
    assert delivery(card)
    alice = slack.direct("alice@example.com")
    page = wait_card(slack, alice, "Disk full on db-1")
    assert delivery(page) and delivery(page) != delivery(card)

    # A forged click, and one by somebody whom the tenant does not know, change nothing.
    mallory = slack.user("mallory@example.net")
    assert click(nightowl, card, channel, "ack", slack.user("alice@example.com"), "wrong")[0] == 401
    assert click(nightowl, card, channel, "ack", mallory)[0] == 200
    time.sleep(1)
    assert nightowl.alerts()[0]["status"] == "firing"

    assert click(nightowl, card, channel, "ack", slack.user("alice@example.com"))[0] == 200
    eventually("the card says who acknowledged", lambda: "Alice" in shown(
        next(m for m in slack.messages(channel) if m["ts"] == card["ts"])["attachments"]
        if slack.messages(channel)[-1].get("attachments") else slack.messages(channel)))
    listed = nightowl.alerts()
    assert [a["status"] for a in listed] == ["acknowledged"], listed
    assert listed[0]["acknowledged_by"] == "Alice"
    assert listed[0]["labels"]["service"] == "orders"

    # The source says it is over.
    # Whole seconds, and still after its start: more than a second went by since.
    over = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    request("POST", sender + "/api/v2/alerts", json.dumps([{**alert, "endsAt": over}]), headers)
    eventually("resolved by the source", lambda: nightowl.alerts()[0]["status"] == "resolved")
    assert len(slack.messages(alice)) == 1, "Alice was paged exactly once"
    assert len(slack.messages(channel)) == 1, "one card, edited in place"
    assert nightowl.stop() == 0


def test_commands_act_and_answer(emulate, owl):
    recorder, slack = emulate
    nightowl = owl(recorder.url + "/api/")
    fire(nightowl, "Queue stuck")
    short_id = eventually("the alert", nightowl.alerts)[0]["short_id"]
    alice = slack.user("alice@example.com")
    status, _, text = command(nightowl, alice, "oncall")
    assert status == 200 and "Alice" in text and "Bob" in text, text
    status, _, text = command(nightowl, alice, f"ack {short_id.upper()}")
    assert status == 200 and json.loads(text)["response_type"] == "ephemeral", text
    assert nightowl.alerts()[0]["acknowledged_by"] == "Alice"
    _, _, text = command(nightowl, alice, "reslove " + short_id)
    assert "resolve" in text
    command(nightowl, alice, f"resolve {short_id[:5]}")
    assert nightowl.alerts()[0]["status"] == "resolved"
    assert command(nightowl, slack.user("mallory@example.net"), f"ack {short_id}")[0] == 200
    assert nightowl.alerts()[0]["resolved_by"] == "Alice"


def test_a_form_is_opened_and_sent_off(emulate, owl):
    recorder, slack = emulate
    nightowl = owl(recorder.url + "/api/")
    fire(nightowl, "Queue stuck")
    channel, bob = slack.channel("ops-alerts"), slack.user("bob@example.com")
    card = wait_card(slack, channel, "Queue stuck")
    trigger = slack.call("views.generateTriggerId", user_id=bob)["trigger_id"]
    assert click(nightowl, card, channel, "resolve", bob, trigger=trigger)[0] == 200
    [view] = recorder.views()
    assert view["title"]["text"].startswith("Resolve")
    assert nightowl.alerts()[0]["status"] == "firing", "a form that is only open changes nothing"
    status, _, text = fill_in(nightowl, view, bob, {"note": "Restarted the consumer"})
    assert status == 200 and text == "", text
    alert = nightowl.alerts()[0]
    assert (alert["resolved_by"], alert["resolution"]) == ("Bob", "Restarted the consumer")
    eventually("the card says so", lambda: "Restarted the consumer" in shown(
        [m for m in slack.messages(channel) if m["ts"] == card["ts"]]))


def test_an_unanswered_alert_escalates_across_a_crash(emulate, owl):
    recorder, slack = emulate
    nightowl = owl(recorder.url + "/api/", timeout="0.1")
    fire(nightowl, "Nobody home", severity="critical")
    alice, bob = slack.direct("alice@example.com"), slack.direct("bob@example.com")
    wait_card(slack, alice, "Nobody home")
    nightowl.kill()
    time.sleep(1)
    nightowl.start()
    wait_card(slack, bob, "Nobody home")
    alert = nightowl.alert(nightowl.alerts()[0]["short_id"])
    assert alert["tier"] == 2
    assert any(entry["kind"] == "escalated" for entry in alert["timeline"])
    time.sleep(2)
    assert len(slack.messages(alice)) == 1 and len(slack.messages(bob)) == 1


def test_open_alerts_of_a_tenant_that_was_taken_out_go_on(emulate, owl, tmp_path):
    recorder, slack = emulate
    nightowl = owl(recorder.url + "/api/", timeout="0.1")
    fire(nightowl, "Still burning")
    alice, bob = slack.direct("alice@example.com"), slack.direct("bob@example.com")
    wait_card(slack, alice, "Still burning")
    (tmp_path / "nobody.yaml").write_text("tenants: []\n")
    done = nightowl.run("apply", "-f", tmp_path / "nobody.yaml", "--data", nightowl.data)
    assert done.returncode == 0, done.stderr
    assert nightowl.post(f"/api/v1/webhook/{GENERIC_KEY}", '{"title": "Too late"}')[0] == 404
    page = wait_card(slack, bob, "Still burning")
    assert click(nightowl, page, bob, "ack", slack.user("bob@example.com"))[0] == 200
    shown_alert = nightowl.run("alerts", "--tenant", "acme", "--json", "--data", nightowl.data)
    listed = json.loads(shown_alert.stdout)["alerts"]
    assert [alert["acknowledged_by"] for alert in listed] == ["Bob"], listed


def test_a_202_survives_kill_9(emulate, owl):
    recorder, slack = emulate
    nightowl = owl(recorder.url + "/api/")
    for number in range(5):
        fire(nightowl, f"Right before the crash {number}")
    nightowl.kill()
    nightowl.start()
    eventually("all five are listed", lambda: len(nightowl.alerts()) == 5)
    alice = slack.direct("alice@example.com")
    for number in range(5):
        wait_card(slack, alice, f"Right before the crash {number}")
    time.sleep(2)
    pages = [m for m in slack.messages(alice) if "Right before the crash" in shown(m)]
    assert len(pages) == 5, "each page is there once"


def assert_no_secret(nightowl):
    logs = nightowl.logs() + nightowl.program.out.read_text()
    server = json.loads((nightowl.data / "keys.json").read_text())
    for secret in [*SECRETS.values(), *server.values()]:
        assert secret not in logs, "a secret is in the log"
