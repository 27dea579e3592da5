//! Requests that claim to be Slack's.

use axum::body::Body;
use http::Request;
use nightowl_engine::Clock;
use nightowl_messaging::verify::sign_hmac_sha256;
use nightowl_messaging::{ActionId, Secret};
use serde_json::json;

use super::{Court, spoilt};
use crate::chance::Chance;
use crate::report::Line;
use crate::worlds::Answer;
use crate::worlds::slack::{APP, OTHER_SECRET, Press, SECRET, TEAM, Typed, World};

/// What Slack would send, to be forged.
#[derive(Clone, Debug)]
pub(super) struct Genuine {
    pub(super) address: &'static str,
    pub(super) body: String,
}

/// Everything that may not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Effects {
    writes: usize,
    posts: usize,
    whispers: usize,
    answers: usize,
}

pub(super) fn effects(world: &World) -> Effects {
    Effects {
        writes: world.ports.store.requests().1,
        posts: world.chat.posted().iter().map(|posted| 1 + posted.edits).sum(),
        whispers: world.whispers().len() + world.responses().len(),
        answers: world.answers().len() + world.homes().len() + world.forgotten().len(),
    }
}

/// Each kind of callback, about this alert.
pub(super) fn genuine(
    world: &World,
    short_id: &str,
    card: &nightowl_engine::testing::Posted,
) -> Vec<Genuine> {
    let command =
        |text: String| Typed { text: &text, trigger: "t-command", ..Typed::default() }.body();
    let press = |action, trigger| Press::new(card, action, trigger).body();
    let mention = json!({
        "type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event_id": "Ev1",
        "authorizations": [{"user_id": "U0OWL", "is_bot": true}],
        "event": {"type": "app_mention", "user": "Ualice", "channel": "C-ops",
            "ts": format!("{}.1", world.ports.clock.now().millis()),
            "text": format!("<@U0OWL> ack {short_id}")},
    });
    let home = json!({
        "type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event_id": "Ev2",
        "event": {"type": "app_home_opened", "user": "Ualice", "tab": "home"},
    });
    let of = |address, body| Genuine { address, body };
    vec![
        of("commands", command(format!("ack {short_id}"))),
        of("commands", command(format!("resolve {short_id}"))),
        of("interactions", press(ActionId::Acknowledge, "t-ack")),
        of("interactions", press(ActionId::Escalate, "t-escalate")),
        of("interactions", Press::new(card, ActionId::Snooze, "t-snooze").choosing("1h")),
        of("events", mention.to_string()),
        of("events", home.to_string()),
    ]
}

pub(super) async fn forged(forgeries: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "slack, forged");
    let world = World::new();
    let (alert, card) = world.posted("disk").await;
    let all = genuine(&world, &alert.short_id, &card);
    let mut court = Court::new("slack, forged", effects(&world));
    while court.line.inputs < forgeries {
        let of = chance.pick(&all).clone();
        let (what, request) = forge(&mut chance, &world, &of);
        // Slack probes a command's certificate without a signature; it is answered and not read.
        let is_refused = |answer: &Answer| {
            answer.status == 401 || what == "certificate" && answer.text.is_empty()
        };
        court.try_one(&world.router, what, request, is_refused).await;
        if court.is_time_to_look() {
            court.look(effects(&world));
        }
    }
    court.look(effects(&world));
    for of in all {
        let before = effects(&world);
        let taken = world.post(&format!("{}/acme", of.address), SECRET, &of.body).await;
        let is_taken = taken.status == 200 && effects(&world) != before;
        court.control(is_taken, of.address);
    }
    court.done()
}

/// A request in parts, of which one is wrong.
struct Parts {
    address: String,
    body: String,
    timestamp: i64,
    secret: &'static str,
}

fn forge(chance: &mut Chance, world: &World, of: &Genuine) -> (&'static str, Request<Body>) {
    let now = world.ports.clock.now().millis() / 1000;
    let tenant = *chance.pick(&["", "/acme"]);
    let mut parts = Parts {
        address: format!("{}{tenant}", of.address),
        body: of.body.clone(),
        timestamp: now,
        secret: SECRET,
    };
    let what = match chance.below(12) {
        0 => return ("unsigned", parts.request(None, None)),
        1 => {
            let signature = spoilt(chance, &parts.signature());
            return ("signature", parts.request(Some(signature), None));
        }
        2 => {
            let signature = parts.signature();
            parts.body = spoilt(chance, &parts.body);
            return ("body", parts.request(Some(signature), None));
        }
        3 => {
            let signature = parts.signature();
            let apart = 1 + i64::try_from(chance.below(600)).unwrap_or(0);
            parts.timestamp += if chance.one_in(2) { apart } else { -apart };
            return ("moment", parts.request(Some(signature), None));
        }
        4 => {
            let apart = 301 + i64::try_from(chance.below(1_000_000)).unwrap_or(0);
            parts.timestamp += if chance.one_in(2) { apart } else { -apart };
            "old"
        }
        5 => {
            parts.secret = OTHER_SECRET;
            "another tenant's secret"
        }
        6 => {
            parts.secret = "";
            "an empty secret"
        }
        7 => {
            parts.address = format!("{}/other", of.address);
            "to another tenant"
        }
        8 => {
            parts.body = parts.body.replace(TEAM, "T0OTHER").replace(APP, "A0OTHER");
            "of another workspace"
        }
        9 => {
            parts.body = parts.body.replace(APP, "A0EVIL");
            "of another app"
        }
        10 if of.address == "commands" => {
            parts.body.push_str("&ssl_check=1");
            return ("certificate", parts.request(None, None));
        }
        _ => {
            let signature =
                parts.signature().replacen("v0=", chance.pick::<&str>(&["", "v1=", "v0=v0="]), 1);
            return ("form of the signature", parts.request(Some(signature), None));
        }
    };
    let signature = parts.signature();
    (what, parts.request(Some(signature), None))
}

impl Parts {
    fn signature(&self) -> String {
        let timestamp = self.timestamp.to_string();
        let parts: [&[u8]; 4] = [b"v0:", timestamp.as_bytes(), b":", self.body.as_bytes()];
        format!("v0={}", sign_hmac_sha256(&Secret::new(self.secret), &parts))
    }

    fn request(&self, signature: Option<String>, timestamp: Option<&str>) -> Request<Body> {
        let mut request = Request::post(format!("/api/v1/slack/{}", self.address));
        if let Some(signature) = signature {
            request = request.header("x-slack-signature", signature);
        }
        let own = self.timestamp.to_string();
        request = request.header("x-slack-request-timestamp", timestamp.unwrap_or(&own));
        request.body(Body::from(self.body.clone())).expect("a request")
    }
}
