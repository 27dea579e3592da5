//! Outgoing webhooks: a message in a public channel that begins with a word of ours.

use bytes::Bytes;
use nightowl_messaging::{Secret, Verified};
use serde::Deserialize;

use super::{Malformed, need_ids};

/// A message that calls the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Everything behind the word that called, as typed. Empty for a message without one: such a
    /// webhook sends everything that is said in its channel.
    pub args: String,
    /// Whether a word called at all.
    pub is_called: bool,
    pub user_ref: String,
    pub user_name: String,
    pub channel_id: String,
    pub workspace: String,
    pub post_id: String,
}

/// The token of an outgoing webhook. It stands in the body, in either encoding.
pub fn mention_token(body: &[u8]) -> Secret {
    Secret::new(read(body).map(|message| message.token).unwrap_or_default())
}

pub fn parse_mention(body: &Verified<Bytes>) -> Result<Mention, Malformed> {
    let message = read(body.get())
        .ok_or_else(|| Malformed("an outgoing webhook is not complete".to_owned()))?;
    need_ids(&[
        ("user_id", &message.user_id),
        ("channel_id", &message.channel_id),
        ("post_id", &message.post_id),
    ])?;
    let args = behind(&message.text, &message.trigger_word);
    Ok(Mention {
        is_called: args.is_some(),
        args: args.unwrap_or_default().to_owned(),
        user_ref: message.user_id,
        user_name: message.user_name,
        channel_id: message.channel_id,
        workspace: message.team_id,
        post_id: message.post_id,
    })
}

fn read(body: &[u8]) -> Option<Message> {
    let json = serde_json::from_slice(body).ok();
    json.or_else(|| serde_urlencoded::from_bytes(body).ok())
}

/// A colon or a comma may follow the name of whoever is addressed.
fn behind<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let word = word.trim();
    let rest = text.trim_start().get(word.len()..)?;
    let start = text.trim_start().get(..word.len())?;
    let is_it = !word.is_empty() && start.to_lowercase() == word.to_lowercase();
    is_it.then(|| rest.trim_start_matches([':', ',']).trim())
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    token: String,
    user_id: String,
    #[serde(default)]
    user_name: String,
    channel_id: String,
    #[serde(default)]
    team_id: String,
    post_id: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    trigger_word: String,
}
