//! Tiers, rounds, acks and snoozes run out.

use nightowl_domain::*;

use crate::world::{World, minutes, seconds};

#[test]
fn an_unanswered_alert_goes_through_all_tiers_and_rounds_and_stays_open() {
    let mut world = World::firing();
    assert_eq!(world.at(), (0, 0, "firing"));
    for expected in [(0, 1), (1, 0), (1, 1)] {
        assert_eq!(world.tick().code(), "applied");
        assert_eq!((world.at().0, world.at().1), expected);
        world.deliver();
    }
    let exhausted = world.now + minutes(5);
    world.tick();
    assert_eq!(world.at(), (1, 1, "firing"));
    assert_eq!(world.alert().plan.exhausted, Some(exhausted));
    assert_eq!(world.alert().plan.tick_due, None);
    let notices = |world: &World| {
        let sends = world.alert().sends.iter();
        sends.filter(|send| send.what == What::Notice(NoticeKind::Exhausted)).count()
    };
    assert_eq!(notices(&world), 1);
    assert!(world.said().contains("Tier 2 of 2, round 2 of 2: paging Bob"));
    assert!(world.said().contains("Nobody answered in 2 rounds of 2 tiers"));
    world.deliver();
    assert_eq!(due_at(world.alert()), None);

    // Firing on does nothing for an hour, then the policy starts again.
    world.pass(minutes(59));
    world.fire();
    assert!(world.alert().plan.exhausted.is_some());
    world.pass(minutes(1));
    world.fire();
    assert_eq!(world.at(), (0, 0, "firing"));
    assert_eq!(world.alert().plan.exhausted, None);
    assert_eq!(world.owed_pages(), ["alice by messaging_dm on slack"]);
}

#[test]
fn a_tick_may_come_early_by_the_difference_of_two_clocks_and_no_more() {
    let mut world = World::with_clocks_that_differ();
    world.fire();
    let generation = world.alert().plan.generation;
    world.pass(minutes(5) - seconds(7));
    assert_eq!(world.system(EventKind::Tick { generation }).code(), "too_early");
    world.pass(seconds(1));
    assert_eq!(world.system(EventKind::Tick { generation }).code(), "applied");
    assert_eq!(world.system(EventKind::Tick { generation }).code(), "stale");

    // A short tier allows a quarter of itself.
    let mut world = World::with_clocks_that_differ();
    world.policy().tiers[0].timeout = seconds(8);
    world.fire();
    world.pass(seconds(5));
    let generation = world.alert().plan.generation;
    assert_eq!(world.system(EventKind::Tick { generation }).code(), "too_early");
    world.pass(seconds(1));
    assert_eq!(world.system(EventKind::Tick { generation }).code(), "applied");
}

#[test]
fn any_touch_of_an_overdue_alert_escalates_it_by_one_tier() {
    let mut world = World::firing();
    world.pass(minutes(60));
    world.act("bob", EventKind::Noted { text: "hm".into() });
    assert_eq!(world.at(), (0, 1, "firing"));
    assert_eq!(world.alert().plan.tick_due, Some(world.now + minutes(5)));

    // The person saw the tier before: it has moved since.
    let mut world = World::firing();
    world.pass(minutes(60));
    let taken = world.act("bob", EventKind::Escalated { seen: Some((0, 0)) });
    assert_eq!((taken.code(), taken.wrote), ("already_escalated", true));
    assert_eq!(world.at(), (0, 1, "firing"));

    // An old tick too, and the one for this plan escalates only once.
    let mut world = World::firing();
    world.pass(minutes(60));
    assert_eq!(world.system(EventKind::Tick { generation: 99 }).code(), "stale");
    assert_eq!(world.at(), (0, 1, "firing"));
    world.pass(minutes(60));
    assert_eq!(world.tick().code(), "applied");
    assert_eq!(world.at(), (1, 0, "firing"));

    for win in [
        EventKind::Acked,
        EventKind::Resolved { note: None },
        EventKind::Snoozed { until: world.now + minutes(600) },
    ] {
        let mut world = World::firing();
        world.pass(minutes(60));
        world.act("bob", win);
        assert_eq!((world.at().0, world.at().1), (0, 0));
    }
}

#[test]
fn a_forgotten_ack_is_reminded_of_and_then_fires_again() {
    let mut world = World::firing();
    world.tick();
    world.deliver();
    world.act("alice", EventKind::Acked);
    world.deliver();
    world.tick();
    assert_eq!(world.at().2, "acknowledged");
    let reminder = world.alert().sends.last().expect("a reminder");
    assert_eq!(reminder.what, What::Notice(NoticeKind::AckTimeout));
    let to_alice = Destination::Person { provider: "slack".into(), user: "alice".into() };
    assert_eq!(reminder.to, to_alice);
    world.tick();
    assert_eq!(world.at(), (0, 1, "firing"));
    assert_eq!(world.owed_pages().len(), 2);
}

#[test]
fn an_ack_anew_counts_from_when_it_was_received_and_never_back() {
    let mut world = World::firing();
    let first = world.now;
    world.act("alice", EventKind::Acked);
    let stale = world.event(crate::world::person("alice"), first - minutes(1), EventKind::Acked);
    world.pass(minutes(10));
    let generation = world.alert().plan.generation;
    assert_eq!(world.act("alice", EventKind::Acked).code(), "already_yours");
    assert_eq!(world.alert().plan.tick_due, Some(world.now + minutes(60)));
    assert_eq!(world.alert().plan.generation, generation + 1);
    let due = world.alert().plan.tick_due;
    assert_eq!(world.step(&stale).code(), "already_yours");
    assert_eq!(world.alert().plan.tick_due, due);

    // After the reminder it is a sign of life.
    world.tick();
    assert!(world.alert().plan.reminded);
    world.pass(seconds(1));
    world.act("alice", EventKind::Acked);
    assert_eq!(world.alert().plan.tick_due, Some(world.now + minutes(60)));
    assert!(!world.alert().plan.reminded);
}

#[test]
fn an_ack_without_a_timeout_is_owed_nothing_once_shown() {
    let mut world = World::new();
    world.policy().ack_timeout = None;
    world.fire();
    world.deliver();
    world.act("alice", EventKind::Acked);
    world.deliver();
    assert_eq!((due_at(world.alert()), wanted(world.alert()).len()), (None, 0));
}

#[test]
fn escalating_by_hand() {
    let mut world = World::firing();
    let seen = Some((0, 0));
    assert_eq!(world.act("bob", EventKind::Escalated { seen }).code(), "applied");
    assert_eq!(world.act("bob", EventKind::Escalated { seen }).code(), "already_escalated");
    for _ in 0..2 {
        let seen = None;
        assert_eq!(world.act("bob", EventKind::Escalated { seen }).code(), "applied");
    }
    assert_eq!(world.at(), (1, 1, "firing"));
    let last = world.act("bob", EventKind::Escalated { seen: None });
    assert_eq!((last.code(), last.wrote), ("last_tier", false));
}

#[test]
fn giving_back_starts_the_tier_and_ending_a_snooze_the_policy() {
    let mut world = World::firing();
    world.tick();
    world.deliver();
    world.act("alice", EventKind::Acked);
    world.act("alice", EventKind::Unacked);
    assert_eq!((world.at(), world.owed_pages().len()), ((0, 1, "firing"), 2));

    let until = world.now + minutes(30);
    world.pass(seconds(1));
    world.act("alice", EventKind::Snoozed { until });
    assert_eq!(world.owed_pages().len(), 0);
    world.act("alice", EventKind::Unacked);
    assert_eq!(world.at(), (0, 0, "firing"));
}

#[test]
fn what_is_said_twice_is_done_once_and_a_late_note_is_kept() {
    let mut world = World::firing();
    let note = world.event(
        crate::world::person("bob"),
        world.now,
        EventKind::Resolved { note: Some("done".into()) },
    );
    world.act("alice", EventKind::Resolved { note: None });
    let taken = world.step(&note);
    assert_eq!((taken.code(), taken.wrote), ("already_resolved", true));
    assert!(world.said().ends_with("done"));
    assert_eq!(world.step(&note).code(), "duplicate");
}

#[test]
fn new_content_shows_on_the_card_and_a_mere_count_waits() {
    let mut world = World::firing();
    let rev = world.alert().card_rev;
    world.pass(seconds(10));
    world.fire();
    assert_eq!(world.alert().card_rev, rev);
    let at =
        match wanted(world.alert()).into_iter().find(|want| matches!(want, Want::Refresh { .. })) {
            Some(Want::Refresh { at, .. }) => at,
            other => panic!("{other:?}"),
        };
    assert_eq!(at, Some(world.now - seconds(10) + minutes(1)));
    let mut event = world.fired(world.now + seconds(1), None);
    if let EventKind::Fired { firing, .. } = &mut event.kind {
        firing.title = "x".repeat(1_000);
        firing.problems.push("labels could not be read".into());
    }
    world.step(&event);
    assert_eq!(world.alert().card_rev, rev + 1);
    assert_eq!(world.alert().title.chars().count(), Alert::TITLE_MAX);
    assert!(world.said().contains("labels could not be read"));
}

#[test]
fn a_policy_that_is_lost_is_replaced_and_said_so() {
    let mut world = World::firing();
    let mut tenant = world.tenant.clone();
    tenant.hash = "c2".into();
    tenant.policies[0].tiers.truncate(1);
    tenant.policies[0].repeat = 5;
    let mut alert = world.alert().clone();
    alert.plan.tier = 1;
    let event = world.event(
        Actor::System,
        world.now,
        EventKind::Tick { generation: alert.plan.generation },
    );
    let plan = Plan {
        tenant: &tenant,
        policy: &tenant.policies[0],
        policy_config: "c2",
        policy_replaced: true,
        integration: None,
    };
    let now = world.now + minutes(5);
    let done = step(Some(&alert), &event, now, Skew::NONE, plan, "acme", &"w".into());
    let Change::Write(after) = done.change else {
        panic!("{done:?}");
    };
    assert_eq!((after.plan.round, after.plan.tier, after.plan.config.as_str()), (1, 0, "c2"));
    assert!(after.timeline.iter().any(|entry| entry.text.contains("is gone")));
}

#[test]
fn the_timeline_loses_nothing_that_is_not_stored_apart() {
    let mut world = World::firing();
    for _ in 0..20 {
        world.act("bob", EventKind::Noted { text: "x".into() });
    }
    let all = world.alert().timeline_next;
    assert_eq!(world.alert().timeline.len() as u64, all);
    world.series[0].timeline_flushed = all - 5;
    world.act("bob", EventKind::Noted { text: "y".into() });
    let alert = world.alert();
    let kept: Vec<u64> = alert.timeline.iter().map(|entry| entry.seq).collect();
    assert!(kept.iter().copied().eq(all - 5..=all), "{kept:?}");
    assert!(alert.seen.len() == Alert::SEEN_MAX);
}
