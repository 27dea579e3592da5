//! What people and operators do.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::double::Shared;
use crate::error::AppError;
use crate::hands::{self, Got, Sent};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/control/say", post(say))
        .route("/control/click", post(click))
        .route("/control/choose", post(choose))
        .route("/control/command", post(command))
        .route("/control/submit", post(submit))
        .route("/control/delete", post(delete))
        .route("/control/archive", post(archive))
        .route("/control/rename", post(rename))
        .route("/control/deactivate", post(deactivate))
        .route("/control/remove", post(remove))
        .route("/control/revoke", post(revoke))
        .route("/control/commands", post(add_command))
}

fn told(got: Result<Got, AppError>) -> Response {
    match got {
        Ok(got) => Json(got).into_response(),
        Err(error) => error.into_response(),
    }
}

const fn done(found: bool) -> StatusCode {
    if found { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    user: String,
    channel: String,
    text: String,
    #[serde(default)]
    root_id: String,
    #[serde(default)]
    props: Map<String, Value>,
}

async fn say(State(shared): State<Shared>, Json(said): Json<Said>) -> Response {
    let Said { user, channel, text, root_id, props } = said;
    match hands::say(&shared, &user, &channel, &text, &root_id, props).await {
        Ok(id) => Json(json!({"id": id})).into_response(),
        Err(error) => error.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clicked {
    user: String,
    post: String,
    action: String,
    option: Option<String>,
}

async fn click(State(shared): State<Shared>, Json(click): Json<Clicked>) -> Response {
    told(hands::click(&shared, &click.user, &click.post, &click.action, None).await)
}

async fn choose(State(shared): State<Shared>, Json(click): Json<Clicked>) -> Response {
    let option = click.option.as_deref();
    told(hands::click(&shared, &click.user, &click.post, &click.action, option).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    user: String,
    channel: String,
    text: String,
    #[serde(default)]
    root_id: String,
}

async fn command(State(shared): State<Shared>, Json(typed): Json<Typed>) -> Response {
    let Typed { user, channel, text, root_id } = typed;
    told(hands::command(&shared, &user, &channel, &root_id, &text).await)
}

async fn submit(State(shared): State<Shared>, Json(sent): Json<Sent>) -> Response {
    told(hands::submit(&shared, sent).await)
}

/// One of these, by id or by name.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Target {
    post: String,
    channel: String,
    user: String,
    token: String,
    name: String,
    /// Undoes it.
    undo: bool,
}

async fn delete(State(shared): State<Shared>, Json(target): Json<Target>) -> StatusCode {
    done(shared.world().delete_post(&target.post))
}

async fn archive(State(shared): State<Shared>, Json(target): Json<Target>) -> StatusCode {
    done(shared.world().archive(&target.channel, !target.undo))
}

async fn rename(State(shared): State<Shared>, Json(target): Json<Target>) -> StatusCode {
    done(shared.world().rename(&target.channel, &target.name))
}

async fn deactivate(State(shared): State<Shared>, Json(target): Json<Target>) -> StatusCode {
    done(shared.world().activate(&target.user, target.undo))
}

async fn remove(State(shared): State<Shared>, Json(target): Json<Target>) -> StatusCode {
    done(shared.world().remove_member(&target.channel, &target.user))
}

async fn revoke(State(shared): State<Shared>, Json(target): Json<Target>) -> StatusCode {
    let mut world = shared.world();
    let before = world.tokens.len();
    world.tokens.retain(|known| known.token != target.token);
    done(world.tokens.len() < before)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCommand {
    trigger: String,
    url: String,
    #[serde(default)]
    token: String,
}

async fn add_command(State(shared): State<Shared>, Json(new): Json<NewCommand>) -> Response {
    let token = shared.world().add_command(&new.trigger, &new.url, &new.token);
    Json(json!({"token": token})).into_response()
}
