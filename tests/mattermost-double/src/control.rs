//! `/control/…`: what a test outside the process sees and does.

mod acts;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::double::Shared;
use crate::fault::Scripted;
use crate::read::Reading;
use crate::seed::Config;

pub(crate) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/control/messages", get(messages))
        .route("/control/read", get(read))
        .route("/control/ephemerals", get(ephemerals))
        .route("/control/calls", get(calls))
        .route("/control/warnings", get(warnings))
        .route("/control/dialogs", get(dialogs))
        .route("/control/people", get(people))
        .route("/control/tokens", get(tokens))
        .route("/control/faults", post(add_fault).delete(clear_faults))
        .route("/control/land", post(land))
        .route("/control/restart", post(restart))
        .route("/control/shift", post(shift))
        .route("/control/key", post(change_key))
        .route("/control/config", get(show_config).put(configure))
        .route("/control/reset", post(reset))
        .merge(acts::routes())
        .with_state(shared)
}

/// With the names that a reader knows, beside the ids.
async fn messages(State(shared): State<Shared>) -> Response {
    let world = shared.world();
    let there = world.posts.iter().filter(|post| post.is_there());
    let seen = there.map(|post| {
        let mut body = json!(post);
        body["user"] = world.user(&post.user_id).map(|user| user.username.clone()).into();
        body["channel"] = world.channel(&post.channel_id).map(|c| c.name.clone()).into();
        body
    });
    Json(seen.collect::<Vec<_>>()).into_response()
}

async fn read(State(shared): State<Shared>) -> Response {
    let world = shared.world();
    let there = world.posts.iter().filter(|post| post.is_there());
    let seen = there.map(|post| {
        let channel = world.channel(&post.channel_id);
        let direct = channel.filter(|channel| channel.kind == "D");
        let others = direct.into_iter().flat_map(|channel| &channel.members);
        let other = others.into_iter().find(|user| **user != post.user_id);
        json!({"id": post.id, "channel_id": post.channel_id, "root_id": post.root_id,
            "channel": channel.map(|channel| channel.name.as_str()),
            "direct_to": other.and_then(|id| world.user(id)).map(|user| user.username.as_str()),
            "user": world.user(&post.user_id).map(|user| user.username.as_str()),
            "is_edited": post.edit_at > 0, "read": Reading::of(post, world.version())})
    });
    Json(seen.collect::<Vec<Value>>()).into_response()
}

async fn ephemerals(State(shared): State<Shared>) -> Response {
    let world = shared.world();
    let seen = world.ephemerals.iter().map(|one| {
        let mut body = json!(one);
        body["user"] = world.user(&one.user_id).map(|user| user.username.clone()).into();
        body["read"] = json!(Reading::of_ephemeral(one, world.version()));
        body
    });
    Json(seen.collect::<Vec<_>>()).into_response()
}

async fn calls(State(shared): State<Shared>) -> Response {
    Json(&shared.world().calls).into_response()
}

async fn warnings(State(shared): State<Shared>) -> Response {
    Json(&shared.world().warnings).into_response()
}

async fn dialogs(State(shared): State<Shared>) -> Response {
    Json(&shared.world().dialogs).into_response()
}

async fn people(State(shared): State<Shared>) -> Response {
    let world = shared.world();
    Json(json!({"users": world.users, "teams": world.teams, "channels": world.channels}))
        .into_response()
}

/// Tokens of people, bots, commands and outgoing webhooks, by name.
async fn tokens(State(shared): State<Shared>) -> Response {
    let world = shared.world();
    let users = world.tokens.iter().map(|token| {
        json!({"user": world.user(&token.user_id).map(|user| user.username.as_str()),
            "token": token.token, "is_active": token.is_active, "is_personal": token.is_personal})
    });
    let commands = world.commands.iter().map(
        |command| json!({"trigger": command.trigger, "token": command.token, "url": command.url}),
    );
    let hooks = world
        .hooks
        .iter()
        .map(|hook| json!({"trigger_words": hook.trigger_words, "token": hook.token}));
    Json(json!({"users": users.collect::<Vec<_>>(), "commands": commands.collect::<Vec<_>>(),
        "hooks": hooks.collect::<Vec<_>>(), "public_key": world.key.public_key()}))
    .into_response()
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
    shared.land().await;
    StatusCode::NO_CONTENT
}

async fn restart(State(shared): State<Shared>) -> StatusCode {
    shared.world().restart();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Shift {
    millis: i64,
}

/// Answers the server's clock after it.
async fn shift(State(shared): State<Shared>, Json(shift): Json<Shift>) -> Response {
    let mut world = shared.world();
    world.clock_shift += shift.millis;
    Json(json!({"now": world.now()})).into_response()
}

async fn change_key(State(shared): State<Shared>) -> StatusCode {
    shared.world().change_key();
    StatusCode::NO_CONTENT
}

async fn show_config(State(shared): State<Shared>) -> Response {
    Json(&shared.world().config).into_response()
}

/// What is left out is as at the start of every double, not as it was.
async fn configure(State(shared): State<Shared>, Json(config): Json<Config>) -> StatusCode {
    shared.world().config = config;
    StatusCode::NO_CONTENT
}

async fn reset(State(shared): State<Shared>) -> StatusCode {
    shared.world().reset();
    StatusCode::NO_CONTENT
}
