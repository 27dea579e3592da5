//! `/bots`.

use serde_json::{Value, json};

use super::users::set_active;
use super::{Request, Route, as_admin, inside, page, text};
use crate::error::{Answer, AppError, created, ok};
use crate::ids::new_id;
use crate::world::{User, World};

pub(super) const ROUTES: &[Route] = &[
    inside("POST", "/bots", "bots.create", create),
    inside("GET", "/bots", "bots.list", list),
    inside("GET", "/bots/{id}", "bots.get", get),
    inside("PUT", "/bots/{id}", "bots.update", update),
    inside("POST", "/bots/{id}/disable", "bots.disable", disable),
    inside("POST", "/bots/{id}/enable", "bots.enable", enable),
];

fn show(user: &User) -> Value {
    json!({"user_id": user.id, "username": user.username, "display_name": user.first_name,
        "description": user.description, "owner_id": user.owner_id,
        "create_at": user.create_at, "update_at": user.update_at, "delete_at": user.delete_at})
}

fn create(world: &mut World, request: &Request) -> Answer {
    as_admin(world, request)?;
    let body = request.json()?;
    let username = text(&body, "username")?;
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    if username.is_empty() || username.len() > 64 || !username.chars().all(is_good) {
        return Err(AppError::new(400, "model.bot.is_valid.username.app_error"));
    }
    if world.user_named(&username).is_some() {
        return Err(AppError::new(400, "app.user.save.username_exists.app_error"));
    }
    let now = world.now();
    let user = User {
        id: new_id(),
        email: format!("{username}@localhost"),
        username,
        first_name: text(&body, "display_name")?,
        last_name: String::new(),
        nickname: String::new(),
        password: String::new(),
        roles: "system_user".to_owned(),
        is_bot: true,
        description: text(&body, "description")?,
        owner_id: request.user.clone(),
        create_at: now,
        update_at: now,
        delete_at: 0,
    };
    let shown = show(&user);
    world.users.push(user);
    created(shown)
}

fn list(world: &mut World, request: &Request) -> Answer {
    as_admin(world, request)?;
    let deleted = request.query("include_deleted").as_deref() == Some("true");
    let is_listed = |user: &&User| user.is_bot && (deleted || user.delete_at == 0);
    ok(page(request, world.users.iter().filter(is_listed).map(show).collect()).into())
}

fn bot<'w>(world: &'w World, request: &Request) -> Result<&'w User, AppError> {
    let bot = world.user(request.param(0)).filter(|user| user.is_bot);
    let missing = || AppError::new(404, "store.sql_bot.get.missing.app_error");
    let bot = bot.ok_or_else(missing)?;
    // Who may not see a bot is told that there is none.
    let may = world.is_admin(&request.user) || bot.owner_id == request.user;
    if may { Ok(bot) } else { Err(missing()) }
}

fn get(world: &mut World, request: &Request) -> Answer {
    let deleted = request.query("include_deleted").as_deref() == Some("true");
    let bot = bot(world, request)?;
    if bot.delete_at > 0 && !deleted {
        return Err(AppError::new(404, "store.sql_bot.get.missing.app_error"));
    }
    ok(show(bot))
}

fn update(world: &mut World, request: &Request) -> Answer {
    let id = bot(world, request)?.id.clone();
    let body = request.json()?;
    let now = world.now();
    let Some(user) = world.user_mut(&id) else {
        return Err(AppError::no_route());
    };
    for (name, field) in
        [("display_name", &mut user.first_name), ("description", &mut user.description)]
    {
        if body.contains_key(name) {
            *field = text(&body, name)?;
        }
    }
    user.update_at = now;
    ok(show(user))
}

fn disable(world: &mut World, request: &Request) -> Answer {
    activate(world, request, false)
}

fn enable(world: &mut World, request: &Request) -> Answer {
    activate(world, request, true)
}

fn activate(world: &mut World, request: &Request, active: bool) -> Answer {
    let id = bot(world, request)?.id.clone();
    set_active(world, &id, active)?;
    ok(world.user(&id).map(show).unwrap_or_default())
}
