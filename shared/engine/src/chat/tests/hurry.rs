use nightowl_domain::{EventKind, Status};
use nightowl_messaging::{ActionId, Snooze, Whisper};

use super::{World, alice, bob};
use crate::Clock;
use crate::chat::words;
use crate::testing::{Spring, run};

impl World {
    /// Milliseconds that something takes.
    fn takes<T>(&self, what: impl FnOnce() -> T) -> (T, u128) {
        let began = self.ports.clock.now();
        let came = what();
        (came, self.ports.clock.now().since(began).as_millis())
    }
}

/// A call that never comes back costs nobody the answer.
#[test]
fn whoever_waits_is_answered_in_time() {
    for call in 0..12 {
        for choice in [None, Some(Snooze::Until), Some(Snooze::HalfHour)] {
            let world = World::with_console();
            world.meet("alice");
            let alert = world.fire("disk");
            world.deliver(&alert);
            let action = if choice.is_some() { ActionId::Snooze } else { ActionId::Resolve };
            let mut press = World::press(&world.card(&alert), action, "c1");
            press.choice = choice;
            world.ports.trap.arm(call, Spring::KillBefore);
            let (_, took) = world.takes(|| world.guest("U-alice").presses(&press));
            assert!(took <= 2_400, "{took} ms at call {call}");
            let world = World::with_console();
            world.meet("alice");
            world.fire("disk");
            world.ports.trap.arm(call, Spring::KillBefore);
            let (_, took) = world.takes(|| world.guest("U-alice").types("ack last"));
            assert!(took <= 2_400, "{took} ms at call {call}");
        }
    }
}

#[test]
fn a_stranger_is_answered_in_time_too() {
    for call in 0..8 {
        let world = World::with_console();
        world.add_stranger("U9");
        world.fire("disk");
        world.ports.trap.arm(call, Spring::KillBefore);
        let (told, took) = world.takes(|| world.guest("U9").types("ack last"));
        assert!(took <= 2_400, "{took} ms at call {call}");
        assert!(told.text.ends_with('.'), "{}", told.text);
    }
}

#[test]
fn who_cannot_be_found_out_in_time_is_told_so() {
    let world = World::with_console();
    world.add_stranger("U9");
    world.ports.trap.arm(1, Spring::KillBefore);
    let (told, took) = world.takes(|| world.guest("U9").types("oncall"));
    assert!(told.text.starts_with("NightOwl could not find out who you are just now"));
    assert_eq!((took, told.link), (1_500, None));
}

#[test]
fn what_takes_too_long_is_taken_and_done_once() {
    let (mut taken, mut done) = (0, 0);
    // The first call says who it is.
    for call in 1..10 {
        for spring in Spring::ALL {
            let world = World::new();
            world.meet("alice");
            let alert = world.fire("disk");
            world.deliver(&alert);
            let press = World::press(&world.card(&alert), ActionId::Escalate, "c1");
            world.ports.trap.arm(call, spring);
            let answer = world.guest("U-alice").presses(&press);
            world.ports.trap.disarm();
            match answer.as_ref().map(|told| &*told.text) {
                None => done += 1,
                Some(words::TAKEN) => taken += 1,
                Some(other) => panic!("{other} at call {call} {spring:?}"),
            }
            world.work_off();
            let plan = world.read(&alert.occurrence()).plan.clone();
            assert_eq!((plan.round, plan.tier), (0, 1), "call {call} {spring:?}");
        }
    }
    assert!(taken > 0 && done > 0, "{taken} {done}");
}

#[test]
fn a_command_that_is_taken_is_done_later_and_once() {
    let mut taken = 0;
    for call in 1..12 {
        let world = World::new();
        world.meet("alice");
        let alert = world.fire("disk");
        world.ports.trap.arm(call, Spring::KillAfter);
        let said = world.guest("U-alice").says(&format!("ack {} on it", alert.short_id));
        world.ports.trap.disarm();
        if said == words::TAKEN {
            taken += 1;
        }
        world.work_off();
        let standing = world.read(&alert.occurrence());
        assert!(matches!(standing.status, Status::Acknowledged { .. }), "call {call}: {said}");
        let notes = standing.timeline.iter().filter(|entry| entry.text == "on it").count();
        assert_eq!(notes, 1, "call {call}: {said}");
    }
    assert!(taken > 0);
}

/// The click landed, its answer did not come, and its durable copy arrives when the alert has long
/// forgotten the click's name: it must not count as a new acknowledgement.
#[test]
fn the_copy_of_a_click_that_landed_is_not_a_new_one() {
    let mut landed = 0;
    for call in 1..10 {
        let world = World::new();
        world.meet("alice");
        let alert = world.fire("disk");
        world.deliver(&alert);
        let press = World::press(&world.card(&alert), ActionId::Acknowledge, "c1");
        world.ports.trap.arm(call, Spring::KillAfter);
        let answer = world.guest("U-alice").presses(&press);
        world.ports.trap.disarm();
        let occurrence = alert.occurrence();
        let has_landed = world.read(&occurrence).status.name() == "acknowledged";
        if !has_landed || answer != Some(Whisper::say(words::TAKEN)) {
            continue;
        }
        landed += 1;
        world.pass(60);
        let act = |kind, actor, name: &str| {
            run(world.engine.act(&occurrence, kind, actor, name.into())).expect("it works");
        };
        act(EventKind::Unacked, alice(), "unack");
        for number in 0..20 {
            let text = format!("note {number}");
            act(EventKind::Noted { text: text.clone() }, bob(), &text);
        }
        assert_eq!(world.work_off(), 1);
        assert_eq!(world.read(&occurrence).status.name(), "firing", "call {call}");
    }
    assert!(landed > 0, "no click ever landed without its answer");
}

#[test]
fn nothing_works_and_it_is_said() {
    let world = World::new();
    world.meet("alice");
    let alert = world.fire("disk");
    world.deliver(&alert);
    let press = World::press(&world.card(&alert), ActionId::Acknowledge, "c1");
    let fail = || (1..40).for_each(|call| world.ports.trap.arm(call, Spring::Fail));
    fail();
    let answer = world.guest("U-alice").presses(&press);
    assert_eq!(answer, Some(Whisper::say(words::NOT_DONE)));
    world.ports.trap.disarm();
    fail();
    assert_eq!(world.guest("U-alice").says("list"), words::NOT_DONE);
}
