//! `/commands`, `response_url`s and the buttons' route.

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::{Access, Request, Route, Run, as_admin, id_of, inside, open, text};
use crate::double::Shared;
use crate::error::{Answer, AppError, created, ok, status_ok};
use crate::ids::new_id;
use crate::integration::{self, Typed, answer_later};
use crate::world::{Command, World};

pub(super) const ROUTES: &[Route] = &[
    inside("POST", "/commands", "commands.create", create),
    Route {
        method: "POST",
        pattern: "/commands/execute",
        name: "commands.execute",
        access: Access::Session,
        run: Run::Outside(execute),
    },
    inside("GET", "/commands", "commands.list", list),
    inside("GET", "/commands/{id}", "commands.get", get),
    inside("PUT", "/commands/{id}", "commands.update", update),
    inside("DELETE", "/commands/{id}", "commands.delete", delete),
    inside("PUT", "/commands/{id}/regen_token", "commands.regen_token", regen_token),
    inside("GET", "/teams/{id}/commands/autocomplete", "commands.autocomplete", autocomplete),
    open("POST", "/hooks/commands/{id}", "commands.respond", respond),
    Route {
        method: "POST",
        pattern: "/posts/{id}/actions/{action}",
        name: "actions.click",
        access: Access::Session,
        run: Run::Outside(click),
    },
];

const BUILT_IN: [&str; 24] = [
    "away",
    "code",
    "collapse",
    "custom_status",
    "dnd",
    "echo",
    "expand",
    "groupmsg",
    "header",
    "help",
    "invite",
    "join",
    "kick",
    "leave",
    "logout",
    "me",
    "msg",
    "mute",
    "offline",
    "online",
    "open",
    "purpose",
    "settings",
    "shrug",
];
/// Fields that the server keeps as they are.
const KEPT: [&str; 8] = [
    "username",
    "icon_url",
    "auto_complete",
    "auto_complete_desc",
    "auto_complete_hint",
    "display_name",
    "description",
    "plugin_id",
];

fn show(command: &Command, with_secrets: bool) -> Value {
    let mut body = json!({"id": command.id, "token": "", "create_at": command.create_at,
        "update_at": command.update_at, "delete_at": 0, "creator_id": command.creator_id,
        "team_id": command.team_id, "trigger": command.trigger, "method": "", "url": ""});
    for name in KEPT {
        let value = command.more.get(name).cloned();
        let blank = if name == "auto_complete" { false.into() } else { Value::from("") };
        body[name] = value.unwrap_or(blank);
    }
    if with_secrets {
        body["token"] = command.token.as_str().into();
        body["url"] = command.url.as_str().into();
        body["method"] = command.method.as_str().into();
    }
    body
}

/// Trigger, address and method, as the server insists on them.
fn read(body: &Map<String, Value>) -> Result<(String, String, String), AppError> {
    let invalid =
        |what: &str| AppError::new(400, &format!("model.command.is_valid.{what}.app_error"));
    let trigger = text(body, "trigger")?.to_lowercase();
    let has_space = trigger.contains(char::is_whitespace);
    if trigger.is_empty() || trigger.len() > 128 || trigger.starts_with('/') || has_space {
        return Err(invalid("trigger"));
    }
    let url = text(body, "url")?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(invalid("url_http"));
    }
    let method = text(body, "method")?;
    if !matches!(method.as_str(), "P" | "G") {
        return Err(invalid("method"));
    }
    if text(body, "description")?.chars().count() > 128 {
        return Err(invalid("description"));
    }
    if text(body, "display_name")?.chars().count() > 64 {
        return Err(invalid("display_name"));
    }
    Ok((trigger, url, method))
}

fn is_taken(world: &World, team_id: &str, trigger: &str, but: &str) -> Result<(), AppError> {
    let same =
        |known: &Command| known.team_id == team_id && known.trigger == trigger && known.id != but;
    if BUILT_IN.contains(&trigger) || world.commands.iter().any(same) {
        return Err(AppError::new(400, "api.command.duplicate_trigger.app_error"));
    }
    Ok(())
}

fn create(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let team_id = id_of(&body, "team_id")?;
    as_admin(world, request)?;
    let (trigger, url, method) = read(&body)?;
    is_taken(world, &team_id, &trigger, "")?;
    let now = world.now();
    let command = Command {
        id: new_id(),
        token: new_id(),
        creator_id: request.user.clone(),
        team_id,
        trigger,
        method,
        url,
        create_at: now,
        update_at: now,
        more: body,
    };
    let shown = show(&command, true);
    world.commands.push(command);
    created(shown)
}

fn list(world: &mut World, request: &Request) -> Answer {
    let team_id = request.query("team_id").unwrap_or_default();
    if !crate::ids::is_id(&team_id) {
        return Err(AppError::url_param("team_id"));
    }
    let custom = request.query("custom_only").as_deref() == Some("true");
    let admin = world.is_admin(&request.user);
    let may_list = !custom && world.is_team_member(&team_id, &request.user);
    if !admin && !may_list {
        return Err(AppError::permissions());
    }
    let of_team = world.commands.iter().filter(|command| command.team_id == team_id);
    let mut shown: Vec<Value> = of_team.map(|command| show(command, admin)).collect();
    if !custom {
        shown.extend(BUILT_IN.map(|trigger| {
            json!({"id": "", "token": "", "team_id": "",
            "trigger": trigger, "url": "", "method": "", "auto_complete": true})
        }));
    }
    ok(shown.into())
}

/// Who may not manage commands is told that there is none.
fn managed(world: &World, request: &Request) -> Result<Command, AppError> {
    let missing = || AppError::new(404, "app.command.getcommand.internal_error");
    let command = world.commands.iter().find(|command| command.id == request.param(0));
    let command = command.ok_or_else(missing)?;
    if world.is_admin(&request.user) { Ok(command.clone()) } else { Err(missing()) }
}

fn get(world: &mut World, request: &Request) -> Answer {
    ok(show(&managed(world, request)?, true))
}

fn update(world: &mut World, request: &Request) -> Answer {
    let known = managed(world, request)?;
    let body = request.json()?;
    if text(&body, "id")? != known.id {
        return Err(AppError::body_param("id"));
    }
    if id_of(&body, "team_id")? != known.team_id {
        return Err(AppError::new(400, "api.command.team_mismatch.app_error"));
    }
    let (trigger, url, method) = read(&body)?;
    is_taken(world, &known.team_id, &trigger, &known.id)?;
    let changed = Command { trigger, url, method, update_at: world.now(), more: body, ..known };
    let shown = show(&changed, true);
    for command in world.commands.iter_mut().filter(|command| command.id == changed.id) {
        command.clone_from(&changed);
    }
    ok(shown)
}

fn delete(world: &mut World, request: &Request) -> Answer {
    let known = managed(world, request)?;
    world.commands.retain(|command| command.id != known.id);
    status_ok()
}

fn regen_token(world: &mut World, request: &Request) -> Answer {
    let known = managed(world, request)?;
    let token = new_id();
    for command in world.commands.iter_mut().filter(|command| command.id == known.id) {
        command.token.clone_from(&token);
    }
    ok(json!({"token": token}))
}

fn autocomplete(world: &mut World, request: &Request) -> Answer {
    if !world.is_team_member(request.param(0), &request.user) {
        return Err(AppError::permissions());
    }
    let is_listed = |command: &&Command| {
        let complete = command.more.get("auto_complete").and_then(Value::as_bool);
        command.team_id == request.param(0) && complete.unwrap_or_default()
    };
    ok(world.commands.iter().filter(is_listed).map(|command| show(command, false)).collect())
}

fn execute(shared: Shared, request: Request) -> BoxFuture<'static, Answer> {
    Box::pin(async move {
        let body = request.json()?;
        let typed = Typed {
            channel_id: text(&body, "channel_id")?,
            root_id: text(&body, "root_id")?,
            team_id: text(&body, "team_id")?,
            command: text(&body, "command")?,
        };
        integration::execute(&shared, &request.user, typed).await
    })
}

fn respond(world: &mut World, request: &Request) -> Answer {
    let content_type = request.headers.get("content-type").and_then(|value| value.to_str().ok());
    answer_later(world, request.param(0), content_type.unwrap_or_default(), &request.body)
}

fn click(shared: Shared, request: Request) -> BoxFuture<'static, Answer> {
    Box::pin(async move {
        let body = request.json().unwrap_or_default();
        let (post, action) = (request.param(0).to_owned(), request.param(1).to_owned());
        integration::click(&shared, &request.user, &post, &action, &body).await
    })
}
