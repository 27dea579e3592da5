"""One deployment for all tests: built by SAM, deployed by SAM, configured by its operator."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import bundle  # noqa: E402
import workspace  # noqa: E402
from deployed import Deployed  # noqa: E402
from front import Front  # noqa: E402
from harness import Program, eventually, free_port, request  # noqa: E402
from local_aws import Clock, LocalAws  # noqa: E402
from mattermost import Mattermost, setup  # noqa: E402
from tenants import KEYS, config  # noqa: E402


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("aws")


@pytest.fixture(scope="session")
def clock(folder):
    return Clock(folder)


@pytest.fixture(scope="session")
def aws(folder, clock):
    """An empty account."""
    made = LocalAws(folder / "account", clock)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def front(aws):
    made = Front(aws.port)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def slack(folder, clock):
    """Somebody else's Slack."""
    program, recorder, made = workspace.start(folder, clock.environment())
    made.recorder = recorder
    yield made
    recorder.stop()
    program.stop()


@pytest.fixture(scope="session")
def mattermost(folder, clock):
    made = Mattermost(folder, env=clock.environment())
    yield made
    complaints = made.control("warnings")
    made.program.stop()
    assert complaints == []


@pytest.fixture(scope="session")
def stack(aws, front, folder):
    """The bundle as `sam build` makes it and `sam deploy` puts it there."""
    bundle.build()
    made = bundle.Stack(aws, front.url).deploy()
    front.leads_to(made.physical("Api"))
    yield made
    # For whoever has to find out why a test failed: pytest names the folder.
    for group, lines in aws.logs().items():
        (folder / (group.rsplit("/", 1)[1] + ".log")).write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="session")
def bare(stack, front, clock):
    """NightOwl as it is right after the deployment: nobody has a key, nothing is configured."""
    secrets = {"SLACK_BOT_TOKEN": workspace.TOKEN,
               "SLACK_SIGNING_SECRET": workspace.SIGNING_SECRET}
    made = Deployed(stack, front, clock, {**KEYS, **secrets})
    eventually("NightOwl is healthy", lambda: made.ask_health())
    return made


@pytest.fixture(scope="session")
def first_key(bare):
    """As the outputs of the stack say."""
    answer, error = bare.stack.invoke("Admin", {"admin_key": "make"})
    assert error is None, answer
    bare.key = answer["admin_key"]
    return bare.key


@pytest.fixture(scope="session")
def owl(bare, first_key, slack, mattermost, folder):
    """Configured, with three tenants. At the end no log of it holds a secret."""
    bare.mattermost_section = setup(bare, mattermost, "globex")
    bare.file = folder / "nightowl.yaml"
    bare.write = lambda **changed: bare.file.write_text(
        config(slack.recorder.url + "/api/", bare.mattermost_section, **changed))
    bare.write()
    done = bare.apply(bare.file)
    assert done.returncode == 0, done.stdout + done.stderr
    yield bare
    logs = "\n".join(line for lines in bare.stack.aws.logs().values() for line in lines)
    assert "page.posted" in logs, "the logs are those of the functions"
    secrets = [*mattermost.secrets(), *bare.env.values(), first_key]
    for secret in secrets:
        assert secret not in logs, "a secret is in a log"


@pytest.fixture
def alertmanager(owl, tmp_path):
    """A real one, which sends to the tenant on Slack. Answers its URL."""
    port = free_port()
    (tmp_path / "alertmanager.yml").write_text(f"""
route:
  receiver: nightowl
  group_by: [alertname]
  group_wait: 200ms
  group_interval: 1s
receivers:
  - name: nightowl
    webhook_configs:
      - url: {owl.url}/api/v1/webhook/alertmanager/{KEYS["PROM_KEY"]}
        send_resolved: true
""")
    program = Program(
        ["prometheus-alertmanager", f"--config.file={tmp_path}/alertmanager.yml",
         f"--storage.path={tmp_path}/am", f"--web.listen-address=127.0.0.1:{port}",
         "--cluster.listen-address="],
        tmp_path / "alertmanager.log",
    )
    url = f"http://127.0.0.1:{port}"
    eventually("alertmanager is ready", lambda: request("GET", url + "/-/ready")[0] == 200)
    yield url
    program.stop()
