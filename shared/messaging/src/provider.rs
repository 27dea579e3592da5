//! What every chat platform can do for us.

use std::any::Any;

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Time};

use crate::{FormDef, FormState, Limits, Message, Post, ProviderError, Secret, Whisper};

/// One tenant's connection to one platform. Every verb is called by the engine or a function; none
/// has a default that fails at run time. Each call ends within 8 s, so that it fits its lease.
///
/// Seed names: post alert, post escalation, send DM and notices are `post` with the message of that
/// name; update alert is `update`.
#[async_trait]
pub trait Provider: Any + Send + Sync {
    /// `slack`, `inbox` …: the word of the configuration and of message references.
    fn name(&self) -> &'static str;

    /// What the platform takes from this connection before it refuses.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Posts once. Answers where it is, by the platform's own ids.
    async fn post(&self, post: &Post) -> Result<MessageRef, ProviderError>;

    /// Renders `message` over the posted one. Idempotent.
    async fn update(&self, at: &MessageRef, message: &Message) -> Result<(), ProviderError>;

    /// The message with this delivery id that we posted to `to` at or after `since`, if it is there.
    /// `under`: it was a reply to that message (`Post::under`), which a platform may list apart.
    async fn find(
        &self,
        to: &Destination,
        under: Option<&MessageRef>,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError>;

    /// The platform's user id of a person, by their e-mail address or our user id (`user`).
    /// `None`: the platform does not know them.
    async fn look_up_user(&self, user: &ChatUser) -> Result<Option<String>, ProviderError>;

    /// The e-mail address and display name of a platform's user, for a click from somebody we have
    /// not met.
    async fn describe_user(&self, user_ref: &str) -> Result<Option<ChatUser>, ProviderError>;

    /// Whether a text has the form of the platform's user ids. What has it is never taken for a
    /// user name: on most platforms people choose those, another's id among them.
    fn is_user_ref(&self, _text: &str) -> bool {
        false
    }

    /// The platform's channel id for a configured name or id. `Broken` says what to do about it.
    async fn resolve_channel(&self, channel: &str) -> Result<String, ProviderError>;

    /// Tells one person something in a channel, seen by nobody else where the platform can; else
    /// in a direct message.
    async fn whisper(
        &self,
        channel: &str,
        user_ref: &str,
        whisper: &Whisper,
    ) -> Result<(), ProviderError>;

    /// Opens a form for whoever made this trigger, which lives for some seconds and is used once.
    /// `state` comes back with the submission.
    async fn open_form(
        &self,
        opener: &Opener,
        form: &FormDef,
        state: &FormState,
    ) -> Result<(), ProviderError>;

    /// Everything that has to work, tried: the credentials, what they may do, whether the bot is in
    /// `channel`, and a message posted there and edited. Changes nothing else.
    async fn check(&self, channel: &str) -> Result<Checkup, ProviderError>;

    /// Whether the credentials work, and whose they are.
    async fn connect(&self) -> Result<Workspace, ProviderError>;
}

/// Somebody, as known to us or to the platform; what is unknown is empty.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ChatUser {
    /// Our user id.
    pub user: String,
    pub email: Option<String>,
    /// Their user name or id on the platform, as the configuration says.
    pub handle: Option<String>,
    /// The platform's user id, where it is known already.
    pub user_ref: Option<String>,
    pub name: String,
    /// Deactivated, or a bot.
    pub is_gone: bool,
}

/// Who is to see a form, and by which right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opener {
    /// The platform's trigger, as a verified callback brought it. A credential: never logged.
    pub trigger: Secret,
    pub user_ref: String,
    pub channel_id: String,
}

/// What `check` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkup {
    pub workspace: Workspace,
    /// In the order in which they were tried; those behind a failed one that it depends on are
    /// left out.
    pub checks: Vec<Check>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// `token`, `scopes`, `channel`, `member`, `post`, `edit` …
    pub name: &'static str,
    pub ok: bool,
    /// What was found, in a sentence.
    pub detail: String,
    /// What an administrator must click where; empty if it is ok.
    pub hint: String,
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
