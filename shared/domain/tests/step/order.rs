//! What came first: firings and clears that arrive late, twice, or out of order.

use nightowl_domain::*;

use crate::world::{World, minutes, seconds};

fn status(world: &World, number: usize) -> &'static str {
    world.series[number - 1].status.name()
}

#[test]
fn a_firing_after_the_clear_opens_the_next_alert_whatever_its_start() {
    let mut world = World::with_clocks_that_differ();
    let started = world.now;
    world.fire_at(world.now, Some(started));
    world.pass(minutes(5));
    world.clear_at(world.now, Some(world.now));
    world.pass(seconds(30));
    world.fire_at(world.now, Some(started));
    assert_eq!((world.series.len(), status(&world, 2)), (2, "firing"));
    let [first, second] = &world.series[..] else {
        panic!("two alerts");
    };
    assert_eq!((first.next, second.previous), (Some(second.id), Some(first.id)));
    assert_ne!(first.details, second.details);
    assert_eq!(world.details.len(), 2);
}

#[test]
fn a_firing_received_before_the_clear_is_out_of_order() {
    let mut world = World::new();
    world.fire();
    let late = world.fired(world.now + seconds(60), None);
    world.pass(seconds(120));
    world.clear();
    world.pass(seconds(1));
    let taken = world.step(&late);
    assert_eq!((taken.code(), taken.wrote), ("out_of_order", false));
    assert_eq!(world.series.len(), 1);
}

#[test]
fn a_firing_that_is_not_the_newest_only_counts() {
    for end in [None, Some(EventKind::Acked), Some(EventKind::Resolved { note: None })] {
        let mut world = World::new();
        let late = world.fired(world.now, None);
        world.pass(seconds(10));
        world.fire();
        if let Some(end) = end {
            world.act("bob", end);
        }
        let before = world.alert().clone();
        assert_eq!(world.step(&late).code(), "applied");
        let after = world.alert();
        assert_eq!(after.count, before.count + 1);
        assert_eq!((&after.status, &after.last_firing), (&before.status, &before.last_firing));
        assert_eq!((world.step(&late).code(), world.series.len()), ("duplicate", 1));
    }
}

#[test]
fn within_the_difference_of_two_clocks_the_source_decides() {
    let start = World::new().now;
    // Received 2 s before the firing, but it ended after that run began.
    let mut world = World::with_clocks_that_differ();
    world.fire_at(start + seconds(2), Some(start));
    assert_eq!(world.clear_at(start, Some(start + seconds(1))).code(), "applied");
    assert_eq!(world.at().2, "resolved");

    // Received 2 s after the firing, but it ended before that run began.
    let mut world = World::with_clocks_that_differ();
    world.fire_at(start, Some(start));
    let taken = world.clear_at(start + seconds(2), Some(start - seconds(1)));
    assert_eq!((taken.code(), world.at().2), ("set_aside", "firing"));

    // On one machine reception decides.
    let mut world = World::new();
    world.fire_at(start + seconds(2), Some(start));
    assert_eq!(world.clear_at(start, Some(start + seconds(1))).code(), "set_aside");
}

#[test]
fn a_twin_that_fires_right_after_the_clear_is_of_the_run_that_is_over() {
    let mut world = World::with_clocks_that_differ();
    let start = world.now;
    world.fire_at(start, Some(start));
    world.pass(minutes(1));
    world.clear_at(world.now, Some(world.now));
    let twin = world.fired(world.now + seconds(2), Some(start + seconds(1)));
    world.pass(seconds(3));
    assert_eq!((world.step(&twin).code(), world.series.len()), ("out_of_order", 1));
}

#[test]
fn a_clear_that_ended_before_the_alert_began_closes_nothing() {
    let mut world = World::new();
    let start = world.now;
    world.fire_at(start, Some(start));
    world.pass(minutes(1));
    world.fire_at(world.now, None);
    world.pass(minutes(1));
    assert_eq!(world.clear_at(world.now, Some(start - seconds(9))).code(), "set_aside");
    assert_eq!((world.series.len(), world.at().2), (1, "firing"));
}

#[test]
fn a_clear_of_the_first_run_that_comes_after_the_second_fired_splits() {
    let mut world = World::new();
    let start = world.now;
    world.fire_at(start, Some(start));
    world.pass(minutes(2));
    world.fire_at(world.now, Some(start + minutes(2)));
    world.pass(minutes(1));
    world.clear_at(world.now, Some(start + minutes(1)));
    assert_eq!((world.series.len(), world.at().2), (2, "firing"));
    assert_eq!(world.alert().starts_at, Some(start + minutes(2)));
}

#[test]
fn a_clear_of_an_earlier_run_is_set_aside_and_remembered() {
    let mut world = World::new();
    let start = world.now;
    world.fire_at(start, Some(start));
    world.pass(minutes(1));
    let stale = world.cleared(world.now, Some(start - minutes(1)));
    let taken = world.step(&stale);
    assert_eq!((taken.code(), world.at().2), ("set_aside", "firing"));
    assert_eq!(world.alert().clears_aside.len(), 1);
    assert_eq!(world.step(&stale).code(), "duplicate");
    let early = world.cleared(start - seconds(30), None);
    assert_eq!(world.step(&early).code(), "set_aside");
    for second in 0..20 {
        let old = world.cleared(start - minutes(2) - seconds(second), None);
        assert_eq!(world.step(&old).code(), "set_aside");
    }
    assert_eq!(world.alert().clears_aside.len(), Alert::CLEARS_MAX);
}

#[test]
fn a_clear_between_two_firings_splits_the_alert() {
    let mut world = World::firing();
    let between = world.cleared(world.now + seconds(60), None);
    world.pass(minutes(2));
    let again = world.now;
    world.fire();
    world.pass(seconds(5));
    assert_eq!(world.step(&between).code(), "applied");
    assert_eq!((status(&world, 1), status(&world, 2)), ("resolved", "firing"));
    assert_eq!(world.alert().opened.at, again);
    assert_eq!(world.alert().details, world.series[0].details);
    assert_eq!(world.details.len(), 1);
    assert_eq!(world.owed_pages(), ["alice by messaging_dm on slack"]);
    assert_eq!(world.step(&between).code(), "duplicate");
}

#[test]
fn an_ack_after_the_later_firing_covers_both_runs() {
    let mut world = World::firing();
    let between = world.cleared(world.now + seconds(60), None);
    world.pass(minutes(2));
    world.fire();
    world.pass(seconds(1));
    world.act("alice", EventKind::Acked);
    assert_eq!(world.step(&between).code(), "set_aside");
    assert_eq!((world.series.len(), world.at().2), (1, "acknowledged"));

    let mut world = World::firing();
    world.pass(seconds(1));
    world.act("alice", EventKind::Acked);
    let between = world.cleared(world.now + seconds(60), None);
    world.pass(minutes(2));
    world.fire();
    assert_eq!(world.at().2, "acknowledged");
    assert_eq!(world.step(&between).code(), "applied");
    assert_eq!(world.at().2, "firing");
}

#[test]
fn a_clear_too_close_to_its_firing_makes_a_later_firing_a_new_alert() {
    let mut world = World::with_clocks_that_differ();
    world.fire();
    let close = world.cleared(world.now - seconds(2), None);
    assert_eq!(world.step(&close).code(), "set_aside");
    world.pass(seconds(3));
    world.fire();
    assert_eq!(world.series.len(), 1);
    world.pass(seconds(30));
    world.fire();
    assert_eq!((status(&world, 1), status(&world, 2)), ("resolved", "firing"));

    let mut world = World::with_clocks_that_differ();
    world.fire();
    let far = world.cleared(world.now - seconds(20), None);
    assert_eq!(world.step(&far).code(), "set_aside");
    world.pass(seconds(30));
    world.fire();
    assert_eq!(world.series.len(), 1);
}

#[test]
fn a_run_that_nobody_recorded_is_listed_and_pages_nobody() {
    // Its clear came first.
    let mut world = World::new();
    let late = world.fired(world.now, None);
    world.pass(seconds(30));
    world.clear();
    assert!(world.alert().hidden && world.alert().count == 0);
    assert_eq!(world.step(&late).code(), "applied");
    let alert = world.alert();
    assert!(!alert.hidden && alert.number() == 2 && alert.sends.is_empty());
    assert_eq!((alert.status.name(), due_at(alert)), ("resolved", None));
    assert_eq!(world.step(&late).code(), "duplicate");

    // It lies between the clear that closed the newest alert and a newer clear.
    let mut world = World::firing();
    world.pass(seconds(10));
    world.clear();
    let late = world.fired(world.now + seconds(10), None);
    world.pass(seconds(20));
    assert_eq!(world.clear().code(), "already_resolved");
    assert_eq!(world.step(&late).code(), "applied");
    assert_eq!((world.series.len(), world.at().2), (2, "resolved"));
    world.pass(seconds(1));
    world.fire();
    assert_eq!((world.series.len(), world.at().2), (3, "firing"));
}

#[test]
fn after_a_person_resolved_the_same_run_is_noted_until_it_lasts_too_long() {
    let mut world = World::firing();
    let started = world.now;
    world.pass(minutes(1));
    world.act("bob", EventKind::Resolved { note: None });
    for _ in 0..11 {
        world.pass(minutes(5));
        assert_eq!(world.fire_at(world.now, Some(started)).code(), "applied");
        assert_eq!(world.series.len(), 1);
    }
    assert_eq!(world.said().matches("still fires").count(), 1);
    world.pass(minutes(5));
    world.fire_at(world.now, Some(started));
    assert_eq!((world.series.len(), world.at().2), (2, "firing"));
    assert!(world.said().contains("still firing"), "{}", world.said());
}

#[test]
fn after_a_person_resolved_another_run_opens_at_once() {
    for starts_after in [None, Some(seconds(30))] {
        let mut world = World::firing();
        world.pass(minutes(1));
        world.act("bob", EventKind::Resolved { note: None });
        let starts_at = starts_after.map(|after| world.now + after);
        world.pass(minutes(1));
        world.fire_at(world.now, starts_at);
        assert_eq!((world.series.len(), world.at().2), (2, "firing"));
    }
}

#[test]
fn after_a_person_resolved_a_clear_ends_the_run() {
    // In order: clear, then a firing with the old start.
    let mut world = World::firing();
    let started = world.now;
    world.pass(minutes(1));
    world.act("bob", EventKind::Resolved { note: None });
    world.pass(minutes(1));
    assert_eq!(world.clear().code(), "already_resolved");
    world.pass(minutes(1));
    world.fire_at(world.now, Some(started));
    assert_eq!((world.series.len(), world.at().2), (2, "firing"));

    // The clear comes late, after the firing was noted.
    let mut world = World::firing();
    let started = world.now;
    world.pass(minutes(1));
    world.act("bob", EventKind::Resolved { note: None });
    let clear = world.cleared(world.now + minutes(1), None);
    world.pass(minutes(2));
    world.fire_at(world.now, Some(started));
    assert_eq!(world.series.len(), 1);
    assert_eq!(world.step(&clear).code(), "applied");
    assert_eq!((world.series.len(), world.at().2), (2, "firing"));
    assert_eq!(status(&world, 1), "resolved");
}

#[test]
fn a_run_that_a_newer_clear_ended_does_not_open_when_the_older_clear_comes_late() {
    let mut world = World::new();
    let started = world.now;
    world.fire_at(world.now, Some(started));
    world.pass(minutes(1));
    world.act("bob", EventKind::Resolved { note: None });
    world.pass(minutes(1));
    let between = world.cleared(world.now, None);
    world.pass(minutes(1));
    world.fire_at(world.now, Some(started));
    world.pass(minutes(1));
    world.clear();
    assert_eq!(world.step(&between).code(), "already_resolved");
    assert_eq!((world.series.len(), status(&world, 1)), (1, "resolved"));
}

#[test]
fn a_clear_that_was_set_aside_ends_the_later_run_when_a_late_clear_splits_them() {
    for ends in [None, Some(seconds(2)), Some(seconds(5))] {
        let mut world = World::new();
        let start = world.now;
        // Two senders: the clock of the first is ten seconds ahead, that of the second is right.
        world.fire_at(start, Some(start + seconds(10)));
        world.pass(seconds(30));
        let between = world.cleared(world.now, None);
        world.pass(seconds(30));
        world.fire_at(world.now, Some(start + seconds(3)));
        world.pass(seconds(60));
        if let Some(ends) = ends {
            let taken = world.clear_at(world.now, Some(start + ends));
            assert_eq!(taken.code(), "set_aside");
        }
        assert_eq!(world.step(&between).code(), "applied");
        let expected = match ends {
            Some(ends) if ends >= seconds(3) => (1, "resolved"),
            Some(_) | None => (2, "firing"),
        };
        let alerts = world.series.len();
        assert_eq!((alerts, status(&world, alerts)), expected, "ended at {ends:?}");
    }
}

#[test]
fn a_firing_whose_clear_was_set_aside_before_it_came_pages_nobody() {
    for ends in [None, Some(seconds(2)), Some(seconds(5))] {
        let mut world = World::new();
        let start = world.now;
        // Two senders: the clock of the first is ten seconds ahead, that of the second is right.
        world.fire_at(start, Some(start + seconds(10)));
        world.pass(seconds(30));
        let first_clear = world.cleared(world.now, None);
        world.pass(seconds(30));
        let late = world.fired(world.now, Some(start + seconds(3)));
        world.pass(seconds(60));
        if let Some(ends) = ends {
            let taken = world.clear_at(world.now, Some(start + ends));
            assert_eq!(taken.code(), "set_aside");
        }
        world.step(&first_clear);
        assert_eq!(status(&world, 1), "resolved");
        world.step(&late);
        let expected = match ends {
            Some(ends) if ends >= seconds(3) => "resolved",
            Some(_) | None => "firing",
        };
        assert_eq!((world.series.len(), status(&world, 2)), (2, expected), "ended at {ends:?}");
    }
}

#[test]
fn a_snooze_outlives_a_clear() {
    let mut world = World::firing();
    let until = world.now + minutes(30);
    world.act("bob", EventKind::Snoozed { until });
    world.pass(minutes(1));
    world.clear();
    world.pass(minutes(1));
    world.fire();
    assert_eq!((world.series.len(), world.at().2), (2, "snoozed"));
    assert_eq!(world.alert().plan.tick_due, Some(until));
    assert_eq!(world.owed_pages(), [""; 0]);
    assert!(world.said().contains("Snoozed until"), "{}", world.said());
    world.tick();
    assert_eq!(world.at(), (0, 0, "firing"));

    let mut world = World::firing();
    world.act("bob", EventKind::Snoozed { until });
    world.pass(minutes(1));
    world.act("bob", EventKind::Resolved { note: None });
    world.pass(minutes(1));
    world.fire();
    assert_eq!(world.at().2, "firing");
}

#[test]
fn a_retry_of_an_opening_makes_the_same_alert() {
    let mut world = World::new();
    let event = world.fired(world.now, None);
    let mut other = world.clone();
    other.drawn += 50;
    other.pass(minutes(1));
    world.step(&event);
    other.step(&event);
    let (one, two) = (world.alert(), other.alert());
    assert_eq!((one.id, &one.details), (two.id, &two.details));
    assert_eq!(world.card().key, other.card().key);
}

#[test]
fn an_ack_that_comes_back_does_not_silence_what_was_given_back() {
    let mut world = World::firing();
    let old = world.event(crate::world::person("alice"), world.now, EventKind::Acked);
    world.pass(seconds(1));
    world.act("bob", EventKind::Acked);
    world.pass(seconds(1));
    world.act("bob", EventKind::Unacked);
    assert_eq!((world.step(&old).code(), world.at().2), ("stale", "firing"));
}
