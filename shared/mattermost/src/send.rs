//! The verbs.

mod api;
mod channels;
mod check;
mod clock;
mod codes;
mod edit;
mod error;
mod find;
mod forms;
mod limits;
mod people;
mod post;
mod server;
mod setup;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Time};
use nightowl_messaging::{
    ChatUser, Checkup, FormDef, FormState, Kept, Limits, Message, Opener, Post, Provider,
    ProviderError, Secret, Whisper, Workspace,
};

use crate::signer::Signer;
use crate::wire::{ClientConfig, User};

use api::{Api, Deadline};
use channels::Channels;
use error::{Call, Failure};
use people::People;

pub use server::ServerFacts;
pub use setup::{Home, http_client};

/// One tenant's Mattermost.
pub struct Mattermost {
    api: Api,
    now: Arc<dyn Fn() -> Time + Send + Sync>,
    signer: Option<Signer>,
    webhook_secrets: Vec<Secret>,
    channels: Channels,
    people: People,
    me: Kept<(), User>,
    /// With when it was asked for.
    config: Kept<(), (ClientConfig, Time)>,
    /// For a whole verb, however many requests it takes.
    budget: Duration,
}

impl Mattermost {
    /// The same with another limit for a whole verb than 8 s.
    #[must_use]
    pub fn within(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    fn deadline(&self) -> Deadline {
        Deadline::within(self.budget)
    }

    /// The id of the channel that a message to `to` lands in.
    async fn place(&self, to: &Destination, deadline: Deadline) -> Result<String, ProviderError> {
        match to {
            Destination::Channel { channel, .. } => {
                self.channels.resolve(&self.api, channel, deadline).await
            }
            Destination::Person { user, .. } => {
                let me = self.who_we_are(Call::Read, deadline).await?;
                self.people.direct_channel(&self.api, &me.id, user, deadline).await
            }
        }
    }
}

/// 32 hexadecimal digits that nobody has seen before.
fn nonce() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Failure::NotSent("no random bytes could be drawn"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[async_trait]
impl Provider for Mattermost {
    fn name(&self) -> &'static str {
        crate::NAME
    }

    fn limits(&self) -> Limits {
        limits::of(self.api.url())
    }

    async fn post(&self, post: &Post) -> Result<MessageRef, ProviderError> {
        self.post_once(post, self.deadline()).await
    }

    async fn update(&self, at: &MessageRef, message: &Message) -> Result<(), ProviderError> {
        self.edit(at, message, self.deadline()).await
    }

    async fn find(
        &self,
        to: &Destination,
        // A channel's posts are listed with the replies among them.
        _under: Option<&MessageRef>,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError> {
        self.look_back(to, delivery, since).await
    }

    async fn look_up_user(&self, user: &ChatUser) -> Result<Option<String>, ProviderError> {
        self.people.look_up(&self.api, user, self.deadline()).await
    }

    async fn describe_user(&self, user_ref: &str) -> Result<Option<ChatUser>, ProviderError> {
        self.people.describe(&self.api, user_ref, self.deadline()).await
    }

    fn is_user_ref(&self, text: &str) -> bool {
        crate::render::is_user_id(&text.to_ascii_lowercase())
    }

    async fn resolve_channel(&self, channel: &str) -> Result<String, ProviderError> {
        let found = self.channels.look(&self.api, channel, self.deadline()).await?;
        Ok(found.id)
    }

    async fn whisper(
        &self,
        _channel: &str,
        user_ref: &str,
        whisper: &Whisper,
    ) -> Result<(), ProviderError> {
        self.say_to(user_ref, whisper).await
    }

    async fn open_form(
        &self,
        opener: &Opener,
        form: &FormDef,
        state: &FormState,
    ) -> Result<(), ProviderError> {
        self.open_dialog(opener, form, state).await
    }

    async fn check(&self, channel: &str) -> Result<Checkup, ProviderError> {
        self.try_everything(channel).await
    }

    async fn connect(&self) -> Result<Workspace, ProviderError> {
        let (workspace, ..) = self.meet(self.deadline()).await?;
        Ok(workspace)
    }
}

impl fmt::Debug for Mattermost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mattermost")
            .field("api", &self.api)
            .field("signer", &self.signer)
            .field("channels", &self.channels)
            .field("people", &self.people)
            .finish_non_exhaustive()
    }
}
