//! Requests that Slack sends, signed as Slack signs.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;

use crate::read::Button;
use crate::seed::Seed;
use crate::world::Message;

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

/// The form of a click. `trigger` names this one.
pub fn click_body(
    seed: &Seed,
    message: &Message,
    button: &Button,
    user: &str,
    trigger: &str,
) -> String {
    let payload = json!({
        "type": "block_actions",
        "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": seed.team_id},
        "api_app_id": seed.app_id,
        "token": "deprecated",
        "container": {"type": "message", "message_ts": message.ts,
            "channel_id": message.channel, "is_ephemeral": false},
        "trigger_id": format!("{trigger}.click"),
        "team": {"id": seed.team_id, "domain": "acme"},
        "enterprise": null,
        "is_enterprise_install": false,
        "channel": {"id": message.channel, "name": "directmessage"},
        "message": {"type": "message", "ts": message.ts, "user": message.user,
            "bot_id": message.bot_id, "app_id": message.app_id, "text": message.text,
            "blocks": message.blocks, "attachments": message.attachments},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0ACME0001/1/random",
        "actions": [{"action_id": button.action_id, "block_id": button.block_id,
            "text": {"type": "plain_text", "text": button.label, "emoji": true},
            "value": button.value, "type": "button", "action_ts": trigger}],
    });
    form(&[("payload", &payload.to_string())])
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
        ("trigger_id", &format!("{trigger}.command")),
    ])
}

fn form(fields: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(fields).unwrap_or_default()
}
