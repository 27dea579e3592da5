//! What people do in the web application, and what they get for it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::dialogs::submit as send_dialog;
use crate::api::posts::add;
use crate::attachments::stored_props;
use crate::double::Shared;
use crate::error::{Answer, AppError};
use crate::integration::{self, Typed, outgoing};
use crate::serve::spoken;
use crate::world::{Ephemeral, OpenDialog, Post, World};

/// What somebody got for a click, a command or a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Got {
    /// Of the server's answer.
    pub status: u16,
    pub body: Value,
    /// What only they were shown meanwhile.
    pub ephemerals: Vec<Ephemeral>,
    /// Forms that stand open before them now, the newest last.
    pub dialogs: Vec<OpenDialog>,
}

/// A form as it is sent. What is left out is the form's that was opened last; what is given is a
/// forgery.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sent {
    /// An id or a name.
    pub user: String,
    pub submission: Map<String, Value>,
    pub cancel: bool,
    pub url: Option<String>,
    pub state: Option<String>,
    pub callback_id: Option<String>,
    /// An id or a name; else where the user clicked or typed last.
    pub channel: Option<String>,
    pub team_id: Option<String>,
}

fn user_id(world: &World, given: &str) -> Result<String, AppError> {
    let user = world.somebody(given);
    user.map(|user| user.id.clone()).ok_or(AppError::new(404, "app.user.missing_account.const"))
}

/// The answer, with what came to the user since there were so many ephemerals.
fn got(shared: &Shared, user: &str, before: usize, answer: Answer) -> Got {
    let (status, body) = spoken(answer);
    outgoing::hear(shared);
    let world = shared.world();
    let new = world.ephemerals.iter().skip(before).filter(|one| one.user_id == user);
    let dialogs = world.dialogs.iter().filter(|dialog| dialog.user_id == user);
    Got { status, body, ephemerals: new.cloned().collect(), dialogs: dialogs.cloned().collect() }
}

/// Presses a button, or chooses an option of a menu.
pub(crate) async fn click(
    shared: &Shared,
    user: &str,
    post_id: &str,
    action: &str,
    option: Option<&str>,
) -> Result<Got, AppError> {
    let (user, before) = {
        let mut world = shared.world();
        let user = user_id(&world, user)?;
        if let Some(channel) = world.post(post_id).map(|post| post.channel_id.clone()) {
            world.last_places.insert(user.clone(), channel);
        }
        (user, world.ephemerals.len())
    };
    let path = format!("/api/v4/posts/{post_id}/actions/{action}");
    let answer = if crate::api::find("POST", &path).is_none() {
        // The router knows no such address, so nobody hears of the click.
        Err(AppError::no_route())
    } else {
        let chosen = option.map(|option| ("selected_option".to_owned(), option.into()));
        let body: Map<String, Value> = chosen.into_iter().collect();
        integration::click(shared, &user, post_id, action, &body).await
    };
    Ok(got(shared, &user, before, answer))
}

/// Types a command into a channel, or into a thread of it.
pub(crate) async fn command(
    shared: &Shared,
    user: &str,
    channel: &str,
    root_id: &str,
    text: &str,
) -> Result<Got, AppError> {
    let (user, typed, before) = {
        let mut world = shared.world();
        let user = user_id(&world, user)?;
        let channel = world.some_channel(channel);
        let channel = channel.ok_or(AppError::new(404, "app.channel.get.existing.app_error"))?;
        let channel_id = channel.id.clone();
        let team_id = team_of(&world, &user, &channel_id);
        world.last_places.insert(user.clone(), channel_id.clone());
        let typed =
            Typed { channel_id, root_id: root_id.to_owned(), team_id, command: text.to_owned() };
        (user, typed, world.ephemerals.len())
    };
    let answer = integration::execute(shared, &user, typed).await;
    Ok(got(shared, &user, before, answer))
}

/// The team that the web application shows: the channel's, or in a direct message the user's first.
fn team_of(world: &World, user: &str, channel_id: &str) -> String {
    let of_channel = world.channel(channel_id).map(|c| c.team_id.clone()).unwrap_or_default();
    if !of_channel.is_empty() {
        return of_channel;
    }
    let mine = world.teams.iter().find(|team| team.members.contains(user));
    mine.map(|team| team.id.clone()).unwrap_or_default()
}

/// Sends a form. It closes unless its answer has errors or another form.
pub(crate) async fn submit(shared: &Shared, sent: Sent) -> Result<Got, AppError> {
    let (user, body, before, open) = {
        let world = shared.world();
        let user = user_id(&world, &sent.user)?;
        let last = |dialog: &&OpenDialog| dialog.user_id == user;
        let open = world.dialogs.iter().rev().find(last).cloned();
        if open.is_none() && sent.url.is_none() {
            return Err(AppError::new(404, "no dialog is open"));
        }
        let body = form_body(&world, &user, &sent, open.as_ref())?;
        (user, body, world.ephemerals.len(), open)
    };
    let is_open = |known: &OpenDialog| open.as_ref().is_some_and(|open| open == known);
    let is_asked = open.as_ref().is_some_and(|open| open.dialog["notify_on_cancel"] == true);
    if sent.cancel && sent.url.is_none() && !is_asked {
        // The web application tells nobody.
        shared.world().dialogs.retain(|known| !is_open(known));
        return Ok(got(shared, &user, before, crate::error::ok(json!({}))));
    }
    let answer = send_dialog(shared, &user, &body).await;
    let (status, answered) = spoken(answer.clone());
    let refused = answered["errors"].as_object().is_some_and(|errors| !errors.is_empty())
        || answered["error"].as_str().is_some_and(|error| !error.is_empty());
    if status == 200 && !refused {
        let next = (answered["type"] == "form").then(|| answered["form"].clone());
        let mut world = shared.world();
        for known in world.dialogs.iter_mut().filter(|known| is_open(known)) {
            known.dialog = next.clone().unwrap_or_default();
        }
        world.dialogs.retain(|known| !known.dialog.is_null());
    }
    Ok(got(shared, &user, before, answer))
}

fn form_body(
    world: &World,
    user: &str,
    sent: &Sent,
    open: Option<&OpenDialog>,
) -> Result<Map<String, Value>, AppError> {
    let channel = match &sent.channel {
        Some(given) => world.some_channel(given).map(|channel| channel.id.clone()),
        None => world.last_places.get(user).cloned(),
    };
    let channel = channel.ok_or(AppError::new(404, "app.channel.get.existing.app_error"))?;
    let of_dialog = |name: &str| {
        let value = open.map(|open| open.dialog[name].clone()).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    };
    let team_id = sent.team_id.clone().unwrap_or_else(|| team_of(world, user, &channel));
    let url = sent.url.clone().or_else(|| open.map(|open| open.url.clone()));
    let submission = if sent.cancel { Value::Null } else { Value::Object(sent.submission.clone()) };
    let body = json!({
        "type": "dialog_submission",
        "url": url.unwrap_or_default(),
        "callback_id": sent.callback_id.clone().unwrap_or_else(|| of_dialog("callback_id")),
        "state": sent.state.clone().unwrap_or_else(|| of_dialog("state")),
        "user_id": user,
        "channel_id": channel,
        "team_id": team_id,
        "submission": submission,
        "cancelled": sent.cancel,
    });
    Ok(body.as_object().cloned().unwrap_or_default())
}

/// Somebody posts, with any props; answers the post's id when outgoing webhooks have been told.
pub(crate) async fn say(
    shared: &Shared,
    user: &str,
    channel: &str,
    text: &str,
    root_id: &str,
    props: Map<String, Value>,
) -> Result<String, AppError> {
    let id = {
        let mut world = shared.world();
        let user_id = user_id(&world, user)?;
        let channel = world.some_channel(channel);
        let channel = channel.ok_or(AppError::new(404, "app.channel.get.existing.app_error"))?;
        let post = Post {
            user_id,
            channel_id: channel.id.clone(),
            root_id: root_id.to_owned(),
            message: text.to_owned(),
            props: stored_props(&props),
            ..Post::default()
        };
        add(&mut world, post)
    };
    outgoing::tell(shared).await;
    Ok(id)
}
