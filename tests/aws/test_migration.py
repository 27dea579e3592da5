"""Where the system before this one posted its alerts."""

import json

ROWS = [
    {"tenant": "acme", "alert_id": "42", "channel_id": "C0OLDOLD01", "message_ts": "1700000000.000100"},
    {"tenant": "acme", "alert_id": "43", "channel_id": "C0OLDOLD01", "message_ts": "1700000000.000200"},
    {"tenant": "nobody", "alert_id": "44", "channel_id": "C0OLDOLD01", "message_ts": "1700000000.000300"},
]


def test_mappings_are_taken_over_once(owl, folder):
    file = folder / "mappings.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))

    def migrate():
        return owl.run("migrate", "--slack-mappings", file, "--url", owl.url, key=owl.key)

    done = migrate()
    assert "line 3" in done.stdout and "nobody" in done.stdout, done
    assert "2 migrated, 0 already there, 1 refused" in done.stdout, done
    dynamo = owl.stack.aws.client("dynamodb")
    row = dynamo.get_item(
        TableName=owl.stack.outputs["MessagesTableName"], ConsistentRead=True,
        Key={"pk": {"S": "42"}, "sk": {"S": "slack#C0OLDOLD01"}})
    assert "1700000000.000100" in json.dumps(row["Item"])
    done = migrate()
    assert "0 migrated, 2 already there, 1 refused" in done.stdout, done
