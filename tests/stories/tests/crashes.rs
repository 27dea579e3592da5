//! The process dies, wake-ups are lost, answers of the store are lost; nothing else is.

use std::time::Duration;

use nightowl_domain::{Alert, Destination, Hash, Status};
use nightowl_engine::testing::{Script, Spring, sample_tenant};
use nightowl_test_stories::{Owl, Platform, stories};

stories! {
    a_restart_in_the_middle,
    a_restart_with_everything_still_to_do,
    a_quiet_night,
    whatever_call_fails_the_morning_is_the_same,
    killed_after_every_claim_with_all_wakeups_lost,
    all_wakeups_are_lost_always,
    misfortunes_seldom_come_singly,
    a_night_without_an_escalation_is_cheap,
}

fn a_restart_in_the_middle(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.pass(2);
    owl.restart();
    owl.pass(4);
    owl.expect_page("bob");
    owl.restart();
    owl.pass(11);
    owl.expect_page("alice");
    owl.expect_silence();
    owl.ack_as("alice");
    owl.pass(10);
    owl.expect_status("disk full", "acknowledged");
    owl.expect_all_settled();
}

fn a_restart_with_everything_still_to_do(on: Platform) {
    let mut owl = Owl::on(on);
    let firing = owl.firing("disk full");
    owl.chat.set_down(true);
    owl.receive(firing);
    owl.restart();
    owl.chat.set_down(false);
    owl.pass(1);
    owl.pass_seconds(1);
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_silence();
}

/// One night: an alert, an escalation, an ack, a clear. Bob has time enough to be paged though a
/// timer and the sweeps after it are lost.
fn night(owl: &mut Owl) {
    owl.alert("disk full");
    owl.pass(10);
    owl.ack_as("bob");
    owl.pass(2);
    owl.clear("disk full");
    owl.pass(10);
}

/// All that has to be true in the morning, whatever happened.
fn morning(owl: &Owl) {
    owl.expect_all_settled();
    owl.expect_status("disk full", "resolved");
    assert_eq!(owl.ports.store.alerts().len(), 1, "one alert, not two");
    let alert = owl.newest("disk full");
    assert!(matches!(alert.status, Status::Resolved { .. }));
    assert_eq!(owl.ports.store.cards(&alert.occurrence()).len(), 1);
    let paged: Vec<_> = owl
        .chat
        .posted()
        .into_iter()
        .filter(|posted| matches!(posted.post.message, nightowl_messaging::Message::Direct(_)))
        .filter_map(|posted| match posted.post.to {
            Destination::Person { user, .. } => Some(user),
            Destination::Channel { .. } => None,
        })
        .collect();
    assert_eq!(paged, ["alice", "bob"], "each was paged once");
    let timeline = owl.timeline(&alert.occurrence());
    assert!(timeline.contains("paging Bob"), "{timeline}");
    never_backwards(&owl.ports.store.history());
}

fn never_backwards(history: &[Alert]) {
    for pair in history.windows(2) {
        let [before, after] = pair else { continue };
        if before.id != after.id {
            continue;
        }
        assert_eq!(after.version, before.version + 1);
        assert!(after.plan.generation >= before.plan.generation);
        assert!(after.plan.generation <= before.plan.generation + 1, "one tier at a time");
        assert!(after.card_rev >= before.card_rev && after.count >= before.count);
    }
}

fn a_quiet_night(on: Platform) {
    let mut owl = Owl::on(on);
    night(&mut owl);
    morning(&owl);
    assert_eq!(owl.newest("disk full").count, 1);
}

/// Every call of every port of that night, each broken in every way.
fn whatever_call_fails_the_morning_is_the_same(on: Platform) {
    let mut quiet = Owl::on(on);
    night(&mut quiet);
    let calls = quiet.ports.trap.calls();
    assert!(calls > 50, "{calls} calls are no night");
    for spring in Spring::ALL {
        for number in (0..calls).step_by(on.stride()) {
            let mut owl = Owl::on(on);
            owl.ports.trap.arm(number, spring);
            let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                night(&mut owl);
                morning(&owl);
            }));
            assert!(told.is_ok(), "{spring:?} at call {number} of {calls}");
        }
    }
}

fn killed_after_every_claim_with_all_wakeups_lost(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.lose_wakeups();
    for _ in 0..3 {
        owl.restart();
        owl.pass(1);
    }
    owl.ignore_all();
    owl.ports.trap.disarm();

    let mut deaths = 0;
    for number in (0..200).step_by(if on == Platform::Script { 1 } else { 3 }) {
        let mut owl = Owl::on(on);
        owl.ports.trap.arm(number, Spring::KillAfter);
        owl.alert("disk full");
        let is_claimed = owl.deaths > 0
            && owl
                .ports
                .store
                .alerts()
                .iter()
                .flat_map(|alert| &alert.sends)
                .any(|send| matches!(send.state, nightowl_domain::SendState::Claimed { .. }));
        if !is_claimed {
            continue;
        }
        deaths += 1;
        owl.lose_wakeups();
        owl.pass(3);
        owl.expect_card("disk full");
        owl.expect_page("alice");
        owl.expect_silence();
        owl.expect_all_settled();
    }
    assert!(deaths > 0, "it died {deaths} times while something was claimed");
}

fn all_wakeups_are_lost_always(on: Platform) {
    let mut tenant = sample_tenant();
    tenant.policies[0].repeat = 0;
    let mut owl = Owl::with(on, tenant);
    owl.alert("disk full");
    for _ in 0..20 {
        owl.lose_wakeups();
        owl.pass(1);
    }
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_page("bob");
    owl.expect_notice("Nobody answered");
    owl.expect_silence();
}

const SEEDS: u64 = 600;

const MOODS: [Script; 10] = [
    Script::Land,
    Script::Land,
    Script::Land,
    Script::Land,
    Script::Retry(None),
    Script::Retry(Some(Duration::from_secs(20))),
    Script::LostLanded,
    Script::LostNotLanded,
    Script::LandsLate(Duration::from_secs(10)),
    Script::Hang,
];

/// Several things go wrong in one night. A seed that fails once is replayed by its number.
fn misfortunes_seldom_come_singly(on: Platform) {
    let mut quiet = Owl::on(on);
    night(&mut quiet);
    let calls = quiet.ports.trap.calls();
    for seed in (0..SEEDS).step_by(on.stride()) {
        let mut owl = Owl::on(on);
        let drawn = Hash::of(&[b"misfortune", &seed.to_be_bytes()]);
        for chunk in drawn.bytes().chunks(4).take(3) {
            let at = usize::from(chunk[0]) * 256 + usize::from(chunk[1]);
            owl.ports.trap.arm(at % calls, Spring::ALL[usize::from(chunk[2]) % 4]);
        }
        // Every other night the platform has its moods as well.
        if seed % 2 == 1 {
            let moods = drawn.bytes().iter().skip(12).take(8);
            owl.chat.script(moods.map(|mood| MOODS[usize::from(*mood) % MOODS.len()]));
        }
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            night(&mut owl);
            owl.ports.trap.disarm();
            morning(&owl);
        }));
        assert!(told.is_ok(), "seed {seed}");
    }
}

/// What it costs. The budgets are those of one paged, acknowledged and resolved alert.
fn a_night_without_an_escalation_is_cheap(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.pass_seconds(20);
    owl.ack_as("alice");
    owl.pass_seconds(20);
    owl.clear("disk full");
    let (reads, writes) = owl.ports.store.requests();
    owl.expect_status("disk full", "resolved");
    // Taking an event in and being told that it is done are the queue's.
    let (reads, writes) = (reads, writes - 2);
    assert!(writes <= 16, "{writes} item writes");
    assert!(reads <= 10, "{reads} reads");
}
