//! Firing, clearing, and firing again.

use std::time::Duration;

use nightowl_domain::{Actor, EventKind, Ignored, Status};
use nightowl_engine::testing::run;
use nightowl_engine::{Config, Store};
use nightowl_test_stories::{Owl, Platform, stories};

stories! {
    the_source_says_it_is_over,
    firing_again_is_a_new_alert,
    firing_twice_is_one_alert,
    a_late_clear_of_the_last_alert_closes_nothing_new,
    a_doubled_event_counts_once,
    events_that_overtook_each_other,
    a_clear_that_overtook_its_firing_pages_nobody,
    a_person_resolves_it_and_it_still_fires,
    a_long_story_is_kept_whole,
    the_policy_is_that_of_the_opening,
    a_tenant_that_was_taken_out_is_still_served,
}

fn the_source_says_it_is_over(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.pass(3);
    owl.clear("disk full");
    owl.expect_status("disk full", "resolved");
    assert_eq!(owl.card("disk full").resolved_by.as_deref(), Some("the source"));
    owl.pass(120);
    owl.expect_silence();
    owl.expect_all_settled();
}

fn firing_again_is_a_new_alert(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.pass(3);
    owl.clear("disk full");
    let old = owl.newest("disk full");
    owl.pass(30);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_silence();
    let new = owl.newest("disk full");
    assert_ne!(new.id, old.id);
    assert_ne!(new.short_id, old.short_id);
    assert_eq!((new.number(), new.count), (old.number() + 1, 1));

    let vain = owl.act_on(&old.occurrence(), "alice", EventKind::Acked);
    assert_eq!(vain.outcome, nightowl_domain::Outcome::Ignored(Ignored::AlreadyResolved));
    assert_eq!(vain.alert.and_then(|alert| alert.next), Some(new.id));
    assert_eq!(owl.newest("disk full").status, Status::Firing, "the new one is untouched");
    let shown = run(owl.ports.store.read(&old.occurrence())).expect("it can be read");
    assert!(matches!(shown.expect("it stays readable").status, Status::Resolved { .. }));
}

fn firing_twice_is_one_alert(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.pass(1);
    owl.alert("disk full");
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_silence();
    assert_eq!(owl.newest("disk full").count, 3);
    owl.pass(2);
    assert_eq!(owl.card("disk full").count, 3, "the card catches up");
    assert_eq!(owl.ports.store.alerts().len(), 1);
}

fn a_late_clear_of_the_last_alert_closes_nothing_new(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.pass(3);
    let late = owl.clearing("disk full");
    owl.clear("disk full");
    owl.pass(30);
    owl.alert("disk full");
    owl.pass(1);
    owl.ignore_all();
    owl.receive(late);
    owl.expect_status("disk full", "firing");
    owl.pass(5);
    owl.expect_page("bob");
    owl.expect_silence();
}

fn a_doubled_event_counts_once(on: Platform) {
    let mut owl = Owl::on(on);
    let firing = owl.firing("disk full");
    for _ in 0..3 {
        owl.receive(firing.clone());
    }
    owl.pass(1);
    let clear = owl.clearing("disk full");
    for event in [&clear, &firing, &clear, &firing] {
        owl.receive(event.clone());
    }
    owl.pass(120);
    assert_eq!(owl.ports.store.alerts().len(), 1);
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_silence();
    owl.expect_status("disk full", "resolved");
}

fn events_that_overtook_each_other(on: Platform) {
    let mut owl = Owl::on(on);
    let first = owl.firing("disk full");
    owl.pass(1);
    let cleared = owl.clearing("disk full");
    owl.pass(1);
    let second = owl.firing("disk full");
    for events in [[&second, &cleared, &first], [&cleared, &second, &first]] {
        let mut owl = Owl::on(on);
        owl.pass(3);
        for event in events {
            owl.receive((*event).clone());
        }
        owl.pass(1);
        let newest = owl.newest("disk full");
        assert_eq!(newest.status, Status::Firing, "what was received last stands");
        owl.ignore_all();
        owl.pass(5);
        owl.expect_page("bob");
        owl.expect_silence();
    }
}

fn a_clear_that_overtook_its_firing_pages_nobody(on: Platform) {
    let mut owl = Owl::on(on);
    let firing = owl.firing("disk full");
    owl.pass(1);
    owl.clear("disk full");
    let hidden = owl.newest("disk full");
    assert_eq!(run(owl.ports.store.list("acme", None, None, 5)).expect("a list").items, []);
    owl.receive(firing);
    owl.pass(60);
    owl.expect_silence();
    let alert = owl.newest("disk full");
    assert!(!alert.hidden && alert.number() == hidden.number() + 1, "it is listed all the same");
    assert_eq!(run(owl.ports.store.list("acme", None, None, 5)).expect("a list").items.len(), 1);
}

fn a_person_resolves_it_and_it_still_fires(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.ignore_all();
    owl.resolve_as("alice");
    owl.expect_status("disk full", "resolved");
    owl.pass(10);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    assert_eq!(owl.ports.store.alerts().len(), 2);
}

fn a_long_story_is_kept_whole(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    for number in 0..40 {
        let text = format!("note {number}");
        owl.act("alice", EventKind::Noted { text });
        owl.pass_seconds(2);
    }
    let alert = owl.newest("disk full");
    assert!(alert.timeline.len() <= 2 * nightowl_domain::Alert::TAIL_MAX, "the item stays small");
    let timeline = owl.timeline(&alert.occurrence());
    for number in 0..40 {
        assert!(timeline.contains(&format!("note {number}")), "note {number} is missing");
    }
}

fn the_policy_is_that_of_the_opening(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.pass(1);
    owl.ignore_all();
    let mut tenant = owl.tenant();
    tenant.hash = "hash-2".to_owned();
    tenant.policies[0].tiers[1].targets = vec![nightowl_domain::Target::User("alice".to_owned())];
    tenant.policies[0].tiers[0].timeout = Duration::from_secs(3600);
    owl.ports.config.set(tenant);
    owl.pass(4);
    owl.expect_page("bob");
    owl.alert("other");
    owl.pass(10);
    owl.expect_card("other");
    owl.expect_page("alice");
    assert!(owl.newest("other").plan.config == "hash-2");

    owl.ignore_all();
    owl.ports.config.collect("acme", "hash-1");
    owl.pass(120);
    let old = owl.newest("disk full");
    assert_eq!(old.plan.config, "hash-2");
    let timeline = owl.timeline(&old.occurrence());
    assert!(timeline.contains("the current policy is used instead"), "{timeline}");
}

fn a_tenant_that_was_taken_out_is_still_served(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.ports.config.disable("acme");
    assert!(run(owl.ports.config.tenant("acme")).expect("an answer").is_none());
    owl.pass(5);
    owl.expect_page("bob");
    owl.ack_as("bob");
    owl.expect_status("disk full", "acknowledged");
    assert!(matches!(
        owl.newest("disk full").status,
        Status::Acknowledged { by: Actor::User { .. }, .. }
    ));
}
