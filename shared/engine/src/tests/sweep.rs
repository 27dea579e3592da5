//! What was forgotten is found.

use std::collections::BTreeSet;
use std::time::Duration;

use nightowl_domain::{Actor, EventKind, due_at};

use super::World;
use crate::testing::{run, sample_alert};
use crate::{Clock, Store, Write};

fn overdue(world: &World, number: usize) -> nightowl_domain::Alert {
    let opened = world.ports.clock.now() - Duration::from_secs(7_000);
    let mut alert = sample_alert("acme", &format!("series {number}"), 1, opened);
    alert.sends = nightowl_domain::SharedVec::new();
    alert.owed_since = None;
    alert.plan.tick_due = Some(world.ports.clock.now() - Duration::from_secs(5));
    let write = Write::Open { alert: Box::new(alert.clone()), previous: None };
    run(world.ports.store.write(write)).expect("it is stored");
    alert
}

#[test]
fn everything_overdue_is_woken_in_bounded_passes() {
    let world = World::new();
    let all: BTreeSet<_> = (0..1_200).map(|number| overdue(&world, number).occurrence()).collect();
    let mut woken = BTreeSet::new();
    let mut passes = 0;
    loop {
        let swept = run(world.engine.sweep()).expect("it sweeps");
        assert!(swept.woken < 1_200, "a pass is bounded");
        let taken = world.ports.wake.take_due(world.ports.clock.now());
        woken.extend(taken.into_iter().map(|wake_up| wake_up.occurrence));
        passes += 1;
        let (at, cursor) = run(world.ports.store.read_sweep()).expect("an answer").expect("a beat");
        assert_eq!(at, world.ports.clock.now(), "it leaves a heartbeat");
        assert_eq!(cursor.is_none(), swept.complete);
        if swept.complete {
            break;
        }
        world.ports.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(woken, all);
    assert_eq!(passes, 2);
}

#[test]
fn what_is_not_due_sleeps_on() {
    let (world, occurrence) = World::with_alert();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    world.forget_wakeups();
    world.ports.clock.advance(Duration::from_secs(60));
    assert_eq!(run(world.engine.sweep()).expect("it sweeps").woken, 0);
    world.ports.clock.advance(Duration::from_secs(240));
    let swept = run(world.engine.sweep()).expect("it sweeps");
    assert_eq!((swept.woken, swept.complete), (1, true));
    let versions = world.newest().version;
    assert_eq!(versions, 3, "a sweep changes no alert");
}

#[test]
fn a_process_that_starts_finds_what_is_owed_later() {
    let (world, occurrence) = World::with_alert();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    world.forget_wakeups();
    assert_eq!(run(world.engine.rebuild()).expect("it looks"), 1);
    let due = world.newest().plan.tick_due;
    assert_eq!(world.ports.timer.next_at(), due, "the tick comes when the tier ends");
}

/// What is claimed keeps its place among what is due, so that its row is not moved twice.
#[test]
fn a_process_that_starts_waits_for_the_lease_of_one_that_died() {
    let (world, occurrence) = World::with_alert();
    let (opened, now) = (world.newest(), world.ports.clock.now());
    let keys = opened.sends.iter().map(|send| send.key.clone()).collect();
    let lease_until = now + Duration::from_secs(15);
    let claimed = EventKind::Claimed { keys, claim: "died".into(), lease_until };
    let event = "claim:died".into();
    run(world.engine.act(&occurrence, claimed, Actor::System, event)).expect("it is claimed");
    assert_eq!(due_at(&world.newest()), due_at(&opened));
    world.forget_wakeups();
    assert_eq!(run(world.engine.rebuild()).expect("it looks"), 1);
    let look = lease_until + Duration::from_secs(6);
    assert_eq!(world.ports.wake.next_at(), Some(look), "after the lease, by every clock");
}

/// The sweep looks at debts of more than an hour only once an hour.
#[test]
fn what_is_claimed_late_is_due_when_its_lease_ends() {
    let (world, occurrence) = World::with_alert();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    let acked = world.engine.act(&occurrence, EventKind::Acked, Actor::System, "ack".into());
    run(acked).expect("it is acknowledged");
    assert_eq!(due_at(&world.newest()), Some(world.ports.clock.now()), "its card is behind");
    world.ports.clock.advance(Duration::from_secs(601));
    let keys = world.newest().sends.iter().map(|send| send.key.clone()).collect();
    let lease_until = world.ports.clock.now() + Duration::from_secs(15);
    let claimed = EventKind::Claimed { keys, claim: "late".into(), lease_until };
    let event = "claim:late".into();
    run(world.engine.act(&occurrence, claimed, Actor::System, event)).expect("it is claimed");
    assert_eq!(due_at(&world.newest()), Some(lease_until + Duration::from_secs(6)));
}
