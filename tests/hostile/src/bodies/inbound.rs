//! To where monitoring tools send.

use super::{Judge, dress, saved};
use crate::chance::Chance;
use crate::mutate::{Grammar, mutate};
use crate::report::Line;
use crate::worlds::inbound::{ALERTMANAGER, GENERIC, GRAFANA, World};

const SECRETS: [&str; 3] = [ALERTMANAGER, GENERIC, GRAFANA];

struct Sender {
    path: String,
    seeds: Vec<Vec<u8>>,
}

fn senders() -> Vec<Sender> {
    [("alertmanager", ALERTMANAGER), ("grafana", GRAFANA), ("generic", GENERIC)]
        .map(|(format, key)| Sender {
            path: format!("/api/v1/webhook/{format}/{key}"),
            seeds: saved(format),
        })
        .into()
}

pub(super) async fn plain(bodies: usize, seed: u64) -> Line {
    let mut judge = Judge::new("webhooks", &SECRETS);
    let mut chance = Chance::of(seed, "webhooks");
    let (world, senders) = (World::new(false), senders());
    let router = world.router();
    while judge.line.inputs < bodies {
        let sender = chance.pick(&senders);
        let body = mutate(&mut chance, Grammar::Json, &sender.seeds);
        let request = dress::post(&mut chance, &sender.path, body);
        judge.send(&router, request).await;
        // An honest pace: limits are another matter.
        world.pass(std::time::Duration::from_millis(500));
    }
    judge.done()
}

#[cfg(feature = "aws")]
/// The same through the client of the queue: what a parser lets through a queue must take.
pub(super) async fn on_aws(bodies: usize, seed: u64) -> Line {
    let mut judge = Judge::new("webhooks, into SQS", &SECRETS);
    let mut chance = Chance::of(seed, "webhooks, into SQS");
    let senders = senders();
    while judge.line.inputs < bodies {
        // What a queue took stays in it, so that it is a new one every now and then.
        let (world, _aws) = World::on_aws();
        let router = world.router();
        for _ in 0..50 {
            let sender = chance.pick(&senders);
            let body = mutate(&mut chance, Grammar::Json, &sender.seeds);
            let request = dress::post(&mut chance, &sender.path, body);
            judge.send(&router, request).await;
            world.pass(std::time::Duration::from_millis(500));
        }
    }
    judge.done()
}
