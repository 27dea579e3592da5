//! `/users`: logins, looking people up, roles.

use serde_json::{Value, json};

use super::{Request, Route, as_admin, inside, open, page, text};
use crate::error::{Answer, AppError, Reply, created, ok, status_ok};
use crate::ids::new_id;
use crate::world::{Token, User, World};

pub(super) const ROUTES: &[Route] = &[
    open("POST", "/users/login", "users.login", login),
    inside("POST", "/users/logout", "users.logout", logout),
    open("POST", "/users", "users.create", create),
    inside("GET", "/users", "users.list", list),
    inside("POST", "/users/ids", "users.by_ids", by_ids),
    inside("POST", "/users/usernames", "users.by_usernames", by_usernames),
    inside("GET", "/users/email/{name}", "users.by_email", by_email),
    inside("GET", "/users/username/{name}", "users.by_username", by_username),
    inside("GET", "/users/{id}", "users.get", get),
    inside("PUT", "/users/{id}/roles", "users.roles", roles),
    inside("PUT", "/users/{id}/active", "users.active", active),
    inside("DELETE", "/users/{id}", "users.delete", delete),
];

/// By user name or e-mail address.
fn login(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let login = text(&body, "login_id")?.to_lowercase();
    let password = text(&body, "password")?;
    let wrong = || AppError::new(401, "api.user.login.invalid_credentials_email_username");
    let is_it = |user: &&User| user.username == login || user.email == login;
    let user = world.users.iter().find(is_it).ok_or_else(wrong)?.clone();
    if user.is_bot || user.password != password {
        return Err(wrong());
    }
    if user.delete_at > 0 {
        return Err(AppError::new(401, "api.user.login.inactive.app_error"));
    }
    let token = new_id();
    world.tokens.push(Token {
        id: new_id(),
        token: token.clone(),
        user_id: user.id.clone(),
        description: String::new(),
        is_active: true,
        is_personal: false,
    });
    Ok(Reply::Session { token, body: world.show_user(&user, &user.id) })
}

fn logout(world: &mut World, request: &Request) -> Answer {
    let token = request.token().to_owned();
    world.tokens.retain(|known| known.is_personal || known.token != token);
    status_ok()
}

/// The first user of a server is its administrator.
fn create(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let username = text(&body, "username")?.to_lowercase();
    let email = text(&body, "email")?.to_lowercase();
    if text(&body, "password")?.len() < 8 {
        return Err(AppError::new(400, "model.user.is_valid.pwd_min_length.app_error"));
    }
    if username.is_empty() {
        return Err(AppError::new(400, "model.user.is_valid.username.app_error"));
    }
    if !email.contains('@') {
        return Err(AppError::new(400, "model.user.is_valid.email.app_error"));
    }
    if world.users.iter().any(|user| user.username == username) {
        return Err(AppError::new(400, "app.user.save.username_exists.app_error"));
    }
    if world.users.iter().any(|user| user.email == email) {
        return Err(AppError::new(400, "app.user.save.email_exists.app_error"));
    }
    let first = world.users.is_empty();
    let now = world.now();
    let user = User {
        id: new_id(),
        username,
        email,
        first_name: text(&body, "first_name")?,
        last_name: text(&body, "last_name")?,
        nickname: text(&body, "nickname")?,
        password: text(&body, "password")?,
        roles: if first { "system_admin system_user" } else { "system_user" }.to_owned(),
        is_bot: false,
        description: String::new(),
        owner_id: String::new(),
        create_at: now,
        update_at: now,
        delete_at: 0,
    };
    world.users.push(user.clone());
    created(world.show_user(&user, &user.id))
}

fn shown(world: &World, users: &[&User], reader: &str) -> Value {
    users.iter().map(|user| world.show_user(user, reader)).collect()
}

fn list(world: &mut World, request: &Request) -> Answer {
    let users = page(request, world.users.iter().collect());
    ok(shown(world, &users, &request.user))
}

fn by_ids(world: &mut World, request: &Request) -> Answer {
    let ids = request.texts()?;
    if ids.is_empty() {
        return Err(AppError::body_param("user_ids"));
    }
    let users: Vec<&User> = ids.iter().filter_map(|id| world.user(id)).collect();
    ok(shown(world, &users, &request.user))
}

fn by_usernames(world: &mut World, request: &Request) -> Answer {
    let names = request.texts()?;
    if names.is_empty() {
        return Err(AppError::body_param("usernames"));
    }
    let users: Vec<&User> = names.iter().filter_map(|name| world.user_named(name)).collect();
    ok(shown(world, &users, &request.user))
}

fn by_email(world: &mut World, request: &Request) -> Answer {
    if !world.config.show_email_address && !world.is_admin(&request.user) {
        return Err(AppError::new(403, "api.user.get_user_by_email.permissions.app_error"));
    }
    let email = request.param(0).to_lowercase();
    if !email.contains('@') {
        return Err(AppError::url_param("email"));
    }
    let user = world.users.iter().find(|user| user.email.to_lowercase() == email);
    let user = user.ok_or(AppError::new(404, "app.user.missing_account.const"))?;
    ok(world.show_user(user, &request.user))
}

fn by_username(world: &mut World, request: &Request) -> Answer {
    let user = world.user_named(request.param(0));
    let user = user.ok_or(AppError::new(404, "app.user.get_by_username.app_error"))?;
    ok(world.show_user(user, &request.user))
}

fn get(world: &mut World, request: &Request) -> Answer {
    let user = world.user(request.param(0));
    let user = user.ok_or(AppError::new(404, "app.user.missing_account.const"))?;
    ok(world.show_user(user, &request.user))
}

fn roles(world: &mut World, request: &Request) -> Answer {
    as_admin(world, request)?;
    let roles = text(&request.json()?, "roles")?;
    let user = world.user_mut(request.param(0));
    user.ok_or(AppError::new(404, "app.user.missing_account.const"))?.roles = roles;
    status_ok()
}

fn active(world: &mut World, request: &Request) -> Answer {
    as_admin(world, request)?;
    let active = request.json()?.get("active").and_then(Value::as_bool);
    let active = active.ok_or(AppError::body_param("active"))?;
    set_active(world, request.param(0), active)
}

fn delete(world: &mut World, request: &Request) -> Answer {
    if request.param(0) != request.user {
        as_admin(world, request)?;
    }
    set_active(world, request.param(0), false)
}

/// Sessions of whoever is deactivated end; tokens answer 401 as long as they are.
pub(crate) fn set_active(world: &mut World, user_id: &str, active: bool) -> Answer {
    let now = world.now();
    let user = world.user_mut(user_id);
    let user = user.ok_or(AppError::new(404, "app.user.missing_account.const"))?;
    user.delete_at = if active { 0 } else { now };
    user.update_at = now;
    world.tokens.retain(|token| token.is_personal || token.user_id != user_id);
    ok(json!({"status": "OK"}))
}
