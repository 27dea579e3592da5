"""A Mattermost server and what people do in it."""

import functools
import http.server
import json
import re
import threading
import urllib.parse

from harness import ROOT, Program, eventually, request

DOUBLE = ROOT / "target/debug/mattermost-double"
ADMIN_TOKEN = "admintokenqx7h3k9wz5m1c8ry"
JSON = {"Content-Type": "application/json"}


class Mattermost:
    """The double as a program, driven as its web application drives a real server."""

    def __init__(self, folder, seed=None, env=None):
        command = [DOUBLE, "--listen", "127.0.0.1:0"]
        if seed is not None:
            path = folder / "seed.json"
            path.write_text(json.dumps(seed))
            command += ["--seed", path]
        self.program = Program(command, folder / "mattermost.log", env)
        line = eventually("the double says where it is", lambda: self.program.out.read_text())
        self.url = re.search(r"http://\S+", line).group(0)

    def control(self, what, body=None, method=None):
        method = method or ("GET" if body is None else "POST")
        data = None if body is None else json.dumps(body)
        status, _, text = request(method, f"{self.url}/control/{what}", data, JSON)
        assert status in (200, 204), f"{what}: {status} {text}"
        return json.loads(text) if text else None

    def api(self, user, method, path, body=None):
        """What somebody does with a token of their own: status and answer."""
        headers = {**JSON, "Authorization": f"Bearer {self.token(user)}"}
        data = None if body is None else json.dumps(body)
        status, _, text = request(method, f"{self.url}/api/v4/{path}", data, headers)
        return status, json.loads(text)

    def token(self, user):
        rows = self.control("tokens")["users"]
        return next(row["token"] for row in rows if row["user"] == user)

    def person(self, user):
        return next(row for row in self.control("people")["users"] if row["username"] == user)

    def read(self):
        """Every post as a person sees it, oldest first."""
        return self.control("read")

    def now(self, post):
        """The same post as it is by now; `None` when it is gone."""
        return next((one for one in self.read() if one["id"] == post["id"]), None)

    def wait(self, what, fits):
        return eventually(what, lambda: next((post for post in self.read() if fits(post)), None))

    def cards(self, word, channel="alerts"):
        return [post for post in self.read() if post["channel"] == channel and is_ours(post)
                and not post["root_id"] and word in post["read"]["text"]]

    def direct(self, user, word):
        return [post for post in self.read() if post["direct_to"] == user
                and is_ours(post) and word in post["read"]["text"]]

    def card(self, word, channel="alerts"):
        return eventually(f"a card with {word!r}", lambda: self.cards(word, channel))[0]

    def page(self, user, word):
        return eventually(f"a page of {user} with {word!r}", lambda: self.direct(user, word))[0]

    def replies(self, post):
        return [one["read"]["text"] for one in self.read() if one["root_id"] == post["id"]]

    def shows(self, post, *words):
        """Waits until a post shows all of the words; answers it."""
        def look():
            now = self.now(post)
            return now if now and all(word in now["read"]["text"] for word in words) else None
        return eventually(f"the post shows {words}", look)

    def click(self, user, post, action):
        return self.control("click", {"user": user, "post": post["id"], "action": action})

    def choose(self, user, post, action, option):
        body = {"user": user, "post": post["id"], "action": action, "option": option}
        return self.control("choose", body)

    def command(self, user, text, channel="alerts", **also):
        return self.control("command", {"user": user, "channel": channel, "text": text, **also})

    def submit(self, user, submission, **forged):
        return self.control("submit", {"user": user, "submission": submission, **forged})

    def say(self, user, text, channel="alerts", **also):
        return self.control("say", {"user": user, "channel": channel, "text": text, **also})

    def fail(self, route, kind, times=1, **more):
        fault = {"kind": kind, **more}
        self.control("faults", {"route": route, "fault": fault, "times": times})

    def leak(self, user, post):
        """What a permalink to a post shows to whoever pastes it: each button's address and
        context, by action id."""
        body = {"channel_id": self.channel("town-square"),
                "message": f"{self.url}/ops/pl/{post['id']}"}
        status, made = self.api(user, "POST", "posts", body)
        assert status == 201, made
        embedded = made["metadata"]["embeds"][0]["data"]["post"]
        actions = embedded["props"]["attachments"][0]["actions"]
        return {action["id"]: action["integration"] for action in actions}

    def channel(self, name):
        return next(c["id"] for c in self.control("people")["channels"] if c["name"] == name)

    def secrets(self):
        """All tokens that must stand in no log."""
        tokens = self.control("tokens")
        found = [row["token"] for row in tokens["users"]]
        return found + [row["token"] for kind in ("commands", "hooks") for row in tokens[kind]]


class Listener:
    """A program of somebody else's, which keeps what it is sent."""

    def __init__(self):
        self.heard = []
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                listener.heard.append((self.path, body.decode()))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def do_GET(self):
                listener.heard.append((self.path, ""))
                self.send_error(404)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        serve = functools.partial(self.server.serve_forever, poll_interval=0.02)
        threading.Thread(target=serve, daemon=True).start()

    def trigger(self, mattermost, user):
        """A trigger that the server signs for whoever uses the command of this program."""
        if "sniff" not in [row["trigger"] for row in mattermost.control("tokens")["commands"]]:
            mattermost.control("commands", {"trigger": "sniff", "url": self.url + "/sniff"})
        mattermost.command(user, "/sniff")
        _, body = self.heard[-1]
        return urllib.parse.parse_qs(body)["trigger_id"][0]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def is_ours(post):
    return post["user"] == "nightowl"


def run_setup(owl, mattermost, tenant="acme", **changed):
    """`nightowl mattermost setup` as it ended."""
    given = {"url": mattermost.url, "team": "ops", "channel": "alerts", "public-url": owl.url,
             "tenant": tenant, "admin-token": ADMIN_TOKEN, **changed}
    arguments = [part for name, value in given.items() for part in (f"--{name}", value)]
    return owl.run("mattermost", "setup", *arguments)


def setup(owl, mattermost, tenant="acme"):
    """`nightowl mattermost setup`: the configuration that it prints."""
    done = run_setup(owl, mattermost, tenant)
    assert done.returncode == 0, done.stderr
    return done.stdout


def whispers(got):
    """What only the clicker was shown, in one text."""
    return "\n".join(ephemeral["message"] for ephemeral in got["ephemerals"])


def form(got):
    """The form that stands open last."""
    assert got["dialogs"], got
    return got["dialogs"][-1]["dialog"]
