//! What people see of an alert.

use std::time::Duration;

use nightowl_domain::{Actor, Alert, Details, LinkKind, SendKey, Status, Time};
use nightowl_messaging::Button;

use crate::testing::{sample_alert, sample_details, sample_tenant};
use crate::view::{Faces, View, alert_message};

fn noon() -> Time {
    Time::from_seconds(1_763_812_800)
}

/// An alert in the first tier of the sample policy.
fn firing() -> Alert {
    let mut alert = sample_alert("acme", "disk", 1, noon());
    alert.status = Status::Firing;
    alert.plan.round = 0;
    alert.plan.tier = 0;
    alert.plan.exhausted = None;
    alert.plan.reminded = false;
    alert.plan.tick_due = Some(noon() + Duration::from_secs(300));
    alert
}

fn show(alert: &Alert, details: &Details) -> nightowl_messaging::AlertMessage {
    let tenant = sample_tenant();
    let view = View {
        alert,
        details,
        tenant: &tenant,
        policy: &tenant.policies[0],
        at: noon(),
        next: None,
        link: None,
        faces: &Faces::default(),
    };
    alert_message(&view, &SendKey::from("send"))
}

#[test]
fn labels_are_shown_once() {
    let shown = show(&firing(), &sample_details());
    assert_eq!(shown.cluster.as_deref(), Some("eu-1"));
    let names: Vec<&str> = shown.labels.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["empty", "größe"], "a label with a field of its own is not repeated");
    assert_eq!(shown.runbook_url.as_deref(), Some("https://example.com/runbook"));
    assert!(shown.links.is_empty(), "the runbook has a button of its own");

    let mut details = sample_details();
    details.labels.insert("service".to_owned(), "web".to_owned());
    details.labels.insert("job".to_owned(), "node".to_owned());
    details.links[0].kind = LinkKind::Dashboard;
    let shown = show(&firing(), &details);
    assert_eq!(shown.service.as_deref(), Some("web"));
    assert!(shown.labels.iter().any(|(name, _)| name == "job"), "one of two names is a label");
    assert_eq!((shown.links.len(), shown.runbook_url), (1, None));
}

#[test]
fn buttons_are_those_that_make_sense() {
    use Button::{Acknowledge, Escalate, Resolve, Runbook, Unacknowledge};
    let alice = || Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
    let at = noon();
    let with = |status: Status| show(&Alert { status, ..firing() }, &sample_details()).buttons;
    assert_eq!(with(Status::Firing), [Acknowledge, Escalate, Resolve, Runbook]);
    let acknowledged = Status::Acknowledged { by: alice(), at };
    assert_eq!(with(acknowledged), [Unacknowledge, Escalate, Resolve, Runbook]);
    let resolved = Status::Resolved { by: alice(), at, note: None };
    assert_eq!(with(resolved), [Runbook]);

    let mut last = firing();
    (last.plan.round, last.plan.tier) = (1, 1);
    assert_eq!(show(&last, &Details::default()).buttons, [Acknowledge, Resolve]);
}

#[test]
fn one_sentence_says_where_it_stands() {
    let sentence = |alert: &Alert| show(alert, &Details::default()).escalation;
    let mut alert = firing();
    assert_eq!(sentence(&alert), "Tier 1 of 2, round 1 of 2; next at 12:05 UTC.");
    alert.plan.exhausted = Some(noon());
    assert_eq!(sentence(&alert), "Nobody answered; nobody else is paged.");

    let by = Actor::Api { key: "ops".to_owned() };
    let until = noon() + Duration::from_secs(3_600);
    alert.status = Status::Snoozed { by: by.clone(), at: noon(), until };
    assert_eq!(sentence(&alert), "Snoozed by api:ops until 2025-11-22 13:00 UTC.");
    alert.status = Status::Acknowledged { by: by.clone(), at: noon() };
    assert_eq!(sentence(&alert), "Acknowledged by api:ops; a reminder goes out at 12:05 UTC.");
    alert.status = Status::Resolved { by, at: noon(), note: Some("rebooted".to_owned()) };
    let shown = show(&alert, &Details::default());
    assert_eq!(shown.escalation, "Resolved by api:ops.");
    assert_eq!(shown.resolution.as_deref(), Some("rebooted"));
}

#[test]
fn who_is_on_call_is_named() {
    let shown = show(&firing(), &Details::default());
    assert_eq!(shown.primary_on_call.map(|person| person.name).as_deref(), Some("Alice"));
    assert_eq!(shown.secondary_on_call.map(|person| person.name).as_deref(), Some("Bob"));
}
