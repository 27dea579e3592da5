"""What is there after `sam deploy`, and the operator's first steps."""

import json
import re

import pytest

from bundle import STACK, sam
from harness import request


def test_the_first_key_is_shown_once(bare, first_key):
    assert len(first_key) >= 32
    # As the outputs of the stack say it.
    said = sam(bare.stack.aws, "remote", "invoke", "Admin", "--stack-name", STACK,
               "--event", json.dumps({"admin_key": "make"}))
    assert first_key not in said and '"admin_key":"' not in said.replace(" ", ""), said
    told = [value for value in bare.stack.outputs.values() if "remote invoke" in value]
    assert told and STACK in told[0] and first_key not in json.dumps(bare.stack.outputs)


def test_outputs_are_addresses_that_answer(bare, owl):
    urls = [value for value in bare.stack.outputs.values() if value.startswith(bare.url)]
    assert urls
    for path in ("/api/v1/webhook", "/api/v1/slack/interactions", "/api/v1/mattermost/actions",
                 "/console"):
        assert any(bare.url + path in url for url in urls), path
    # What is not signed is refused by the function, not lost at the gateway.
    for path in ("slack/commands", "slack/interactions", "slack/events", "mattermost/actions"):
        status, headers, _ = owl.post(f"/api/v1/{path}/acme", "a=b")
        assert status in (400, 401, 403), path
        assert headers["Content-Type"].startswith("application/problem+json"), path
    assert owl.post("/api/v1/webhook/no-such-key-0123456789", "{}")[0] == 404
    assert request("GET", owl.url + "/api/v1/nowhere")[0] == 404


def test_what_holds_truth_is_kept(bare):
    aws = bare.stack.aws
    dynamo = aws.client("dynamodb")
    names = dynamo.list_tables()["TableNames"]
    assert len(names) == 2, names
    for name in names:
        table = dynamo.describe_table(TableName=name)["Table"]
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert table["DeletionProtectionEnabled"]


def test_every_function_logs_where_its_log_is_kept(bare, owl):
    aws = bare.stack.aws
    kept = {row["logGroupName"]: row.get("retentionInDays")
            for row in aws.client("logs").describe_log_groups()["logGroups"]}
    groups = bare.stack.of_type("AWS::Logs::LogGroup").values()
    assert groups and all(kept[name] for name in groups), kept
    # Nothing was written elsewhere, where it would be kept for ever.
    assert set(kept) <= set(groups), kept


def test_the_access_log_holds_no_key(bare):
    api = bare.stack.aws.client("apigatewayv2")
    [stage] = api.get_stages(ApiId=bare.stack.physical("Api"))["Items"]
    shown = re.findall(r"\$context\.([\w.]+)", stage["AccessLogSettings"]["Format"])
    assert "routeKey" in shown
    assert not {"path", "resourcePath", "protocol"} & set(shown), shown


def test_the_sealing_keys_are_made_on_first_use(owl):
    ssm = owl.stack.aws.client("ssm")
    found = ssm.get_parameters_by_path(Path="/nightowl", Recursive=True)["Parameters"]
    assert {one["Type"] for one in found} == {"SecureString"}
    assert {one["Name"].rsplit("/", 1)[1] for one in found} == {"webhook", "chat"}
    assert {one["Version"] for one in found} == {1}, "never overwritten"


def test_mistakes_in_a_file_are_named_and_change_nothing(owl, folder):
    wrong = folder / "wrong.yaml"
    wrong.write_text(owl.file.read_text().replace("messaging_provider: inbox", "colour: red"))
    done = owl.apply(wrong)
    assert done.returncode == 1 and "colour" in done.stdout + done.stderr, done
    again = owl.apply(owl.file)
    assert again.returncode == 0 and "othing" in again.stdout, again


@pytest.mark.parametrize("key", ["", "wrong-key-0123456789abcdef"])
def test_nobody_else_gets_in(owl, key):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    assert request("GET", owl.url + "/api/v1/admin/config", None, headers)[0] == 401
    assert request("GET", owl.url + "/console/")[0] == 401
