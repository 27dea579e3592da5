//! Personal access tokens.

use serde_json::{Value, json};

use super::{Request, Route, inside, page, text};
use crate::error::{Answer, AppError, ok, status_ok};
use crate::ids::new_id;
use crate::world::{Token, World};

pub(super) const ROUTES: &[Route] = &[
    inside("POST", "/users/{id}/tokens", "tokens.create", create),
    inside("GET", "/users/{id}/tokens", "tokens.list", list),
    inside("POST", "/users/tokens/revoke", "tokens.revoke", revoke),
    inside("POST", "/users/tokens/disable", "tokens.disable", disable),
    inside("POST", "/users/tokens/enable", "tokens.enable", enable),
];

/// Administrators, and a bot's owner, for anybody; nobody else has tokens.
fn may(world: &World, request: &Request, user_id: &str) -> Result<(), AppError> {
    let owner = world.user(user_id).map(|user| user.owner_id.as_str()).unwrap_or_default();
    let is_owner = !owner.is_empty() && owner == request.user;
    if world.is_admin(&request.user) || is_owner {
        return Ok(());
    }
    Err(AppError::permissions())
}

/// The token itself is told once.
fn create(world: &mut World, request: &Request) -> Answer {
    let user_id = request.param(0).to_owned();
    may(world, request, &user_id)?;
    let description = text(&request.json()?, "description")?;
    if description.is_empty() {
        return Err(AppError::body_param("description"));
    }
    world.user(&user_id).ok_or(AppError::new(404, "app.user.missing_account.const"))?;
    let token = Token {
        id: new_id(),
        token: new_id(),
        user_id,
        description,
        is_active: true,
        is_personal: true,
    };
    let mut body = show(&token);
    body["token"] = token.token.as_str().into();
    world.tokens.push(token);
    ok(body)
}

fn show(token: &Token) -> Value {
    json!({"id": token.id, "user_id": token.user_id, "description": token.description,
        "is_active": token.is_active})
}

fn list(world: &mut World, request: &Request) -> Answer {
    may(world, request, request.param(0))?;
    let of_user = |token: &&Token| token.is_personal && token.user_id == request.param(0);
    ok(page(request, world.tokens.iter().filter(of_user).map(show).collect()).into())
}

fn named(world: &World, request: &Request) -> Result<String, AppError> {
    let id = text(&request.json()?, "token_id")?;
    let token = world.tokens.iter().find(|token| token.id == id);
    let token = token.ok_or(AppError::new(404, "app.user_access_token.get_by_user.app_error"))?;
    may(world, request, &token.user_id)?;
    Ok(id)
}

fn revoke(world: &mut World, request: &Request) -> Answer {
    let id = named(world, request)?;
    world.tokens.retain(|token| token.id != id);
    status_ok()
}

fn disable(world: &mut World, request: &Request) -> Answer {
    set(world, request, false)
}

fn enable(world: &mut World, request: &Request) -> Answer {
    set(world, request, true)
}

fn set(world: &mut World, request: &Request, is_active: bool) -> Answer {
    let id = named(world, request)?;
    for token in world.tokens.iter_mut().filter(|token| token.id == id) {
        token.is_active = is_active;
    }
    status_ok()
}
