"""Programs that several tests share."""

import json

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

import acme as tenant
import workspace
from harness import NightOwl
from mattermost import Listener, Mattermost, setup


@pytest.fixture
def emulate(tmp_path):
    """Somebody else's Slack, with a recorder in front. Answers (recorder, Slack)."""
    program, recorder, slack = workspace.start(tmp_path)
    yield recorder, slack
    recorder.stop()
    program.stop()
    assert_slack_would_take(recorder.block_lists())
    for view in recorder.views():
        assert_slack_would_show(view)


def assert_slack_would_take(lists):
    """Slack's own library reads every block; what it does not check is checked here."""
    assert lists
    for blocks in lists:
        assert len(blocks) <= 50
        for block in blocks:
            parsed = Block.parse(block)
            assert parsed is not None, block
            parsed.to_dict()
            for field in block.get("fields") or []:
                assert len(field["text"]) <= 2000


def assert_slack_would_show(view):
    """Slack's own library reads a modal or a Home tab, and finds nothing too long."""
    View(**view).to_dict()
    for block in view["blocks"]:
        if block["type"] == "input":
            assert len(block["label"]["text"]) <= 2000 and block["element"]["action_id"]


@pytest.fixture
def started():
    """Keeps processes, and ends those that still run when the test is over."""
    kept = []
    yield lambda one: kept.append(one) or one
    for one in kept:
        program = getattr(one, "program", one)
        if program is not None and program.process.poll() is None:
            program.process.kill()
            program.process.wait()


@pytest.fixture
def mattermost(request, tmp_path, started):
    """A Mattermost server, of the version that a test is parametrized with. At the end it has had
    nothing to complain about in what we sent."""
    version = getattr(request, "param", None)
    server = started(Mattermost(tmp_path, version and {"version": version}))
    yield server
    assert server.control("warnings") == []


@pytest.fixture
def acme(mattermost, started, tmp_path):
    """Sets the server up and starts a NightOwl with what that printed. At the end no log of it
    holds a secret."""
    running = []

    def start(**options):
        owl = started(NightOwl(tmp_path))
        running.append(owl)
        owl.config = tmp_path / "nightowl.yaml"
        owl.config.write_text(tenant.config(setup(owl, mattermost), **options))
        return owl.start()

    yield start
    secrets = [*mattermost.secrets(), tenant.OPS_KEY, tenant.GENERIC_KEY]
    for owl in running:
        server = json.loads((owl.data / "keys.json").read_text())
        logs = owl.logs() + owl.program.out.read_text()
        for secret in [*secrets, *server.values()]:
            assert secret not in logs, "a secret is in the log"


@pytest.fixture
def stranger():
    """A program of somebody else's."""
    listener = Listener()
    yield listener
    listener.stop()
