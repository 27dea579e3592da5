//! Firings of one alert that come together.

use std::time::Duration;

use nightowl_domain::{Alert, Clearing, EventKind, Severity, Status};

use super::World;
use crate::Report;
use crate::testing::{Spring, run};

const LATER: Duration = Duration::from_millis(1);

/// So many firings of the same series, each received a little after the one before.
fn firings(world: &World, count: u64) -> Vec<Report> {
    let firing = |number| {
        world.ports.clock.advance(LATER);
        world.firing(&format!("firing-{number}"))
    };
    (0..count).map(firing).collect()
}

fn apply_all(world: &World, reports: Vec<Report>) {
    run(world.engine.apply_all(reports, false, 4)).expect("all are applied");
}

/// Without what tells writes apart.
fn unmarked(alert: Alert) -> Alert {
    alert.with(|alert| {
        alert.version = 0;
        alert.write_id = "".into();
        alert.seen = Vec::new();
    })
}

#[test]
fn a_thousand_firings_cost_what_two_cost() {
    let world = World::new();
    apply_all(&world, firings(&world, 1000));
    let alert = world.newest();
    assert_eq!(alert.count, 1000);
    assert_eq!(alert.version, 2, "one write opens it, one counts the rest");
    assert_eq!(alert.last_firing.event, "firing-999".into());
    let (_, writes) = world.ports.store.requests();
    let one = World::new();
    apply_all(&one, firings(&one, 1));
    assert_eq!(writes, one.ports.store.requests().1 + 1);
}

#[test]
fn they_come_to_the_same_as_one_by_one() {
    let mut alerts = Vec::new();
    for together in [true, false] {
        let world = World::new();
        let mut reports = firings(&world, 40);
        // A redelivery, a change of what the card shows, and a clear in the middle.
        reports.insert(9, reports[8].clone());
        if let EventKind::Fired { firing, .. } = &mut reports[20].event.kind {
            firing.severity = Severity::Info;
        }
        world.ports.clock.advance(Duration::from_secs(60));
        let mut clear = world.firing("clear");
        if let EventKind::Fired { integration, dedup_key, .. } = clear.event.kind {
            let received = clear.event.received;
            let clearing =
                Clearing { event: "clear".into(), received, starts_at: None, ends_at: None };
            clear.event.kind = EventKind::Cleared { integration, dedup_key, clearing };
        }
        reports.push(clear);
        world.ports.clock.advance(Duration::from_secs(60));
        reports.extend(firings(&world, 3).into_iter().map(|mut report| {
            report.event.id = format!("late-{}", report.event.id).as_str().into();
            report
        }));
        if together {
            apply_all(&world, reports);
        } else {
            for report in reports {
                run(world.engine.apply(&report, false)).expect("it is applied");
            }
        }
        let mut stand: Vec<_> = world.ports.store.alerts().into_iter().map(unmarked).collect();
        for alert in &mut stand {
            // Decided by when it was written, which is another moment for each.
            alert.owed_since = None;
        }
        alerts.push(stand);
    }
    assert_eq!(alerts[0].len(), 2, "the clear ended the first");
    assert_eq!(alerts[0], alerts[1]);
}

#[test]
fn a_lost_answer_counts_nothing_twice() {
    for spring in [Spring::LoseAnswer, Spring::Fail] {
        let (world, _) = World::with_alert();
        // The first call reads, the second writes.
        world.ports.trap.arm(1, spring);
        let applied = run(world.engine.apply_all(firings(&world, 10), false, 1));
        if spring == Spring::Fail {
            let undone = applied.expect_err("nothing was written");
            assert_eq!(undone[0].reports.len(), 10, "and all of them come back");
            continue;
        }
        applied.expect("it was written");
        assert_eq!(world.newest().count, 11);
        assert_eq!(world.newest().version, 2, "once");
        assert!(world.woken().0 > 0, "its wake-ups may be lost, so all are sent again");
    }
}

#[test]
fn killed_anywhere_nothing_that_comes_back_is_lost() {
    for spring in [Spring::KillBefore, Spring::KillAfter] {
        for call in 0..12 {
            let world = World::new();
            let reports = firings(&world, 5);
            world.ports.trap.arm(call, spring);
            let applied = crate::testing::run_or_killed(
                &world.ports.trap,
                world.engine.apply_all(reports.clone(), false, 1),
            );
            world.ports.trap.disarm();
            if applied.is_none() {
                run(world.engine.apply_all(reports, true, 1)).expect("all are applied");
            }
            let alert = world.newest();
            assert_eq!(alert.status, Status::Firing, "{spring:?} at {call}");
            assert_eq!(alert.last_firing.event, "firing-4".into(), "{spring:?} at {call}");
            assert!(alert.count >= 5, "{spring:?} at {call}: {}", alert.count);
        }
    }
}
