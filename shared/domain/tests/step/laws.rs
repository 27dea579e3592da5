//! What must hold after every step, whatever happened.

use nightowl_domain::*;

use crate::world::{Taken, World};

/// Applies to the newest occurrence and once more at the same moment, and checks every law.
/// Returns what the first time came to.
pub(crate) fn lawful(world: &mut World, event: &Event) -> Taken {
    let before = world.clone();
    let taken = world.step(event);
    transition(&before, world, event, &taken);
    for alert in &world.series {
        state(alert);
    }
    twice(world, event, &taken);
    taken
}

fn transition(before: &World, after: &World, event: &Event, taken: &Taken) {
    if let Outcome::Applied { granted } = &taken.outcome {
        assert!(taken.wrote || !granted.is_empty(), "applied without a change");
        claims(after, granted);
    }
    if matches!(event.kind, EventKind::Fired { .. }) {
        assert!(after.series.iter().any(|alert| !alert.hidden), "S1");
    }
    for (old, new) in before.series.iter().zip(&after.series) {
        assert!(old.count <= new.count, "S4: count");
        assert!(old.card_rev <= new.card_rev, "S4: card_rev");
        assert!(old.version <= new.version, "S4: version");
        assert!(old.plan.generation <= new.plan.generation, "S4: generation");
        assert_eq!(old.id, new.id);
        let moved = (old.plan.round, old.plan.tier) != (new.plan.round, new.plan.tier);
        let replanned = old.plan.generation < new.plan.generation;
        assert!(replanned || !moved, "S5: a tier without a generation");
        let timed = matches!(event.kind, EventKind::Tick { .. } | EventKind::Noted { .. });
        if timed && replanned {
            let due = old.plan.tick_due.expect("a plan that ends");
            assert!(after.now + after.skew.ours >= due, "S6: a tier before its time");
        }
        let entries = old.timeline_next;
        assert!(new.timeline.iter().take_while(|entry| entry.seq < entries).eq(&old.timeline));
    }
}

fn claims(after: &World, granted: &[(SendKey, ClaimMode)]) {
    let alert = after.alert();
    for (key, mode) in granted {
        let send = alert.send(key).expect("a granted send");
        let posts = match mode {
            ClaimMode::Post | ClaimMode::FindThenPost | ClaimMode::PostAnyway => true,
            ClaimMode::FindOnly | ClaimMode::Refresh => false,
        };
        let is_page = matches!(send.what, What::Page(_));
        let firing = alert.status == Status::Firing;
        assert!(!posts || !is_page || firing, "S2: a page claimed while not firing");
        let stands = alert.sends.iter().any(|card| {
            let is_standing = matches!(&card.state, SendState::Sent(shown) if !shown.closed);
            card.what == What::Card && card.to == send.to && is_standing
        });
        assert!(!posts || !send.is_reply() || stands, "a reply claimed without its card");
    }
}

fn state(alert: &Alert) {
    let wants = wanted(alert);
    assert_eq!(due_at(alert).is_some(), !wants.is_empty(), "{alert:#?}");
    let immediate = wants.iter().any(|want| want.at().is_none());
    assert!(alert.owed_since.is_some() || !immediate);
    let is_held = alert.sends.iter().any(Send::is_held);
    assert!(alert.owed_since.is_none() || immediate || is_held, "an old debt: {alert:#?}");
    assert!(alert.seen.len() <= Alert::SEEN_MAX);
    assert!(alert.clears_aside.len() <= Alert::CLEARS_MAX);
    assert_eq!(alert.timeline.len() as u64, alert.timeline_next, "nothing was flushed");
    assert!(alert.timeline.iter().zip(0..).all(|(entry, seq)| entry.seq == seq));
    let planned = alert.plan.tick_due.is_some() || alert.plan.exhausted.is_some();
    let owed_page = alert.sends.iter().any(|send| {
        matches!(send.what, What::Page(_)) && matches!(send.state, SendState::Wanted { .. })
    });
    match &alert.status {
        Status::Firing | Status::Snoozed { .. } => assert!(planned, "forgotten: {alert:#?}"),
        Status::Acknowledged { .. } => assert_eq!(alert.plan.exhausted, None),
        Status::Resolved { .. } => assert!(!planned && alert.closed.is_some()),
    }
    assert!(alert.status == Status::Firing || !owed_page, "S2: a page owed while not firing");
    assert!(!alert.hidden || wants.is_empty());
    let is_open_card = |send: &Send| {
        send.what == What::Card
            && match &send.state {
                SendState::Sent(shown) => !shown.closed,
                SendState::Dropped(_) => false,
                _ => true,
            }
    };
    let waits = |send: &Send| send.is_reply() && matches!(send.state, SendState::Wanted { .. });
    assert!(
        !alert.sends.iter().any(waits) || alert.sends.iter().any(is_open_card),
        "L6: a reply waits for a card that never comes"
    );
    let mut keys: Vec<_> = alert.sends.iter().map(|send| &send.key).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), alert.sends.len(), "one send for a key");
}

/// S10. The engine hands a redelivered firing or clear to the newest, all else to its own.
fn twice(world: &World, event: &Event, first: &Taken) {
    let mut again = world.clone();
    let taken = again.step(event);
    assert_eq!(again.series.len(), world.series.len(), "S10: opened twice by {event:#?}");
    let mut newest = again.alert_or_none();
    if let (Some(newest), Some(once)) = (&mut newest, world.alert_or_none()) {
        if newest.count != once.count {
            newest.count = once.count;
            newest.version = once.version;
            newest.write_id = once.write_id.clone();
            newest.seen = once.seen.clone();
        }
        assert_eq!(*newest, once, "S10: {event:#?}");
    }
    if let EventKind::Claimed { .. } = event.kind {
        assert_eq!(taken.outcome, first.outcome, "a lost answer");
    }
}

impl World {
    fn alert_or_none(&self) -> Option<Alert> {
        self.series.last().cloned()
    }
}
