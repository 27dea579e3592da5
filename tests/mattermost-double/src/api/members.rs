//! Members of channels.

use serde_json::{Value, json};

use super::{Request, Route, inside, page, text};
use crate::error::{Answer, AppError, created, ok, status_ok};
use crate::world::World;

pub(super) const ROUTES: &[Route] = &[
    inside("POST", "/channels/{id}/members", "members.add", add),
    inside("GET", "/channels/{id}/members", "members.list", list),
    inside("GET", "/channels/{id}/members/{id}", "members.get", get),
    inside("DELETE", "/channels/{id}/members/{id}", "members.remove", remove),
];

fn show(world: &World, channel_id: &str, user_id: &str) -> Value {
    let key = (channel_id.to_owned(), user_id.to_owned());
    let mentions = world.mention_counts.get(&key).copied().unwrap_or_default();
    json!({"channel_id": channel_id, "user_id": user_id, "roles": "channel_user",
        "last_viewed_at": 0, "msg_count": 0, "mention_count": mentions,
        "notify_props": {}, "last_update_at": 0, "scheme_guest": false, "scheme_user": true,
        "scheme_admin": false, "explicit_roles": ""})
}

fn add(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let user_id = match text(&body, "user_id")?.as_str() {
        "me" => request.user.clone(),
        id if crate::ids::is_id(id) => id.to_owned(),
        _ => return Err(AppError::body_param("user_id or user_ids")),
    };
    world.join(request.param(0), &user_id, &request.user)?;
    created(show(world, request.param(0), &user_id))
}

fn readable(world: &World, request: &Request) -> Result<(), AppError> {
    let may = world.may_read(request.param(0), &request.user);
    if may { Ok(()) } else { Err(AppError::permissions()) }
}

fn list(world: &mut World, request: &Request) -> Answer {
    readable(world, request)?;
    let members = world.channel(request.param(0)).into_iter().flat_map(|c| c.members.iter());
    let members = members.map(|user| show(world, request.param(0), user)).collect();
    ok(page(request, members).into())
}

fn get(world: &mut World, request: &Request) -> Answer {
    readable(world, request)?;
    if !world.is_member(request.param(0), request.param(1)) {
        return Err(AppError::new(404, "app.channel.get_member.missing.app_error"));
    }
    ok(show(world, request.param(0), request.param(1)))
}

fn remove(world: &mut World, request: &Request) -> Answer {
    let (channel_id, user_id) = (request.param(0), request.param(1));
    let is_in = world.is_member(channel_id, &request.user);
    if user_id != request.user && !is_in && !world.is_admin(&request.user) {
        return Err(AppError::permissions());
    }
    let channel = world.channel_mut(channel_id);
    let channel = channel.ok_or(AppError::new(404, "app.channel.get.existing.app_error"))?;
    if !channel.members.remove(user_id) {
        return Err(AppError::new(404, "app.channel.get_member.missing.app_error"));
    }
    status_ok()
}
