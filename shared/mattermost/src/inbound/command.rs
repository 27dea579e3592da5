//! `/nightowl …` as typed.

use bytes::Bytes;
use nightowl_messaging::{IncomingCommand, Secret, Verified};
use serde::Deserialize;

use super::{Malformed, need_ids};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub command: IncomingCommand,
    /// Names this one use of the command, and lets a form be opened. The token proved the request,
    /// so it is not verified.
    pub trigger: Secret,
    /// Where more can be answered for half an hour. It came in a request and is nobody's word
    /// about which host it is: whoever posts to it has to compare.
    pub response_url: Option<Secret>,
}

/// The texts by which a command may prove itself: the `Authorization: Token …` header, which an
/// administrator's outgoing connection may replace, and the form's `token`.
pub fn command_tokens(authorization: Option<&str>, body: &[u8]) -> [Secret; 2] {
    let header = authorization.and_then(|header| {
        let (scheme, token) = header.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("token").then(|| token.trim())
    });
    let form: Token = serde_urlencoded::from_bytes(body).unwrap_or_default();
    [Secret::new(header.unwrap_or_default()), Secret::new(form.token)]
}

pub fn parse_command(body: &Verified<Bytes>) -> Result<Command, Malformed> {
    let form: Form = serde_urlencoded::from_bytes(body.get())
        .map_err(|_| Malformed("the form of a command is not complete".to_owned()))?;
    need_ids(&[("user_id", &form.user_id), ("channel_id", &form.channel_id)])?;
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(Command {
        command: IncomingCommand {
            command: form.command,
            args: form.text,
            user_ref: form.user_id,
            user_name: form.user_name,
            channel_id: form.channel_id,
            thread: filled(form.root_id).filter(|id| super::is_id(id)),
            workspace: form.team_id,
        },
        trigger: Secret::new(form.trigger_id),
        response_url: filled(form.response_url).map(Secret::new),
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Token {
    token: String,
}

#[derive(Deserialize)]
struct Form {
    command: String,
    #[serde(default)]
    text: String,
    user_id: String,
    #[serde(default)]
    user_name: String,
    channel_id: String,
    #[serde(default)]
    team_id: String,
    /// Empty outside a thread, and absent on old servers.
    #[serde(default)]
    root_id: String,
    #[serde(default)]
    trigger_id: String,
    #[serde(default)]
    response_url: String,
}
