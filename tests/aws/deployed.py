"""NightOwl behind its public URL, and what its users do. It has the verbs of the NightOwl of the
end-to-end tests, so that their people can use it too."""

import json
import os
import subprocess

from harness import BINARY, eventually, request
from tenants import KEYS

ACCEPTED = 202


class Deployed:
    def __init__(self, stack, front, clock, env):
        self.stack, self.front, self.url = stack, front, front.url
        self.now = clock.now
        self.clock = clock
        self.env = env
        self.key = None

    def post(self, path, body, headers=None):
        return request("POST", self.url + path, body, headers)

    def ask_health(self):
        status, _, text = request("GET", self.url + "/healthz")
        return status == 200 and json.loads(text)["status"] == "ok"

    def run(self, *arguments, key=None):
        """The operator's command line."""
        return subprocess.run(
            [BINARY, *[str(part) for part in arguments]], capture_output=True, text=True,
            env={**os.environ, "NO_PROXY": "127.0.0.1", **self.env,
                 **({"NIGHTOWL_KEY": key} if key else {})},
            timeout=60, check=False,
        )

    def apply(self, file):
        return self.run("apply", "-f", file, "--url", self.url, key=self.key)

    def ask(self, method, path, body=None):
        """A call of the operators' API: status and answer."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        status, _, text = request(method, f"{self.url}/api/v1/admin/{path}", data, headers)
        return status, json.loads(text)

    def fire(self, name, title, **fields):
        """`name`: of the integration's key."""
        status, text = self.try_to_fire(name, title, **fields)
        assert status == ACCEPTED, text

    def try_to_fire(self, name, title, **fields):
        status, _, text = self.post(
            f"/api/v1/webhook/{KEYS[name]}", json.dumps({"title": title, **fields}),
            {"Content-Type": "application/json"})
        return status, text

    def alerts(self, tenant="acme"):
        status, answer = self.ask("GET", f"alerts?tenant={tenant}&limit=200")
        assert status == 200, answer
        return answer["alerts"]

    def find(self, title, tenant="acme"):
        return next((one for one in self.alerts(tenant) if title in one["title"]), None)

    def alert(self, title, tenant="acme"):
        """An alert by its title, with its timeline; waits for it."""
        found = eventually(f"the alert {title!r}", lambda: self.find(title, tenant))
        status, answer = self.ask("GET", f"alerts/{found['id']}?tenant={tenant}")
        assert status == 200, answer
        return answer

    def reaches(self, title, status, tenant="acme"):
        def look():
            found = self.find(title, tenant)
            return found if found and found["status"] == status else None
        return eventually(f"{title!r} is {status}", look)
