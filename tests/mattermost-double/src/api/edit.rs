//! Changing posts.

use serde_json::{Map, Value, json};

use super::posts::{is_valid, props_of, readable, reserved};
use super::{Request, Route, inside, text};
use crate::attachments::stored_props;
use crate::error::{Answer, AppError, Reply, ok, status_ok};
use crate::lint::lint_props;
use crate::seed::Version;
use crate::world::posts::raw;
use crate::world::{Post, World};

pub(super) const ROUTES: &[Route] = &[
    inside("PUT", "/posts/{id}", "posts.update", update),
    inside("PUT", "/posts/{id}/patch", "posts.patch", patch),
    inside("POST", "/posts/{id}/pin", "posts.pin", pin),
    inside("POST", "/posts/{id}/unpin", "posts.unpin", unpin),
    inside("GET", "/posts/{id}/edit_history", "posts.history", history),
];

/// One's own post in a channel that one is a member of. All else is 403, a deleted post too.
fn own(world: &World, request: &Request, what: &str) -> Result<Post, AppError> {
    let post = world.post(request.param(0)).filter(|post| post.is_there());
    let post = post.ok_or_else(AppError::permissions)?;
    let admin = world.is_admin(&request.user);
    let may = post.user_id == request.user && world.is_member(&post.channel_id, &request.user);
    if !may && !admin {
        return Err(AppError::permissions());
    }
    if world.channel(&post.channel_id).is_some_and(|channel| channel.delete_at > 0) {
        let id = format!("api.post.{what}.can_not_update_post_in_deleted.error");
        return Err(AppError::new(400, &id));
    }
    Ok(post.clone())
}

/// What was not given is blank, but for what versions differ in.
fn update(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    if text(&body, "id")? != request.param(0) {
        return Err(AppError::body_param("id"));
    }
    let before = own(world, request, "update_post")?;
    let mut after = before.clone();
    after.message = text(&body, "message")?;
    after.is_pinned = body.get("is_pinned").and_then(Value::as_bool).unwrap_or(before.is_pinned);
    match (props_of(&body, "props")?, world.version()) {
        (Some(props), _) => replace_props(world, request, &mut after, props)?,
        (None, Version::V11_6) => {}
        (None, Version::V11_2 | Version::V5_37) => after.props = Map::new(),
    }
    save(world, request, &before, after)
}

/// What was not given stays; props that are given replace all of them.
fn patch(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let before = own(world, request, "patch_post")?;
    let mut after = before.clone();
    if body.get("message").is_some_and(|message| !message.is_null()) {
        after.message = text(&body, "message")?;
    }
    if let Some(props) = props_of(&body, "props")? {
        replace_props(world, request, &mut after, props)?;
    }
    if let Some(pinned) = body.get("is_pinned").and_then(Value::as_bool) {
        after.is_pinned = pinned;
    }
    save(world, request, &before, after)
}

fn replace_props(
    world: &mut World,
    request: &Request,
    post: &mut Post,
    props: Map<String, Value>,
) -> Result<(), AppError> {
    reserved(world, &request.user, &props)?;
    lint_props(world, &props);
    post.props = stored_props(&props);
    Ok(())
}

fn save(world: &mut World, request: &Request, before: &Post, after: Post) -> Answer {
    let limit = world.config.post_edit_time_limit;
    let is_late = limit >= 0 && world.now() > before.create_at + limit * 1_000;
    let changes = match world.version() {
        Version::V11_6 => after != *before,
        Version::V11_2 | Version::V5_37 => after.message != before.message,
    };
    if is_late && changes {
        let id = "api.post.update_post.permissions_time_limit.app_error";
        return Err(AppError::new(400, id));
    }
    is_valid(world, &after)?;
    if world.is_old() && old_server_panics(before, &after) {
        return Ok(Reply::Panic);
    }
    put(world, before, after);
    let saved = world.post(&before.id).map(|post| world.show_post(post, &request.user));
    ok(saved.unwrap_or_default())
}

/// An old server compares the integrations of equal places and does not survive a missing one.
fn old_server_panics(before: &Post, after: &Post) -> bool {
    let actions = |post: &Post| -> Vec<Vec<Value>> {
        let lists = post.attachments().iter().map(|attachment| attachment["actions"].clone());
        lists.map(|list| list.as_array().cloned().unwrap_or_default()).collect()
    };
    let (old, new) = (actions(before), actions(after));
    let mut places = old.iter().flatten().zip(new.iter().flatten());
    let same_shape = old.iter().map(Vec::len).eq(new.iter().map(Vec::len));
    same_shape
        && places.any(|(old, new)| old["integration"].is_null() && !new["integration"].is_null())
}

/// Saves a version after another. Other props than attachments change without an "Edited".
pub(crate) fn put(world: &mut World, before: &Post, mut after: Post) {
    let now = world.now();
    let edited = after.message != before.message || after.attachments() != before.attachments();
    after.update_at = now;
    if edited {
        after.edit_at = now;
    }
    world.replace(after);
}

fn pin(world: &mut World, request: &Request) -> Answer {
    set_pinned(world, request, true)
}

fn unpin(world: &mut World, request: &Request) -> Answer {
    set_pinned(world, request, false)
}

fn set_pinned(world: &mut World, request: &Request, is_pinned: bool) -> Answer {
    let before = readable(world, request.param(0), &request.user)?.clone();
    put(world, &before, Post { is_pinned, ..before.clone() });
    status_ok()
}

/// The author's alone, newest first, with integrations.
fn history(world: &mut World, request: &Request) -> Answer {
    let post = readable(world, request.param(0), &request.user)?;
    if post.user_id != request.user {
        return Err(AppError::permissions());
    }
    let versions = world.posts.iter().rev().filter(|old| old.original_id == post.id);
    let versions: Vec<Value> = versions.map(raw).collect();
    if versions.is_empty() {
        return Err(AppError::new(404, "app.post.get_post_edit_history.no_history.app_error"));
    }
    ok(json!(versions))
}
