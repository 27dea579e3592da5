//! What was genuine, sent again: within the five minutes in which Slack's signature is good it must
//! not act twice, and behind them not at all.

use nightowl_domain::Alert;
use nightowl_engine::Clock;

use super::Court;
use super::slack::{Genuine, effects, genuine};
use crate::chance::Chance;
use crate::report::Line;
use crate::worlds::slack::{SECRET, World};

/// Of each callback.
const TIMES: usize = 20;

pub(super) async fn slack(replays: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "slack, replayed");
    let mut court = Court::new("slack, replayed", 0);
    let mut acted = 0;
    while court.line.inputs < replays {
        let world = World::new();
        let (alert, card) = world.posted("disk").await;
        // What acknowledges, so that whether it did so again can be seen.
        let all = genuine(&world, &alert.short_id, &card);
        let of = chance.pick(&[all[0].clone(), all[2].clone(), all[5].clone()]).clone();
        let seconds = world.ports.clock.now().millis() / 1000;
        send(&world, &of, seconds).await;
        acted += usize::from(world.status(&alert).await == "acknowledged");
        let undo = format!("unack {}", alert.short_id);
        world.type_as("Ubob", &undo, "t-undo").await;
        again(&mut court, &world, &of, &alert).await;
        world.pass(301);
        let before = effects(&world);
        let answer = send(&world, &of, seconds).await;
        court.line.inputs += 1;
        if answer == 401 && effects(&world) == before {
            court.line.refused += 1;
        } else {
            court.line.taken += 1;
            court.line.fault(format!("{} behind the window: {answer}", of.address));
        }
    }
    court.control(acted * (TIMES + 1) == court.line.inputs, "callback");
    court.done()
}

/// Slack itself sends again, so that the answer may be any; but nothing may happen to the alert.
async fn again(court: &mut Court<usize>, world: &World, of: &Genuine, alert: &Alert) {
    let seconds = world.ports.clock.now().millis() / 1000;
    court.begin_again(world.ports.store.history().len());
    for _ in 0..TIMES {
        send(world, of, seconds).await;
        court.line.inputs += 1;
        let is_firing = world.status(alert).await == "firing";
        let history = world.ports.store.history().len();
        if is_firing && history == court.before {
            court.line.refused += 1;
        } else {
            court.look(history);
        }
    }
}

async fn send(world: &World, of: &Genuine, seconds: i64) -> u16 {
    let path = format!("{}/acme", of.address);
    world.post_at(&path, SECRET, seconds, &of.body).await.status.as_u16()
}
