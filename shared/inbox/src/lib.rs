#![doc = include_str!("../README.md")]

mod check;
pub mod inbound;
pub mod render;
mod send;
pub mod wire;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Tenant, Time, User};
use nightowl_messaging::{
    ChatUser, Checkup, FormDef, FormState, Limits, Message, MessageLog, Opener, Post, Provider,
    ProviderError, Whisper, Workspace,
};

pub use send::root_of;

/// The provider's word in the configuration and in message references.
pub const NAME: &str = "inbox";

/// The channel of a tenant that names none.
pub const DEFAULT_CHANNEL: &str = "alerts";

/// Tells the time; the crate itself reads no clock.
pub type Now = Arc<dyn Fn() -> Time + Send + Sync>;

/// One tenant's inbox.
pub struct Inbox {
    tenant: String,
    name: String,
    users: Vec<User>,
    log: Arc<dyn MessageLog>,
    now: Now,
}

impl Inbox {
    /// `tenant` as it is configured now: its people are the only ones who can be written to.
    pub fn new(tenant: &Tenant, log: Arc<dyn MessageLog>, now: Now) -> Self {
        Self {
            tenant: tenant.slug.clone(),
            name: tenant.name.clone(),
            users: tenant.users.clone(),
            log,
            now,
        }
    }

    fn workspace(&self) -> Workspace {
        let name = if self.name.is_empty() { &self.tenant } else { &self.name };
        Workspace { name: name.clone(), id: self.tenant.clone(), bot_name: "NightOwl".to_owned() }
    }

    fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

/// The channel of what is said to one person.
pub fn personal_channel(user: &str) -> String {
    format!("@{user}")
}

#[async_trait]
impl Provider for Inbox {
    fn name(&self) -> &'static str {
        NAME
    }

    /// It is our own table.
    fn limits(&self) -> Limits {
        Limits::NONE
    }

    async fn post(&self, post: &Post) -> Result<MessageRef, ProviderError> {
        let channel = self.channel_of(&post.to)?;
        let body = wire::encode(&render::stored(&post.message, post.form));
        let under = post.under.as_ref().filter(|root| root.provider == NAME);
        let root = under.filter(|root| root.channel == channel).map(|root| root.message.as_str());
        self.append(channel, root, post.delivery.clone(), body).await
    }

    async fn update(&self, at: &MessageRef, message: &Message) -> Result<(), ProviderError> {
        self.replace(at, message).await
    }

    async fn find(
        &self,
        to: &Destination,
        _under: Option<&MessageRef>,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError> {
        let channel = self.channel_of(to)?;
        self.find_delivery(channel, delivery, since).await
    }

    async fn look_up_user(&self, user: &ChatUser) -> Result<Option<String>, ProviderError> {
        let by_id = self.user(&user.user);
        let by_email = || {
            let email = user.email.as_deref()?.trim();
            self.users.iter().find(|known| {
                known.email.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(email))
            })
        };
        Ok(by_id.or_else(by_email).map(|known| known.id.clone()))
    }

    async fn describe_user(&self, user_ref: &str) -> Result<Option<ChatUser>, ProviderError> {
        Ok(self.user(user_ref).map(|user| ChatUser {
            user: user.id.clone(),
            email: user.email.clone(),
            name: user.name.clone(),
            is_gone: false,
            ..ChatUser::default()
        }))
    }

    async fn resolve_channel(&self, channel: &str) -> Result<String, ProviderError> {
        send::channel_name(channel)
    }

    async fn whisper(
        &self,
        _channel: &str,
        user_ref: &str,
        whisper: &Whisper,
    ) -> Result<(), ProviderError> {
        self.tell(user_ref, whisper).await
    }

    /// The console shows its forms itself, on the page of the alert.
    async fn open_form(
        &self,
        _opener: &Opener,
        _form: &FormDef,
        _state: &FormState,
    ) -> Result<(), ProviderError> {
        let reason = "the inbox opens no forms: the console has its own".to_owned();
        Err(ProviderError::Cannot { reason })
    }

    async fn check(&self, channel: &str) -> Result<Checkup, ProviderError> {
        self.checkup(channel).await
    }

    async fn connect(&self) -> Result<Workspace, ProviderError> {
        Ok(self.workspace())
    }
}
