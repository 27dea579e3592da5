//! `/teams`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Request, Route, as_admin, id_of, inside, page, text};
use crate::error::{Answer, AppError, created, ok, status_ok};
use crate::ids::new_id;
use crate::world::rooms::show_team;
use crate::world::{Channel, Team, World};

pub(super) const ROUTES: &[Route] = &[
    inside("POST", "/teams", "teams.create", create),
    inside("GET", "/teams", "teams.list", list),
    inside("GET", "/teams/name/{name}", "teams.by_name", by_name),
    inside("GET", "/teams/{id}", "teams.get", get),
    inside("GET", "/users/{id}/teams", "teams.of_user", of_user),
    inside("POST", "/teams/{id}/members", "teams.add_member", add_member),
    inside("GET", "/teams/{id}/members", "teams.members", members),
    inside("GET", "/teams/{id}/members/{id}", "teams.member", member),
    inside("DELETE", "/teams/{id}/members/{id}", "teams.remove_member", remove_member),
];

/// Its creator is its first member, and it has a town square.
fn create(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let name = text(&body, "name")?;
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.len() < 2 || name.len() > 64 || !name.chars().all(is_good) {
        return Err(AppError::new(400, "model.team.is_valid.characters.app_error"));
    }
    if text(&body, "display_name")?.is_empty() {
        return Err(AppError::new(400, "model.team.is_valid.name.app_error"));
    }
    if world.team_named(&name).is_some() {
        return Err(AppError::new(400, "app.team.save.existing.app_error"));
    }
    let now = world.now();
    let team = Team {
        id: new_id(),
        name,
        display_name: text(&body, "display_name")?,
        create_at: now,
        members: BTreeSet::from([request.user.clone()]),
    };
    world.channels.push(Channel {
        id: new_id(),
        team_id: team.id.clone(),
        kind: "O".to_owned(),
        name: "town-square".to_owned(),
        display_name: "Town Square".to_owned(),
        create_at: now,
        delete_at: 0,
        members: team.members.clone(),
    });
    let shown = show_team(&team);
    world.teams.push(team);
    created(shown)
}

fn list(world: &mut World, request: &Request) -> Answer {
    let admin = world.is_admin(&request.user);
    let mine = |team: &&Team| admin || team.members.contains(&request.user);
    ok(page(request, world.teams.iter().filter(mine).map(show_team).collect()).into())
}

/// A team that one may see.
fn seen<'w>(
    world: &'w World,
    request: &Request,
    team: Option<&'w Team>,
) -> Result<&'w Team, AppError> {
    let team = team.ok_or(AppError::new(404, "app.team.get.find.app_error"))?;
    let may = world.is_admin(&request.user) || team.members.contains(&request.user);
    if may { Ok(team) } else { Err(AppError::permissions()) }
}

fn by_name(world: &mut World, request: &Request) -> Answer {
    let team = world.team_named(request.param(0));
    let team = team.ok_or(AppError::new(404, "app.team.get_by_name.missing.app_error"))?;
    ok(show_team(seen(world, request, Some(team))?))
}

fn get(world: &mut World, request: &Request) -> Answer {
    ok(show_team(seen(world, request, world.team(request.param(0)))?))
}

fn of_user(world: &mut World, request: &Request) -> Answer {
    if request.param(0) != request.user {
        as_admin(world, request)?;
    }
    let is_in = |team: &&Team| team.members.contains(request.param(0));
    let teams: Vec<Value> = world.teams.iter().filter(is_in).map(show_team).collect();
    // An old server writes an empty list as null.
    ok(if teams.is_empty() && world.is_old() { Value::Null } else { teams.into() })
}

fn show_member(team_id: &str, user_id: &str) -> Value {
    json!({"team_id": team_id, "user_id": user_id, "roles": "team_user", "delete_at": 0,
        "scheme_guest": false, "scheme_user": true, "scheme_admin": false,
        "explicit_roles": ""})
}

fn add_member(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let user_id = id_of(&body, "user_id")?;
    if id_of(&body, "team_id")? != request.param(0) {
        return Err(AppError::body_param("team_id"));
    }
    seen(world, request, world.team(request.param(0)))?;
    world.user(&user_id).ok_or(AppError::new(404, "app.user.missing_account.const"))?;
    let team_id = request.param(0).to_owned();
    for team in world.teams.iter_mut().filter(|team| team.id == team_id) {
        team.members.insert(user_id.clone());
    }
    let in_square = |c: &&mut Channel| c.team_id == team_id && c.name == "town-square";
    for square in world.channels.iter_mut().filter(in_square) {
        square.members.insert(user_id.clone());
    }
    created(show_member(&team_id, &user_id))
}

fn members(world: &mut World, request: &Request) -> Answer {
    let team = seen(world, request, world.team(request.param(0)))?;
    let members = team.members.iter().map(|user| show_member(&team.id, user)).collect();
    ok(page(request, members).into())
}

fn member(world: &mut World, request: &Request) -> Answer {
    let team = seen(world, request, world.team(request.param(0)))?;
    if !team.members.contains(request.param(1)) {
        return Err(AppError::new(404, "app.team.get_member.missing.app_error"));
    }
    ok(show_member(&team.id, request.param(1)))
}

fn remove_member(world: &mut World, request: &Request) -> Answer {
    if request.param(1) != request.user {
        as_admin(world, request)?;
    }
    let (team_id, user_id) = (request.param(0), request.param(1));
    for team in world.teams.iter_mut().filter(|team| team.id == team_id) {
        team.members.remove(user_id);
    }
    for channel in world.channels.iter_mut().filter(|channel| channel.team_id == team_id) {
        channel.members.remove(user_id);
    }
    status_ok()
}
