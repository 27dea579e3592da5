//! Every alert and report that the types allow, for tests. Boxed, since the nested types would
//! otherwise outgrow a test's stack.

use nightowl_domain::{
    Actor, Alert, AlertFields, AlertId, ClaimMode, Clearing, Destination, Details, Digest,
    DropReason, Entry, EntryKind, LastFiring, Link, LinkKind, MessageRef, Method, NoticeKind, Page,
    Position, Received, Refresh, Send, SendState, SeriesHash, Severity, Shown, Snooze, Status,
    Time, What,
};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

pub(super) fn text() -> BoxedStrategy<String> {
    prop_oneof!["\\PC{0,12}", Just(String::new()), Just("\"\\#\u{202e}\n\0🦉".to_owned())].boxed()
}

pub(super) fn time() -> BoxedStrategy<Time> {
    prop_oneof![0..4_000_000_000_000_i64, any::<i64>()].prop_map(Time::from_millis).boxed()
}

/// Index keys hold moments from 1970 to the year 33658.
fn stamped() -> BoxedStrategy<Received> {
    (0..4_000_000_000_000_i64, any::<u32>())
        .prop_map(|(at, position)| Received { at: Time::from_millis(at), position })
        .boxed()
}

pub(super) fn received() -> BoxedStrategy<Received> {
    (time(), any::<u32>()).prop_map(|(at, position)| Received { at, position }).boxed()
}

pub(super) fn actor() -> BoxedStrategy<Actor> {
    prop_oneof![
        Just(Actor::Source),
        Just(Actor::System),
        (text(), text()).prop_map(|(id, name)| Actor::User { id, name }),
        text().prop_map(|key| Actor::Api { key }),
        (text(), text(), text()).prop_map(|(provider, id, name)| Actor::Chat {
            provider,
            id,
            name
        }),
    ]
    .boxed()
}

pub(super) fn digest_id() -> BoxedStrategy<AlertId> {
    (text(), 1..0x007F_FFFF_u32, stamped())
        .prop_map(|(key, number, opened)| {
            AlertId::of_digest(SeriesHash::of("acme", "digest", &key), number, opened.at)
        })
        .boxed()
}

pub(super) fn digest() -> BoxedStrategy<Digest> {
    let ids = (digest_id(), text(), text());
    let held = (vec(alert_id(), 0..4), vec(send(), 0..3), any::<u64>());
    let kept = (stamped(), of(time()), 1..i64::MAX);
    (ids, held, kept)
        .prop_map(
            |((id, tenant, write_id), (members, sends, rev), (opened, owed_since, version))| {
                Digest {
                    id,
                    tenant: tenant.replace('#', ""),
                    opened: opened.at,
                    members,
                    sends: sends.into(),
                    rev,
                    owed_since,
                    version: version.unsigned_abs(),
                    write_id: write_id.into(),
                }
            },
        )
        .boxed()
}

pub(super) fn alert_id() -> BoxedStrategy<AlertId> {
    (text(), 1..0x007F_FFFF_u32, received())
        .prop_map(|(key, number, opened)| {
            AlertId::new(
                SeriesHash::of("acme", "prometheus", &key),
                number,
                opened.at,
                opened.position,
            )
        })
        .boxed()
}

fn status() -> BoxedStrategy<Status> {
    prop_oneof![
        Just(Status::Firing),
        (actor(), time()).prop_map(|(by, at)| Status::Acknowledged { by, at }),
        (actor(), time(), time()).prop_map(|(by, at, until)| Status::Snoozed { by, at, until }),
        (actor(), time(), of(text())).prop_map(|(by, at, note)| Status::Resolved { by, at, note }),
    ]
    .boxed()
}

pub(super) fn clearing() -> BoxedStrategy<Clearing> {
    (text(), received(), of(time()), of(time()))
        .prop_map(|(event, received, starts_at, ends_at)| Clearing {
            event: event.into(),
            received,
            starts_at,
            ends_at,
        })
        .boxed()
}

fn position() -> BoxedStrategy<Position> {
    let numbers = (any::<u32>(), any::<u32>(), any::<u64>());
    (text(), text(), numbers, of(time()), of(time()), any::<bool>())
        .prop_map(|(config, policy, (round, tier, generation), tick_due, exhausted, reminded)| {
            Position { config, policy, round, tier, generation, tick_due, exhausted, reminded }
        })
        .boxed()
}

pub(super) fn message() -> BoxedStrategy<MessageRef> {
    (text(), text(), text())
        .prop_map(|(provider, channel, message)| MessageRef { provider, channel, message })
        .boxed()
}

fn what() -> BoxedStrategy<What> {
    let page = (
        (any::<u32>(), any::<u32>()),
        of(text()),
        text(),
        select(Method::ALL.to_vec()),
        text(),
        of(text()),
        of(time()),
    );
    prop_oneof![
        Just(What::Card),
        page.prop_map(|((round, tier), person, person_name, method, target, because, born)| {
            What::Page(Page { round, tier, person, person_name, method, target, because, born })
        }),
        Just(What::Notice(NoticeKind::Exhausted)),
        Just(What::Notice(NoticeKind::AckTimeout)),
        text().prop_map(|card| What::Notice(NoticeKind::FinalState { card: card.into() })),
        text().prop_map(|text| What::Notice(NoticeKind::Reply { text })),
        Just(What::Notice(NoticeKind::WhatFixedIt)),
    ]
    .boxed()
}

fn mode() -> BoxedStrategy<ClaimMode> {
    select(vec![
        ClaimMode::Post,
        ClaimMode::FindThenPost,
        ClaimMode::FindOnly,
        ClaimMode::PostAnyway,
        ClaimMode::Refresh,
    ])
    .boxed()
}

fn shown() -> BoxedStrategy<Shown> {
    let refresh = (text(), time(), time()).prop_map(|(claim, lease_until, started)| Refresh {
        claim: claim.into(),
        lease_until,
        started,
    });
    let numbers = (any::<u64>(), any::<u32>());
    (time(), message(), numbers, time(), of(refresh), (of(time()), of(time()), any::<bool>()))
        .prop_map(|(at, message, (rev, count), edited_at, refresh, rest)| Shown {
            at,
            message,
            rev,
            count,
            edited_at,
            refresh,
            again_after: rest.0,
            not_before: rest.1,
            closed: rest.2,
        })
        .boxed()
}

fn state() -> BoxedStrategy<SendState> {
    let finds = || (any::<u8>(), of(time()));
    prop_oneof![
        of(time()).prop_map(|not_before| SendState::Wanted { not_before }),
        (text(), mode(), time(), time(), finds()).prop_map(
            |(claim, mode, lease_until, since, (finds_failed, finding_since))| {
                SendState::Claimed {
                    claim: claim.into(),
                    mode,
                    lease_until,
                    since,
                    finds_failed,
                    finding_since,
                }
            }
        ),
        (time(), time(), finds()).prop_map(|(since, not_before, (finds_failed, finding_since))| {
            SendState::InDoubt { since, not_before, finds_failed, finding_since }
        }),
        shown().prop_map(SendState::Sent),
        select(DropReason::ALL.to_vec()).prop_map(SendState::Dropped),
        (digest_id(), any::<u64>()).prop_map(|(digest, rev)| SendState::Folded { digest, rev }),
    ]
    .boxed()
}

fn send() -> BoxedStrategy<Send> {
    let to = prop_oneof![
        (text(), text()).prop_map(|(provider, channel)| Destination::Channel { provider, channel }),
        (text(), text()).prop_map(|(provider, user)| Destination::Person { provider, user }),
    ];
    (text(), what(), to, any::<u64>(), state(), any::<u16>())
        .prop_map(|(key, what, to, generation, state, attempts)| Send {
            key: key.into(),
            what,
            to,
            generation,
            state,
            attempts,
        })
        .boxed()
}

pub(crate) fn entry() -> BoxedStrategy<Entry> {
    (any::<u64>(), time(), select(EntryKind::ALL.to_vec()), actor(), text())
        .prop_map(|(seq, at, kind, actor, text)| Entry { seq, at, kind, actor, text })
        .boxed()
}

/// Who it is, as far as the id and the keys derive from it.
fn identity() -> BoxedStrategy<(AlertId, Received, String)> {
    (text(), 1..0x00FF_FFFF_u32, stamped(), "[a-z][a-z0-9-]{0,9}")
        .prop_map(|(key, number, opened, tenant)| {
            let series = SeriesHash::of(&tenant, "prometheus", &key);
            (AlertId::new(series, number, opened.at, opened.position), opened, tenant)
        })
        .boxed()
}

pub(crate) fn alert() -> BoxedStrategy<Alert> {
    let words = (text(), text(), text(), text(), text());
    let stands = (
        status(),
        select(Severity::ALL.to_vec()),
        of(time()),
        any::<u32>(),
        (text(), received(), of(time())),
    );
    let clears = (vec(clearing(), 0..3), of(clearing()), of(received()), of(received()));
    let snooze = of((actor(), time(), time()).prop_map(|(by, at, until)| Snooze { by, at, until }));
    let links = (snooze, of(alert_id()), of(alert_id()), any::<bool>());
    let said = (position(), vec(send(), 0..5), any::<u64>(), of(time()));
    let kept = (
        vec((text(), text()), 0..4),
        vec(entry(), 0..4),
        (any::<u64>(), any::<u64>(), 0..i64::MAX as u64),
        text(),
    );
    (
        identity(),
        words.boxed(),
        stands.boxed(),
        clears.boxed(),
        links.boxed(),
        said.boxed(),
        kept.boxed(),
    )
        .prop_map(|(identity, words, stands, clears, links, said, kept)| AlertFields {
            id: identity.0,
            tenant: identity.2,
            integration: words.0,
            dedup_key: words.1,
            short_id: words.2,
            opened: identity.1,
            details: words.3,
            hidden: links.3,
            status: stands.0,
            title: words.4,
            severity: stands.1,
            starts_at: stands.2,
            count: stands.3,
            last_firing: LastFiring {
                event: stands.4.0.into(),
                received: stands.4.1,
                starts_at: stands.4.2,
            },
            clears_aside: clears.0,
            newest_clear: clears.1,
            closed: clears.2,
            last_human: clears.3,
            snooze_left: links.0,
            next: links.1,
            previous: links.2,
            plan: said.0,
            sends: said.1.into(),
            card_rev: said.2,
            owed_since: said.3,
            seen: kept.0.into_iter().map(|(e, w)| (e.into(), w.into())).collect(),
            timeline: kept.1.into(),
            timeline_next: kept.2.0,
            timeline_flushed: kept.2.1,
            version: kept.2.2,
            write_id: kept.3.into(),
        })
        .prop_map(Alert::from)
        .boxed()
}

pub(crate) fn details() -> BoxedStrategy<Details> {
    let link = (select(LinkKind::ALL.to_vec()), text(), text())
        .prop_map(|(kind, text, url)| Link { kind, text, url });
    (text(), btree_map(text(), text(), 0..4), btree_map(text(), text(), 0..4), vec(link, 0..3))
        .prop_map(|(description, labels, annotations, links)| Details {
            description,
            labels,
            annotations,
            links,
        })
        .boxed()
}
