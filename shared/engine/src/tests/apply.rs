//! Events reach their alert, whatever the store answers.

use nightowl_domain::{
    AlertId, ClaimId, Event, EventKind, Ignored, Occurrence, Outcome, Received, Status, What,
};

use super::{APPLIED, World};
use crate::testing::{Spring, run};
use crate::{Clock, EngineError, Report, Store, StoreError};

#[test]
fn an_opening_wakes_and_arms_and_notes_its_short_id() {
    let world = World::new();
    let applied = run(world.engine.apply(&world.firing("event-1"), false)).expect("it opens");
    assert!(applied.opened);
    let alert = applied.alert.expect("there is an alert");
    assert_eq!(world.woken(), (1, true), "one wake-up serves the page and the card");
    let found = run(world.ports.store.find_short_ids("acme", &alert.short_id, 2));
    assert_eq!(found.expect("an answer"), [(alert.short_id.clone(), alert.id)]);
    let shown = run(world.engine.show(&alert.occurrence())).expect("an answer");
    assert_eq!(shown.expect("it is shown").details.labels["cluster"], "eu-1");
}

#[test]
fn a_short_id_that_is_taken_is_left_to_its_owner() {
    let (first, occurrence) = World::with_alert();
    let taken = first.newest().short_id.clone();

    let world = World::new();
    let other = Occurrence::new(
        "acme",
        AlertId::new(occurrence.id.series(), 9, first.ports.clock.now(), 0),
    );
    assert!(run(world.ports.store.reserve_short_id(&other, &taken)).expect("an answer"));
    run(world.engine.apply(&world.firing("event-1"), false)).expect("it opens");
    let alert = world.newest();
    assert_eq!(alert.id, occurrence.id, "the same event opens the same alert");
    assert_eq!(alert.short_id, alert.id.short_id("acme", 1));
}

#[test]
fn a_lost_answer_is_told_apart_from_a_lost_write() {
    for spring in [Spring::LoseAnswer, Spring::Fail] {
        let (world, occurrence) = World::with_alert();
        // The first call reads, the second writes.
        world.ports.trap.arm(1, spring);
        let acked = world.act(&occurrence, EventKind::Acked, "click-1");
        if spring == Spring::Fail {
            let error = acked.expect_err("nothing was written");
            assert!(error.is_retryable());
            assert_eq!(world.newest().status, Status::Firing);
            continue;
        }
        let acked = acked.expect("it was written");
        assert_eq!(acked.outcome, APPLIED, "and nobody is told that it was done before");
        assert!(matches!(world.newest().status, Status::Acknowledged { .. }));
        assert_eq!(world.newest().version, 2, "once");
        assert!(world.woken().0 > 0, "wake-ups are sent");
    }
}

#[test]
fn wakeups_are_sent_again_when_they_may_be_lost() {
    let (world, occurrence) = World::with_alert();
    let report = world.firing("event-1");
    run(world.engine.apply(&report, false)).expect("a duplicate");
    assert_eq!(world.woken(), (0, false), "it is a duplicate of what was done");
    run(world.engine.apply(&report, true)).expect("a redelivery");
    assert_eq!(world.woken(), (1, true), "its first delivery may have died before it woke");

    world.forget_wakeups();
    let vain = world.act(&occurrence, EventKind::Unacked, "click-1").expect("an answer");
    assert_eq!(vain.outcome, Outcome::Ignored(Ignored::NotAcknowledged));
    assert_eq!(world.woken(), (1, true), "somebody is looking at it");

    world.forget_wakeups();
    let early = run(world.engine.tick(&occurrence, world.newest().plan.generation));
    assert_eq!(early.expect("an answer").outcome, Outcome::Ignored(Ignored::TooEarly));
    assert!(world.woken().1, "the timer is armed again");
}

#[test]
fn a_wakeup_that_cannot_be_sent_fails_nothing() {
    let world = World::new();
    let quiet = World::new();
    run(quiet.engine.apply(&quiet.firing("event-1"), false)).expect("it opens");
    // The last two calls are the wake-up and the timer.
    for call in [1, 2] {
        world.ports.trap.arm(quiet.ports.trap.calls() - call, Spring::Fail);
        run(world.engine.apply(&world.firing("event-1"), true)).expect("it is applied");
    }
}

#[test]
fn what_is_claimed_after_an_ack_is_no_page() {
    let (world, occurrence) = World::with_alert();
    let stale = world.newest();
    world.act(&occurrence, EventKind::Acked, "click-1").expect("an answer");
    let keys = stale
        .sends
        .iter()
        .filter(|send| matches!(send.what, What::Page(_)))
        .map(|send| send.key.clone())
        .collect();
    let now = world.ports.clock.now();
    let event = Event {
        id: "claim".into(),
        received: Received { at: now, position: 0 },
        actor: nightowl_domain::Actor::System,
        kind: EventKind::Claimed { keys, claim: ClaimId::from("claim"), lease_until: now },
    };
    let changed = run(world.engine.change_known(&stale, event)).expect("an answer");
    assert_eq!(changed.outcome, Outcome::Ignored(Ignored::NotFiring));
}

#[test]
fn an_escalation_is_of_what_was_seen_first() {
    let (world, occurrence) = World::with_alert();
    let kind = EventKind::Escalated { seen: None };
    // The write lands, its answer is lost, and so is the memory of it: the same click again.
    world.ports.trap.arm(1, Spring::LoseAnswer);
    world.act(&occurrence, kind.clone(), "click-1").expect("an answer");
    world.act(&occurrence, kind, "click-1").expect("an answer");
    assert_eq!(world.newest().plan.tier, 1, "it was escalated once");
}

#[test]
fn the_timeline_grows_if_it_cannot_be_put_apart() {
    let (world, occurrence) = World::with_alert();
    let note = |number: usize| {
        let kind = EventKind::Noted { text: format!("note {number}") };
        world.act(&occurrence, kind, &format!("note-{number}")).expect("it is noted");
    };
    let mut number = 0;
    while world.newest().timeline.len() < nightowl_domain::Alert::TAIL_MAX {
        note(number);
        number += 1;
    }
    // It reads, then puts the tail apart.
    world.ports.trap.arm(1, Spring::Fail);
    note(number);
    assert_eq!(world.newest().timeline_flushed, 0);
    note(number + 1);
    note(number + 2);
    let alert = world.newest();
    assert!(alert.timeline_flushed > 0 && alert.timeline.len() <= nightowl_domain::Alert::TAIL_MAX);
    let shown = run(world.engine.show(&occurrence)).expect("an answer").expect("it is shown");
    let numbers: Vec<u64> = shown.timeline.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (0..alert.timeline_next).collect::<Vec<u64>>());
}

#[test]
fn nobody_s_events_are_refused() {
    let world = World::new();
    let report = Report { tenant: "nobody".to_owned(), ..world.firing("event-1") };
    let error = run(world.engine.apply(&report, false)).expect_err("there is no such tenant");
    assert!(matches!(error, EngineError::NoTenant(_)) && !error.is_retryable());

    let (world, occurrence) = World::with_alert();
    let missing = Occurrence::new(
        "acme",
        AlertId::new(occurrence.id.series(), 7, world.ports.clock.now(), 0),
    );
    let error = world.act(&missing, EventKind::Acked, "click").map(|applied| applied.outcome);
    assert_eq!(error.expect("an answer"), Outcome::Ignored(Ignored::NoAlert));
    assert!(run(world.engine.show(&missing)).expect("an answer").is_none());
}

#[test]
fn an_error_says_whether_to_come_back() {
    let unknown = StoreError::Unknown("lost".to_owned());
    assert!(EngineError::Store(unknown).is_retryable());
    assert!(EngineError::Store(StoreError::NewerFormat { found: 2, known: 1 }).is_retryable());
    assert!(!EngineError::Store(StoreError::Corrupt("odd".to_owned())).is_retryable());
    assert!(EngineError::TooManyConflicts.is_retryable());
}
