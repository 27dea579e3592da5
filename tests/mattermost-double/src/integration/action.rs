//! A click on a button or a choice in a menu.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::asking::{JSON, Question, ask};
use super::slack::links;
use crate::api::edit::put;
use crate::api::posts::is_valid;
use crate::attachments::{stored_props, through_floats};
use crate::double::Shared;
use crate::error::{Answer, AppError, ok};
use crate::lint::lint_props;
use crate::trigger::Trigger;
use crate::world::{Post, World};

/// What an integration is sent, in the server's order of fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionBody {
    pub user_id: String,
    pub user_name: String,
    pub channel_id: String,
    pub channel_name: String,
    /// Empty in direct messages.
    pub team_id: String,
    pub team_domain: String,
    pub post_id: String,
    pub trigger_id: String,
    /// `button` or `select`.
    #[serde(rename = "type")]
    pub kind: String,
    pub data_source: String,
    /// Sorted by key; with `selected_option` after a choice. `null` without a context.
    pub context: Value,
}

impl ActionBody {
    /// Of a click that a user makes on a post. The context is the caller's.
    pub(crate) fn new(world: &World, user_id: &str, post: &Post, trigger: &Trigger) -> Self {
        let channel = world.channel(&post.channel_id);
        let team = channel.and_then(|channel| world.team(&channel.team_id));
        Self {
            user_id: user_id.to_owned(),
            user_name: world.user(user_id).map(|u| u.username.clone()).unwrap_or_default(),
            channel_id: post.channel_id.clone(),
            channel_name: channel.map(|channel| channel.name.clone()).unwrap_or_default(),
            team_id: team.map(|team| team.id.clone()).unwrap_or_default(),
            team_domain: team.map(|team| team.name.clone()).unwrap_or_default(),
            post_id: post.id.clone(),
            trigger_id: trigger.trigger_id.clone(),
            kind: "button".to_owned(),
            data_source: String::new(),
            context: Value::Null,
        }
    }
}

fn failed() -> AppError {
    let id = "api.post.do_action.action_integration.app_error";
    AppError::saying(400, id, "Action integration error.")
}

/// `body` is what a client sends: `selected_option` and `cookie`.
pub(crate) async fn click(
    shared: &Shared,
    user: &str,
    post_id: &str,
    action_id: &str,
    body: &Map<String, Value>,
) -> Answer {
    let (request, client_id) = prepare(&shared.world(), user, post_id, action_id, body)?;
    let (url, body) = request;
    let question = Question { url, content_type: Some(JSON), body, token: None };
    let asked = ask(shared, question).await.ok_or_else(failed)?;
    if asked.status != 200 {
        return Err(failed());
    }
    let mut world = shared.world();
    let answer: Map<String, Value> = match asked.body.is_empty() && !world.is_old() {
        true => Map::new(),
        false => serde_json::from_slice(&asked.body).map_err(|_| failed())?,
    };
    apply(&mut world, user, post_id, &Value::Object(answer))?;
    ok(json!({"status": "OK", "trigger_id": client_id}))
}

/// The integration's address and the request's body, and the id that the clicker is told.
fn prepare(
    world: &World,
    user: &str,
    post_id: &str,
    action_id: &str,
    body: &Map<String, Value>,
) -> Result<((String, String), String), AppError> {
    // No post has a cookie here: those of ephemerals are encrypted by the server.
    let cookie = body.get("cookie").and_then(Value::as_str).unwrap_or_default();
    if !cookie.is_empty() {
        return Err(AppError::body_param("cookie"));
    }
    let post = world.post(post_id).filter(|post| post.original_id.is_empty());
    let post = post.ok_or_else(AppError::permissions)?;
    if !world.is_member(&post.channel_id, user) && !world.is_admin(user) {
        return Err(AppError::permissions());
    }
    if !post.is_there() {
        return Err(AppError::new(404, "app.post.get.app_error"));
    }
    let action = post.action(action_id).filter(|action| !action["integration"].is_null());
    let missing = || AppError::new(404, "api.post.do_action.action_id.app_error");
    let action = action.ok_or_else(missing)?;
    let trigger = world.key.sign(user, world.now());
    let mut sent = ActionBody::new(world, user, post, &trigger);
    sent.kind = action["type"].as_str().unwrap_or_default().to_owned();
    sent.data_source = action["data_source"].as_str().unwrap_or_default().to_owned();
    sent.context = through_floats(&action["integration"]["context"]);
    let selected = body.get("selected_option").and_then(Value::as_str).unwrap_or_default();
    if sent.kind == "select" && !selected.is_empty() {
        // Whether it is one of the options is not looked at.
        let context = sent.context.as_object_mut();
        let mut context = context.map(std::mem::take).unwrap_or_default();
        context.insert("selected_option".to_owned(), selected.into());
        sent.context = context.into();
    }
    let url = action["integration"]["url"].as_str().unwrap_or_default().to_owned();
    let body = serde_json::to_string(&sent).unwrap_or_default();
    Ok(((url, body), trigger.client_id))
}

/// What an integration may not take from a post nor give to it.
const RETAINED: [&str; 3] = ["from_webhook", "override_username", "override_icon_url"];

/// `update` and `ephemeral_text`; everything else is passed over.
fn apply(world: &mut World, user: &str, post_id: &str, answer: &Value) -> Result<(), AppError> {
    let Some(before) = world.post(post_id).cloned() else {
        return Err(AppError::new(404, "app.post.get.app_error"));
    };
    if let Some(update) = answer["update"].as_object() {
        let archived = world.channel(&before.channel_id).is_some_and(|c| c.delete_at > 0);
        if archived {
            let id = "api.post.update_post.can_not_update_post_in_deleted.error";
            return Err(AppError::new(400, id));
        }
        if !before.is_there() {
            return Err(AppError::new(404, "app.post.get.app_error"));
        }
        let mut after = before.clone();
        let message = update.get("message").and_then(Value::as_str);
        message.unwrap_or_default().clone_into(&mut after.message);
        if let Some(props) = update.get("props").and_then(Value::as_object) {
            lint_props(world, props);
            after.props = stored_props(props);
            for name in RETAINED {
                match before.props.get(name) {
                    Some(value) => drop(after.props.insert(name.to_owned(), value.clone())),
                    None => drop(after.props.remove(name)),
                }
            }
        }
        is_valid(world, &after)?;
        put(world, &before, after);
    }
    let text = answer["ephemeral_text"].as_str().unwrap_or_default();
    if !text.is_empty() {
        let parsed = answer["skip_slack_parsing"] != true;
        let text = if parsed { links(text) } else { text.to_owned() };
        let root = if before.root_id.is_empty() { post_id } else { &before.root_id };
        world.whisper("action", (&before.channel_id, root), user, &text);
    }
    Ok(())
}
