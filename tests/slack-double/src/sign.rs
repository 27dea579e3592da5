//! Requests that Slack sends, signed as Slack signs.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::read::{Button, read_view};
use crate::seed::Seed;
use crate::world::{Message, OpenView};

/// To be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedRequest {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// `timestamp` in seconds, as text. The body is a form.
pub fn sign(secret: &str, timestamp: &str, body: String) -> SignedRequest {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let header = |name: &str, value: String| (name.to_owned(), value);
    SignedRequest {
        headers: vec![
            header("X-Slack-Signature", format!("v0={hex}")),
            header("X-Slack-Request-Timestamp", timestamp.to_owned()),
            header("Content-Type", "application/x-www-form-urlencoded".to_owned()),
        ],
        body,
    }
}

/// The form of a click. `trigger` names this one, and may open a form.
pub fn click_body(
    seed: &Seed,
    message: &Message,
    button: &Button,
    user: &str,
    trigger: &str,
) -> String {
    let action = json!({"action_id": button.action_id, "block_id": button.block_id,
        "text": {"type": "plain_text", "text": button.label, "emoji": true},
        "value": button.value, "type": "button", "action_ts": action_ts(trigger)});
    action_body(seed, message, &action, user, trigger)
}

/// The form of a choice from a menu; `value` is that of the option.
pub fn choose_body(
    seed: &Seed,
    message: &Message,
    (action_id, value): (&str, &str),
    user: &str,
    trigger: &str,
) -> String {
    let action = json!({"type": "static_select", "action_id": action_id, "block_id": "b",
        "selected_option": {"text": {"type": "plain_text", "text": "Label", "emoji": true},
            "value": value},
        "placeholder": {"type": "plain_text", "text": "Label", "emoji": true},
        "action_ts": action_ts(trigger)});
    action_body(seed, message, &action, user, trigger)
}

fn action_ts(trigger: &str) -> &str {
    trigger.split('.').next().unwrap_or(trigger)
}

fn action_body(
    seed: &Seed,
    message: &Message,
    action: &Value,
    user: &str,
    trigger: &str,
) -> String {
    let mut shown = json!({"type": "message", "ts": message.ts, "user": message.user,
        "bot_id": message.bot_id, "app_id": message.app_id, "text": message.text,
        "blocks": message.blocks, "attachments": message.attachments});
    if let Some(root) = &message.thread_ts {
        shown["thread_ts"] = root.clone().into();
    }
    let payload = json!({
        "type": "block_actions",
        "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": seed.team_id},
        "api_app_id": seed.app_id,
        "token": "deprecated",
        "container": {"type": "message", "message_ts": message.ts,
            "channel_id": message.channel, "is_ephemeral": false},
        "trigger_id": trigger,
        "team": {"id": seed.team_id, "domain": "acme"},
        "enterprise": null,
        "is_enterprise_install": false,
        "channel": {"id": message.channel, "name": "directmessage"},
        "message": shown,
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0ACME0001/1/random",
        "actions": [action],
    });
    form(&[("payload", &payload.to_string())])
}

/// The form of a modal that was filled in. A field that is not among `values` is as it opened.
pub fn submit_body(seed: &Seed, open: &OpenView, values: &[(&str, &str)], trigger: &str) -> String {
    let mut view = open.view.clone();
    let mut state = json!({});
    for field in read_view(&open.view).fields {
        let given = values.iter().find(|(name, _)| *name == field.block_id);
        let value = given.map_or(field.value.as_str(), |(_, value)| *value);
        let filled = (!value.is_empty()).then_some(value);
        let stands = match field.kind.as_str() {
            "static_select" => {
                let label = field.options.iter().find(|(_, known)| known == value);
                let text = label.map_or("", |(label, _)| label.as_str());
                let option = filled.map(|value| {
                    json!({"text": {"type": "plain_text", "text": text, "emoji": true},
                        "value": value})
                });
                json!({"type": field.kind, "selected_option": option})
            }
            _ => json!({"type": field.kind, "value": filled}),
        };
        state[&field.block_id] = json!({ &field.action_id: stands });
    }
    for (key, value) in [("id", &open.id), ("team_id", &seed.team_id), ("app_id", &seed.app_id)] {
        view[key] = value.clone().into();
    }
    for (key, value) in [
        ("root_view_id", json!(open.id)),
        ("previous_view_id", json!(null)),
        ("hash", json!("1.x")),
        ("bot_id", json!(seed.bot_id)),
        ("state", json!({"values": state})),
    ] {
        view[key] = value;
    }
    let payload = json!({
        "type": "view_submission",
        "team": {"id": seed.team_id, "domain": "acme"},
        "user": {"id": open.user, "username": "somebody", "name": "somebody",
            "team_id": seed.team_id},
        "api_app_id": seed.app_id,
        "token": "deprecated",
        "trigger_id": trigger,
        "view": view,
        "response_urls": [],
        "is_enterprise_install": false,
        "enterprise": null,
    });
    form(&[("payload", &payload.to_string())])
}

/// The JSON that tells of an event. `id` names this telling.
pub fn event_body(seed: &Seed, id: &str, event: &Value) -> String {
    json!({
        "token": "deprecated",
        "team_id": seed.team_id,
        "api_app_id": seed.app_id,
        "type": "event_callback",
        "event_id": id,
        "event_time": 1_790_000_000,
        "authorizations": [{"enterprise_id": null, "team_id": seed.team_id,
            "user_id": seed.bot_user, "is_bot": true, "is_enterprise_install": false}],
        "is_ext_shared_channel": false,
        "event": event,
    })
    .to_string()
}

/// The same as [`sign`] for a body that is JSON.
pub fn sign_json(secret: &str, timestamp: &str, body: String) -> SignedRequest {
    let mut signed = sign(secret, timestamp, body);
    for (name, value) in &mut signed.headers {
        if name == "Content-Type" {
            "application/json".clone_into(value);
        }
    }
    signed
}

/// The form of a typed command. `trigger` names this one.
pub fn command_body(seed: &Seed, channel: &str, text: &str, user: &str, trigger: &str) -> String {
    form(&[
        ("token", "deprecated"),
        ("team_id", &seed.team_id),
        ("team_domain", "acme"),
        ("channel_id", channel),
        ("channel_name", "ops-alerts"),
        ("user_id", user),
        ("user_name", "somebody"),
        ("command", "/nightowl"),
        ("text", text),
        ("api_app_id", &seed.app_id),
        ("is_enterprise_install", "false"),
        ("response_url", "https://hooks.slack.com/commands/T0ACME0001/1/random"),
        ("trigger_id", trigger),
    ])
}

fn form(fields: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(fields).unwrap_or_default()
}
