"""The store's promises and every story but the longest storms, over the adapters for AWS."""

import os
import subprocess

import pytest
from harness import ROOT
from local_aws import Clock, LocalAws

# The names of the tests that ask for an AWS; the rest of the workspace's have none of these words.
ASKED = ["on_aws", "on_a_local_aws"]


@pytest.fixture
def account(tmp_path):
    """Another emulator than the bundle's: queues and tables come and go here, and as its owner."""
    aws = LocalAws(tmp_path / "emulator", Clock(tmp_path), is_strict=False)
    yield aws
    aws.stop()


def test_stories_and_store_hold_on_aws(account):
    done = subprocess.run(
        ["cargo", "test", "--workspace", "--quiet", "--", "--ignored", *ASKED],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "NIGHTOWL_TEST_AWS_ENDPOINT": account.endpoint},
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    passed = sum(int(line.split()[3]) for line in done.stdout.splitlines()
                 if line.startswith("test result: ok."))
    assert passed >= 48, f"stories or promises were left out: {passed}"
