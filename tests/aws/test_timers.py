"""A tier that nobody answers: by a delayed message, by a schedule, and when both are lost."""

import json
import re

from harness import eventually, shown
from workspace import wait_card

MINUTE = 60
EARLY = 10 * MINUTE


def schedule_of(owl, alert):
    """The schedule of an alert's tick, if there is one."""
    client = owl.stack.aws.client("scheduler")
    group = owl.stack.physical("Schedules")
    for row in client.list_schedules(GroupName=group, NamePrefix=alert["id"])["Schedules"]:
        try:
            return client.get_schedule(GroupName=group, Name=row["Name"])
        except client.exceptions.ResourceNotFoundException:
            continue  # It has fired since.
    return None


def is_paged(slack, email, title):
    return any(title in shown(message) for message in slack.messages(slack.direct(email)))


def test_a_tier_times_out_through_the_delayed_queue(owl, slack):
    owl.fire("QUICK_KEY", "Nobody at home", severity="critical")
    wait_card(slack, slack.direct("alice@example.com"), "Nobody at home")
    wait_card(slack, slack.direct("bob@example.com"), "Nobody at home")
    alert = owl.alert("Nobody at home")
    assert alert["tier"] == 2
    assert [one["kind"] for one in alert["timeline"]].count("escalated") == 1


def test_a_tier_times_out_through_a_schedule(owl, slack):
    owl.fire("PATIENT_KEY", "Slowly filling up")
    wait_card(slack, slack.direct("alice@example.com"), "Slowly filling up")
    alert = owl.alert("Slowly filling up")
    made = eventually("its schedule", lambda: schedule_of(owl, alert))
    assert made["ActionAfterCompletion"] == "DELETE"
    assert made["Target"]["Arn"].endswith(owl.stack.physical("Escalation"))
    assert made["Target"]["RoleArn"].endswith(owl.stack.physical("SchedulerRole"))
    due = json.loads(made["Target"]["Input"])["at"] / 1000
    assert abs(due - owl.now() - 20 * MINUTE) < 2 * MINUTE
    assert re.fullmatch(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)", made["ScheduleExpression"])

    owl.clock.forward(due - EARLY - owl.now() + 1)
    eventually("the schedule has fired and is gone", lambda: not schedule_of(owl, alert))
    assert not is_paged(slack, "bob@example.com", "Slowly filling up"), "it fires early"
    owl.clock.forward(due - owl.now() + 1)
    wait_card(slack, slack.direct("bob@example.com"), "Slowly filling up")
    alert = owl.alert("Slowly filling up")
    assert [one["kind"] for one in alert["timeline"]].count("escalated") == 1


def test_ticks_that_never_fire_are_repaired_by_the_sweep(owl, slack):
    titles = {"GENERIC_KEY": "Lost in the queue", "PATIENT_KEY": "Lost in the schedule"}
    for key, title in titles.items():
        owl.fire(key, title)
    for title in titles.values():
        wait_card(slack, slack.direct("alice@example.com"), title)
    patient = owl.alert("Lost in the schedule")
    made = eventually("its schedule", lambda: schedule_of(owl, patient))
    owl.stack.aws.client("scheduler").delete_schedule(
        GroupName=made["GroupName"], Name=made["Name"])
    owl.stack.aws.client("sqs").purge_queue(QueueUrl=owl.stack.physical("Urgent"))
    owl.clock.forward(21 * MINUTE)
    for title in titles.values():
        wait_card(slack, slack.direct("bob@example.com"), title)
