//! `/control/…`: what a test outside the process sees and does.

mod people;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::double::Shared;
use crate::fault::Scripted;
use crate::read::{read_message, read_view};
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
        .route("/control/views", get(views))
        .route("/control/homes", get(homes))
        .route("/control/archive", post(archive))
        .route("/control/age", post(age))
        .merge(people::routes())
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

/// Each open modal: as it was given, and as a person sees it.
async fn views(State(shared): State<Shared>) -> Response {
    let world = shared.world();
    let seen: Vec<Value> = world
        .views
        .iter()
        .map(|open| {
            json!({"id": open.id, "user": open.user, "view": open.view,
                "read": read_view(&open.view)})
        })
        .collect();
    Json(seen).into_response()
}

async fn homes(State(shared): State<Shared>) -> Response {
    let world = shared.world();
    let seen = world
        .homes
        .iter()
        .map(|(user, view)| (user.clone(), json!({"view": view, "read": read_view(view)})));
    Json(seen.collect::<serde_json::Map<String, Value>>()).into_response()
}

#[derive(Deserialize)]
struct Archived {
    channel: String,
    #[serde(default = "yes")]
    is_archived: bool,
}

const fn yes() -> bool {
    true
}

async fn archive(State(shared): State<Shared>, Json(archived): Json<Archived>) -> StatusCode {
    match shared.world().set_archived(&archived.channel, archived.is_archived) {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::NOT_FOUND,
    }
}

#[derive(Deserialize)]
struct Aged {
    seconds: u32,
}

async fn age(State(shared): State<Shared>, Json(aged): Json<Aged>) -> StatusCode {
    shared.world().age_triggers(aged.seconds.into());
    StatusCode::NO_CONTENT
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
