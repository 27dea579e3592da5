//! To Slack's addresses, signed as Slack would, so that the parsers and what is behind them get it.

use axum::body::Body;
use http::Request;
use nightowl_engine::Clock;
use nightowl_messaging::verify::sign_hmac_sha256;
use nightowl_messaging::{ActionId, Secret};

use super::{Judge, dress, saved};
use crate::chance::Chance;
use crate::mutate::{Grammar, mutate};
use crate::report::Line;
use crate::worlds::slack::{Press, SECRET, Typed, World};

/// The store of a world remembers everything, so that it is a new one after so many.
const BODIES_A_WORLD: usize = 2_000;

pub(super) async fn run(bodies: usize, seed: u64) -> Line {
    let mut judge = Judge::new("slack, signed", &[SECRET]);
    let mut chance = Chance::of(seed, "slack, signed");
    while judge.line.inputs < bodies {
        let world = World::new();
        let (_, card) = world.posted("disk").await;
        let commands = [
            saved("slack_command"),
            ["list", "ack", "help", "oncall", "status", "link"]
                .map(|text| Typed { text, ..Typed::default() }.body().into_bytes())
                .into(),
        ];
        let press = |action| Press::new(&card, action, "t1").body().into_bytes();
        let clicks = [saved("slack_interaction"), ActionId::ALL.map(press).into()];
        let kinds = [
            ("commands", Grammar::Form, commands.concat()),
            ("interactions", Grammar::Form, clicks.concat()),
            ("events", Grammar::Json, saved("slack_event")),
        ];
        for _ in 0..BODIES_A_WORLD.min(bodies - judge.line.inputs) {
            let (address, grammar, seeds) = chance.pick(&kinds);
            let body = mutate(&mut chance, *grammar, seeds);
            let path = format!("/api/v1/slack/{address}{}", chance.pick(&["", "/acme"]));
            let request = signed(&mut chance, &world, &path, body);
            judge.send(&world.router, request).await;
        }
    }
    judge.done()
}

fn signed(chance: &mut Chance, world: &World, path: &str, body: Vec<u8>) -> Request<Body> {
    let timestamp = (world.ports.clock.now().millis() / 1000).to_string();
    let parts: [&[u8]; 4] = [b"v0:", timestamp.as_bytes(), b":", &body];
    let signature = format!("v0={}", sign_hmac_sha256(&Secret::new(SECRET), &parts));
    let mut request = dress::post(chance, path, body);
    let headers = request.headers_mut();
    headers.insert("x-slack-signature", signature.parse().expect("hex is a header"));
    headers.insert("x-slack-request-timestamp", timestamp.parse().expect("so are digits"));
    request
}
