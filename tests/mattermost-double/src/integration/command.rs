//! A slash command that a person types.

use serde_json::{Map, Value};

use super::asking::{FORM, JSON, Question, ask};
use super::response::respond;
use crate::double::Shared;
use crate::error::{Answer, AppError, ok};
use crate::ids::new_id;
use crate::world::{Command, ResponseUrl, World};

/// The fields of a command's request. They are sent sorted, as a form or in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandBody(pub Vec<(String, String)>);

impl CommandBody {
    pub fn add(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// Sorted by name; equal names keep their order.
    pub fn encode(&self) -> String {
        let mut fields = self.0.clone();
        fields.sort_by(|one, other| one.0.cmp(&other.0));
        let pairs =
            fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// As the server's language escapes: a tilde stays and an asterisk does not.
fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// What a client asks for.
pub(crate) struct Typed {
    pub(crate) channel_id: String,
    pub(crate) root_id: String,
    pub(crate) team_id: String,
    pub(crate) command: String,
}

fn failed(what: &str) -> AppError {
    AppError::new(500, &format!("api.command.execute_command.{what}.app_error"))
}

pub(crate) async fn execute(shared: &Shared, user: &str, typed: Typed) -> Answer {
    let (question, id) = prepare(&mut shared.world(), user, &typed)?;
    let asked = ask(shared, question).await.ok_or_else(|| failed("failed"))?;
    if asked.status != 200 {
        return Err(failed("failed_resp"));
    }
    let answer = if asked.content_type == JSON {
        let parsed: Result<Map<String, Value>, _> = serde_json::from_slice(&asked.body);
        Value::Object(parsed.map_err(|_| failed("failed"))?)
    } else {
        // Whatever is no JSON is shown as it came.
        let text = String::from_utf8_lossy(&asked.body).into_owned();
        Value::Object(Map::from_iter([("text".to_owned(), text.into())]))
    };
    let mut world = shared.world();
    let trigger = world.response_urls.iter().find(|known| known.id == id).cloned();
    let Some(place) = trigger else {
        return Err(failed("failed"));
    };
    ok(respond(&mut world, &place, answer, "command")?)
}

fn prepare(world: &mut World, user: &str, typed: &Typed) -> Result<(Question, String), AppError> {
    if typed.command.len() < 2 || !typed.command.starts_with('/') {
        return Err(AppError::body_param("command"));
    }
    let channel = world.channel(&typed.channel_id).ok_or_else(AppError::permissions)?.clone();
    if !channel.members.contains(user) {
        return Err(AppError::permissions());
    }
    if channel.delete_at > 0 {
        let id = "api.command.execute_command.create_post_failed.app_error";
        return Err(AppError::new(400, id));
    }
    // Only in a direct message the client says which team it is.
    let is_direct = channel.team_id.is_empty();
    let team_id = if is_direct { &typed.team_id } else { &channel.team_id }.clone();
    if !world.is_team_member(&team_id, user) {
        return Err(AppError::permissions());
    }
    let (word, text) = match typed.command.split_once(char::is_whitespace) {
        Some((word, text)) => (word, text.trim()),
        None => (typed.command.as_str(), ""),
    };
    let trigger = word.trim_start_matches('/').to_lowercase();
    let is_it = |command: &&Command| command.team_id == team_id && command.trigger == trigger;
    let missing = || AppError::new(404, "api.command.execute_command.not_found.app_error");
    let command = world.commands.iter().find(is_it).ok_or_else(missing)?.clone();
    let place = ResponseUrl {
        id: new_id(),
        user_id: user.to_owned(),
        channel_id: channel.id,
        root_id: typed.root_id.clone(),
        uses: 0,
        create_at: world.now(),
    };
    let body = request(world, &command, &place, (word, text), &team_id);
    let id = place.id.clone();
    world.response_urls.push(place);
    Ok((question(&command, &body), id))
}

/// The request's fields.
pub(crate) fn request(
    world: &World,
    command: &Command,
    place: &ResponseUrl,
    (word, text): (&str, &str),
    team_id: &str,
) -> CommandBody {
    let trigger = world.key.sign(&place.user_id, world.now());
    let of_user = world.user(&place.user_id).map(|user| user.username.as_str());
    let of_team = world.team(team_id).map(|team| team.name.as_str());
    let of_channel = world.channel(&place.channel_id).map(|channel| channel.name.as_str());
    let response_url = format!("{}/hooks/commands/{}", world.site_url(), place.id);
    let mut body = CommandBody::default();
    for (name, value) in [
        ("channel_id", place.channel_id.as_str()),
        ("channel_name", of_channel.unwrap_or_default()),
        ("command", word),
        ("response_url", &response_url),
        ("team_domain", of_team.unwrap_or_default()),
        ("team_id", team_id),
        ("text", text),
        ("token", &command.token),
        ("trigger_id", &trigger.trigger_id),
        ("user_id", &place.user_id),
        ("user_name", of_user.unwrap_or_default()),
    ] {
        body.add(name, value);
    }
    if !world.is_old() {
        body.add("root_id", &place.root_id);
    }
    for word in text.split_whitespace() {
        let name = word.trim_end_matches(['.', ',', ':', ';', '!', '?']);
        if let Some(user) = name.strip_prefix('@').and_then(|name| world.user_named(name)) {
            body.add("user_mentions", &user.username);
            body.add("user_mentions_ids", &user.id);
        }
        let channel = name.strip_prefix('~').and_then(|name| world.channel_named(team_id, name));
        if let Some(channel) = channel.filter(|channel| channel.kind == "O") {
            body.add("channel_mentions", &channel.name);
            body.add("channel_mentions_ids", &channel.id);
        }
    }
    body
}

/// A command by GET has its fields in its address, behind those that are there.
fn question(command: &Command, body: &CommandBody) -> Question {
    let token = Some(command.token.clone());
    if command.method == "G" {
        let (base, own) = command.url.split_once('?').unwrap_or((&command.url, ""));
        let own = form_urlencoded::parse(own.as_bytes()).into_owned();
        let all = CommandBody(own.chain(body.0.iter().cloned()).collect());
        let url = format!("{base}?{}", all.encode());
        return Question { url, content_type: None, body: String::new(), token };
    }
    Question { url: command.url.clone(), content_type: Some(FORM), body: body.encode(), token }
}
