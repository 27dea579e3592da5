"""What a Slack workspace sends when people press, type and fill in, signed by Slack's own library.

`owl` is any NightOwl that takes a `post`; one that lives in another time says so by `now`."""

import json
import time
import urllib.parse

from slack_sdk.signature import SignatureVerifier

from harness import EMULATE, ROOT, Program, Recorder, Slack, button, eventually, free_port, shown

TOKEN = "xoxb-e2e-bot-token-0123456789"
SIGNING_SECRET = "e2e-signing-secret-0123456789abcdef"


def start(folder, env=None):
    """Somebody else's Slack, with a recorder in front: program, recorder, Slack."""
    port = free_port()
    here = ROOT / "tests/e2e"
    program = Program(
        ["node", "--require", here / "loopback.cjs", EMULATE, "start", "--service", "slack",
         "--port", port, "--seed", here / "emulate.yaml"],
        folder / "emulate.log", env,
    )
    url = f"http://127.0.0.1:{port}"
    slack = Slack(url, TOKEN)
    eventually("the emulator answers", lambda: slack.call("auth.test"))
    return program, Recorder(url), slack


def click(owl, message, channel, action, user, secret=SIGNING_SECRET, trigger=None):
    """What Slack sends for a press of a button, signed by Slack's own library."""
    pressed = button(message, action)
    payload = {
        "type": "block_actions",
        "user": {"id": user, "username": "someone", "name": "someone", "team_id": "T000000001"},
        "api_app_id": "A000000001",
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel},
        "trigger_id": trigger or f"1.2.{time.time_ns()}",
        "team": {"id": "T000000001", "domain": "acme"},
        "channel": {"id": channel, "name": "ops-alerts"},
        "message": {"type": "message", "ts": message["ts"]},
        "actions": [{
            "action_id": pressed["action_id"],
            "block_id": "b",
            "type": "button",
            "value": pressed["value"],
            "action_ts": f"{time.time():.6f}",
        }],
    }
    return interact(owl, payload, secret)


def interact(owl, payload, secret=SIGNING_SECRET):
    body = urllib.parse.urlencode({"payload": json.dumps(payload)})
    return signed(owl, "interactions", body, secret)


def fill_in(owl, view, user, values):
    """What Slack sends for a modal that somebody sends off. `view`: as it was opened."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    state = {block["block_id"]: {block["element"]["action_id"]: {
        "type": block["element"]["type"], "value": values.get(block["block_id"])}}
        for block in inputs}
    return interact(owl, {
        "type": "view_submission",
        "team": {"id": "T000000001", "domain": "acme"},
        "user": {"id": user, "username": "someone", "name": "someone", "team_id": "T000000001"},
        "api_app_id": "A000000001",
        "trigger_id": f"5.6.{time.time_ns()}",
        "view": {**view, "id": "V1", "team_id": "T000000001", "hash": "1.1",
                 "state": {"values": state}, "root_view_id": "V1", "app_id": "A000000001",
                 "bot_id": "B000000001"},
        "response_urls": [],
    })


def signed(owl, path, body, secret=SIGNING_SECRET):
    now = getattr(owl, "now", time.time)
    stamp = str(int(now()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
    }
    return owl.post(f"/api/v1/slack/{path}/acme", body, headers)


def command(owl, user, text):
    body = urllib.parse.urlencode({
        "team_id": "T000000001", "team_domain": "acme", "channel_id": "C1",
        "channel_name": "ops-alerts", "user_id": user, "user_name": "someone",
        "command": "/nightowl", "text": text, "api_app_id": "A000000001",
        "response_url": "https://hooks.slack.com/commands/T/1/x",
        "trigger_id": f"3.4.{time.time_ns()}",
    })
    return signed(owl, "commands", body)


def wait_card(slack, channel, word):
    return eventually(
        f"a message with {word!r}",
        lambda: next((m for m in slack.messages(channel) if word in shown(m)), None),
    )
