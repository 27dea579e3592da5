//! An alert with something in every field, and a tenant with two people.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use nightowl_domain::{
    Actor, Alert, AlertFields, AlertId, ClaimId, ClaimMode, Clearing, Destination, Details,
    DropReason, Entry, EntryKind, Event, EventKind, Firing, Integration, LastFiring, Link,
    LinkKind, MessageRef, Method, NoticeKind, Page, Policy, Position, Received, Refresh, Rotation,
    RotationLength, Schedule, Send, SendKey, SendState, SeriesHash, Severity, Shown, Snooze,
    Status, Target, Tenant, Tier, Time, User, What,
};

/// Alice and Bob take turns in the schedule `platform`; the policy pages the primary for five
/// minutes, then the secondary for ten, twice in all. Its provider is `chat`.
pub fn sample_tenant() -> Tenant {
    let user = |id: &str, name: &str| User {
        id: id.to_owned(),
        name: name.to_owned(),
        email: Some(format!("{id}@example.com")),
        timezone: None,
        handles: BTreeMap::new(),
    };
    Tenant {
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        hash: "hash-1".to_owned(),
        provider: Some("chat".to_owned()),
        default_channels: BTreeMap::from([
            ("chat".to_owned(), "ops".to_owned()),
            ("inbox".to_owned(), "alerts".to_owned()),
        ]),
        allow_unlinked: false,
        thread_replies: BTreeSet::new(),
        users: vec![user("alice", "Alice"), user("bob", "Bob")],
        schedules: vec![schedule()],
        policies: vec![policy()],
        integrations: vec![Integration {
            id: "prometheus".to_owned(),
            format: "alertmanager".to_owned(),
            policy: "default".to_owned(),
            schedule: Some("platform".to_owned()),
            provider: None,
            channel: None,
            default_severity: Severity::Warning,
            cards_per_minute: None,
        }],
    }
}

fn schedule() -> Schedule {
    let rotation = |role: &str, members: &[&str]| Rotation {
        id: role.to_owned(),
        role: role.to_owned(),
        length: RotationLength::Weeks(1),
        start: "2025-01-06T09:00".parse().unwrap_or_default(),
        members: members.iter().map(|member| (*member).to_owned()).collect(),
    };
    Schedule {
        id: "platform".to_owned(),
        timezone: Time::default()
            .timestamp()
            .in_tz("UTC")
            .map(|zoned| zoned.time_zone().clone())
            .unwrap_or_else(|error| panic!("the zone UTC is always there: {error}")),
        rotations: vec![rotation("primary", &["alice"]), rotation("secondary", &["bob"])],
        overrides: Vec::new(),
    }
}

fn policy() -> Policy {
    let tier = |minutes: u64, target: Target| Tier {
        timeout: Duration::from_secs(minutes * 60),
        notify_via: vec![Method::MessagingDm],
        targets: vec![target],
        provider: None,
    };
    Policy {
        id: "default".to_owned(),
        repeat: 1,
        ack_timeout: None,
        reopen_after: Policy::REOPEN_AFTER,
        tiers: vec![tier(5, Target::OnCallPrimary), tier(10, Target::OnCallSecondary)],
    }
}

/// A firing of the integration `prometheus`.
pub fn fired(event: &str, dedup_key: &str, title: &str, at: Time) -> Event {
    Event {
        id: event.into(),
        received: Received { at, position: 0 },
        actor: Actor::Source,
        kind: EventKind::Fired {
            integration: "prometheus".to_owned(),
            dedup_key: dedup_key.to_owned(),
            firing: Firing {
                title: title.to_owned(),
                severity: Severity::Critical,
                starts_at: None,
                details: sample_details(),
                problems: Vec::new(),
            },
        },
    }
}

pub fn sample_details() -> Details {
    Details {
        description: "The disk is full.\nReally.".to_owned(),
        labels: BTreeMap::from([
            ("cluster".to_owned(), "eu-1".to_owned()),
            ("größe".to_owned(), "10 GB".to_owned()),
            ("empty".to_owned(), String::new()),
        ]),
        annotations: BTreeMap::from([("summary".to_owned(), "full".to_owned())]),
        links: vec![Link {
            kind: LinkKind::Runbook,
            text: "Runbook".to_owned(),
            url: "https://example.com/runbook".to_owned(),
        }],
    }
}

/// An open alert in which no field is empty; version 1, opened at `opened`. It owes things.
pub fn sample_alert(tenant: &str, dedup_key: &str, number: u32, opened: Time) -> Alert {
    let series = SeriesHash::of(tenant, "prometheus", dedup_key);
    let received = Received { at: opened, position: 3 };
    let id = AlertId::new(series, number, opened, 3);
    let alice = Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
    let clearing = Clearing {
        event: "clear".into(),
        received,
        starts_at: Some(opened),
        ends_at: Some(opened + Duration::from_secs(5)),
    };
    let fields = AlertFields {
        id,
        tenant: tenant.to_owned(),
        integration: "prometheus".to_owned(),
        dedup_key: dedup_key.to_owned(),
        short_id: id.short_id(tenant, 0),
        opened: received,
        details: format!("details-{number}"),
        hidden: false,
        status: Status::Snoozed {
            by: alice.clone(),
            at: opened,
            until: opened + Duration::from_secs(600),
        },
        title: "Disk full «/var»".to_owned(),
        severity: Severity::Error,
        starts_at: Some(opened),
        count: 7,
        last_firing: LastFiring { event: "fire".into(), received, starts_at: Some(opened) },
        clears_aside: vec![clearing.clone()],
        newest_clear: Some(clearing),
        closed: Some(received),
        last_human: Some(received),
        snooze_left: Some(Snooze { by: alice.clone(), at: opened, until: opened }),
        next: Some(AlertId::new(series, number + 1, opened, 0)),
        previous: Some(AlertId::new(series, number.saturating_sub(1), opened, 0)),
        plan: Position {
            config: "hash-1".to_owned(),
            policy: "default".to_owned(),
            round: 1,
            tier: 2,
            generation: 9,
            tick_due: Some(opened + Duration::from_secs(600)),
            exhausted: Some(opened),
            reminded: true,
        },
        sends: sends(id, opened).into(),
        card_rev: 12,
        owed_since: Some(opened),
        seen: vec![("event".into(), "write".into())],
        timeline: [Entry {
            seq: 4,
            at: opened,
            kind: EntryKind::Acknowledged,
            actor: alice,
            text: "Acknowledged.".to_owned(),
        }]
        .into_iter()
        .collect(),
        timeline_next: 5,
        timeline_flushed: 4,
        version: 1,
        write_id: "write-1".into(),
    };
    fields.into()
}

/// A posted message that is being edited.
fn shown(at: Time) -> Shown {
    let message = MessageRef {
        provider: "chat".to_owned(),
        channel: "C1".to_owned(),
        message: "1.2".to_owned(),
    };
    Shown {
        at,
        message,
        rev: 11,
        count: 6,
        edited_at: at,
        refresh: Some(Refresh { claim: "claim".into(), lease_until: at, started: at }),
        again_after: Some(at),
        not_before: Some(at),
        closed: false,
    }
}

/// One send in every state.
fn sends(id: AlertId, at: Time) -> Vec<Send> {
    let page = What::Page(Page {
        round: 1,
        tier: 2,
        person: Some("bob".to_owned()),
        person_name: "Bob".to_owned(),
        method: Method::MessagingDm,
        target: "oncall_secondary".to_owned(),
        because: Some("a reason".to_owned()),
        born: Some(at),
    });
    let card = SendKey::derive(id, &[b"0"]);
    let states = [
        (What::Card, SendState::Sent(shown(at))),
        (page.clone(), SendState::Wanted { not_before: None }),
        (page.clone(), SendState::Wanted { not_before: Some(at) }),
        (
            page.clone(),
            SendState::Claimed {
                claim: ClaimId::from("claim"),
                mode: ClaimMode::FindThenPost,
                lease_until: at,
                since: at,
                finds_failed: 3,
                finding_since: Some(at),
            },
        ),
        (
            page,
            SendState::InDoubt { since: at, not_before: at, finds_failed: 1, finding_since: None },
        ),
        (What::Notice(NoticeKind::FinalState { card }), SendState::Dropped(DropReason::GaveUp)),
        (
            What::Notice(NoticeKind::Reply { text: "Bob escalated.".to_owned() }),
            SendState::Wanted { not_before: None },
        ),
        (What::Notice(NoticeKind::WhatFixedIt), SendState::Wanted { not_before: None }),
    ];
    states
        .into_iter()
        .enumerate()
        .map(|(index, (what, state))| Send {
            key: SendKey::derive(id, &[index.to_string().as_bytes()]),
            to: match index % 2 {
                0 => {
                    Destination::Channel { provider: "chat".to_owned(), channel: "ops".to_owned() }
                }
                _ => Destination::Person { provider: "chat".to_owned(), user: "bob".to_owned() },
            },
            what,
            generation: 9,
            state,
            attempts: 2,
        })
        .collect()
}
