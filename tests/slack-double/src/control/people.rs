//! What people do, as the signed request that Slack sends about it.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::double::Shared;
use crate::read::{Button, read_message};
use crate::sign::{
    choose_body, click_body, command_body, event_body, sign, sign_json, submit_body,
};
use crate::world::{Message, World};

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/control/click", post(click))
        .route("/control/choose", post(choose))
        .route("/control/submit", post(submit))
        .route("/control/command", post(command))
        .route("/control/mention", post(mention))
        .route("/control/event", post(event))
}

fn signed(world: &mut World, body: String) -> Response {
    let (secret, now) = (world.seed.signing_secret.clone(), seconds(world));
    Json(sign(&secret, &now, body)).into_response()
}

fn seconds(world: &mut World) -> String {
    let now = world.next_ts();
    now.split('.').next().unwrap_or_default().to_owned()
}

#[derive(Deserialize)]
struct Clicked {
    channel: String,
    ts: String,
    action_id: String,
    user: String,
}

fn clicked(world: &World, clicked: &Clicked) -> Option<(Message, Button)> {
    let is_it = |m: &&Message| m.channel == clicked.channel && m.ts == clicked.ts;
    let message = world.messages.iter().find(is_it)?;
    let mut buttons = read_message(message).buttons.into_iter();
    let button = buttons.find(|button| button.action_id == clicked.action_id)?;
    Some((message.clone(), button))
}

/// 404 if the message has no such button.
async fn click(State(shared): State<Shared>, Json(press): Json<Clicked>) -> Response {
    let mut world = shared.world();
    let Some((message, button)) = clicked(&world, &press) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let trigger = world.make_trigger(&press.user);
    let body = click_body(&world.seed, &message, &button, &press.user, &trigger);
    signed(&mut world, body)
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(flatten)]
    at: Clicked,
    /// How its label begins, or its value.
    option: String,
}

/// 404 if the message has no such menu, or the menu no such option.
async fn choose(State(shared): State<Shared>, Json(chosen): Json<Chosen>) -> Response {
    let mut world = shared.world();
    let found = clicked(&world, &chosen.at).and_then(|(message, menu)| {
        let is_it = |(label, value): &&(String, String)| {
            label.starts_with(&chosen.option) || value.starts_with(&chosen.option)
        };
        let (_, value) = menu.options.iter().find(is_it)?;
        Some((message, value.clone()))
    });
    let Some((message, value)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let user = &chosen.at.user;
    let trigger = world.make_trigger(user);
    let option = (chosen.at.action_id.as_str(), value.as_str());
    let body = choose_body(&world.seed, &message, option, user, &trigger);
    signed(&mut world, body)
}

#[derive(Deserialize)]
struct Submitted {
    /// The newest open one if it is left out.
    view: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
}

/// 404 if no such form is open. It stays open: whether it closes is the answer's to say.
async fn submit(State(shared): State<Shared>, Json(submitted): Json<Submitted>) -> Response {
    let mut world = shared.world();
    let wanted = submitted.view.as_deref();
    let mut open = world.views.iter().rev();
    let open = open.find(|open| wanted.is_none_or(|id| open.id == id)).cloned();
    let Some(open) = open else { return StatusCode::NOT_FOUND.into_response() };
    let trigger = world.make_trigger(&open.user);
    let values: Vec<(&str, &str)> =
        submitted.values.iter().map(|(field, value)| (&**field, &**value)).collect();
    let body = submit_body(&world.seed, &open, &values, &trigger);
    signed(&mut world, body)
}

#[derive(Deserialize)]
struct Typed {
    channel: String,
    text: String,
    user: String,
}

async fn command(State(shared): State<Shared>, Json(typed): Json<Typed>) -> Response {
    let mut world = shared.world();
    let trigger = world.make_trigger(&typed.user);
    let body = command_body(&world.seed, &typed.channel, &typed.text, &typed.user, &trigger);
    signed(&mut world, body)
}

#[derive(Deserialize)]
struct Mentioned {
    channel: String,
    thread_ts: Option<String>,
    /// Behind the mention.
    text: String,
    user: String,
}

/// A person writes a message that mentions the bot. It is there, and Slack tells of it.
async fn mention(State(shared): State<Shared>, Json(said): Json<Mentioned>) -> Response {
    let mut world = shared.world();
    let ts = world.next_ts();
    let text = format!("<@{}> {}", world.seed.bot_user, said.text);
    let direct_to = world.direct_user(&said.channel);
    let kind = if direct_to.is_some() { "message" } else { "app_mention" };
    world.messages.push(Message {
        channel: said.channel.clone(),
        direct_to,
        ts: ts.clone(),
        thread_ts: said.thread_ts.clone(),
        user: said.user.clone(),
        bot_id: String::new(),
        app_id: String::new(),
        text: text.clone(),
        blocks: vec![],
        attachments: vec![],
        metadata: None,
        edits: 0,
    });
    let mut event = json!({"type": kind, "user": said.user, "text": text, "ts": ts,
        "channel": said.channel, "event_ts": ts});
    if let Some(root) = said.thread_ts {
        event["thread_ts"] = root.into();
    }
    if kind == "message" {
        event["channel_type"] = "im".into();
    }
    told(&mut world, None, &event)
}

#[derive(Deserialize)]
struct Told {
    /// Another one each time if it is left out.
    id: Option<String>,
    event: Value,
}

async fn event(State(shared): State<Shared>, Json(given): Json<Told>) -> Response {
    told(&mut shared.world(), given.id, &given.event)
}

fn told(world: &mut World, id: Option<String>, event: &Value) -> Response {
    let id = id.unwrap_or_else(|| format!("Ev{}", world.next_ts().replace('.', "")));
    let body = event_body(&world.seed, &id, event);
    let (secret, now) = (world.seed.signing_secret.clone(), seconds(world));
    Json(sign_json(&secret, &now, body)).into_response()
}
