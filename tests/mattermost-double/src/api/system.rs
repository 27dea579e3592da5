//! `/system` and `/config`.

use serde_json::{Value, json};

use super::{Request, Route, as_admin, inside, open};
use crate::error::{Answer, AppError, ok};
use crate::world::World;

pub(super) const ROUTES: &[Route] = &[
    open("GET", "/system/ping", "system.ping", ping),
    open("GET", "/config/client", "config.client", client),
    inside("GET", "/config", "config.get", config),
    inside("PUT", "/config/patch", "config.patch", patch),
];

fn ping(world: &mut World, request: &Request) -> Answer {
    let mut body = json!({"ActiveSearchBackend": "database", "AndroidLatestVersion": "",
        "AndroidMinVersion": "", "IosLatestVersion": "", "IosMinVersion": "", "status": "OK"});
    if request.query("get_server_status").as_deref() == Some("true") {
        body["database_status"] = "OK".into();
        body["filestore_status"] = "OK".into();
    }
    if world.is_old() {
        body = json!({"AndroidLatestVersion": "", "AndroidMinVersion": "",
            "DesktopLatestVersion": "", "DesktopMinVersion": "", "IosLatestVersion": "",
            "IosMinVersion": "", "status": "OK"});
    }
    ok(body)
}

/// What browsers are told; without a login it is less.
fn client(world: &mut World, request: &Request) -> Answer {
    if request.query("format").as_deref() != Some("old") {
        return Err(AppError::new(400, "api.config.client.old_format.app_error"));
    }
    let version = world.version().number();
    let mut body = json!({
        "AsymmetricSigningPublicKey": world.key.public_key(), "Version": version,
        "BuildNumber": version, "SiteURL": world.site_url(), "SiteName": "Mattermost",
        "EnablePermalinkPreviews": world.config.enable_permalink_previews.to_string(),
    });
    if !request.user.is_empty() {
        body["MaxPostSize"] = "16383".into();
        body["PostEditTimeLimit"] = world.config.post_edit_time_limit.to_string().into();
        body["EnablePostUsernameOverride"] =
            world.config.enable_post_username_override.to_string().into();
    }
    ok(body)
}

fn shown(world: &World) -> Value {
    let config = &world.config;
    let restrict = if config.restrict_direct_message { "team" } else { "any" };
    json!({
        "ServiceSettings": {
            "SiteURL": config.site_url.clone().unwrap_or_else(|| world.own_url.clone()),
            "AllowedUntrustedInternalConnections": config.allowed_untrusted_internal_connections,
            "EnablePermalinkPreviews": config.enable_permalink_previews,
            "EnablePostUsernameOverride": config.enable_post_username_override,
            "ExperimentalEnableHardenedMode": config.hardened_mode,
            "PostEditTimeLimit": config.post_edit_time_limit,
            "MaximumPayloadSizeBytes": config.max_payload_bytes,
            "EnableCommands": true, "EnableBotAccountCreation": true,
            "EnableUserAccessTokens": true,
        },
        "PrivacySettings": {"ShowEmailAddress": config.show_email_address},
        "TeamSettings": {"RestrictDirectMessage": restrict},
    })
}

fn config(world: &mut World, request: &Request) -> Answer {
    as_admin(world, request)?;
    ok(shown(world))
}

/// Settings that the double does not know are passed over.
fn patch(world: &mut World, request: &Request) -> Answer {
    as_admin(world, request)?;
    let body = Value::Object(request.json()?);
    let service = &body["ServiceSettings"];
    let flag = |value: &Value, field: &mut bool| *field = value.as_bool().unwrap_or(*field);
    let config = &mut world.config;
    flag(&service["EnablePermalinkPreviews"], &mut config.enable_permalink_previews);
    flag(&service["EnablePostUsernameOverride"], &mut config.enable_post_username_override);
    flag(&service["ExperimentalEnableHardenedMode"], &mut config.hardened_mode);
    flag(&body["PrivacySettings"]["ShowEmailAddress"], &mut config.show_email_address);
    if let Some(list) = service["AllowedUntrustedInternalConnections"].as_str() {
        list.clone_into(&mut config.allowed_untrusted_internal_connections);
    }
    if let Some(url) = service["SiteURL"].as_str() {
        config.site_url = Some(url.to_owned());
    }
    if let Some(seconds) = service["PostEditTimeLimit"].as_i64() {
        config.post_edit_time_limit = seconds;
    }
    if let Some(who) = body["TeamSettings"]["RestrictDirectMessage"].as_str() {
        config.restrict_direct_message = who == "team";
    }
    ok(shown(world))
}
