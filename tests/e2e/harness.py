"""The programs of the end-to-end tests and the verbs of their users."""

import functools
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / "target/debug/nightowl"
DOUBLE = ROOT / "target/debug/slack-double"
EMULATE = ROOT / "target/e2e/node/node_modules/emulate/dist/index.js"
PATIENCE_SECONDS = 40


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(what, look, seconds=PATIENCE_SECONDS):
    """The first truthy answer of `look`; fails with `what` when none comes in time."""
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            last = look()
        except (OSError, KeyError, IndexError) as error:
            last = error
        if last and not isinstance(last, Exception):
            return last
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s; last seen: {last!r}")


def request(method, url, body=None, headers=None):
    """Status, headers and text, whatever the status."""
    data = body.encode() if isinstance(body, str) else body
    call = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(call, timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


class Program:
    """A process of ours: started, waited for, ended by its own id."""

    def __init__(self, command, log, env=None):
        self.log = pathlib.Path(log)
        self.out = self.log.with_suffix(".out")
        with self.log.open("ab") as err, self.out.open("ab") as out:
            environment = {**os.environ, **(env or {})}
            self.process = subprocess.Popen(
                [str(part) for part in command], stdout=out, stderr=err, env=environment,
                stdin=subprocess.DEVNULL,
            )

    def stop(self, how=signal.SIGTERM, seconds=15):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=seconds)


class NightOwl:
    """`nightowl serve` in a data folder, and what its users do."""

    def __init__(self, folder, config=None, env=None):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.env = env or {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = None
        if config is not None:
            self.config = self.folder / "nightowl.yaml"
            self.config.write_text(config)
        self.program = None

    def start(self):
        command = [BINARY, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"]
        if self.config:
            command += ["--config", self.config]
        self.program = Program(command, self.folder / "nightowl.log", self.env)
        eventually("nightowl is healthy", self.healthy)
        return self

    def healthy(self):
        if self.program.process.poll() is not None:
            raise AssertionError("nightowl ended: " + self.program.log.read_text()[-2000:])
        status, _, text = request("GET", self.url + "/healthz")
        return status == 200 and json.loads(text)["status"] == "ok"

    def kill(self):
        self.program.stop(signal.SIGKILL)

    def stop(self):
        return self.program.stop()

    def banner(self):
        return eventually("the banner", lambda: self.program.out.read_text())

    def run(self, *arguments):
        return subprocess.run(
            [BINARY, *[str(part) for part in arguments]], capture_output=True, text=True,
            env={**os.environ, **self.env}, timeout=60, check=False,
        )

    def alerts(self):
        done = self.run("alerts", "--json", "--data", self.data)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["alerts"]

    def alert(self, short_id):
        done = self.run("alerts", short_id, "--json", "--data", self.data)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def post(self, path, body, headers=None):
        return request("POST", self.url + path, body, headers)

    def logs(self):
        return (self.folder / "nightowl.log").read_text()


class Recorder:
    """Stands between NightOwl and somebody's Slack and keeps what was sent."""

    def __init__(self, upstream):
        self.sent = []
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size)
                recorder.sent.append((self.path, self.headers.get("Content-Type", ""), body))
                headers = {
                    name: value for name, value in self.headers.items()
                    if name.lower() in ("authorization", "content-type")
                }
                status, answered, text = request(
                    self.command, upstream + self.path, body if size else None, headers
                )
                answer = text.encode()
                self.send_response(status)
                kind = answered.get("Content-Type") or "application/json"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = forward

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        serve = functools.partial(self.server.serve_forever, poll_interval=0.02)
        threading.Thread(target=serve, daemon=True).start()

    def bodies(self):
        """Everything that was sent as JSON."""
        return [json.loads(body) for _, kind, body in self.sent if "json" in kind and body]

    def views(self):
        """Every modal and Home tab that was ever sent."""
        return [body["view"] for body in self.bodies() if body.get("view")]

    def block_lists(self):
        """Every list of blocks that was ever sent, of messages, of attachments and of views."""
        found = []
        for body in self.bodies():
            holders = [body, *(body.get("attachments") or []), body.get("view") or {}]
            found += [holder["blocks"] for holder in holders if holder.get("blocks")]
        return found

    def stop(self):
        self.server.shutdown()


class Slack:
    """Calls a Slack Web API as a workspace's own tools would."""

    def __init__(self, url, token):
        self.url, self.token = url, token

    def call(self, method, **arguments):
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urllib.parse.urlencode(arguments)
        _, _, text = request("POST", f"{self.url}/api/{method}", body, headers)
        answer = json.loads(text)
        assert answer.get("ok"), f"{method}: {answer}"
        return answer

    def channel(self, name):
        listed = self.call("conversations.list")["channels"]
        return next(channel["id"] for channel in listed if channel["name"] == name)

    def user(self, email):
        return self.call("users.lookupByEmail", email=email)["user"]["id"]

    def direct(self, email):
        return self.call("conversations.open", users=self.user(email))["channel"]["id"]

    def messages(self, channel):
        """The newest first."""
        return self.call("conversations.history", channel=channel, limit=200)["messages"]


def shown(message):
    """All text of a message, wherever it stands."""
    return json.dumps(message, ensure_ascii=False)


def delivery(message):
    return ((message.get("metadata") or {}).get("event_payload") or {}).get("delivery")


def button(message, action):
    """The button of a message with this action id."""
    holders = [message, *(message.get("attachments") or [])]
    for holder in holders:
        for block in holder.get("blocks") or []:
            for element in block.get("elements") or []:
                if element.get("action_id") == action:
                    return element
    raise AssertionError(f"no {action} button in {shown(message)[:2000]}")


def webhook_path(banner):
    """The path of the curl line that `serve` prints."""
    return re.search(r"(/api/v1/webhook/\S+?)['\"\s]", banner).group(1)
