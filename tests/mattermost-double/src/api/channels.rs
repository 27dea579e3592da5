//! `/channels`: making, finding, archiving and renaming them.

use std::collections::BTreeSet;

use super::{Request, Route, id_of, inside, page, text};
use crate::error::{Answer, AppError, created, ok, status_ok};
use crate::ids::new_id;
use crate::world::rooms::show_channel;
use crate::world::{Channel, World};

pub(super) const ROUTES: &[Route] = &[
    inside("POST", "/channels", "channels.create", create),
    inside("POST", "/channels/direct", "channels.direct", direct),
    inside("GET", "/channels/{id}", "channels.get", get),
    inside("PUT", "/channels/{id}/patch", "channels.patch", patch),
    inside("DELETE", "/channels/{id}", "channels.archive", archive),
    inside("POST", "/channels/{id}/restore", "channels.restore", restore),
    inside("GET", "/teams/{id}/channels", "channels.public", public),
    inside("GET", "/teams/{id}/channels/name/{name}", "channels.by_name", by_name),
    inside("GET", "/teams/name/{name}/channels/name/{name}", "channels.by_names", by_names),
    inside("GET", "/users/{id}/teams/{id}/channels", "channels.mine", mine),
];

fn create(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let team_id = id_of(&body, "team_id")?;
    let (name, kind) = (text(&body, "name")?, text(&body, "type")?);
    if !world.is_team_member(&team_id, &request.user) && !world.is_admin(&request.user) {
        return Err(AppError::permissions());
    }
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_good) {
        return Err(AppError::new(400, "model.channel.is_valid.1_or_more.app_error"));
    }
    if text(&body, "display_name")?.is_empty() {
        return Err(AppError::new(400, "model.channel.is_valid.display_name.app_error"));
    }
    if !matches!(kind.as_str(), "O" | "P") {
        return Err(AppError::new(400, "model.channel.is_valid.type.app_error"));
    }
    if world.channel_named(&team_id, &name).is_some() {
        return Err(AppError::new(400, "store.sql_channel.save_channel.exists.app_error"));
    }
    let channel = Channel {
        id: new_id(),
        team_id,
        kind,
        name,
        display_name: text(&body, "display_name")?,
        create_at: world.now(),
        delete_at: 0,
        members: BTreeSet::from([request.user.clone()]),
    };
    let shown = show_channel(&channel);
    world.channels.push(channel);
    created(shown)
}

/// Opens the channel of two people, one of whom is the caller; the same one in either order.
fn direct(world: &mut World, request: &Request) -> Answer {
    let ids = request.texts()?;
    let [one, other] = ids.as_slice() else {
        return Err(AppError::body_param("user_ids"));
    };
    if *one != request.user && *other != request.user && !world.is_admin(&request.user) {
        return Err(AppError::permissions());
    }
    if world.user(one).is_none() || world.user(other).is_none() {
        let id = "api.channel.create_direct_channel.invalid_user.app_error";
        return Err(AppError::new(400, id));
    }
    let mut names = [one.as_str(), other.as_str()];
    names.sort_unstable();
    let is_open = world.channel_named("", &names.join("__")).is_some();
    if world.config.restrict_direct_message && !is_open && !world.share_a_team(one, other) {
        let id = "api.channel.create_channel.direct_channel.team_restricted_error";
        return Err(AppError::new(403, id));
    }
    created(show_channel(&world.open_direct(one, other)))
}

fn seen<'w>(
    world: &'w World,
    request: &Request,
    channel: Option<&'w Channel>,
) -> Result<&'w Channel, AppError> {
    let channel = channel.ok_or(AppError::new(404, "app.channel.get.existing.app_error"))?;
    let may = world.may_read(&channel.id, &request.user);
    if may { Ok(channel) } else { Err(AppError::permissions()) }
}

fn get(world: &mut World, request: &Request) -> Answer {
    ok(show_channel(seen(world, request, world.channel(request.param(0)))?))
}

fn named<'w>(
    world: &'w World,
    request: &Request,
    team_id: &str,
    name: &str,
) -> Result<&'w Channel, AppError> {
    let missing = || AppError::new(404, "app.channel.get_by_name.missing.app_error");
    let channel = world.channel_named(team_id, &name.to_lowercase()).ok_or_else(missing)?;
    let deleted = request.query("include_deleted").as_deref() == Some("true");
    if channel.delete_at > 0 && !deleted {
        return Err(missing());
    }
    // A private channel that one is not in is not there.
    seen(world, request, Some(channel)).map_err(|refused| match channel.kind.as_str() {
        "P" => missing(),
        _ => refused,
    })
}

fn by_name(world: &mut World, request: &Request) -> Answer {
    ok(show_channel(named(world, request, request.param(0), request.param(1))?))
}

fn by_names(world: &mut World, request: &Request) -> Answer {
    let team = world.team_named(request.param(0));
    let missing = AppError::new(404, "app.team.get_by_name.missing.app_error");
    let team_id = team.ok_or(missing)?.id.clone();
    ok(show_channel(named(world, request, &team_id, request.param(1))?))
}

/// Only those that are not archived.
fn public(world: &mut World, request: &Request) -> Answer {
    let team_id = request.param(0);
    if !world.is_team_member(team_id, &request.user) && !world.is_admin(&request.user) {
        return Err(AppError::permissions());
    }
    let is_listed = |c: &&Channel| c.team_id == team_id && c.kind == "O" && c.delete_at == 0;
    let mut channels: Vec<&Channel> = world.channels.iter().filter(is_listed).collect();
    channels.sort_by_key(|channel| channel.display_name.to_lowercase());
    ok(page(request, channels).into_iter().map(show_channel).collect())
}

/// Those that a user is in, direct messages too, without pages.
fn mine(world: &mut World, request: &Request) -> Answer {
    if request.param(0) != request.user && !world.is_admin(&request.user) {
        return Err(AppError::permissions());
    }
    let deleted = request.query("include_deleted").as_deref() == Some("true");
    let is_listed = |c: &&Channel| {
        (c.team_id == request.param(1) || c.team_id.is_empty())
            && c.members.contains(request.param(0))
            && (deleted || c.delete_at == 0)
    };
    ok(world.channels.iter().filter(is_listed).map(show_channel).collect())
}

fn manages(world: &World, request: &Request) -> Result<String, AppError> {
    let channel = seen(world, request, world.channel(request.param(0)))?;
    let may = channel.members.contains(&request.user) || world.is_admin(&request.user);
    if may { Ok(channel.id.clone()) } else { Err(AppError::permissions()) }
}

fn patch(world: &mut World, request: &Request) -> Answer {
    let id = manages(world, request)?;
    let body = request.json()?;
    let (name, display) = (text(&body, "name")?, text(&body, "display_name")?);
    let Some(channel) = world.channel_mut(&id) else {
        return Err(AppError::no_route());
    };
    for (new, field) in [(name, &mut channel.name), (display, &mut channel.display_name)] {
        if !new.is_empty() {
            *field = new;
        }
    }
    ok(show_channel(channel))
}

fn archive(world: &mut World, request: &Request) -> Answer {
    let id = manages(world, request)?;
    let now = world.now();
    if let Some(channel) = world.channel_mut(&id) {
        channel.delete_at = now;
    }
    status_ok()
}

fn restore(world: &mut World, request: &Request) -> Answer {
    super::as_admin(world, request)?;
    let channel = world.channel_mut(request.param(0));
    let channel = channel.ok_or(AppError::new(404, "app.channel.get.existing.app_error"))?;
    channel.delete_at = 0;
    ok(show_channel(channel))
}
