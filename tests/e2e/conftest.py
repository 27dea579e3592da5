"""Programs that several tests share."""

import pytest
from slack_sdk.models.blocks import Block

from harness import EMULATE, Program, Recorder, Slack, eventually, free_port

TOKEN = "xoxb-e2e-bot-token-0123456789"


@pytest.fixture
def emulate(tmp_path):
    """Somebody else's Slack, with a recorder in front. Answers (recorder, Slack)."""
    port = free_port()
    here = __file__.rsplit("/", 1)[0]
    program = Program(
        ["node", "--require", f"{here}/loopback.cjs", EMULATE, "start", "--service", "slack",
         "--port", port, "--seed", f"{here}/emulate.yaml"],
        tmp_path / "emulate.log",
    )
    url = f"http://127.0.0.1:{port}"
    slack = Slack(url, TOKEN)
    eventually("the emulator answers", lambda: slack.call("auth.test"))
    recorder = Recorder(url)
    yield recorder, slack
    recorder.stop()
    program.stop()
    assert_slack_would_take(recorder.block_lists())


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
