//! `/nightowl …` as typed.

use bytes::Bytes;
use nightowl_messaging::{IncomingCommand, Verified};
use serde::Deserialize;

use super::{Malformed, ResponseUrl};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub command: IncomingCommand,
    /// The app that was called, as Slack says; empty if it does not.
    pub app_id: String,
    /// Names this one use of the command.
    pub trigger_id: String,
    pub response_url: Option<ResponseUrl>,
}

pub fn parse_command(body: &Verified<Bytes>) -> Result<Command, Malformed> {
    let form: Form = serde_urlencoded::from_bytes(body.get())
        .map_err(|_| Malformed("the form of a command is not complete".to_owned()))?;
    Ok(Command {
        command: IncomingCommand {
            command: form.command,
            args: form.text,
            user_ref: form.user_id,
            user_name: form.user_name,
            channel_id: form.channel_id,
            // Slack offers no command inside a thread.
            thread: None,
            workspace: form.team_id,
        },
        app_id: form.api_app_id,
        trigger_id: form.trigger_id,
        response_url: ResponseUrl::parse(&form.response_url),
    })
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
    team_id: String,
    #[serde(default)]
    api_app_id: String,
    #[serde(default)]
    trigger_id: String,
    #[serde(default)]
    response_url: String,
}
