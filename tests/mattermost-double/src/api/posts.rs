//! `/posts`: creating, reading and deleting.

use serde_json::{Map, Value, json};

use super::{Request, Route, as_admin, inside, text};
use crate::attachments::stored_props;
use crate::error::{Answer, AppError, created, ok, status_ok};
use crate::ids::new_id;
use crate::lint::lint_props;
use crate::read::Reading;
use crate::world::{Pending, Post, World};

pub(super) const ROUTES: &[Route] = &[
    inside("POST", "/posts", "posts.create", create),
    inside("POST", "/posts/ephemeral", "posts.ephemeral", ephemeral),
    inside("POST", "/posts/ids", "posts.by_ids", by_ids),
    inside("GET", "/posts/{id}", "posts.get", get),
    inside("DELETE", "/posts/{id}", "posts.delete", delete),
];

const MESSAGE_RUNES_MAX: usize = 16_383;
/// How long a `pending_post_id` is remembered, in milliseconds.
const PENDING_LIFE: i64 = 30_000;

fn create(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let key = text(&body, "pending_post_id")?;
    if let Some(answer) = remembered(world, &request.user, &key)? {
        return Ok(answer);
    }
    // A create that fails leaves the key free.
    let post = check(world, &request.user, &body)?;
    let id = add(world, post);
    if !key.is_empty() {
        let since = world.now();
        world.pending.insert(key.clone(), Pending::Done { since, post_id: id.clone() });
    }
    let mut shown = world.post(&id).map(|post| world.show_post(post, &request.user));
    if let Some(shown) = &mut shown {
        shown["pending_post_id"] = key.into();
    }
    created(shown.unwrap_or_default())
}

/// What the process remembers of a key: nothing, a post, or that it is busy with it.
fn remembered(
    world: &mut World,
    user: &str,
    key: &str,
) -> Result<Option<crate::error::Reply>, AppError> {
    let now = world.now();
    world.pending.retain(|_, pending| match pending {
        Pending::InFlight { since } | Pending::Done { since, .. } => now - *since < PENDING_LIFE,
    });
    let failed =
        |what: &str| AppError::new(500, &format!("api.post.deduplicate_create_post.{what}"));
    let post_id = match world.pending.get(key) {
        None => return Ok(None),
        Some(Pending::InFlight { .. }) => return Err(failed("pending")),
        Some(Pending::Done { post_id, .. }) => post_id,
    };
    let post = world.post(post_id).filter(|post| post.is_there());
    let post = post.ok_or_else(|| failed("failed_to_get"))?;
    // A key of a post that one may not read does not count.
    if !world.may_read(&post.channel_id, user) {
        return Ok(None);
    }
    created(world.show_post(post, user)).map(Some)
}

/// All that the server looks at before it creates a post for a user.
fn check(world: &mut World, user: &str, body: &Map<String, Value>) -> Result<Post, AppError> {
    let channel_id = text(body, "channel_id")?;
    if !world.may_post(&channel_id, user) {
        return Err(AppError::permissions());
    }
    let kind = text(body, "type")?;
    if kind.starts_with("system_") {
        return Err(AppError::new(400, "api.context.invalid_param.app_error"));
    }
    let props = props_of(body, "props")?.unwrap_or_default();
    reserved(world, user, &props)?;
    if world.channel(&channel_id).is_some_and(|channel| channel.delete_at > 0) {
        return Err(AppError::new(400, "api.post.create_post.can_not_post_to_deleted.error"));
    }
    let root_id = text(body, "root_id")?;
    if !root_id.is_empty() {
        let root = world.post(&root_id).filter(|root| root.is_there() && root.root_id.is_empty());
        let root = root.ok_or(AppError::new(400, "api.post.create_post.root_id.app_error"))?;
        if root.channel_id != channel_id {
            return Err(AppError::new(400, "api.post.create_post.channel_root_id.app_error"));
        }
    }
    let metadata = priority(body, &root_id)?;
    let mut post = Post {
        user_id: user.to_owned(),
        channel_id,
        root_id,
        message: text(body, "message")?,
        kind,
        props,
        metadata,
        ..Post::default()
    };
    if world.user(user).is_some_and(|user| user.is_bot) {
        post.props.insert("from_bot".to_owned(), "true".into());
    }
    is_valid(world, &post)?;
    lint_props(world, &post.props);
    post.props = stored_props(&post.props);
    Ok(post)
}

/// An object, or `None` where it was left out.
pub(super) fn props_of(
    body: &Map<String, Value>,
    name: &str,
) -> Result<Option<Map<String, Value>>, AppError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(props)) => Ok(Some(props.clone())),
        Some(_) => Err(AppError::body_param(name)),
    }
}

/// A hardened server keeps ordinary users from looking like something else.
pub(super) fn reserved(
    world: &World,
    user: &str,
    props: &Map<String, Value>,
) -> Result<(), AppError> {
    let is_bot = world.user(user).is_some_and(|user| user.is_bot);
    let names = ["from_bot", "from_webhook", "override_username", "override_icon_url"];
    if world.config.hardened_mode && !is_bot && names.iter().any(|name| props.contains_key(*name)) {
        return Err(AppError::body_param("props"));
    }
    Ok(())
}

fn priority(body: &Map<String, Value>, root_id: &str) -> Result<Map<String, Value>, AppError> {
    let Some(priority) = body.get("metadata").and_then(|metadata| metadata.get("priority")) else {
        return Ok(Map::new());
    };
    if priority["requested_ack"] == true {
        return Err(AppError::new(501, "license_error.feature_unavailable"));
    }
    if !root_id.is_empty() {
        let id = "api.post.post_priority.priority_post_only_allowed_for_root_post.request_error";
        return Err(AppError::new(400, id));
    }
    Ok(Map::from_iter([("priority".to_owned(), priority.clone())]))
}

/// What holds for every post, whoever saves it.
pub(crate) fn is_valid(world: &World, post: &Post) -> Result<(), AppError> {
    let old = world.is_old();
    if post.message.chars().count() > MESSAGE_RUNES_MAX {
        let what = if old { "msg" } else { "message_length" };
        return Err(AppError::new(400, &format!("model.post.is_valid.{what}.app_error")));
    }
    let known = ["", "slack_attachment", "me", "burn_on_read"].contains(&post.kind.as_str());
    if !known && !post.kind.starts_with("custom_") && !post.kind.starts_with("system_") {
        return Err(AppError::new(400, "model.post.is_valid.type.app_error"));
    }
    let limit = if old { 8_000 } else { 800_000 };
    let props = Value::Object(post.props.clone()).to_string();
    if props.chars().count() > limit {
        return Err(AppError::new(400, "model.post.is_valid.props.app_error"));
    }
    Ok(())
}

/// Saves it and counts whom it mentions. Outgoing webhooks hear of it later.
pub(crate) fn add(world: &mut World, mut post: Post) -> String {
    let now = world.now();
    post.id = new_id();
    post.create_at = now;
    post.update_at = now;
    let id = post.id.clone();
    if let Some(root) = world.posts.iter_mut().find(|root| root.id == post.root_id) {
        root.update_at = now;
    }
    for user in mentioned(world, &post) {
        *world.mention_counts.entry((post.channel_id.clone(), user)).or_default() += 1;
    }
    world.posts.push(post);
    world.unheard.push(id.clone());
    id
}

fn mentioned(world: &World, post: &Post) -> Vec<String> {
    let mentions = Reading::of(post, world.version()).mentions;
    let everybody = ["@channel", "@all", "@here"];
    let all = mentions.iter().any(|mention| everybody.contains(&mention.as_str()));
    let members = world.channel(&post.channel_id).map(|channel| channel.members.clone());
    let users = members.into_iter().flatten().filter(|id| *id != post.user_id);
    let is_meant = |id: &String| {
        let name = world.user(id).map(|user| format!("@{}", user.username)).unwrap_or_default();
        all || mentions.contains(&name)
    };
    users.filter(is_meant).collect()
}

/// Administrators only: a bot gets 403.
fn ephemeral(world: &mut World, request: &Request) -> Answer {
    as_admin(world, request)?;
    let body = Value::Object(request.json()?);
    let user_id = body["user_id"].as_str().unwrap_or_default().to_owned();
    let post = check(world, &request.user, body["post"].as_object().unwrap_or(&Map::new()))?;
    world.whisper("rest", (&post.channel_id, &post.root_id), &user_id, &post.message);
    created(json!({"id": new_id(), "type": "system_ephemeral", "message": post.message,
        "channel_id": post.channel_id, "user_id": request.user, "props": post.props}))
}

/// A post that one may read: unknown and forbidden ones are told apart from deleted ones.
pub(super) fn readable<'w>(world: &'w World, id: &str, user: &str) -> Result<&'w Post, AppError> {
    let missing = || AppError::new(404, "app.post.get.app_error");
    let post = world.post(id).filter(|post| post.is_there()).ok_or_else(missing)?;
    if world.may_read(&post.channel_id, user) { Ok(post) } else { Err(AppError::permissions()) }
}

fn get(world: &mut World, request: &Request) -> Answer {
    let post = readable(world, request.param(0), &request.user)?;
    ok(world.show_post(post, &request.user))
}

fn by_ids(world: &mut World, request: &Request) -> Answer {
    let ids = request.texts()?;
    if ids.is_empty() {
        return Err(AppError::body_param("post_ids"));
    }
    let posts = ids.iter().filter_map(|id| readable(world, id, &request.user).ok());
    ok(posts.map(|post| world.show_post(post, &request.user)).collect())
}

/// One's own, or any as an administrator. Not subject to the time limit of edits.
fn delete(world: &mut World, request: &Request) -> Answer {
    let post = readable(world, request.param(0), &request.user)?;
    if post.user_id != request.user && !world.is_admin(&request.user) {
        return Err(AppError::permissions());
    }
    world.delete_post(request.param(0));
    status_ok()
}
