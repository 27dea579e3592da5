//! `nightowl mattermost setup`: everything that a Mattermost server needs, made once and found
//! again by a second run.

use serde_json::{Value, json};

use super::pasted::{self, Made, Token};
use super::server::Server;
use crate::cli::MattermostSetup;
use crate::failure::Failure;

/// Marks a token as ours, since a token is shown once and never again.
const TOKEN_NAME: &str = "NightOwl";
const HINT: &str = "Use the token of a system administrator: Profile > Security > Personal Access \
                    Tokens.";

/// Answers the configuration to paste.
pub(crate) async fn run(args: &MattermostSetup) -> Result<String, Failure> {
    let server = Server::new(&args.url, &args.admin_token)?;
    let callbacks = callbacks(args)?;
    let mut notes = Vec::new();
    administrator(&server).await?;
    let team = team(&server, &args.team).await?;
    let channel = channel(&server, &team, &args.channel).await?;
    let bot = bot(&server, &args.bot).await?;
    member(&server, &format!("teams/{team}/members"), &bot, json!({"team_id": team})).await?;
    member(&server, &format!("channels/{channel}/members"), &bot, json!({})).await?;
    let bot_token = bot_token(&server, &bot, args.new_token).await?;
    let command = command(&server, &team, args, &callbacks).await?;
    let webhook = webhook(&server, &team, args, &callbacks).await?;
    if webhook.is_none() {
        notes.push(format!(
            "Outgoing webhooks are off, so a reply that mentions @{} does nothing; everything else \
             works. System Console > Integrations > Integration Management > Enable Outgoing \
             Webhooks.",
            args.bot
        ));
    }
    notes.extend(settings(&server, args).await?);
    Ok(pasted::text(&Made {
        url: server.url(),
        bot_token,
        webhook_secrets: [Some(command), webhook].into_iter().flatten().collect(),
        channel,
        notes,
    }))
}

/// Where Mattermost calls us: `https://owl.example.com/api/v1/mattermost/WHAT[/TENANT]`.
struct Callbacks {
    base: String,
    tenant: Option<String>,
}

impl Callbacks {
    fn url(&self, what: &str) -> String {
        let url = format!("{}/api/v1/mattermost/{what}", self.base);
        match &self.tenant {
            Some(tenant) => format!("{url}/{tenant}"),
            None => url,
        }
    }
}

fn callbacks(args: &MattermostSetup) -> Result<Callbacks, Failure> {
    let base = args.public_url.trim().trim_end_matches('/').to_owned();
    let parsed = reqwest::Url::parse(&base).ok();
    let is_good = parsed.is_some_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none()
    });
    if !is_good {
        let expected = "expected the address at which Mattermost reaches NightOwl";
        return Err(Failure::new(format!("--public-url: found {:?}; {expected}", args.public_url)));
    }
    crate::cli::check_tenant(args.tenant.as_deref())?;
    Ok(Callbacks { base, tenant: args.tenant.clone() })
}

async fn administrator(server: &Server) -> Result<(), Failure> {
    let me = server.get("users/me").await?;
    let me = me.map_err(|refusal| refusal.failure("--admin-token is not accepted", HINT))?;
    let roles = me["roles"].as_str().unwrap_or_default();
    if roles.split_whitespace().any(|role| role == "system_admin") {
        return Ok(());
    }
    Err(Failure::new(format!("--admin-token belongs to somebody who is no administrator. {HINT}")))
}

async fn team(server: &Server, name: &str) -> Result<String, Failure> {
    let found = server.get(&format!("teams/name/{}", segment(name))).await?;
    let hint = "Give the team's name as in its address: https://mattermost/TEAM/channels/….";
    let found = found.map_err(|refusal| refusal.failure(&format!("--team {name}"), hint))?;
    id(&found, "the team")
}

async fn channel(server: &Server, team: &str, name: &str) -> Result<String, Failure> {
    let name = name.trim_start_matches(['~', '#']);
    let path = format!("teams/{team}/channels/name/{}?include_deleted=true", segment(name));
    let found = server.get(&path).await?;
    let hint = "Give the channel's name as in its address, and be a member if it is private.";
    let found = found.map_err(|refusal| refusal.failure(&format!("--channel {name}"), hint))?;
    if found["delete_at"].as_i64().unwrap_or_default() > 0 {
        return Err(Failure::new(format!("--channel {name} is archived; give one that is not")));
    }
    id(&found, "the channel")
}

async fn bot(server: &Server, name: &str) -> Result<String, Failure> {
    let what = format!("the bot {name}");
    match server.get(&format!("users/username/{}", segment(name))).await? {
        Ok(found) if found["is_bot"] != Value::Bool(true) => {
            let text = "is a person's account; choose another name with --bot";
            Err(Failure::new(format!("@{name} {text}")))
        }
        Ok(found) => {
            let bot = id(&found, &what)?;
            if found["delete_at"].as_i64().unwrap_or_default() > 0 {
                let enabled = server.post(&format!("bots/{bot}/enable"), json!({})).await?;
                enabled.map_err(|refusal| refusal.failure(&what, HINT))?;
            }
            Ok(bot)
        }
        Err(refusal) if refusal.is_missing() => {
            let body = json!({
                "username": name,
                "display_name": "NightOwl",
                "description": "Wakes the right person: posts alerts and pages.",
            });
            let hint =
                "System Console > Integrations > Bot Accounts > Enable Bot Account Creation.";
            let made = server.post("bots", body).await?;
            let made = made.map_err(|refusal| refusal.failure(&what, hint))?;
            let bot = made["user_id"].as_str().map(str::to_owned);
            bot.ok_or_else(|| Failure::new("Mattermost made a bot and did not say which"))
        }
        Err(refusal) => Err(refusal.failure(&what, HINT)),
    }
}

/// `path`: whose members. Adding somebody twice is one member.
async fn member(server: &Server, path: &str, user: &str, also: Value) -> Result<(), Failure> {
    if server.get(&format!("{path}/{user}")).await?.is_ok() {
        return Ok(());
    }
    let mut body = also;
    body["user_id"] = user.into();
    let hint = "Add the bot by hand: the channel's menu > Add Members.";
    let added = server.post(path, body).await?;
    added.map(|_| ()).map_err(|refusal| refusal.failure("the bot cannot be added", hint))
}

/// One that exists cannot be shown again, and ending it would silence whoever uses it.
async fn bot_token(server: &Server, bot: &str, anew: bool) -> Result<Token, Failure> {
    let path = format!("users/{bot}/tokens");
    let what = "the bot's token";
    let hint = "System Console > Integrations > Integration Management > Enable Personal Access \
                Tokens.";
    let known = server.get(&format!("{path}?per_page=200")).await?;
    let known = known.map_err(|refusal| refusal.failure(what, hint))?;
    let is_ours = |token: &&Value| {
        token["description"] == TOKEN_NAME && token["is_active"] != Value::Bool(false)
    };
    if !anew && known.as_array().into_iter().flatten().any(|token| is_ours(&token)) {
        return Ok(Token::Known);
    }
    let made = server.post(&path, json!({"description": TOKEN_NAME})).await?;
    let made = made.map_err(|refusal| refusal.failure(what, hint))?;
    let token = made["token"].as_str().map(|token| Token::New(token.to_owned()));
    token.ok_or_else(|| Failure::new("Mattermost made a token and did not show it"))
}

/// Answers the token that its requests carry.
async fn command(
    server: &Server,
    team: &str,
    args: &MattermostSetup,
    callbacks: &Callbacks,
) -> Result<String, Failure> {
    let trigger = args.command.trim_start_matches('/').to_lowercase();
    let (what, url) = (format!("the command /{trigger}"), callbacks.url("commands"));
    let known = server.get(&format!("commands?team_id={team}&custom_only=true")).await?;
    let known = known.map_err(|refusal| refusal.failure(&what, HINT))?;
    let mut body = json!({
        "team_id": team,
        "trigger": trigger,
        "method": "P",
        "url": url,
        "username": args.bot,
        "display_name": "NightOwl",
        "description": "Acknowledge, snooze and resolve alerts; see who is on call.",
        "auto_complete": true,
        "auto_complete_desc": "Acknowledge, snooze and resolve alerts; see who is on call",
        "auto_complete_hint": "[ack | resolve | escalate | snooze | note | list | oncall | link | help]",
    });
    let mut all = known.as_array().into_iter().flatten();
    let Some(found) = all.find(|command| command["trigger"] == trigger.as_str()) else {
        let made = server.post("commands", body).await?;
        let hint = "If another integration has it, choose another word with --command.";
        let made = made.map_err(|refusal| refusal.failure(&what, hint))?;
        return secret(&made, &what);
    };
    if !is_ours(found["url"].as_str()) {
        let text = "belongs to another integration; choose another word with --command";
        return Err(Failure::new(format!("/{trigger} {text}")));
    }
    administrators(server, found, &what).await?;
    if found["url"] != url.as_str() {
        let id = id(found, &what)?;
        body["id"] = id.clone().into();
        let moved = server.put(&format!("commands/{id}"), body).await?;
        moved.map_err(|refusal| refusal.failure(&what, HINT))?;
    }
    secret(found, &what)
}

/// For replies that mention the bot. `None`: the server has outgoing webhooks turned off.
async fn webhook(
    server: &Server,
    team: &str,
    args: &MattermostSetup,
    callbacks: &Callbacks,
) -> Result<Option<String>, Failure> {
    let (what, url) = ("the webhook for replies", callbacks.url("events"));
    let known = match server.get(&format!("hooks/outgoing?team_id={team}&per_page=200")).await? {
        Ok(known) => known,
        Err(refusal) if refusal.status == http::StatusCode::NOT_IMPLEMENTED => return Ok(None),
        Err(refusal) => return Err(refusal.failure(what, HINT)),
    };
    let word = format!("@{}", args.bot);
    let is_for_us = |hook: &&Value| {
        let urls = hook["callback_urls"].as_array();
        urls.into_iter().flatten().any(|url| is_ours(url.as_str()))
    };
    let mut body = json!({
        "team_id": team,
        "display_name": "NightOwl",
        "description": "Replies under an alert that begin with the bot's name.",
        "trigger_words": [word],
        "trigger_when": 0,
        "callback_urls": [url],
        "content_type": "application/x-www-form-urlencoded",
    });
    let mut all = known.as_array().into_iter().flatten();
    if let Some(found) = all.find(is_for_us) {
        administrators(server, found, what).await?;
        if found["callback_urls"] != json!([url]) || found["trigger_words"] != json!([word]) {
            let id = id(found, what)?;
            body["id"] = id.clone().into();
            // A hook is replaced as a whole, its token with it.
            body["token"] = found["token"].clone();
            let moved = server.put(&format!("hooks/outgoing/{id}"), body).await?;
            moved.map_err(|refusal| refusal.failure(what, HINT))?;
        }
        return secret(found, what).map(Some);
    }
    match server.post("hooks/outgoing", body).await? {
        Ok(made) => secret(&made, what).map(Some),
        Err(refusal) if refusal.status == http::StatusCode::NOT_IMPLEMENTED => Ok(None),
        Err(refusal) => Err(refusal.failure(what, HINT)),
    }
}

/// Whoever made it knows its token, and whoever knows the token can act in anybody's name. So what
/// somebody else has made beforehand is not taken over.
async fn administrators(server: &Server, found: &Value, what: &str) -> Result<(), Failure> {
    let Some(creator) = found["creator_id"].as_str().filter(|id| !id.is_empty()) else {
        return Ok(());
    };
    let creator = server.get(&format!("users/{}", segment(creator))).await?;
    let is_one = creator.is_ok_and(|creator| {
        let roles = creator["roles"].as_str().unwrap_or_default();
        roles.split_whitespace().any(|role| role == "system_admin")
    });
    if is_one {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{what} is there already and was made by somebody who is no administrator, and who knows \
         its token. Delete it in Integrations and run this again."
    )))
}

fn is_ours(url: Option<&str>) -> bool {
    url.is_some_and(|url| url.contains("/api/v1/mattermost/"))
}

/// What of the server's own settings would keep buttons and commands from working.
async fn settings(server: &Server, args: &MattermostSetup) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    let Ok(config) = server.get("config").await? else { return Ok(notes) };
    let service = &config["ServiceSettings"];
    if service["SiteURL"].as_str().is_none_or(|url| url.trim().is_empty()) {
        notes.push(
            "Site URL is empty, and commands fail without it. System Console > Environment > Web \
             Server > Site URL."
                .to_owned(),
        );
    }
    if service["EnableCommands"] == Value::Bool(false) {
        notes.push(
            "Commands are off. System Console > Integrations > Integration Management > Enable \
             Custom Slash Commands."
                .to_owned(),
        );
    }
    let allowed = service["AllowedUntrustedInternalConnections"].as_str().unwrap_or_default();
    let host = reqwest::Url::parse(args.public_url.trim()).ok();
    let host = host.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
    if is_internal(host) && !allowed.split([' ', ',']).any(|known| known == host) {
        notes.push(format!(
            "Mattermost refuses to call {host}, because it is an internal address. System Console \
             > Environment > Developer > Allow untrusted internal connections: add {host}."
        ));
    }
    Ok(notes)
}

/// An address that Mattermost takes for its own network.
fn is_internal(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(std::net::IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Err(_) => host == "localhost" || !host.contains('.'),
    }
}

fn id(found: &Value, what: &str) -> Result<String, Failure> {
    let id = found["id"].as_str().filter(|id| !id.is_empty()).map(str::to_owned);
    id.ok_or_else(|| Failure::new(format!("Mattermost does not say the id of {what}")))
}

fn secret(found: &Value, what: &str) -> Result<String, Failure> {
    let token = found["token"].as_str().filter(|token| !token.is_empty()).map(str::to_owned);
    token.ok_or_else(|| {
        Failure::new(format!("Mattermost does not show the token of {what}. {HINT}"))
    })
}

/// What a person typed, as one segment of a path.
fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.trim().as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_addresses_are_told() {
        for internal in ["127.0.0.1", "10.1.2.3", "[::1]", "localhost", "owl", "169.254.1.1"] {
            assert!(is_internal(internal), "{internal}");
        }
        for public in ["owl.example.com", "93.184.216.34", "[2606:2800::1]"] {
            assert!(!is_internal(public), "{public}");
        }
    }

    #[test]
    fn what_is_typed_stays_one_segment() {
        assert_eq!(segment("ops/../admin x"), "ops%2F..%2Fadmin%20x");
    }
}
