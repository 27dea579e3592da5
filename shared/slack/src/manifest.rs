//! The Slack app, as its creator gives it to Slack.

use serde_json::{Value, json};

/// What the app may do, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    pub name: &'static str,
    pub why: &'static str,
}

const fn scope(name: &'static str, why: &'static str) -> Scope {
    Scope { name, why }
}

/// All that NightOwl asks for.
pub const SCOPES: [Scope; 12] = [
    scope("app_mentions:read", "commands in messages that mention the bot"),
    scope("channels:history", "finding its own message in a public channel after a lost answer"),
    scope("channels:read", "names of public channels, and hearing that one was archived"),
    scope("chat:write", "posting, editing, and telling one person something"),
    scope("chat:write.public", "posting to a public channel that nobody invited it to"),
    scope("commands", "the slash command"),
    scope("groups:history", "finding its own message in a private channel"),
    scope("groups:read", "names of private channels that it is in"),
    scope("im:history", "finding its own direct message, and replies to it"),
    scope("im:write", "opening a direct message"),
    scope("users:read", "the name and state of whoever clicks"),
    scope("users:read.email", "knowing people by their e-mail address"),
];

/// What Slack tells us of without being asked.
pub const BOT_EVENTS: [&str; 11] = [
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_rename",
    "group_archive",
    "group_deleted",
    "group_rename",
    "message.im",
    "tokens_revoked",
];

/// Those of [`SCOPES`] that are not `granted`.
pub(crate) fn missing_scopes(granted: &[String]) -> Vec<Scope> {
    let lacks = |scope: &&Scope| !granted.iter().any(|granted| granted == scope.name);
    SCOPES.iter().filter(lacks).copied().collect()
}

/// The app's manifest as JSON, which Slack takes like YAML. `public_url` is where NightOwl is
/// reached, such as `https://nightowl.example.com`; with `tenant` the addresses name it.
pub fn manifest(public_url: &str, tenant: Option<&str>) -> String {
    let text = manifest_value(public_url, tenant);
    // Keys are text and values are plain, so that it can always be written.
    serde_json::to_string_pretty(&text).unwrap_or_default()
}

fn manifest_value(public_url: &str, tenant: Option<&str>) -> Value {
    let root = public_url.trim().trim_end_matches('/');
    let behind = tenant.map(|tenant| format!("/{tenant}")).unwrap_or_default();
    let address = |what: &str| format!("{root}/api/v1/slack/{what}{behind}");
    let scopes = SCOPES.map(|scope| scope.name);
    json!({
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "NightOwl",
            "description": "Wakes the right person, and lets them answer from here",
            "background_color": "#1D1C3B",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": true,
                "messages_tab_enabled": true,
                "messages_tab_read_only_enabled": false,
            },
            "bot_user": {"display_name": "nightowl", "always_online": true},
            "slash_commands": [{
                "command": "/nightowl",
                "url": address("commands"),
                "description": "Acknowledge, resolve, snooze; who is on call",
                "usage_hint": "ack | resolve | escalate | snooze | oncall | list | note | link | help",
                "should_escape": false,
            }],
        },
        "oauth_config": {"scopes": {"bot": scopes}},
        "settings": {
            "event_subscriptions": {
                "request_url": address("events"),
                "bot_events": BOT_EVENTS,
            },
            "interactivity": {"is_enabled": true, "request_url": address("interactions")},
            "org_deploy_enabled": false,
            "socket_mode_enabled": false,
            "token_rotation_enabled": false,
        },
    })
}

/// Opens Slack's page for a new app with `manifest` filled in.
pub fn deep_link(manifest: &str) -> String {
    // Without the white space that is for readers only, the address is a third shorter.
    let short = serde_json::from_str::<Value>(manifest).map(|value| value.to_string());
    let text = short.unwrap_or_else(|_| manifest.to_owned());
    let pairs = [("new_app", "1"), ("manifest_json", &text)];
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    // Every reader of an address takes this for a space; not every one takes a plus for it. A plus
    // of the manifest itself is encoded already.
    let query = query.replace('+', "%20");
    format!("https://api.slack.com/apps?{query}")
}

#[cfg(test)]
mod tests;
