//! Claims and what comes of them: nothing is lost, and nothing is posted twice unseen.

use nightowl_domain::*;

use crate::world::{World, minutes, seconds};

const ALICE: &str = "alice by messaging_dm on slack";

/// Opened, and Alice's page.
fn opened() -> (World, SendKey) {
    let mut world = World::with_clocks_that_differ();
    world.fire();
    let page = world.page(ALICE);
    (world, page)
}

fn unknown(world: &World) -> Settlement {
    Settlement::Unknown { started: world.now, retry_at: world.now + seconds(1) }
}

#[test]
fn one_claim_takes_all_and_another_waits_for_the_lease_and_the_skew() {
    let (mut world, page) = opened();
    assert_eq!(world.claim("one").granted(), [ClaimMode::Post, ClaimMode::Post]);
    assert_eq!(world.claim("two").code(), "already_taken");
    world.pass(seconds(20));
    assert_eq!(world.claim("two").code(), "already_taken");
    world.pass(seconds(1));
    let taken = world.claim_keys("two", vec![page.clone()]);
    assert_eq!(taken.granted(), [ClaimMode::FindThenPost]);
    let SendState::Claimed { since, .. } = world.state(&page) else {
        panic!("claimed");
    };
    assert_eq!(*since, world.now - seconds(21));
    // The first worker comes back: only that it was sent counts.
    let retry = Settlement::Retry { at: world.now, reason: "busy".into() };
    assert_eq!(world.settle("one", &page, retry).code(), "nothing_claimed");
    let sent = world.sent(&page);
    assert_eq!(world.settle("one", &page, sent.clone()).code(), "applied");
    assert_eq!(world.settle("two", &page, sent).code(), "nothing_claimed");
    assert_eq!(world.claim_keys("three", vec!["other".into()]).code(), "nothing_claimed");
    assert_eq!(world.claim_keys("three", vec![]).code(), "nothing_claimed");
}

#[test]
fn a_claim_whose_answer_was_lost_is_granted_as_it_was() {
    let (mut world, page) = opened();
    world.claim("one");
    let lease = world.state(&page).clone();
    world.pass(seconds(3));
    let again = world.claim("one");
    assert_eq!((again.granted().len(), again.wrote), (2, false));
    assert_eq!(*world.state(&page), lease);
    // Acknowledged in between, the page is not granted for posting any more; the card is.
    world.act("bob", EventKind::Acked);
    assert_eq!(world.claim_keys("one", vec![page]).code(), "not_firing");
    assert_eq!(world.claim("one").granted(), [ClaimMode::Post]);
}

#[test]
fn after_an_ack_a_page_in_doubt_is_only_looked_for() {
    for found in [true, false] {
        let (mut world, page) = opened();
        world.claim("one");
        world.act("bob", EventKind::Acked);
        world.pass(seconds(21));
        assert_eq!(world.claim_keys("two", vec![page.clone()]).granted(), [ClaimMode::FindOnly]);
        if found {
            let mut sent = world.sent(&page);
            if let Settlement::Sent { rev, found, .. } = &mut sent {
                (*rev, *found) = (0, true);
            }
            world.settle("two", &page, sent);
            let refresh = |want: &Want| matches!(want, Want::Refresh { key, .. } if *key == page);
            assert!(wanted(world.alert()).iter().any(refresh));
        } else {
            let retry_at = world.now;
            world.settle("two", &page, Settlement::NotPosted { retry_at });
            assert_eq!(*world.state(&page), SendState::Dropped(DropReason::NeverPosted));
        }
    }
}

#[test]
fn a_page_that_is_still_wanted_after_an_ack_is_not_claimed() {
    let (mut world, page) = opened();
    let wanted = world.alert().send(&page).expect("it").clone();
    world.act("bob", EventKind::Acked);
    // No step leaves it so; a record that an older version wrote might.
    world.series[0].sends.retain(|send| send.key != page);
    world.series[0].sends.push(wanted);
    assert_eq!(world.claim_keys("one", vec![page]).code(), "not_firing");
}

#[test]
fn a_notice_that_is_no_longer_true_is_not_posted() {
    let mut world = World::firing();
    for _ in 0..4 {
        world.tick();
    }
    world.act("bob", EventKind::Acked);
    let mut notices = world.alert().sends.iter();
    let notice = notices.find(|send| send.what == What::Notice(NoticeKind::Exhausted));
    let dropped = SendState::Dropped(DropReason::Acknowledged);
    assert_eq!(notice.map(|notice| &notice.state), Some(&dropped));
}

#[test]
fn a_lost_answer_is_looked_for_no_sooner_than_it_may_land() {
    let (mut world, page) = opened();
    world.claim("one");
    let lost = unknown(&world);
    world.settle("one", &page, lost);
    world.pass(seconds(14));
    assert_eq!(world.claim_keys("two", vec![page.clone()]).code(), "too_early");
    world.pass(seconds(1));
    assert_eq!(world.claim_keys("two", vec![page.clone()]).granted(), [ClaimMode::FindThenPost]);
    // A failure in doubt returns to doubt.
    let retry = Settlement::Retry { at: world.now, reason: "busy".into() };
    world.settle("two", &page, retry);
    assert!(matches!(world.state(&page), SendState::InDoubt { .. }));
    world.pass(seconds(30));
    world.claim_keys("three", vec![page.clone()]);
    let retry_at = world.now;
    world.settle("three", &page, Settlement::NotPosted { retry_at });
    assert!(matches!(world.state(&page), SendState::InDoubt { .. }));
}

#[test]
fn finding_fails_open_after_eight_failures_or_six_in_two_minutes() {
    for (wait, failures) in [(seconds(2), 8), (seconds(25), 6), (minutes(20), 6)] {
        let (mut world, page) = opened();
        world.policy().tiers[0].timeout = minutes(600);
        world.claim("one");
        let lost = unknown(&world);
        world.settle("one", &page, lost);
        world.pass(seconds(15));
        for n in 0..failures {
            let claim = format!("find{n}");
            let granted = world.claim_keys(&claim, vec![page.clone()]).granted();
            assert_eq!(granted, [ClaimMode::FindThenPost], "find {n}");
            let retry_at = world.now + wait;
            world.settle(&claim, &page, Settlement::FindFailed { retry_at });
            world.pass(wait);
        }
        let granted = world.claim_keys("open", vec![page.clone()]).granted();
        assert_eq!(granted, [ClaimMode::PostAnyway]);
    }
}

#[test]
fn a_find_that_failed_before_an_outage_does_not_fail_open_after_it() {
    let (mut world, page) = opened();
    world.policy().tiers[0].timeout = minutes(60);
    world.claim("one");
    let lost = unknown(&world);
    world.settle("one", &page, lost);
    world.pass(seconds(15));
    world.claim_keys("two", vec![page.clone()]);
    let retry_at = world.now;
    world.settle("two", &page, Settlement::FindFailed { retry_at });
    world.pass(minutes(20));
    let granted = world.claim_keys("three", vec![page.clone()]).granted();
    assert_eq!(granted, [ClaimMode::FindThenPost]);
}

#[test]
fn what_was_posted_anyway_is_looked_for_before_it_is_posted_once_more() {
    let (mut world, page) = opened();
    world.policy().tiers[0].timeout = minutes(60);
    world.claim("one");
    let lost = unknown(&world);
    world.settle("one", &page, lost);
    world.pass(seconds(15));
    for n in 0..8 {
        let claim = format!("find{n}");
        world.claim_keys(&claim, vec![page.clone()]);
        let retry_at = world.now;
        world.settle(&claim, &page, Settlement::FindFailed { retry_at });
    }
    let granted = world.claim_keys("open", vec![page.clone()]).granted();
    assert_eq!(granted, [ClaimMode::PostAnyway]);
    // That worker dies.
    world.pass(seconds(30));
    let granted = world.claim_keys("next", vec![page.clone()]).granted();
    assert_eq!(granted, [ClaimMode::FindThenPost]);
}

#[test]
fn finding_only_fails_closed() {
    let (mut world, page) = opened();
    world.claim("one");
    let lost = unknown(&world);
    world.settle("one", &page, lost);
    world.act("bob", EventKind::Acked);
    world.pass(seconds(15));
    for n in 0..8 {
        let claim = format!("find{n}");
        let granted = world.claim_keys(&claim, vec![page.clone()]).granted();
        assert_eq!(granted, [ClaimMode::FindOnly]);
        let retry_at = world.now;
        world.settle(&claim, &page, Settlement::FindFailed { retry_at });
    }
    assert_eq!(*world.state(&page), SendState::Dropped(DropReason::NeverPosted));
}

#[test]
fn a_late_worker_still_finds_the_page_that_was_dropped_plans_after_its_birth() {
    let (mut world, page) = opened();
    world.claim("slow");
    world.tick();
    world.act("bob", EventKind::Acked);
    world.act("alice", EventKind::Acked);
    world.claim_keys("two", vec![page.clone()]);
    let retry_at = world.now;
    world.settle("two", &page, Settlement::NotPosted { retry_at });
    assert_eq!(*world.state(&page), SendState::Dropped(DropReason::NeverPosted));
    world.act("bob", EventKind::Resolved { note: None });
    let sent = world.sent(&page);
    assert_eq!(world.settle("slow", &page, sent).code(), "applied");
    assert!(matches!(world.state(&page), SendState::Sent(_)));
}

#[test]
fn retries_double_up_to_half_a_minute_and_honour_a_longer_wish() {
    let (mut world, page) = opened();
    world.policy().tiers[0].timeout = minutes(600);
    world.series.clear();
    world.fire();
    let mut waits = Vec::new();
    for n in 0..7 {
        let claim = format!("c{n}");
        world.claim_keys(&claim, vec![page.clone()]);
        let at = world.now + seconds(if n == 6 { 90 } else { 0 });
        let reason = "ratelimited".into();
        world.settle(&claim, &page, Settlement::Retry { at, reason });
        let SendState::Wanted { not_before: Some(at) } = *world.state(&page) else {
            panic!("wanted again");
        };
        waits.push(at.since(world.now).as_secs());
        world.now = at;
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 30, 90]);
    assert_eq!(world.said().matches("ratelimited").count(), 1);
    // After an ack a page to retry is dropped.
    world.claim_keys("last", vec![page.clone()]);
    world.act("bob", EventKind::Acked);
    let at = world.now;
    let reason = "ratelimited".into();
    world.settle("last", &page, Settlement::Retry { at, reason });
    assert_eq!(*world.state(&page), SendState::Dropped(DropReason::Acknowledged));
}

fn refreshes(world: &World) -> Vec<(SendKey, Option<Time>)> {
    let wants = wanted(world.alert()).into_iter();
    wants
        .filter_map(|want| match want {
            Want::Refresh { key, at, .. } => Some((key, at)),
            Want::Deliver { .. } | Want::Tick { .. } => None,
        })
        .collect()
}

#[test]
fn card_and_page_follow_the_alert_one_edit_at_a_time() {
    let mut world = World::firing();
    assert_eq!(refreshes(&world), []);
    world.act("bob", EventKind::Acked);
    assert_eq!(refreshes(&world).len(), 2);
    assert_eq!(world.claim("one").granted(), [ClaimMode::Refresh; 2]);
    assert_eq!(world.claim("two").code(), "already_taken");
    assert_eq!(world.claim("one").granted().len(), 2);
    let (rev, count) = (world.alert().card_rev, world.alert().count);
    world.act("alice", EventKind::Acked);
    let key = world.card().key.clone();
    let at = world.now;
    world.settle("one", &key, Settlement::Refreshed { at, rev, count });
    // It moved in between: behind again at once.
    assert!(refreshes(&world).contains(&(key, None)));
}

#[test]
fn an_edit_in_doubt_is_made_again_a_minute_later_whatever_succeeds_between() {
    let mut world = World::firing();
    world.act("bob", EventKind::Acked);
    let key = world.card().key.clone();
    let keys = || vec![key.clone()];
    let started = world.now;
    world.claim_keys("one", keys());
    let lost = unknown(&world);
    world.settle("one", &key, lost);
    world.pass(seconds(5));
    world.claim_keys("two", keys());
    let refreshed = |world: &World| Settlement::Refreshed {
        at: world.now,
        rev: world.alert().card_rev,
        count: world.alert().count,
    };
    let settlement = refreshed(&world);
    world.settle("two", &key, settlement);
    assert!(refreshes(&world).contains(&(key.clone(), Some(started + minutes(1)))));
    assert_eq!(world.claim_keys("three", keys()).code(), "already_taken");
    world.now = started + minutes(1);
    assert_eq!(world.claim_keys("three", keys()).granted(), [ClaimMode::Refresh]);
    let settlement = refreshed(&world);
    world.settle("three", &key, settlement);
    assert!(!refreshes(&world).iter().any(|(behind, _)| *behind == key));
}

#[test]
fn a_lease_that_was_taken_over_owes_one_more_edit() {
    let mut world = World::with_clocks_that_differ();
    world.fire();
    world.deliver();
    world.act("bob", EventKind::Acked);
    let key = world.card().key.clone();
    world.claim_keys("one", vec![key.clone()]);
    world.pass(seconds(21));
    let taken_over = world.now;
    assert_eq!(world.claim_keys("two", vec![key.clone()]).granted(), [ClaimMode::Refresh]);
    let settlement = Settlement::Refreshed { at: world.now, rev: world.alert().card_rev, count: 1 };
    assert_eq!(world.settle("one", &key, settlement.clone()).code(), "nothing_claimed");
    world.settle("two", &key, settlement);
    assert!(refreshes(&world).contains(&(key, Some(taken_over + minutes(1)))));
}

fn edit(world: &mut World, settlement: impl Fn(Time) -> Settlement) -> SendKey {
    let key = world.card().key.clone();
    let claim = world.draw("c");
    assert_eq!(world.claim_keys(&claim, vec![key.clone()]).granted(), [ClaimMode::Refresh]);
    let settlement = settlement(world.now);
    assert_eq!(world.settle(&claim, &key, settlement).code(), "applied");
    key
}

#[test]
fn a_deleted_card_of_an_open_alert_is_posted_anew() {
    for acked in [false, true] {
        let mut world = World::firing();
        if acked {
            world.act("bob", EventKind::Acked);
        } else {
            world.tick();
        }
        let gone = edit(&mut world, |at| Settlement::Gone { at });
        assert_ne!(world.card().key, gone);
        assert!(matches!(world.card().state, SendState::Wanted { .. }));
    }

    let mut world = World::firing();
    world.pass(seconds(9)).clear();
    let gone = edit(&mut world, |at| Settlement::Gone { at });
    assert_eq!(world.card().key, gone);
    assert!(!refreshes(&world).iter().any(|(key, _)| *key == gone));
}

#[test]
fn a_card_that_cannot_be_edited_is_followed_by_a_reply() {
    let mut world = World::firing();
    world.act("bob", EventKind::Acked);
    let card =
        edit(&mut world, |at| Settlement::EditRefused { at, reason: "cant_update_message".into() });
    let replies = |world: &World| {
        let reply = What::Notice(NoticeKind::FinalState { card: card.clone() });
        let sends = world.alert().sends.iter();
        sends.filter(|send| send.what == reply).count()
    };
    assert_eq!(replies(&world), 1);
    world.deliver();
    world.act("bob", EventKind::Resolved { note: None });
    assert_eq!(replies(&world), 2);
    world.deliver();
    assert_eq!(due_at(world.alert()), None);
}

#[test]
fn what_is_owed_is_dated() {
    let (mut world, _) = opened();
    assert_eq!(due_at(world.alert()), Some(world.now));
    let opened_at = world.now;
    world.pass(minutes(1));
    // A count is no new piece of immediate work; a new page is.
    world.fire();
    assert_eq!(world.alert().owed_since, Some(opened_at));
    world.tick();
    assert_eq!(world.alert().owed_since, Some(world.now));
    world.deliver();
    assert_eq!(world.alert().owed_since, None);
    assert_eq!(due_at(world.alert()), world.alert().plan.tick_due);
    assert!(wanted(world.alert()).iter().all(|want| want.at().is_some()));
}
