//! Every cell of the table: what comes of an event, and how the alert stands afterwards.

use nightowl_domain::*;

use crate::world::{World, minutes, seconds};

const COLUMNS: [&str; 7] =
    ["none", "firing", "acknowledged", "snoozed", "cleared", "resolved", "tombstone"];

/// Alice has acknowledged or snoozed; the page of the first tier is still owed where it can be.
fn column(name: &str) -> World {
    let mut world = World::new();
    let until = world.now + minutes(30);
    match name {
        "none" => return world,
        "tombstone" => {
            world.clear();
            world.pass(seconds(1));
            return world;
        }
        _ => {
            world.fire();
            world.pass(seconds(1));
        }
    }
    let taken = match name {
        "firing" => None,
        "acknowledged" => Some(world.act("alice", EventKind::Acked)),
        "snoozed" => Some(world.act("alice", EventKind::Snoozed { until })),
        "cleared" => Some(world.clear()),
        "resolved" => Some(world.act("alice", EventKind::Resolved { note: None })),
        _ => panic!("no column {name}"),
    };
    assert!(taken.is_none_or(|taken| taken.code() == "applied"));
    world.pass(seconds(1));
    world
}

fn happens(world: &mut World, event: &str) -> String {
    let until = world.now + minutes(10);
    let generation = world.series.last().map_or(1, |alert| alert.plan.generation);
    let key = world
        .series
        .last()
        .and_then(|alert| alert.sends.iter().find(|send| send.what != What::Card))
        .map_or_else(|| "none".into(), |send| send.key.clone());
    let opened = world.series.len();
    let taken = match event {
        "fired" => world.fire(),
        "cleared" => world.clear(),
        "acked by alice" => world.act("alice", EventKind::Acked),
        "acked by bob" => world.act("bob", EventKind::Acked),
        "unacked" => world.act("bob", EventKind::Unacked),
        "escalated" => world.act("bob", EventKind::Escalated { seen: None }),
        "escalated, seen before" => world.act("bob", EventKind::Escalated { seen: Some((9, 9)) }),
        "snoozed" => world.act("bob", EventKind::Snoozed { until }),
        "snoozed into the past" => world.act("bob", EventKind::Snoozed { until: world.now }),
        "resolved" => world.act("bob", EventKind::Resolved { note: None }),
        "noted" => world.act("bob", EventKind::Noted { text: "x".into() }),
        "tick of another plan" => world.system(EventKind::Tick { generation: 99 }),
        "tick too early" => world.system(EventKind::Tick { generation }),
        "tick" => match world.series.last().and_then(|alert| alert.plan.tick_due) {
            Some(_) => world.tick(),
            None => world.system(EventKind::Tick { generation }),
        },
        "page claimed" => world.claim_keys("c", vec![key]),
        "page sent" => {
            let sent = match world.series.last() {
                Some(_) => world.sent(&key),
                None => Settlement::NotPosted { retry_at: world.now },
            };
            world.settle("c", &key, sent)
        }
        "settled by no holder" => {
            let retry_at = world.now;
            world.settle("c", &key, Settlement::NotPosted { retry_at })
        }
        _ => panic!("no event {event}"),
    };
    let code = taken.code();
    let Some(alert) = world.series.last() else {
        return code.to_owned();
    };
    let number =
        if world.series.len() > opened { format!(" {}", alert.number()) } else { String::new() };
    let hidden = if alert.hidden { " hidden" } else { "" };
    format!("{code}: {}{number}{hidden}", alert.status.name())
}

type Row = (&'static str, [&'static str; 7]);

const OVER: &str = "already_resolved: resolved";
const OVER_HIDDEN: &str = "already_resolved: resolved hidden";
const NO_SENDS: &str = "nothing_claimed: resolved hidden";

/// What is ignored leaves the status; a number says which alert was opened.
const TABLE: [Row; 17] = [
    person_acts(
        "acked by alice",
        ["applied: acknowledged", "already_yours: acknowledged", "applied: acknowledged"],
    ),
    person_acts(
        "acked by bob",
        ["applied: acknowledged", "applied: acknowledged", "applied: acknowledged"],
    ),
    person_acts("unacked", ["not_acknowledged: firing", "applied: firing", "applied: firing"]),
    person_acts("escalated", ["applied: firing", "applied: firing", "applied: firing"]),
    person_acts(
        "escalated, seen before",
        [
            "already_escalated: firing",
            "already_escalated: acknowledged",
            "already_escalated: snoozed",
        ],
    ),
    person_acts("snoozed", ["applied: snoozed", "applied: snoozed", "applied: snoozed"]),
    person_acts(
        "snoozed into the past",
        ["in_the_past: firing", "in_the_past: acknowledged", "in_the_past: snoozed"],
    ),
    person_acts("resolved", ["applied: resolved", "applied: resolved", "applied: resolved"]),
    (
        "fired",
        [
            "applied: firing 1",
            "applied: firing",
            "applied: acknowledged",
            "applied: snoozed",
            "applied: firing 2",
            "applied: firing 2",
            "applied: firing 2",
        ],
    ),
    (
        "cleared",
        [
            "applied: resolved 1 hidden",
            "applied: resolved",
            "applied: resolved",
            "applied: resolved",
            OVER,
            OVER,
            OVER_HIDDEN,
        ],
    ),
    worker_acts(
        "noted",
        ["applied: firing", "applied: acknowledged", "applied: snoozed", "applied: resolved"],
        "applied: resolved hidden",
    ),
    worker_acts(
        "tick of another plan",
        ["stale: firing", "stale: acknowledged", "stale: snoozed", "stale: resolved"],
        "stale: resolved hidden",
    ),
    worker_acts(
        "tick too early",
        ["too_early: firing", "too_early: acknowledged", "too_early: snoozed", "stale: resolved"],
        "stale: resolved hidden",
    ),
    worker_acts(
        "tick",
        ["applied: firing", "applied: acknowledged", "applied: firing", "stale: resolved"],
        "stale: resolved hidden",
    ),
    worker_acts(
        "page claimed",
        [
            "applied: firing",
            "not_firing: acknowledged",
            "not_firing: snoozed",
            "not_firing: resolved",
        ],
        NO_SENDS,
    ),
    worker_acts(
        "page sent",
        ["applied: firing", "applied: acknowledged", "applied: snoozed", "applied: resolved"],
        NO_SENDS,
    ),
    worker_acts(
        "settled by no holder",
        [
            "nothing_claimed: firing",
            "nothing_claimed: acknowledged",
            "nothing_claimed: snoozed",
            "nothing_claimed: resolved",
        ],
        NO_SENDS,
    ),
];

/// Firing, acknowledged, snoozed. Without an alert there is nothing to act on; a resolved one is
/// over already.
const fn person_acts(event: &'static str, open: [&'static str; 3]) -> Row {
    let [firing, acked, snoozed] = open;
    (event, ["no_alert", firing, acked, snoozed, OVER, OVER, OVER_HIDDEN])
}

/// Firing, acknowledged, snoozed, resolved, and the tombstone, which has no sends.
const fn worker_acts(event: &'static str, cells: [&'static str; 4], hidden: &'static str) -> Row {
    let [firing, acked, snoozed, resolved] = cells;
    (event, ["no_alert", firing, acked, snoozed, resolved, resolved, hidden])
}

#[test]
fn every_cell() {
    for (event, cells) in TABLE {
        for (name, expected) in COLUMNS.into_iter().zip(cells) {
            let found = happens(&mut column(name), event);
            assert_eq!(found, expected, "{event} in column {name}");
        }
    }
}
