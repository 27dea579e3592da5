"""What a deployer does: `sam build`, `sam deploy`, and the first key."""

import json
import os
import pathlib
import platform
import re
import subprocess

from harness import ROOT
from local_aws import ClientError, pages

SAM = pathlib.Path(os.environ.get("NIGHTOWL_SAM", ROOT / "target/aws/sam")) / "bin"
BUILT = ROOT / "target/aws/built"
STACK = "nightowl"

# Compiled for this test only: the release profile takes its time to make things small. With
# NIGHTOWL_AWS_RELEASE it is what a deployer would get.
QUICK = {
    "CARGO_TARGET_DIR": str(ROOT / "target/aws/cargo"),
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
}

# On AWS these rights cover batches too.
BATCHED = {"sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}
# Conditions that AWS checks and the emulator does not know.
UNKNOWN_CONDITIONS = {"ssm:overwrite", "iam:passedtoservice"}


def architecture():
    return "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


def sam(aws, *arguments, env=None):
    """A command of the SAM CLI, as its owner would type it; fails with what it said."""
    search = f"{SAM}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(SAM / "sam"), *[str(part) for part in arguments]], cwd=ROOT, capture_output=True,
        text=True, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, **(aws.deployer() if aws else {}), "SAM_CLI_TELEMETRY": "0",
             "PATH": search, **(env or {})},
    )
    assert done.returncode == 0, f"sam {arguments[0]}: {done.stdout[-4000:]}\n{done.stderr[-8000:]}"
    return done.stdout


def build():
    """The artefacts, for the machine that runs the tests."""
    if os.environ.get("NIGHTOWL_AWS_BUILT"):
        return
    profile = {} if os.environ.get("NIGHTOWL_AWS_RELEASE") else QUICK
    sam(None, "build", "--template-file", ROOT / "template.yaml", "--build-dir", BUILT,
        "--parameter-overrides", f"Architecture={architecture()}", env=profile)


class Stack:
    """The bundle in an account."""

    def __init__(self, aws, public_url):
        self.aws = aws
        self.public_url = public_url
        self.outputs, self.resources = {}, {}

    def deploy(self, **parameters):
        given = {"Architecture": architecture(), "PublicUrl": self.public_url, **parameters}
        sam(self.aws, "deploy", "--template-file", without_tls(BUILT / "template.yaml"),
            "--stack-name", STACK, "--resolve-s3", "--capabilities", "CAPABILITY_IAM",
            "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--parameter-overrides",
            *[f"{name}={value}" for name, value in given.items()])
        self._look()
        self._fill_gaps()
        return self

    def _look(self):
        formation = self.aws.client("cloudformation")
        [stack] = formation.describe_stacks(StackName=STACK)["Stacks"]
        self.outputs = {row["OutputKey"]: row["OutputValue"] for row in stack["Outputs"]}
        rows = pages(formation, "list_stack_resources", "StackResourceSummaries", StackName=STACK)
        self.resources = {row["LogicalResourceId"]: row for row in rows}

    def of_type(self, kind):
        """Physical ids by logical id."""
        return {name: row["PhysicalResourceId"] for name, row in self.resources.items()
                if row["ResourceType"] == kind}

    def physical(self, logical):
        return self.resources[logical]["PhysicalResourceId"]

    def _fill_gaps(self):
        """Where the emulator asks for permissions otherwise than AWS does: it does not know the
        group of a schedule, nor some conditions, nor that a batch needs no right of its own. A role
        gets that much more here; what the template says of it is for the test of the template."""
        iam = self.aws.client("iam")
        for role in self.of_type("AWS::IAM::Role").values():
            more = [gap for document in documents(iam, role)
                    for statement in listed(document["Statement"]) for gap in gaps(statement)]
            if more:
                document = {"Version": "2012-10-17", "Statement": more}
                iam.put_role_policy(
                    RoleName=role, PolicyName="gaps", PolicyDocument=json.dumps(document))

    def invoke(self, logical, event):
        """A direct invocation by the account's owner: the answer, or the error that it ended in."""
        answer = self.aws.client("lambda").invoke(
            FunctionName=self.physical(logical), Payload=json.dumps(event).encode())
        return json.loads(answer["Payload"].read()), answer.get("FunctionError")

    def renew(self, function):
        """A new process for the next call, as Lambda makes them whenever it likes."""
        client, name = self.aws.client("lambda"), self.physical(function)
        client.update_function_configuration(
            FunctionName=name, Description=f"renewed at {self.aws.clock.now()}")
        client.get_waiter("function_updated_v2").wait(FunctionName=name)

    def pause(self, function, is_paused=True):
        """Stops the sources of a function, or lets them go on."""
        client = self.aws.client("lambda")
        found = client.list_event_source_mappings(FunctionName=self.physical(function))
        for source in found["EventSourceMappings"]:
            client.update_event_source_mapping(UUID=source["UUID"], Enabled=not is_paused)

    def waiting(self, queue):
        """How many messages of a queue could be received now."""
        name = "ApproximateNumberOfMessages"
        answer = self.aws.client("sqs").get_queue_attributes(
            QueueUrl=self.physical(queue), AttributeNames=[name])
        return int(answer["Attributes"][name])

    def lines(self, function):
        """What a function has written, as JSON where it is."""
        [group] = [name for name in self.of_type("AWS::Logs::LogGroup").values()
                   if name.endswith("-" + function.lower())]
        return self.aws.logs(group).get(group, [])


def without_tls(template):
    """The built template but for one word: the emulator speaks plain HTTP, which the policy of the
    queues refuses."""
    text, changed = re.subn(
        r"""(aws:SecureTransport["']?: *)["']?false["']?""", r"\1never", template.read_text())
    assert changed == 1, "the queues' policy is not as it was"
    local = template.with_name("local.yaml")
    local.write_text(text)
    return local


def listed(one_or_many):
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def documents(iam, role):
    """All policies of a role, its own and those that it shares."""
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        if name != "gaps":
            yield iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = policy["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        yield iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def gaps(statement):
    """What the emulator has to be told besides a statement."""
    actions = listed(statement.get("Action", []))
    if statement.get("Effect") != "Allow":
        return
    if any(action.startswith("scheduler:") for action in actions):
        resources = [arn.rsplit("/", 2)[0] + "/default/*" for arn in listed(statement["Resource"])
                     if ":schedule/" in arn]
        if resources:
            yield {"Effect": "Allow", "Action": actions, "Resource": resources}
    batches = [f"{action}Batch" for action in actions if action in BATCHED]
    if batches:
        yield {**statement, "Action": batches}
    condition = statement.get("Condition", {})
    keys = [key for of_operator in condition.values() for key in of_operator]
    if any(key.lower() in UNKNOWN_CONDITIONS for key in keys):
        yield {name: value for name, value in statement.items() if name not in ("Condition", "Sid")}


__all__ = ["ClientError", "STACK", "Stack", "build", "sam"]
