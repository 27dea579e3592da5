"""Our own scripted Slack loses answers and posts late; the process dies; one message exists."""

import json
import time

import pytest

from harness import DOUBLE, Program, eventually, free_port, request, shown
from test_slack import fire, owl  # noqa: F401  (a fixture)
from workspace import SIGNING_SECRET, TOKEN


class Double:
    """The scripted Slack and its controls."""

    def __init__(self, url):
        self.url = url

    def control(self, path, body=None):
        kind = {"Content-Type": "application/json"}
        method = "GET" if body is None else "POST"
        text = None if body is None else json.dumps(body)
        status, _, answer = request(method, f"{self.url}/control/{path}", text, kind)
        assert status in (200, 204), (path, status, answer)
        return json.loads(answer) if answer else None

    def fail(self, method, kind, times=1, **more):
        fault = {"kind": kind, **more}
        self.control("faults", {"method": method, "fault": fault, "times": times})

    def messages(self, word):
        return [message for message in self.control("messages") if word in shown(message)]

    def pages(self, word):
        return [message for message in self.messages(word) if message["direct_to"]]

    def cards(self, word):
        return [message for message in self.messages(word) if not message["direct_to"]]


@pytest.fixture
def double(tmp_path, started):
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"bot_token": TOKEN, "signing_secret": SIGNING_SECRET}))
    port = free_port()
    started(Program([DOUBLE, "--listen", f"127.0.0.1:{port}", "--seed", seed],
                    tmp_path / "double.log"))
    made = Double(f"http://127.0.0.1:{port}")
    eventually("the double answers", lambda: made.control("messages") == [] or True)
    return made


def api(double):
    return double.url + "/api/"


def posts(double):
    """How often something was posted, with whatever result."""
    return sum(call["method"] == "chat.postMessage" for call in double.control("calls"))


def test_doubt_limits_and_refusals_make_no_second_message(double, owl):
    nightowl = owl(api(double))
    # Both land, nobody hears of it, and the process dies.
    double.fail("chat.postMessage", "lost", times=2)
    fire(nightowl, "Lost answer")
    eventually("both posts landed", lambda: len(double.messages("Lost answer")) == 2)
    nightowl.kill()
    nightowl.start()
    # Both land when NightOwl has given up waiting.
    before = posts(double)
    double.fail("chat.postMessage", "late", times=2, after_millis=6000)
    fire(nightowl, "Late landing")
    eventually("both were posted", lambda: posts(double) == before + 2)
    # Four posts of two messages do not go through, each for another reason.
    double.fail("chat.postMessage", "status", status=429, retry_after=2)
    double.fail("chat.postMessage", "status", status=429)
    double.fail("chat.postMessage", "error", error="invalid_blocks")
    double.fail("chat.postMessage", "status", status=503)
    fire(nightowl, "Bad weather")
    for title in ("Lost answer", "Late landing", "Bad weather"):
        # A find runs no sooner than 15 s after the post in doubt began.
        eventually(f"the page of {title!r} is known", lambda: is_delivered(nightowl, title),
                   seconds=90)
    eventually("the card too", lambda: double.cards("Bad weather"), seconds=90)
    time.sleep(2)
    for title in ("Lost answer", "Late landing", "Bad weather"):
        assert len(double.pages(title)) == len(double.cards(title)) == 1, title


def test_a_token_that_was_revoked_falls_back_to_the_inbox(double, owl):
    nightowl = owl(api(double))
    double.fail("*", "error", error="token_revoked", times=1000)
    fire(nightowl, "Nobody can be reached")
    short_id = eventually("the alert", nightowl.alerts)[0]["short_id"]
    text = eventually("the timeline says so", lambda: "inbox" in shown(nightowl.alert(short_id))
                      and shown(nightowl.alert(short_id)))
    assert "token_revoked" in text


def is_delivered(nightowl, title):
    alert = next(alert for alert in nightowl.alerts() if alert["title"] == title)
    return any(entry["kind"] == "delivered" for entry in alert["timeline"])
