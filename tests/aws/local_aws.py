"""An AWS account on this machine: the emulator, its clock and its clients."""

import mmap
import os
import pathlib
import struct
import subprocess
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from harness import ROOT, Program, eventually, free_port, request

EMULATOR = pathlib.Path(os.environ.get("NIGHTOWL_MINISTACK", ROOT / "target/aws/ministack"))
REGION = "eu-central-1"
ACCOUNT = "000000000000"
KEY, SECRET = "test", "local-secret-of-the-deployer"


class Clock:
    """The time that the emulator, the functions and the chats live in. It runs like everybody's,
    and can be put forward, so that nobody waits for a timeout of twenty minutes."""

    def __init__(self, folder):
        self.library = pathlib.Path(folder) / "clock.so"
        source = pathlib.Path(__file__).with_name("clock.c")
        subprocess.run(
            ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", self.library, source],
            check=True,
        )
        self.file = pathlib.Path(folder) / "clock"
        self.file.write_bytes(struct.pack("=q", 0))
        with self.file.open("r+b") as file:
            self.page = mmap.mmap(file.fileno(), 8)
        self.ahead = 0

    def now(self):
        return time.time() + self.ahead

    def forward(self, seconds):
        self.ahead += int(seconds)
        self.page[:] = struct.pack("=q", self.ahead)

    def environment(self):
        """For a process that lives in this time."""
        return {"LD_PRELOAD": str(self.library), "NIGHTOWL_TEST_CLOCK": str(self.file)}


class LocalAws:
    """The emulator. Where it is strict it asks every role for its permissions, as AWS does."""

    def __init__(self, folder, clock, is_strict=True):
        self.folder = pathlib.Path(folder)
        self.clock = clock
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        scratch = self.folder / "tmp"
        scratch.mkdir(parents=True)
        self.program = Program(
            [EMULATOR / "bin/ministack"],
            self.folder / "emulator.log",
            {
                **self.deployer(),
                **clock.environment(),
                "GATEWAY_PORT": str(self.port),
                "BIND_HOST": "127.0.0.1",
                "MINISTACK_REGION": REGION,
                "AUTH": "true" if is_strict else "false",
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "TMPDIR": str(scratch),
            },
        )
        eventually("the emulator answers", self.healthy)

    def healthy(self):
        if self.program.process.poll() is not None:
            raise AssertionError("the emulator ended: " + self.program.log.read_text()[-2000:])
        return request("GET", self.endpoint + "/_ministack/health")[0] == 200

    def deployer(self):
        """The environment of whoever owns the account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            "SAM_CLI_TELEMETRY": "0",
        }

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=REGION, aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=Config(retries={"max_attempts": 1}, proxies={}),
        )

    def logs(self, prefix="/"):
        """Everything that functions have written: lines by log group."""
        logs = self.client("logs")
        found = {}
        for group in pages(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=prefix):
            name = group["logGroupName"]
            events = pages(logs, "filter_log_events", "events", logGroupName=name)
            found[name] = [event["message"] for event in events]
        return found

    def stop(self):
        self.program.stop()


def pages(client, operation, what, **given):
    """All of a list, whatever the size of its pages."""
    return [row for page in client.get_paginator(operation).paginate(**given) for row in page[what]]


__all__ = ["ACCOUNT", "ClientError", "Clock", "LocalAws", "pages"]
