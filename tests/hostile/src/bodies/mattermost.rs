//! To Mattermost's addresses: with the right token where there is one, and real clicks that were
//! broken.

use std::sync::Arc;

use serde_json::json;

use super::{Judge, dress, saved};
use crate::chance::Chance;
use crate::mutate::{Grammar, mutate};
use crate::report::Line;
use crate::worlds::mattermost::{TOKEN, World};

/// A click is good for ten seconds, so that a world's do not last.
const BODIES_A_WORLD: usize = 1_000;

pub(super) async fn run(bodies: usize, seed: u64) -> Line {
    let mut judge = Judge::new("mattermost", &[TOKEN]);
    let mut chance = Chance::of(seed, "mattermost");
    while judge.line.inputs < bodies {
        let world = World::start().await;
        let router = nightowl_fn_mattermost::router(Arc::clone(&world.parts));
        let kinds = kinds(&world).await;
        for _ in 0..BODIES_A_WORLD.min(bodies - judge.line.inputs) {
            let (address, grammar, seeds) = chance.pick(&kinds);
            let body = mutate(&mut chance, *grammar, seeds);
            let path = format!("/api/v1/mattermost/{address}{}", chance.pick(&["", "/acme"]));
            let request = dress::post(&mut chance, &path, body);
            judge.send(&router, request).await;
        }
    }
    judge.done()
}

async fn kinds(world: &World) -> [(&'static str, Grammar, Vec<Vec<u8>>); 4] {
    let (_, card) = world.posted("disk").await;
    let (user, channel) = (world.user("alice"), world.channel("alerts"));
    let clicks = ["ack", "resolve", "snooze"]
        .map(|action| world.claim("alice", &card, action).to_string().into_bytes());
    let command = format!(
        "token={TOKEN}&user_id={user}&channel_id={channel}&command=%2Fnightowl&text=list&trigger_id=x"
    );
    let mention = json!({
        "token": TOKEN, "user_id": user, "channel_id": channel, "post_id": card.id,
        "text": "owl list", "trigger_word": "owl",
    });
    [
        ("actions", Grammar::Json, [saved("mattermost_click"), clicks.into()].concat()),
        ("dialogs", Grammar::Json, saved("mattermost_form")),
        ("commands", Grammar::Form, [saved("mattermost_command"), vec![command.into()]].concat()),
        (
            "events",
            Grammar::Json,
            [saved("mattermost_mention"), vec![mention.to_string().into()]].concat(),
        ),
    ]
}
