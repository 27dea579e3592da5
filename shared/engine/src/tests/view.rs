//! What people see of an alert.

use std::time::Duration;

use jiff::tz::TimeZone;
use nightowl_domain::{Actor, Alert, Details, LinkKind, SendKey, Status, Tenant, Time};
use nightowl_messaging::Button;

use crate::testing::{sample_alert, sample_details, sample_tenant};
use crate::view::{Faces, OnCallNow, View, alert_message};

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
    alert_message(&view(alert, details, &tenant), &SendKey::from("send"))
}

fn show_in(alert: &Alert, tenant: &Tenant) -> nightowl_messaging::AlertMessage {
    alert_message(&view(alert, &Details::default(), tenant), &SendKey::from("send"))
}

fn view<'a>(alert: &'a Alert, details: &'a Details, tenant: &'a Tenant) -> View<'a> {
    static NOBODY: Faces = Faces(std::collections::BTreeMap::new());
    View {
        alert,
        details,
        tenant,
        policy: &tenant.policies[0],
        on_call: OnCallNow::of(alert, tenant, noon()),
        next: None,
        link: None,
        faces: &NOBODY,
    }
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
    use Button::{Acknowledge, Escalate, Resolve, Runbook, Snooze, Unacknowledge};
    let alice = || Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
    let at = noon();
    let with = |status: Status| {
        show(&firing().with(|alert| alert.status = status), &sample_details()).buttons
    };
    assert_eq!(with(Status::Firing), [Acknowledge, Escalate, Resolve, Snooze, Runbook]);
    let acknowledged = Status::Acknowledged { by: alice(), at };
    assert_eq!(with(acknowledged), [Unacknowledge, Escalate, Resolve, Snooze, Runbook]);
    let resolved = Status::Resolved { by: alice(), at, note: None };
    assert_eq!(with(resolved), [Runbook]);

    let mut last = firing();
    (last.plan.round, last.plan.tier) = (1, 1);
    assert_eq!(show(&last, &Details::default()).buttons, [Acknowledge, Resolve, Snooze]);
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
fn moments_are_told_in_the_zone_of_the_schedule() {
    let mut tenant = sample_tenant();
    let berlin = TimeZone::get("Europe/Berlin").expect("it is known");
    tenant.schedules[0].timezone = berlin;
    let mut alert = firing();
    let sentence = |alert: &Alert, tenant: &Tenant| show_in(alert, tenant).escalation;
    assert_eq!(sentence(&alert, &tenant), "Tier 1 of 2, round 1 of 2; next at 13:05 CET.");
    let (by, until) = (Actor::System, noon() + Duration::from_secs(12 * 3_600));
    alert.status = Status::Snoozed { by, at: noon(), until };
    let snoozed = "Snoozed by NightOwl until 2025-11-23 01:00 CET.";
    assert_eq!(sentence(&alert, &tenant), snoozed);
    tenant.integrations[0].schedule = None;
    assert_eq!(sentence(&alert, &tenant), snoozed, "there is only one");
    tenant.schedules.clear();
    assert_eq!(sentence(&alert, &tenant), "Snoozed by NightOwl until 2025-11-23 00:00 UTC.");
}

#[test]
fn short_ids_are_shown_in_upper_case() {
    let mut alert = firing();
    alert.short_id = "x2k9fq".to_owned();
    assert_eq!(show(&alert, &Details::default()).short_id, "X2K9FQ");
    let (tenant, details) = (sample_tenant(), Details::default());
    let next = Some("y3m8gr".to_owned());
    let view = View { next, ..view(&alert, &details, &tenant) };
    let shown = alert_message(&view, &SendKey::from("send"));
    assert_eq!(shown.superseded_by.as_deref(), Some("Y3M8GR"));
}

#[test]
fn who_is_on_call_is_named() {
    let shown = show(&firing(), &Details::default());
    assert_eq!(shown.primary_on_call.map(|person| person.name).as_deref(), Some("Alice"));
    assert_eq!(shown.secondary_on_call.map(|person| person.name).as_deref(), Some("Bob"));
}
