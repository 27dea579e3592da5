//! What a page says while it calls somebody, and after that.

use std::time::Duration;

use jiff::tz::TimeZone;
use nightowl_domain::{
    Actor, Alert, Destination, Details, MessageRef, Method, Page, Send, SendKey, SendState, Shown,
    Status, Time, What,
};
use nightowl_messaging::Message;

use crate::testing::{sample_alert, sample_tenant};
use crate::view::{Faces, OnCallNow, View, message};

fn noon() -> Time {
    Time::from_seconds(1_763_812_800)
}

fn alice() -> Actor {
    Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() }
}

/// In the second tier, where Bob is paged.
fn firing() -> Alert {
    let mut alert = sample_alert("acme", "disk", 1, noon());
    alert.status = Status::Firing;
    (alert.plan.round, alert.plan.tier, alert.plan.exhausted) = (0, 1, None);
    alert
}

fn page(to: Destination, generation: u64, state: SendState) -> Send {
    let page = Page {
        round: 0,
        tier: 1,
        person: Some("bob".to_owned()),
        person_name: "Bob".to_owned(),
        method: Method::MessagingChannel,
        target: "oncall_secondary".to_owned(),
        because: None,
        born: None,
    };
    let key = SendKey::from("page");
    Send { key, what: What::Page(page), to, generation, state, attempts: 0 }
}

fn channel() -> Destination {
    Destination::Channel { provider: "chat".to_owned(), channel: "ops".to_owned() }
}

fn person(user: &str) -> Destination {
    Destination::Person { provider: "chat".to_owned(), user: user.to_owned() }
}

fn posted() -> SendState {
    let message = MessageRef {
        provider: "chat".to_owned(),
        channel: "C-ops".to_owned(),
        message: "1".to_owned(),
    };
    SendState::Sent(Shown {
        at: noon(),
        message,
        rev: 0,
        count: 1,
        edited_at: noon(),
        refresh: None,
        again_after: None,
        not_before: None,
        closed: false,
    })
}

fn shown(alert: &Alert, send: &Send) -> Message {
    let mut tenant = sample_tenant();
    tenant.schedules[0].timezone = TimeZone::get("Europe/Berlin").expect("it is known");
    let view = View {
        alert,
        details: &Details::default(),
        tenant: &tenant,
        policy: &tenant.policies[0],
        on_call: OnCallNow::of(alert, &tenant, noon()),
        next: None,
        link: None,
        faces: &Faces::default(),
    };
    message(&view, send)
}

/// What a channel's page says in place of its call, and until when it asks.
fn in_channel(alert: &Alert, send: &Send) -> (Option<String>, f64) {
    match shown(alert, send) {
        Message::Escalation(page) => (page.standing, page.timeout_minutes),
        other => panic!("not a page in a channel: {other:?}"),
    }
}

#[test]
fn a_page_calls_until_somebody_answers_or_another_tier_is_told() {
    let mut alert = firing();
    let send = page(channel(), alert.plan.generation, posted());
    assert_eq!(in_channel(&alert, &send), (None, 10.0));
    let over = |alert: &Alert, expected: &str| {
        let standing = format!("Bob was paged (tier 2). {expected}");
        assert_eq!(in_channel(alert, &send), (Some(standing), 0.0));
    };
    alert.status = Status::Acknowledged { by: alice(), at: noon() };
    over(&alert, "Acknowledged by Alice.");
    let until = noon() + Duration::from_secs(3_600);
    alert.status = Status::Snoozed { by: alice(), at: noon(), until };
    over(&alert, "Snoozed by Alice until 2025-11-22 14:00 CET.");
    alert.status = Status::Resolved { by: Actor::Source, at: noon(), note: None };
    over(&alert, "Resolved by the source.");
    alert.status = Status::Firing;
    alert.plan.generation += 1;
    over(&alert, "It fires again.");
    alert.plan.tier = 2;
    over(&alert, "Tier 3 is told now.");
    (alert.plan.round, alert.plan.tier) = (1, 0);
    over(&alert, "Tier 1, round 2 is told now.");
    alert.plan.exhausted = Some(noon());
    over(&alert, "Nobody answered.");
}

/// However long it lasts: nobody is told after it.
#[test]
fn the_last_tier_names_no_next() {
    let mut alert = firing();
    let mut send = page(channel(), alert.plan.generation, posted());
    let mut in_round = |round: u32| {
        alert.plan.round = round;
        if let What::Page(page) = &mut send.what {
            page.round = round;
        }
        in_channel(&alert, &send)
    };
    assert_eq!(in_round(0), (None, 10.0), "a round comes after it");
    assert_eq!(in_round(99), (None, 0.0));
}

#[test]
fn a_page_that_comes_late_still_calls() {
    let mut alert = firing();
    let send = page(channel(), alert.plan.generation, SendState::Wanted { not_before: None });
    alert.plan.generation += 1;
    alert.plan.tier = 2;
    assert_eq!(in_channel(&alert, &send), (None, 0.0), "the next tier is told already");
    alert.status = Status::Acknowledged { by: alice(), at: noon() };
    assert!(in_channel(&alert, &send).0.is_some(), "there is nothing to call for");
}

#[test]
fn a_direct_page_says_how_it_ended() {
    let mut alert = firing();
    let says = |alert: &Alert, user: &str| match shown(
        alert,
        &page(person(user), firing().plan.generation, posted()),
    ) {
        Message::Direct(page) => page.text,
        other => panic!("not a page to one person: {other:?}"),
    };
    assert_eq!(says(&alert, "bob"), "You are paged: tier 2 (oncall_secondary).");
    alert.status = Status::Acknowledged { by: alice(), at: noon() };
    let was = "You were paged: tier 2 (oncall_secondary). Acknowledged by";
    assert_eq!(says(&alert, "bob"), format!("{was} Alice."));
    assert_eq!(says(&alert, "alice"), format!("{was} you."));
}
