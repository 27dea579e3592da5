//! The store fails or hangs at any call: the person is answered truthfully, and whatever was taken
//! is done once.

mod world;

use nightowl_engine::chat::words;
use nightowl_engine::testing::Spring;
use world::World;

/// More calls than a click makes before it is taken.
const CALLS: usize = 12;

impl World {
    /// Whatever the intake holds is worked off, as after a restart.
    async fn work_off(&self) {
        self.ports.trap.disarm();
        for (receipt, report) in self.ports.store.intake() {
            self.parts.engine.apply(&report, true).await.expect("the store works");
            self.ports.store.finish(receipt);
        }
    }
}

/// What the person reads, and whether it was done once the store works again.
async fn clicked(spring: Spring, calls: std::ops::RangeInclusive<usize>) -> (Option<String>, bool) {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let claim = world.claim("alice", &card, "escalate");
    for call in calls {
        world.ports.trap.arm(call, spring);
    }
    let answer = world.send("actions/acme", &claim).await;
    assert_eq!(answer.status, 200, "{spring:?}: {}", answer.body);
    world.work_off().await;
    let said = answer.json()["ephemeral_text"].as_str().map(str::to_owned);
    let plan = world.read(&alert).await.plan.clone();
    assert_eq!(plan.round, 0, "{spring:?}");
    assert!(plan.tier <= 1, "{spring:?}");
    (said, plan.tier == 1)
}

#[tokio::test]
async fn a_click_when_one_call_fails() {
    let (mut done, mut taken) = (0, 0);
    for spring in [Spring::Fail, Spring::LoseAnswer] {
        for call in 0..CALLS {
            let (said, is_done) = clicked(spring, call..=call).await;
            match said.as_deref() {
                None => done += 1,
                Some(words::TAKEN) => taken += 1,
                Some(said) => panic!("{spring:?} {call}: {said}"),
            }
            assert!(is_done, "{spring:?} {call}: {said:?}");
        }
    }
    assert!(done > 0, "{done} {taken}");
}

/// The post is looked up at the server, this process remembers the trigger, and the intake may
/// still take it: an acknowledgement does not need the store.
#[tokio::test]
async fn a_click_when_the_first_calls_all_fail_or_hang() {
    for spring in [Spring::Fail, Spring::KillBefore] {
        let (said, is_done) = clicked(spring, 0..=1).await;
        assert!(is_done, "{spring:?}: {said:?}");
        assert!(said.is_none_or(|said| said == words::TAKEN), "{spring:?}");
    }
}

#[tokio::test]
async fn a_trigger_acts_once_though_the_store_cannot_say() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let mut claim = world.claim("alice", &card, "escalate");
    world.ports.trap.arm(1, Spring::Fail);
    world.send("actions/acme", &claim).await.is_empty();
    claim["context"] = world::context(&card, "ack");
    let told = world.send("actions/acme", &claim).await.whispered();
    assert!(told.starts_with("That click was taken before."), "{told}");
    assert_eq!(world.status(&alert).await, "firing");
}
