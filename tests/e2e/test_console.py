"""A newcomer's first minutes: the demo, its console in a real browser, its curl line."""

import json
import re
import signal
import subprocess
import time

import pytest
from playwright.sync_api import expect, sync_playwright

from harness import NightOwl, eventually, free_port

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"]


@pytest.fixture
def demo(tmp_path, started):
    made = NightOwl(tmp_path)
    started(made)
    return made.start()


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser.new_page()
        browser.close()


def curl_line(nightowl):
    banner = eventually("the curl line", lambda: "curl" in nightowl.banner() and nightowl.banner())
    return next(line.strip() for line in banner.splitlines() if line.strip().startswith("curl"))


def console_url(nightowl):
    return re.search(r"http://\S+/console/\S+", nightowl.banner()).group(0)


def test_the_demo_in_a_browser(demo, page):
    line = curl_line(demo)
    page.goto(console_url(demo))
    page.wait_for_url("**/console/**")
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert '"accepted"' in done.stdout, done.stdout + done.stderr
    # The card comes by itself; nobody reloads.
    acknowledge = page.get_by_role("button", name=re.compile("Acknowledge")).first
    expect(acknowledge).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name=re.compile("Runbook")).first).to_be_visible()
    # Alice, whom the login acts as, is on call: besides the card she gets a page of her own.
    expect(page.get_by_role("button", name=re.compile("Acknowledge"))).to_have_count(2, timeout=30_000)
    page.evaluate("window.untouched = true")
    acknowledge.click()
    # A press, and what others do meanwhile, change the open page; nothing loads it anew.
    expect(page.get_by_text(re.compile("acknowledged by", re.I)).first).to_be_visible(timeout=30_000)
    eventually("acknowledged", lambda: demo.alerts()[0]["status"] == "acknowledged")
    assert page.evaluate("window.untouched") is True, "the page was reloaded"
    short_id = demo.alerts()[0]["short_id"]
    key = json.loads((demo.data / "server.json").read_text())["token"]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    status, _, text = demo.post(f"/api/v1/admin/alerts/{short_id}/resolve", "{}", headers)
    assert status == 200, text
    expect(page.get_by_text(re.compile("resolved", re.I)).first).to_be_visible(timeout=30_000)
    assert page.evaluate("window.untouched") is True, "the page was reloaded"


def test_the_token_is_good_once(demo, page):
    url = console_url(demo)
    page.goto(url)
    other = page.context.browser.new_context().new_page()
    answer = other.goto(url)
    assert answer.status in (401, 403, 410), answer.status


def test_serve_ends_and_refuses_cleanly(demo, tmp_path):
    taken = NightOwl(tmp_path / "other")
    (tmp_path / "other").mkdir()
    done = taken.run("serve", "--data", tmp_path / "other/data", "--listen", f"127.0.0.1:{demo.port}")
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    done = taken.run("serve", "--data", demo.data, "--listen", f"127.0.0.1:{free_port()}")
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    done = taken.run("serve", "--data", "/proc/nightowl", "--listen", f"127.0.0.1:{free_port()}")
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    began = time.monotonic()
    assert demo.program.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < 10
    # Without a server the same command opens the folder itself.
    assert demo.run("alerts", "--data", demo.data).returncode == 0


def test_configuration_by_file(demo, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("tenants:\n  - slug: acme\n    colour: red\n")
    done = demo.run("check", "-f", wrong)
    assert done.returncode == 1
    assert f"{wrong}:3:" in done.stdout + done.stderr and "colour" in done.stdout + done.stderr
    right = tmp_path / "right.yaml"
    right.write_text(
        "tenants:\n  - slug: acme\n    users:\n      - { id: alice, name: Alice }\n"
        "    escalation_policies:\n      - id: default\n        tiers:\n"
        "          - { tier: 1, timeout_minutes: 5, notify_via: [messaging_dm], targets: [alice] }\n"
        "    integrations:\n"
        "      - { id: scripts, format: generic, key: \"${E2E_KEY}\", policy: default }\n"
    )
    demo.env = {"E2E_KEY": "another-generic-key-0123456789"}
    assert demo.run("check", "-f", right).returncode == 0
    done = demo.run("apply", "-f", right, "--data", demo.data)
    assert done.returncode == 0, done.stderr
    status, _, text = demo.post("/api/v1/webhook/another-generic-key-0123456789", '{"title": "Hi"}')
    assert status == 202, text
    again = demo.run("apply", "-f", right, "--data", demo.data)
    assert again.returncode == 0 and "othing" in again.stdout, again.stdout
