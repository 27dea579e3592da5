"""What goes wrong in a queue: poison, and a storm."""

import json

from harness import eventually, shown
from tenants import KEYS
from workspace import click, wait_card

REDRIVES_MAX = 3
FIVE_MINUTES = 300


def dead_letters(owl):
    """How many there are, hidden or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = owl.stack.aws.client("sqs").get_queue_attributes(
        QueueUrl=owl.stack.physical("EventsDead"), AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


def sweep_dead_letters(owl):
    """The sweep looks at dead letters in each fifth minute; here that is now."""
    owl.clock.forward(FIVE_MINUTES - owl.now() % FIVE_MINUTES + 1)
    answer, error = owl.stack.invoke("Escalation", {"v": 1, "kind": "sweep"})
    assert error is None, answer


def redriven(owl):
    """How often a poisoned message was received in each of its lives."""
    lines = [json.loads(line) for line in owl.stack.lines("Worker") if line.startswith("{")]
    return [line for line in lines if "nothing for this consumer" in json.dumps(line)]


def test_poison_fails_alone_and_comes_back_three_times(owl):
    sqs, events = owl.stack.aws.client("sqs"), owl.stack.physical("Events")
    attributes = ["VisibilityTimeout", "RedrivePolicy"]
    before = sqs.get_queue_attributes(QueueUrl=events, AttributeNames=attributes)["Attributes"]
    assert json.loads(before["RedrivePolicy"])["maxReceiveCount"] in (5, "5")
    owl.fire("INITECH_KEY", "Something to point at")
    alert = owl.alert("Something to point at", "initech")
    owl.stack.pause("Worker")
    # A failed message comes again at once instead of three minutes later.
    sqs.set_queue_attributes(QueueUrl=events, Attributes={"VisibilityTimeout": "1"})
    try:
        for number in range(9):
            owl.fire("INITECH_KEY", f"Neighbour {number}")
        poison = {"v": 1, "kind": "deliver", "tenant": "initech", "alert": alert["id"]}
        sqs.send_message(QueueUrl=events, MessageBody=json.dumps(poison), MessageGroupId="initech")
        assert owl.stack.waiting("Events") == 10
        owl.stack.pause("Worker", is_paused=False)
        for number in range(9):
            owl.alert(f"Neighbour {number}", "initech")
        eventually("it is a dead letter", lambda: dead_letters(owl) == 1)
        eventually("why is in the log", lambda: len(redriven(owl)) == 5)
        for life in range(2, REDRIVES_MAX + 2):
            sweep_dead_letters(owl)
            eventually("it was tried again", lambda: len(redriven(owl)) == 5 * life)
            eventually("it is a dead letter again", lambda: dead_letters(owl) == 1)
        sweep_dead_letters(owl)
        sweep_dead_letters(owl)
        assert len(redriven(owl)) == 5 * (REDRIVES_MAX + 1), "it comes back no more"
        assert dead_letters(owl) == 1
    finally:
        owl.stack.pause("Worker", is_paused=False)
        sqs.set_queue_attributes(QueueUrl=events, Attributes={
            "VisibilityTimeout": before["VisibilityTimeout"]})
        sqs.purge_queue(QueueUrl=owl.stack.physical("EventsDead"))


def storm(count):
    """What one Alertmanager sends when a data centre goes."""
    alerts = [{
        "status": "firing",
        "labels": {"alertname": "HostDown", "host": f"host-{number}"},
        "annotations": {"summary": f"Host {number} is down"},
        "startsAt": "2026-11-01T00:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "", "fingerprint": f"{number:016x}",
    } for number in range(count)]
    return json.dumps({
        "version": "4", "groupKey": "{}", "truncatedAlerts": 0, "status": "firing",
        "receiver": "nightowl", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.com", "alerts": alerts,
    })


def test_acknowledgements_overtake_a_storm(owl, slack):
    owl.fire("GENERIC_KEY", "Before the storm")
    channel = slack.channel("ops-alerts")
    card = wait_card(slack, channel, "Before the storm")
    count = 120
    owl.stack.pause("Worker")
    status, _, text = owl.post(f"/api/v1/webhook/{KEYS['STORM_KEY']}", storm(count),
                               {"Content-Type": "application/json"})
    assert status == 202 and json.loads(text)["events"] == count, text
    # All messages say whose they are, which is what lets SQS be fair.
    sqs, events = owl.stack.aws.client("sqs"), owl.stack.physical("Events")
    seen = sqs.receive_message(QueueUrl=events, MaxNumberOfMessages=10, VisibilityTimeout=0,
                               MessageSystemAttributeNames=["MessageGroupId"])["Messages"]
    assert {one["Attributes"]["MessageGroupId"] for one in seen} == {"initech"}
    owl.stack.pause("Worker", is_paused=False)

    assert click(owl, card, channel, "ack", slack.user("alice@example.com"))[0] == 200
    assert owl.find("Before the storm")["status"] == "acknowledged"
    assert len(stormy(owl)) < count, "the acknowledgement has overtaken the storm"
    eventually("the card says so", lambda: "Alice" in shown(
        [one for one in slack.messages(channel) if one["ts"] == card["ts"]]))
    # Its event stands behind the storm here, where no queue is fair; its page overtakes the cards.
    owl.fire("GENERIC_KEY", "In the middle of the storm")
    wait_card(slack, slack.direct("alice@example.com"), "In the middle of the storm")
    eventually("the storm is listed", lambda: len(stormy(owl)) == count, seconds=90)


def stormy(owl):
    found, cursor = [], ""
    while cursor is not None:
        status, answer = owl.ask("GET", f"alerts?tenant=initech&limit=200{cursor}")
        assert status == 200, answer
        found += [one for one in answer["alerts"] if "is down" in one["title"]]
        cursor = answer["next_cursor"] and f"&cursor={answer['next_cursor']}"
    return found
