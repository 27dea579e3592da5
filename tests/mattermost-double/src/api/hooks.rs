//! `/hooks/outgoing`.

use serde_json::{Map, Value, json};

use super::{Request, Route, as_admin, id_of, inside, page, text};
use crate::error::{Answer, AppError, created, ok, status_ok};
use crate::ids::new_id;
use crate::world::{Hook, World};

pub(super) const ROUTES: &[Route] = &[
    inside("POST", "/hooks/outgoing", "hooks.create", create),
    inside("GET", "/hooks/outgoing", "hooks.list", list),
    inside("GET", "/hooks/outgoing/{id}", "hooks.get", get),
    inside("PUT", "/hooks/outgoing/{id}", "hooks.update", update),
    inside("DELETE", "/hooks/outgoing/{id}", "hooks.delete", delete),
    inside("POST", "/hooks/outgoing/{id}/regen_token", "hooks.regen_token", regen_token),
];

fn show(hook: &Hook) -> Value {
    json!({"id": hook.id, "token": hook.token, "create_at": hook.create_at,
        "update_at": hook.create_at, "delete_at": 0, "creator_id": hook.creator_id,
        "channel_id": hook.channel_id, "team_id": hook.team_id,
        "trigger_words": hook.trigger_words, "trigger_when": hook.trigger_when,
        "callback_urls": hook.callback_urls, "display_name": hook.display_name,
        "description": "", "content_type": hook.content_type, "username": "", "icon_url": ""})
}

fn texts(body: &Map<String, Value>, name: &str) -> Result<Vec<String>, AppError> {
    let list = match body.get(name) {
        None | Some(Value::Null) => return Ok(vec![]),
        Some(list) => list.as_array().ok_or_else(|| AppError::body_param(name))?,
    };
    let texts = list.iter().map(|text| text.as_str().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or_else(|| AppError::body_param(name))
}

fn create(world: &mut World, request: &Request) -> Answer {
    as_admin(world, request)?;
    let body = request.json()?;
    let team_id = id_of(&body, "team_id")?;
    let hook = Hook {
        id: new_id(),
        token: new_id(),
        creator_id: request.user.clone(),
        create_at: world.now(),
        ..read(world, &body, &team_id)?
    };
    let shown = show(&hook);
    world.hooks.push(hook);
    created(shown)
}

/// It needs words or a channel, a public one, and somewhere to call.
fn read(world: &World, body: &Map<String, Value>, team_id: &str) -> Result<Hook, AppError> {
    let channel_id = text(body, "channel_id")?;
    let trigger_words = texts(body, "trigger_words")?;
    let callback_urls = texts(body, "callback_urls")?;
    if !channel_id.is_empty() {
        let channel = world.channel(&channel_id);
        let public = channel.is_some_and(|c| c.kind == "O" && c.team_id == team_id);
        if !public {
            let id = "api.webhook.create_outgoing.not_open.app_error";
            return Err(AppError::new(403, id));
        }
    } else if trigger_words.is_empty() {
        return Err(AppError::new(400, "api.webhook.create_outgoing.triggers.app_error"));
    }
    let is_http = |url: &String| url.starts_with("http://") || url.starts_with("https://");
    if callback_urls.is_empty() || !callback_urls.iter().all(is_http) {
        return Err(AppError::new(400, "model.outgoing_hook.is_valid.callback.app_error"));
    }
    Ok(Hook {
        id: String::new(),
        token: String::new(),
        creator_id: String::new(),
        create_at: 0,
        team_id: team_id.to_owned(),
        channel_id,
        trigger_words,
        trigger_when: body.get("trigger_when").and_then(Value::as_i64).unwrap_or_default(),
        callback_urls,
        content_type: text(body, "content_type")?,
        display_name: text(body, "display_name")?,
    })
}

/// All but the creator, the team and the time of creation is replaced. So is the token: without one
/// in the body the hook has none from then on.
fn update(world: &mut World, request: &Request) -> Answer {
    let old = known(world, request)?.clone();
    let body = request.json()?;
    if text(&body, "id")? != old.id {
        return Err(AppError::body_param("hook_id"));
    }
    let team_id = text(&body, "team_id")?;
    if !team_id.is_empty() && team_id != old.team_id {
        return Err(AppError::new(400, "api.webhook.team_mismatch.app_error"));
    }
    let hook = Hook {
        id: old.id,
        token: text(&body, "token")?,
        creator_id: old.creator_id,
        create_at: old.create_at,
        ..read(world, &body, &old.team_id)?
    };
    let shown = show(&hook);
    known(world, request)?.clone_from(&hook);
    ok(shown)
}

fn list(world: &mut World, request: &Request) -> Answer {
    as_admin(world, request)?;
    let (team, channel) = (request.query("team_id"), request.query("channel_id"));
    let is_listed = |hook: &&Hook| {
        team.as_ref().is_none_or(|team| hook.team_id == *team)
            && channel.as_ref().is_none_or(|channel| hook.channel_id == *channel)
    };
    ok(page(request, world.hooks.iter().filter(is_listed).map(show).collect()).into())
}

fn known<'w>(world: &'w mut World, request: &Request) -> Result<&'w mut Hook, AppError> {
    as_admin(world, request)?;
    let hook = world.hooks.iter_mut().find(|hook| hook.id == request.param(0));
    hook.ok_or(AppError::new(404, "app.webhooks.get_outgoing.app_error"))
}

fn get(world: &mut World, request: &Request) -> Answer {
    ok(show(known(world, request)?))
}

fn delete(world: &mut World, request: &Request) -> Answer {
    let id = known(world, request)?.id.clone();
    world.hooks.retain(|hook| hook.id != id);
    status_ok()
}

fn regen_token(world: &mut World, request: &Request) -> Answer {
    let hook = known(world, request)?;
    hook.token = new_id();
    ok(show(hook))
}
