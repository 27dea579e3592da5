//! What a command answers, at once or later.

use serde_json::{Map, Value};

use super::slack::{links, mentions};
use crate::api::posts::{add, is_valid};
use crate::attachments::stored_props;
use crate::error::{Answer, AppError, Reply};
use crate::ids::new_id;
use crate::lint::lint_props;
use crate::world::{Ephemeral, Post, ResponseUrl, World};

/// Uses of one `response_url` that succeed.
const USES_MAX: u32 = 5;
/// Milliseconds that it lives.
const LIFE: i64 = 30 * 60 * 1_000;

const KNOWN: [&str; 12] = [
    "response_type",
    "text",
    "username",
    "channel_id",
    "icon_url",
    "type",
    "props",
    "goto_location",
    "trigger_id",
    "skip_slack_parsing",
    "attachments",
    "extra_responses",
];

/// Does what an answer says, the extra ones too, and answers it as the clients get it.
pub(super) fn respond(
    world: &mut World,
    place: &ResponseUrl,
    mut answer: Value,
    by: &str,
) -> Result<Value, AppError> {
    let mut extra = answer["extra_responses"].as_array().cloned().unwrap_or_default();
    for one in std::iter::once(&mut answer).chain(extra.iter_mut()) {
        show(world, place, one, by)?;
    }
    for (name, otherwise) in [
        ("response_type", ""),
        ("text", ""),
        ("username", ""),
        ("channel_id", ""),
        ("icon_url", ""),
        ("type", ""),
        ("goto_location", ""),
        ("trigger_id", ""),
    ] {
        if answer[name].is_null() {
            answer[name] = otherwise.into();
        }
    }
    // Fields that the server does not know go no further.
    if let Some(fields) = answer.as_object_mut() {
        fields.retain(|name, _| KNOWN.contains(&name.as_str()));
    }
    Ok(answer)
}

/// Nothing is posted for an answer without a text and without attachments.
fn show(
    world: &mut World,
    place: &ResponseUrl,
    answer: &mut Value,
    by: &str,
) -> Result<(), AppError> {
    let failed = || AppError::new(500, "api.command.execute_command.create_post_failed.app_error");
    let text = |answer: &Value, name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    let mut message = text(answer, "text");
    if answer["skip_slack_parsing"] != true {
        message = mentions(world, &message);
        // Clients get the text before links are made of it.
        if !message.is_empty() {
            answer["text"] = message.as_str().into();
        }
        message = links(&message);
    }
    let has_attachments = answer["attachments"].as_array().is_some_and(|list| !list.is_empty());
    if message.is_empty() && !has_attachments {
        return Ok(());
    }
    let kind = text(answer, "type");
    let asked = text(answer, "channel_id");
    let channel_id = if asked.is_empty() { place.channel_id.clone() } else { asked };
    if kind.starts_with("system_") || !world.is_member(&channel_id, &place.user_id) {
        return Err(failed());
    }
    let props = props(world, answer);
    lint_props(world, &props);
    let root_id =
        if channel_id == place.channel_id { place.root_id.clone() } else { String::new() };
    let post = Post {
        user_id: place.user_id.clone(),
        channel_id,
        root_id,
        message,
        kind: if kind.is_empty() && has_attachments { "slack_attachment".to_owned() } else { kind },
        props: stored_props(&props),
        ..Post::default()
    };
    if text(answer, "response_type") != "in_channel" {
        world.ephemerals.push(Ephemeral {
            id: new_id(),
            channel_id: post.channel_id,
            user_id: post.user_id,
            root_id: post.root_id,
            message: post.message,
            props: post.props,
            by: by.to_owned(),
        });
        return Ok(());
    }
    is_valid(world, &post).map_err(|_| failed())?;
    add(world, post);
    Ok(())
}

fn props(world: &World, answer: &Value) -> Map<String, Value> {
    let mut props = answer["props"].as_object().cloned().unwrap_or_default();
    props.insert("from_webhook".to_owned(), "true".into());
    if world.config.enable_post_username_override {
        for (given, name) in [("username", "override_username"), ("icon_url", "override_icon_url")]
        {
            if let Some(text) = answer[given].as_str().filter(|text| !text.is_empty()) {
                props.insert(name.to_owned(), text.into());
            }
        }
    } else {
        props.remove("override_username");
        props.remove("override_icon_url");
    }
    if let Some(list) = answer["attachments"].as_array().filter(|list| !list.is_empty()) {
        props.insert("attachments".to_owned(), list.clone().into());
    }
    props
}

/// A POST to a `response_url`. JSON is an answer, and plain text an ephemeral one.
pub(crate) fn answer_later(world: &mut World, id: &str, content_type: &str, body: &[u8]) -> Answer {
    let gone = || AppError::new(404, "web.command_webhook.general.app_error");
    let now = world.now();
    let place = world.response_urls.iter().find(|known| known.id == id);
    let place = place.filter(|place| now - place.create_at <= LIFE).ok_or_else(gone)?.clone();
    let text = String::from_utf8_lossy(body).into_owned();
    let answer = if content_type.to_lowercase().starts_with("text/plain") {
        Value::Object(Map::from_iter([("text".to_owned(), text.into())]))
    } else {
        let parsed: Result<Map<String, Value>, _> = serde_json::from_str(&text);
        let parse = |_| AppError::new(400, "web.command_webhook.parse.app_error");
        Value::Object(parsed.map_err(parse)?)
    };
    if place.uses >= USES_MAX {
        let old = world.is_old();
        let used = "app.command_webhook.try_use.invalid";
        let id = if old { used } else { "web.command_webhook.general.app_error" };
        return Err(AppError::new(400, id));
    }
    respond(world, &place, answer, "response_url")?;
    for known in world.response_urls.iter_mut().filter(|known| known.id == id) {
        known.uses += 1;
    }
    Ok(Reply::Text { status: 200, body: "ok".to_owned() })
}
