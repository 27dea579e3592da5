"""`nightowl mattermost setup` against a server, and a test of the connection that it made."""

import re

import acme as tenant
from acme import ask
from harness import NightOwl, free_port, request
from mattermost import ADMIN_TOKEN, Mattermost, run_setup


def counted(mattermost):
    """How many of everything that a set-up makes are there."""
    people = mattermost.control("people")
    bot = mattermost.person("nightowl")["id"]
    places = people["teams"] + people["channels"]
    tokens = mattermost.control("tokens")
    return {
        "bots": sum(row["username"] == "nightowl" for row in people["users"]),
        "places": sum(bot in place["members"] for place in places),
        "tokens": sum(row["user"] == "nightowl" for row in tokens["users"]),
        "commands": len(tokens["commands"]),
        "hooks": len(tokens["hooks"]),
    }


def settings_of(printed):
    """What is the same whenever a set-up runs."""
    wanted = r"^ *(webhook_secret|default_channel_id|url):.+"
    lines = [line for line in printed.splitlines() if re.match(wanted, line)]
    assert len(lines) == 3, printed
    return lines


def test_a_second_run_finds_what_the_first_made(mattermost, tmp_path):
    owl = NightOwl(tmp_path)
    first = run_setup(owl, mattermost)
    assert first.returncode == 0, first.stderr
    made = counted(mattermost)
    assert made["commands"] == made["hooks"] == 1
    token = re.search(r'bot_token: "(\w+)"', first.stdout).group(1)
    assert ADMIN_TOKEN not in first.stdout + first.stderr

    second = run_setup(owl, mattermost)
    assert second.returncode == 0, second.stderr
    assert counted(mattermost) == made, "nothing is doubled"
    assert "${MATTERMOST_BOT_TOKEN}" in second.stdout, "a token is shown once"
    owl.env = {"MATTERMOST_BOT_TOKEN": token}
    for printed in (first.stdout, second.stdout):
        file = tmp_path / "pasted.yaml"
        file.write_text(tenant.config(printed))
        done = owl.run("check", "-f", file)
        assert done.returncode == 0, done.stdout + done.stderr
    assert settings_of(first.stdout) == settings_of(second.stdout)
    before = mattermost.control("tokens")

    again = run_setup(owl, mattermost, **{"public-url": "http://127.0.0.1:9"})
    assert again.returncode == 0, again.stderr
    assert counted(mattermost) == made, "what is there moves with the address"
    assert settings_of(again.stdout) == settings_of(first.stdout), "and so do its tokens"
    after = mattermost.control("tokens")
    urls = [row["url"] for row in after["commands"]]
    assert urls == ["http://127.0.0.1:9/api/v1/mattermost/commands/acme"]
    for kind in ("commands", "hooks"):
        assert [row["token"] for row in after[kind]] == [row["token"] for row in before[kind]]


def test_without_a_bot_one_is_made(tmp_path, started):
    # Only what a fresh server has: nobody but the administrator.
    users = [{"id": "admin999999999999999999999", "username": "admin", "password": "admin-password",
              "email": "admin@example.com", "token": ADMIN_TOKEN, "is_admin": True}]
    seed = {"users": users,
            "teams": [{"id": "opsteam9999999999999999999", "name": "ops",
                       "display_name": "Operations", "members": ["admin"]}],
            "channels": [{"id": "alerts99999999999999999999", "name": "alerts",
                          "display_name": "Alerts", "members": ["admin"]}]}
    server = started(Mattermost(tmp_path, seed))
    owl = started(NightOwl(tmp_path))
    for _ in range(2):
        done = run_setup(owl, server)
        assert done.returncode == 0, done.stderr
        assert counted(server) == {
            "bots": 1, "places": 2, "tokens": 1, "commands": 1, "hooks": 1}
    assert server.person("nightowl")["is_bot"]


def test_what_is_wrong_is_said_in_one_line(mattermost, tmp_path):
    owl = NightOwl(tmp_path)
    before = counted(mattermost)
    nobody = f"http://127.0.0.1:{free_port()}"
    table = [
        ({"admin-token": "nonsense"}, "--admin-token is not accepted"),
        ({"admin-token": mattermost.token("alice")}, "no administrator"),
        ({"team": "nowhere"}, "--team nowhere"),
        ({"channel": "nowhere"}, "--channel nowhere"),
        ({"channel": "attic"}, "archived"),
        ({"bot": "alice"}, "person"),
        ({"url": nobody}, nobody),
        ({"url": "chat.example.com"}, "--url"),
        ({"public-url": "owl.example.com"}, "--public-url"),
    ]
    for changed, expected in table:
        done = run_setup(owl, mattermost, **changed)
        said = done.stderr.strip()
        assert done.returncode == 1 and expected in said, (changed, done)
        assert len(said.splitlines()) == 1 and done.stdout == "", (changed, done)
        assert ADMIN_TOKEN not in said and mattermost.token("alice") not in said
    assert counted(mattermost) == before, "nothing is made before all is known to be right"


def test_the_connection_is_tried(mattermost, acme):
    owl = acme()
    status, answer = ask(owl, "POST", "messaging/test", {"provider": "mattermost"})
    assert status == 200 and answer["ok"], answer
    assert answer["bot_name"] == "nightowl" and answer["workspace"]
    assert all(check["ok"] for check in answer["checks"]), answer
    assert {"token", "channel", "member", "post", "edit"} <= {c["name"] for c in answer["checks"]}
    tried = [post for post in mattermost.read() if post["user"] == "nightowl"]
    assert len(tried) == 1 and tried[0]["is_edited"], tried

    wrong = {"provider": "mattermost", "url": mattermost.url, "bot_token": "wrong-token-012345678"}
    status, answer = ask(owl, "POST", "messaging/test", wrong)
    assert status == 200 and not answer["ok"] and answer["error"] and answer["hint"], answer
    assert "wrong-token" not in str(answer)
    channel = mattermost.channel("vault")
    other = {"provider": "mattermost", "default_channel_id": channel}
    status, answer = ask(owl, "POST", "messaging/test", other)
    assert status == 200 and not answer["ok"] and answer["hint"], answer
    failed = [check["name"] for check in answer["checks"] if not check["ok"]]
    assert failed, answer
    assert request("POST", owl.url + "/api/v1/admin/messaging/test", "{}")[0] == 401


def test_a_test_goes_nowhere_that_it_should_not(mattermost, acme, stranger):
    owl = acme()

    def tried(url, **more):
        body = {"provider": "mattermost", "url": url, **more}
        return ask(owl, "POST", "messaging/test", body)

    own = {"bot_token": "somebodys-token-0123456789"}
    port = stranger.url.rsplit(":", 1)[1]
    for url in (stranger.url, f"https://127.0.0.1:{port}", f"https://localhost:{port}",
                f"https://[::1]:{port}", "https://169.254.169.254", "https://10.0.0.1",
                "https://[::ffff:127.0.0.1]", "https://0x7f.1", "http://chat.example.com"):
        status, answer = tried(url, **own)
        assert status == 200 and not answer["ok"], (url, answer)
        assert "allow_private_addresses" in answer["hint"], (url, answer)
    # Whoever may ask for a test must not learn the stored token by it.
    status, answer = tried(stranger.url)
    assert status == 422 and "bot_token" in str(answer), answer
    status, answer = tried(stranger.url, bot_token="***")
    assert status == 422 and "bot_token" in str(answer), answer
    assert stranger.heard == []
    for url in ("file:///etc/passwd", "no address"):
        status, answer = tried(url, **own)
        assert status == 422 or not answer["ok"], answer


def test_a_tenant_may_let_tests_go_to_private_addresses(mattermost, acme, stranger):
    owl = acme(settings="    allow_private_addresses: true")
    body = {"provider": "mattermost", "url": stranger.url, "bot_token": "somebodys-token-01234567"}
    status, answer = ask(owl, "POST", "messaging/test", body)
    assert status == 200 and not answer["ok"], answer
    assert stranger.heard, "it was asked, and is no Mattermost server"
    status, answer = ask(owl, "POST", "messaging/test", {**body, "bot_token": None})
    assert status == 422, "the stored token goes to the stored address alone"
