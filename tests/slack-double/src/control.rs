//! `/control/…`: what a test outside the process sees and does.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::double::Shared;
use crate::fault::Scripted;
use crate::read::read_message;
use crate::sign::{click_body, command_body, sign};
use crate::world::{Message, World};

pub(crate) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/control/messages", get(messages))
        .route("/control/read", get(read))
        .route("/control/ephemerals", get(ephemerals))
        .route("/control/calls", get(calls))
        .route("/control/faults", post(add_fault).delete(clear_faults))
        .route("/control/land", post(land))
        .route("/control/delete", post(delete_message))
        .route("/control/say", post(say_message))
        .route("/control/click", post(click))
        .route("/control/command", post(command))
        .route("/control/reset", post(reset))
        .with_state(shared)
}

async fn messages(State(shared): State<Shared>) -> Response {
    Json(&shared.world().messages).into_response()
}

async fn read(State(shared): State<Shared>) -> Response {
    let world = shared.world();
    let seen: Vec<Value> = world
        .messages
        .iter()
        .map(|message| {
            json!({"channel": message.channel, "ts": message.ts, "direct_to": message.direct_to,
                "read": read_message(message)})
        })
        .collect();
    Json(seen).into_response()
}

async fn ephemerals(State(shared): State<Shared>) -> Response {
    Json(&shared.world().ephemerals).into_response()
}

async fn calls(State(shared): State<Shared>) -> Response {
    Json(&shared.world().calls).into_response()
}

async fn add_fault(State(shared): State<Shared>, Json(scripted): Json<Scripted>) -> StatusCode {
    shared.world().faults.push(scripted);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(shared): State<Shared>) -> StatusCode {
    shared.world().faults.clear();
    StatusCode::NO_CONTENT
}

async fn land(State(shared): State<Shared>) -> StatusCode {
    shared.land();
    StatusCode::NO_CONTENT
}

async fn reset(State(shared): State<Shared>) -> StatusCode {
    shared.world().reset();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Place {
    channel: String,
    ts: String,
}

async fn delete_message(State(shared): State<Shared>, Json(place): Json<Place>) -> StatusCode {
    match delete(&mut shared.world(), &place.channel, &place.ts) {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::NOT_FOUND,
    }
}

pub(crate) fn delete(world: &mut World, channel: &str, ts: &str) -> bool {
    let before = world.messages.len();
    let is_it = |message: &Message| message.channel == channel && message.ts == ts;
    world.messages.retain(|message| !is_it(message));
    world.messages.len() < before
}

#[derive(Deserialize)]
struct Said {
    channel: String,
    text: String,
    metadata: Option<Value>,
}

async fn say_message(State(shared): State<Shared>, Json(said): Json<Said>) -> Response {
    let mut world = shared.world();
    let ts = say(&mut world, &said.channel, &said.text, said.metadata);
    Json(json!({"ts": ts})).into_response()
}

pub(crate) fn say(world: &mut World, channel: &str, text: &str, metadata: Option<Value>) -> String {
    let id = world.channel(channel).map(|channel| channel.id.clone());
    let ts = world.next_ts();
    let direct_to = world.direct_user(channel);
    world.messages.push(Message {
        channel: id.unwrap_or_else(|| channel.to_owned()),
        direct_to,
        ts: ts.clone(),
        thread_ts: None,
        user: "U0OTHERBOT".to_owned(),
        bot_id: "B0OTHERBOT".to_owned(),
        app_id: "A0OTHERAPP".to_owned(),
        text: text.to_owned(),
        blocks: vec![],
        attachments: vec![],
        metadata,
        edits: 0,
    });
    ts
}

#[derive(Deserialize)]
struct Clicked {
    channel: String,
    ts: String,
    action_id: String,
    user: String,
}

/// 404 if the message has no such button.
async fn click(State(shared): State<Shared>, Json(clicked): Json<Clicked>) -> Response {
    let mut world = shared.world();
    let trigger = world.next_ts();
    let is_it = |m: &&Message| m.channel == clicked.channel && m.ts == clicked.ts;
    let message = world.messages.iter().find(is_it);
    let button = message.and_then(|message| {
        let buttons = read_message(message).buttons;
        buttons.into_iter().find(|button| button.action_id == clicked.action_id)
    });
    let (Some(message), Some(button)) = (message, button) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let body = click_body(&world.seed, message, &button, &clicked.user, &trigger);
    let (now, _) = trigger.split_once('.').unwrap_or((&trigger, ""));
    Json(sign(&world.seed.signing_secret, now, body)).into_response()
}

#[derive(Deserialize)]
struct Typed {
    channel: String,
    text: String,
    user: String,
}

async fn command(State(shared): State<Shared>, Json(typed): Json<Typed>) -> Response {
    let mut world = shared.world();
    let trigger = world.next_ts();
    let body = command_body(&world.seed, &typed.channel, &typed.text, &typed.user, &trigger);
    let (now, _) = trigger.split_once('.').unwrap_or((&trigger, ""));
    Json(sign(&world.seed.signing_secret, now, body)).into_response()
}
