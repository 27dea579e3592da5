//! What every chat platform can do for us.

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Time};

use crate::{Message, Post, ProviderError};

/// One tenant's connection to one platform. Every verb is called by the engine or a function; none
/// has a default that fails at run time. Each call ends within 8 s, so that it fits its lease.
///
/// Seed names: post alert, post escalation, send DM and notices are `post` with the message of that
/// name; update alert is `update`.
#[async_trait]
pub trait Provider: Send + Sync {
    /// `slack`, `inbox` …: the word of the configuration and of message references.
    fn name(&self) -> &'static str;

    /// Posts once. Answers where it is, by the platform's own ids.
    async fn post(&self, post: &Post) -> Result<MessageRef, ProviderError>;

    /// Renders `message` over the posted one. Idempotent.
    async fn update(&self, at: &MessageRef, message: &Message) -> Result<(), ProviderError>;

    /// The message with this delivery id that we posted to `to` at or after `since`, if it is there.
    async fn find(
        &self,
        to: &Destination,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError>;

    /// The platform's user id of a person, by their e-mail address or our user id (`user`).
    /// `None`: the platform does not know them.
    async fn look_up_user(&self, user: &ChatUser) -> Result<Option<String>, ProviderError>;

    /// The e-mail address and display name of a platform's user, for a click from somebody we have
    /// not met.
    async fn describe_user(&self, user_ref: &str) -> Result<Option<ChatUser>, ProviderError>;

    /// The platform's channel id for a configured name or id. `Broken` says what to do about it.
    async fn resolve_channel(&self, channel: &str) -> Result<String, ProviderError>;

    /// Tells one person something in a channel, seen by nobody else where the platform can.
    async fn whisper(&self, channel: &str, user_ref: &str, text: &str)
    -> Result<(), ProviderError>;

    /// Whether the credentials work, and whose they are.
    async fn connect(&self) -> Result<Workspace, ProviderError>;
}

/// Somebody, as known to us or to the platform; what is unknown is empty.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ChatUser {
    /// Our user id.
    pub user: String,
    pub email: Option<String>,
    pub name: String,
    /// Deactivated, or a bot.
    pub is_gone: bool,
}

/// What `connect` learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its name for people.
    pub name: String,
    /// The platform's id of it.
    pub id: String,
    pub bot_name: String,
}
