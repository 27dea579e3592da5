//! The store or Slack fails, or hangs, at any call: the person is answered within three seconds,
//! truthfully, and whatever was taken is done once.

mod world;

use std::time::Duration;

use nightowl_domain::Alert;
use nightowl_engine::chat::words;
use nightowl_engine::testing::Spring;
use nightowl_messaging::ActionId;
use tokio::time::Instant;
use world::{Press, SECRET, Typed, World};

/// Slack's.
const WAIT: Duration = Duration::from_secs(3);
/// More calls than any request makes.
const CALLS: usize = 20;

impl World {
    /// Whatever the intake holds is worked off, as after a restart.
    async fn work_off(&self) {
        self.ports.trap.disarm();
        for (receipt, report) in self.ports.store.intake() {
            self.apply(&report).await;
            self.ports.store.finish(receipt);
        }
    }

    async fn tier(&self, alert: &Alert) -> (u32, u32) {
        let plan = self.read(alert).await.plan.clone();
        (plan.round, plan.tier)
    }
}

/// Time is tokio's own and stands still unless everybody waits.
#[tokio::test(start_paused = true)]
async fn a_click_in_any_trouble() {
    let (mut done, mut taken, mut failed) = (0, 0, 0);
    for spring in Spring::ALL {
        for call in 0..CALLS {
            let world = World::new();
            let (alert, card) = world.posted("disk").await;
            world.ports.trap.arm(call, spring);
            let started = Instant::now();
            world.click(&Press::new(&card, ActionId::Escalate, "t1")).await;
            assert!(started.elapsed() < WAIT, "{spring:?} {call}: {:?}", started.elapsed());
            world.work_off().await;
            let said = world.whispers().pop().or(world.responses().pop().map(|(_, said)| said));
            let context = format!("{spring:?} {call}: {said:?}");
            match said.as_deref() {
                None => done += 1,
                Some(words::TAKEN) => taken += 1,
                Some(_) => failed += 1,
            }
            let tier = world.tier(&alert).await;
            match said.as_deref() {
                None | Some(words::TAKEN) => assert_eq!(tier, (0, 1), "{context}"),
                Some(_) => assert_eq!(tier, (0, 0), "{context}"),
            }
            // Slack's own repetition, or a second look by the worker, changes nothing.
            if said.is_none_or(|said| said == words::TAKEN) {
                world.click(&Press::new(&card, ActionId::Escalate, "t1")).await;
                assert_eq!(world.tier(&alert).await, (0, 1), "{context}");
            }
        }
    }
    assert!(done > 0 && taken > 0 && failed > 0, "{done} {taken} {failed}");
}

#[tokio::test(start_paused = true)]
async fn a_command_in_any_trouble() {
    let (mut done, mut taken, mut failed) = (0, 0, 0);
    for spring in Spring::ALL {
        for call in 0..CALLS {
            let world = World::new();
            let alert = world.fire("disk").await;
            let text = format!("escalate {} on it", alert.short_id);
            let body = Typed { text: &text, ..Typed::default() }.body();
            world.ports.trap.arm(call, spring);
            let started = Instant::now();
            let said = world.post("commands/acme", SECRET, &body).await.said();
            assert!(started.elapsed() < WAIT, "{spring:?} {call}: {:?}", started.elapsed());
            world.work_off().await;
            let context = format!("{spring:?} {call}: {said:?}");
            let tier = world.tier(&alert).await;
            let timeline = world.read(&alert).await.timeline.clone();
            let notes = timeline.iter().filter(|entry| entry.text == "on it").count();
            if said.starts_with("You escalated") {
                done += 1;
                assert_eq!((tier, notes), ((0, 1), 1), "{context}");
            } else if said == words::TAKEN {
                taken += 1;
                assert_eq!((tier, notes), ((0, 1), 1), "{context}");
            } else {
                failed += 1;
                assert_eq!((tier, notes), ((0, 0), 0), "{context}");
            }
        }
    }
    assert!(done > 0 && taken > 0 && failed > 0, "{done} {taken} {failed}");
}
