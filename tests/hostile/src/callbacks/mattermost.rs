//! Requests that claim to be a Mattermost server's.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use mattermost_double::{Post, TriggerKey};
use nightowl_domain::Alert;
use serde_json::{Value, json};

use super::{Court, spoilt};
use crate::chance::Chance;
use crate::report::Line;
use crate::worlds::Answer;
use crate::worlds::mattermost::{OTHER_TOKEN, SECOND_TOKEN, TOKEN, World, context};

/// A trigger is good for ten seconds, so that what is forged of one is forged soon.
const OF_ONE_TRIGGER: usize = 200;

/// Everything that may not happen to an alert, and what was said in the server.
fn effects(world: &World) -> (usize, usize) {
    (world.ports.store.history().len(), world.double.posts().len())
}

fn router(world: &World) -> Router {
    nightowl_fn_mattermost::router(Arc::clone(&world.parts))
}

/// Refused without a word, or told to a person that nothing was done.
fn nothing_done(answer: &Answer) -> bool {
    let said = serde_json::from_str::<Value>(&answer.text).unwrap_or_default();
    let is_told = ["ephemeral_text", "error", "text"]
        .iter()
        .any(|name| said[*name].as_str().is_some_and(|text| !text.is_empty()));
    answer.status == 401 || answer.status == 200 && is_told
}

fn post(address: &str, body: &Value) -> Request<Body> {
    let request = Request::post(format!("/api/v1/mattermost/{address}"));
    let request = request.header("content-type", "application/json");
    request.body(Body::from(body.to_string())).expect("a request")
}

pub(super) async fn clicks(forgeries: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "mattermost, clicks");
    let world = World::start().await;
    let router = router(&world);
    let (alert, card) = world.posted("disk").await;
    let (_, other_card) = world.posted("memory").await;
    let forger = TriggerKey::generate().expect("a key");
    let mut court = Court::new("mattermost, clicks", effects(&world));
    while court.line.inputs < forgeries {
        let claim = world.claim("alice", &card, "ack");
        for _ in 0..OF_ONE_TRIGGER.min(forgeries - court.line.inputs) {
            let mut body = claim.clone();
            let kind = chance.below(12);
            let address = *chance.pick(&["actions", "actions/acme"]);
            let address = if kind == 0 { "actions/other" } else { address };
            spoil_click(&mut chance, kind, &mut body, &world, (&card, &other_card), &forger);
            let what = format!("click {kind}");
            court.try_one(&router, &what, post(address, &body), nothing_done).await;
        }
        court.look(effects(&world));
    }
    court.control(works(&world, &router, &alert, &card).await, "click");
    court.done()
}

fn spoil_click(
    chance: &mut Chance,
    kind: usize,
    body: &mut Value,
    world: &World,
    (card, other): (&Post, &Post),
    forger: &TriggerKey,
) {
    let user = world.user("alice");
    let signed_at = |millis: i64| {
        let apart = world.double.now() + millis;
        let body = world.double.action_body(&user, &card.id, context(card, "ack"), apart);
        json!(body.expect("the post is there"))["trigger_id"].clone()
    };
    match kind {
        // To another tenant, as it is.
        0 => {}
        1 => body["context"]["op"] = (*chance.pick(&["resolve", "escalate", "note", ""])).into(),
        2 => body["context"]["mac"] = spoilt(chance, &text(&body["context"]["mac"])).into(),
        3 => body["context"]["v"] = spoilt(chance, &text(&body["context"]["v"])).into(),
        4 => body["context"]["k"] = spoilt(chance, &text(&body["context"]["k"])).into(),
        5 => {
            body["user_id"] = world.user(chance.pick::<&str>(&["bob", "carol", "nightowl"])).into()
        }
        6 => {
            let signed = forger.sign(&user, world.double.now());
            body["trigger_id"] = signed.trigger_id.into();
        }
        7 => {
            let seconds = 11 + i64::try_from(chance.below(100_000)).unwrap_or(0);
            body["trigger_id"] = signed_at(-seconds * 1000);
        }
        8 => {
            let seconds = 15 + i64::try_from(chance.below(100_000)).unwrap_or(0);
            body["trigger_id"] = signed_at(seconds * 1000);
        }
        9 => {
            let trigger = STANDARD.decode(text(&body["trigger_id"])).unwrap_or_default();
            let trigger = String::from_utf8_lossy(&trigger).into_owned();
            let cut = trigger.rfind(':').unwrap_or(0);
            let spoilt = spoilt(chance, &trigger[..cut]) + &trigger[cut..];
            body["trigger_id"] = STANDARD.encode(spoilt).into();
        }
        // Our own button on a post that is not its own.
        10 => body["post_id"] = other.id.clone().into(),
        _ => {
            let name = *chance.pick(&["trigger_id", "context", "user_id", "post_id", "channel_id"]);
            body[name] = chance.pick(&[Value::Null, json!(""), json!({}), json!("a")]).clone();
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A genuine click acts, and the same one a second time does not.
async fn works(world: &World, router: &Router, alert: &Alert, card: &Post) -> bool {
    let claim = world.claim("alice", card, "ack");
    drop(crate::worlds::ask(router, post("actions/acme", &claim)).await);
    let is_taken = world.status(alert).await == "acknowledged";
    let mut again = claim;
    again["context"] = context(card, "resolve");
    let answer = crate::worlds::ask(router, post("actions/acme", &again)).await;
    is_taken && nothing_done(&answer) && world.status(alert).await == "acknowledged"
}

pub(super) async fn forms(forgeries: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "mattermost, forms");
    let world = World::start().await;
    let router = router(&world);
    let (alert, card) = world.posted("disk").await;
    let got = world.click("alice", &card, "resolve").await;
    let state = text(&got.dialogs[0].dialog["state"]);
    let form = json!({
        "type": "dialog_submission", "callback_id": "resolve", "state": state,
        "user_id": world.user("alice"), "channel_id": world.channel("alerts"),
        "submission": {"note": "done"}, "cancelled": false,
    });
    let mut court = Court::new("mattermost, forms", effects(&world));
    while court.line.inputs < forgeries {
        let mut body = form.clone();
        let mut address = *chance.pick(&["dialogs", "dialogs/acme"]);
        match chance.below(6) {
            0 => body["user_id"] = world.user(chance.pick::<&str>(&["bob", "carol"])).into(),
            1 => body["channel_id"] = world.channel("town-square").into(),
            2 => address = "dialogs/other",
            3 => body["state"] = state.replace("acme", "other").into(),
            _ => body["state"] = spoilt(&mut chance, &state).into(),
        }
        court.try_one(&router, "form", post(address, &body), nothing_done).await;
        if court.is_time_to_look() {
            court.look(effects(&world));
        }
    }
    court.look(effects(&world));
    drop(crate::worlds::ask(&router, post("dialogs/acme", &form)).await);
    court.control(world.status(&alert).await == "resolved", "form");
    court.begin_again(effects(&world));
    court.try_one(&router, "form, again", post("dialogs/acme", &form), nothing_done).await;
    court.look(effects(&world));
    court.done()
}

pub(super) async fn tokens(forgeries: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "mattermost, tokens");
    let world = World::start().await;
    let router = router(&world);
    let (alert, _) = world.posted("disk").await;
    let mut court = Court::new("mattermost, tokens", effects(&world));
    while court.line.inputs < forgeries {
        let own = *chance.pick(&[TOKEN, SECOND_TOKEN]);
        let (tenant, token) = match chance.below(4) {
            0 => ("/acme", OTHER_TOKEN.to_owned()),
            1 => ("/other", own.to_owned()),
            2 => (*chance.pick(&["", "/acme"]), String::new()),
            _ => (*chance.pick(&["", "/acme", "/nobody"]), spoilt(&mut chance, own)),
        };
        let request = if chance.one_in(3) {
            post(&format!("events{tenant}"), &mention(&world, &alert, &token))
        } else {
            command(&world, &alert, tenant, &token, chance.one_in(2))
        };
        court.try_one(&router, "token", request, |answer| answer.status == 401).await;
        if court.is_time_to_look() {
            court.look(effects(&world));
        }
    }
    court.look(effects(&world));
    let genuine = command(&world, &alert, "/acme", SECOND_TOKEN, true);
    drop(crate::worlds::ask(&router, genuine).await);
    court.control(world.status(&alert).await == "acknowledged", "command");
    court.done()
}

fn mention(world: &World, alert: &Alert, token: &str) -> Value {
    json!({
        "token": token, "user_id": world.user("alice"), "channel_id": world.channel("alerts"),
        "post_id": "p1", "text": format!("owl ack {}", alert.short_id), "trigger_word": "owl",
    })
}

fn command(
    world: &World,
    alert: &Alert,
    tenant: &str,
    token: &str,
    in_header: bool,
) -> Request<Body> {
    let (user, channel, text) =
        (world.user("alice"), world.channel("alerts"), format!("ack {}", alert.short_id));
    let shown = if in_header { "" } else { token };
    let fields = [
        ("token", shown),
        ("user_id", &user),
        ("channel_id", &channel),
        ("command", "/nightowl"),
        ("text", &text),
        ("trigger_id", "x"),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request = Request::post(format!("/api/v1/mattermost/commands{tenant}"));
    if in_header {
        request = request.header("authorization", format!("Token {token}"));
    }
    request.body(Body::from(body)).expect("a request")
}
