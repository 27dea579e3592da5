//! Posting, editing and finding in the log.

use nightowl_domain::{Destination, Hash, MessageRef, SendKey, Time};
use nightowl_messaging::{Form, LogError, LoggedMessage, Message, ProviderError, Whisper};

use crate::{Inbox, NAME, personal_channel, render, wire};

/// A channel's name has at most so many characters.
const CHANNEL_CHARS_MAX: usize = 80;

impl Inbox {
    pub(crate) fn channel_of(&self, to: &Destination) -> Result<String, ProviderError> {
        match to {
            Destination::Channel { channel, .. } => channel_name(channel),
            Destination::Person { user, .. } => self.channel_of_person(user),
        }
    }

    /// Nobody would ever read what is said to somebody who is not configured.
    fn channel_of_person(&self, user: &str) -> Result<String, ProviderError> {
        match self.user(user) {
            Some(user) => Ok(personal_channel(&user.id)),
            None => Err(ProviderError::Broken {
                reason: "the tenant has no such user".to_owned(),
                hint: "add the person to `users` of the tenant".to_owned(),
                credentials: false,
            }),
        }
    }

    pub(crate) async fn append(
        &self,
        channel: String,
        root: Option<&str>,
        delivery: SendKey,
        body: String,
    ) -> Result<MessageRef, ProviderError> {
        let message = LoggedMessage {
            id: message_id(&channel, root, &delivery),
            channel: channel.clone(),
            delivery,
            posted_at: (self.now)(),
            body,
            revision: 0,
        };
        let id = self.log.append(&self.tenant, message).await.map_err(failed)?;
        Ok(reference(channel, id))
    }

    pub(crate) async fn replace(
        &self,
        at: &MessageRef,
        message: &Message,
    ) -> Result<(), ProviderError> {
        if at.provider != NAME {
            return Err(gone());
        }
        let body = wire::encode(&render::stored(message, Form::Rich));
        let replaced = self.log.replace(&self.tenant, &at.channel, &at.message, body).await;
        if replaced.map_err(failed)? { Ok(()) } else { Err(gone()) }
    }

    /// The delivery id alone names the message; a channel in which nothing is as new as `since`
    /// holds nothing that could be in doubt.
    pub(crate) async fn find_delivery(
        &self,
        channel: String,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError> {
        let found = self.log.find(&self.tenant, &channel, delivery).await.map_err(unread)?;
        let Some(id) = found else { return Ok(None) };
        let newest = self.log.list(&self.tenant, &channel, 1).await.map_err(unread)?;
        let is_new = newest.first().is_some_and(|message| message.posted_at >= since);
        Ok(is_new.then(|| reference(channel, id)))
    }

    /// Nobody waits for a whisper, so it carries a delivery id of its own: the same words to the
    /// same person in the same millisecond are one.
    pub(crate) async fn tell(
        &self,
        user_ref: &str,
        whisper: &Whisper,
    ) -> Result<(), ProviderError> {
        let channel = self.channel_of_person(user_ref)?;
        let moment = (self.now)().millis().to_be_bytes();
        let parts: [&[u8]; 4] = [b"whisper", channel.as_bytes(), whisper.text.as_bytes(), &moment];
        let delivery = SendKey::from(Hash::of(&parts).text(15));
        let body = wire::encode(&render::whispered(whisper));
        self.append(channel, None, delivery, body).await.map(|_| ())
    }
}

/// The name without its `#`. Names of personal channels cannot be configured, or a typing mistake
/// would show a team's alerts to one person only.
pub(crate) fn channel_name(channel: &str) -> Result<String, ProviderError> {
    let name = channel.trim().trim_start_matches('#');
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = (1..=CHANNEL_CHARS_MAX).contains(&name.chars().count());
    if fits && name.chars().all(is_plain) {
        return Ok(name.to_owned());
    }
    Err(ProviderError::Broken {
        reason: "the inbox has no channel of that name".to_owned(),
        hint: format!(
            "use 1 to {CHANNEL_CHARS_MAX} letters, digits, `-`, `_` or `.`, for example `alerts`"
        ),
        credentials: false,
    })
}

/// Derived, so that posting the same delivery again finds the first message. A reply bears its
/// root's id before its own: an edit replaces the body and must not tear it from its thread.
fn message_id(channel: &str, root: Option<&str>, delivery: &SendKey) -> String {
    let own = Hash::of(&[b"inbox", channel.as_bytes(), delivery.as_str().as_bytes()]).text(15);
    match root {
        Some(root) => format!("{}.{own}", root_of(root).unwrap_or(root)),
        None => own,
    }
}

/// The id of the message that the message with this id is a reply to.
pub fn root_of(id: &str) -> Option<&str> {
    id.split_once('.').map(|(root, _)| root)
}

fn reference(channel: String, message: String) -> MessageRef {
    MessageRef { provider: NAME.to_owned(), channel, message }
}

fn failed(error: LogError) -> ProviderError {
    match error {
        LogError::Unavailable(reason) => ProviderError::Retry { after: None, reason },
        LogError::Unknown(reason) => ProviderError::Unknown { reason },
    }
}

/// A read that got no answer did nothing: it may simply be asked again.
fn unread(error: LogError) -> ProviderError {
    let (LogError::Unavailable(reason) | LogError::Unknown(reason)) = error;
    ProviderError::Retry { after: None, reason }
}

fn gone() -> ProviderError {
    ProviderError::Gone { reason: "the inbox has no such message".to_owned(), may_repost: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_a_plain_name_and_never_a_person() {
        assert_eq!(channel_name(" #ops-alerts ").ok().as_deref(), Some("ops-alerts"));
        for name in ["", "#", "@alice", "a b", "a#b", "a\u{202e}b", &"x".repeat(81)] {
            assert!(matches!(channel_name(name), Err(ProviderError::Broken { .. })), "{name:?}");
        }
    }
}
