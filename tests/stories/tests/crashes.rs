//! The process dies, wake-ups are lost, answers of the store are lost; nothing else is.

use std::time::Duration;

use nightowl_domain::{Alert, Hash, Status};
use nightowl_engine::testing::{Script, Spring, sample_tenant};
use nightowl_test_stories::Owl;

#[test]
fn a_restart_in_the_middle() {
    let mut owl = Owl::new();
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

#[test]
fn a_restart_with_everything_still_to_do() {
    let mut owl = Owl::new();
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
        .map(|posted| posted.message.channel)
        .collect();
    assert_eq!(paged, ["D-alice", "D-bob"], "each was paged once");
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

#[test]
fn a_quiet_night() {
    let mut owl = Owl::new();
    night(&mut owl);
    morning(&owl);
    assert_eq!(owl.newest("disk full").count, 1);
}

/// Every call of every port of that night, each broken in every way.
#[test]
fn whatever_call_fails_the_morning_is_the_same() {
    let mut quiet = Owl::new();
    night(&mut quiet);
    let calls = quiet.ports.trap.calls();
    assert!(calls > 50, "{calls} calls are no night");
    for spring in Spring::ALL {
        for number in 0..calls {
            let mut owl = Owl::new();
            owl.ports.trap.arm(number, spring);
            let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                night(&mut owl);
                morning(&owl);
            }));
            assert!(told.is_ok(), "{spring:?} at call {number} of {calls}");
        }
    }
}

#[test]
fn killed_after_every_claim_with_all_wakeups_lost() {
    let mut owl = Owl::new();
    owl.alert("disk full");
    owl.lose_wakeups();
    for _ in 0..3 {
        owl.restart();
        owl.pass(1);
    }
    owl.ignore_all();
    owl.ports.trap.disarm();

    let mut deaths = 0;
    for number in 0..200 {
        let mut owl = Owl::new();
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
    assert!(deaths > 2, "it died {deaths} times while something was claimed");
}

#[test]
fn all_wakeups_are_lost_always() {
    let mut tenant = sample_tenant();
    tenant.policies[0].repeat = 0;
    let mut owl = Owl::with(tenant);
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
#[test]
fn misfortunes_seldom_come_singly() {
    let mut quiet = Owl::new();
    night(&mut quiet);
    let calls = quiet.ports.trap.calls();
    for seed in 0..SEEDS {
        let mut owl = Owl::new();
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
#[test]
fn a_night_without_an_escalation_is_cheap() {
    let mut owl = Owl::new();
    owl.alert("disk full");
    owl.pass_seconds(20);
    owl.ack_as("alice");
    owl.pass_seconds(20);
    owl.clear("disk full");
    let (reads, writes) = owl.ports.store.requests();
    owl.expect_status("disk full", "resolved");
    // Taking an event in and being told that it is done are the queue's.
    let (reads, writes) = (reads, writes - 2);
    println!("one paged, acknowledged, resolved alert: {reads} reads, {writes} item writes");
    assert!(writes <= 16, "{writes} item writes");
    assert!(reads <= 10, "{reads} reads");
}
