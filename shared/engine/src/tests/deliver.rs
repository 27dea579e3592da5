//! Wake-ups are worked off.

use std::time::Duration;

use nightowl_domain::{EventKind, SendState};
use nightowl_messaging::Limits;

use super::World;
use crate::testing::{Script, Spring, run};
use crate::{Ask, Call, Clock, Delivered, Pacer, Store};

#[test]
fn one_wakeup_serves_all() {
    let (world, occurrence) = World::with_alert();
    let delivered = run(world.engine.deliver(&occurrence)).expect("it is delivered");
    assert_eq!(delivered, Delivered { posted: 2, ..Delivered::default() });
    let versions = world.newest().version;
    assert_eq!(versions, 3, "opened, one claim, one settle");
    let posted = world.chat.posted();
    assert!(posted[0].post.message.alert().is_some_and(|alert| alert.alert_url.as_deref()
        == Some(&format!("https://owl.example/console/alerts/{}", occurrence.id))));
    for message in posted {
        let noted = run(world.ports.store.read_reverse(&message.message)).expect("an answer");
        assert_eq!(noted, Some((occurrence.clone(), message.post.delivery)));
    }
    let again = run(world.engine.deliver(&occurrence)).expect("nothing to do");
    assert_eq!((again, world.newest().version), (Delivered::default(), versions));
}

#[test]
fn the_page_is_posted_before_the_card() {
    let (world, occurrence) = World::with_alert();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    let order: Vec<String> =
        world.chat.posted().into_iter().map(|posted| posted.message.channel).collect();
    assert_eq!(order, ["D-alice", "C-ops"]);
}

#[test]
fn nothing_starts_that_could_outlive_its_lease() {
    let (world, occurrence) = World::with_alert();
    world.chat.script([Script::RefuseSlowly(Duration::from_secs(8))]);
    let delivered = run(world.engine.deliver(&occurrence)).expect("it is settled");
    assert_eq!(delivered.failed, 2, "neither the plain form nor the card had time left");
    assert_eq!(world.chat.attempts().len(), 1);
    let waits = |alert: &nightowl_domain::Alert| {
        alert.sends.iter().all(|send| matches!(send.state, SendState::Wanted { .. }))
    };
    assert!(waits(&world.newest()), "it certainly did not land");
    world.ports.clock.advance(Duration::from_secs(2));
    let delivered = run(world.engine.deliver(&occurrence)).expect("it is delivered");
    assert_eq!(delivered.posted, 2);
}

#[test]
fn a_wakeup_catches_up_what_is_overdue() {
    let (world, occurrence) = World::with_alert();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    world.ports.clock.advance(Duration::from_secs(300));
    let delivered = run(world.engine.deliver(&occurrence)).expect("it is delivered");
    assert_eq!(world.newest().plan.tier, 1);
    assert!(delivered.posted == 1 && delivered.edited > 0, "{delivered:?}");
}

#[test]
fn two_workers_post_nothing_twice() {
    let (world, occurrence) = World::with_alert();
    let other = crate::Engine::new(world.ports.clone());
    let both = futures::future::join(world.engine.deliver(&occurrence), other.deliver(&occurrence));
    let (one, two) = run(both);
    let posted = one.expect("an answer").posted + two.expect("an answer").posted;
    assert_eq!((posted, world.chat.posted().len()), (2, 2));
}

#[test]
fn a_message_that_cannot_be_noted_is_found_later() {
    let (world, occurrence) = World::with_alert();
    let quiet = World::with_alert().0;
    let before = quiet.ports.trap.calls();
    run(quiet.engine.deliver(&occurrence)).expect("it is delivered");
    let calls = quiet.ports.trap.calls() - before;
    for number in 0..calls {
        let (world, occurrence) = World::with_alert();
        world.ports.trap.arm(number, Spring::Fail);
        let _ = run(world.engine.deliver(&occurrence));
        for _ in 0..6 {
            world.ports.clock.advance(Duration::from_secs(20));
            run(world.engine.deliver(&occurrence)).expect("nothing fails any more");
        }
        let sent = |alert: nightowl_domain::Alert| {
            alert.sends.iter().all(|send| matches!(send.state, SendState::Sent(_)))
        };
        assert!(sent(world.newest()), "call {number}: {:?}", world.newest().sends);
        assert_eq!(world.chat.posted().len(), 2, "call {number}");
    }
    drop(world);
}

#[test]
fn an_edit_in_doubt_is_made_soon_and_once_more_when_it_can_no_longer_land() {
    let (world, occurrence) = World::with_alert();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    world.act(&occurrence, EventKind::Acked, "click-1").expect("it is acknowledged");
    world.chat.script([Script::LostNotLanded, Script::LostNotLanded]);
    let failed = Delivered { failed: 2, ..Delivered::default() };
    let edited = Delivered { edited: 2, ..Delivered::default() };
    for (wait, expected) in [(0, failed), (15, edited), (45, edited), (60, Delivered::default())] {
        world.ports.clock.advance(Duration::from_secs(wait));
        let delivered = run(world.engine.deliver(&occurrence)).expect("it is settled");
        assert_eq!(delivered, expected, "{wait} s later");
    }
}

#[test]
fn all_that_waits_for_its_turn_has_one_wakeup() {
    let (world, occurrence) = World::with_alert();
    let now = world.ports.clock.now();
    for (number, send) in world.newest().sends.iter().enumerate() {
        let until = now + Duration::from_secs(30 + number as u64);
        let limits = Limits::default();
        let (to, send) = (&send.to, &send.key);
        let call = Call::Post;
        let ask = Ask {
            tenant: "acme",
            to,
            send,
            call,
            urgent: false,
            folds: false,
            limits: &limits,
            throttle: None,
        };
        run(world.ports.pacer.block(&ask, until, now));
    }
    let delivered = run(world.engine.deliver(&occurrence)).expect("it waits");
    assert_eq!(delivered, Delivered { deferred: 2, ..Delivered::default() });
    assert_eq!(world.woken(), (1, false));
    assert_eq!(world.ports.wake.next_at(), Some(now + Duration::from_secs(30)));
}

#[test]
fn an_ack_edits_what_was_said() {
    let (world, occurrence) = World::with_alert();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    world.act(&occurrence, EventKind::Acked, "click-1").expect("it is acknowledged");
    let delivered = run(world.engine.deliver(&occurrence)).expect("it is delivered");
    assert_eq!(delivered, Delivered { edited: 2, ..Delivered::default() });
    for posted in world.chat.posted() {
        assert_eq!(posted.shows.alert().map(|alert| alert.status), Some("acknowledged"));
    }
}
