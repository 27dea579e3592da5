//! What the server says of itself, and what it says of a post: all that callbacks are checked with.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nightowl_domain::{SendKey, Time};
use nightowl_messaging::verify::P256Key;
use nightowl_messaging::{ProviderError, Secret};

use crate::signer::Signer;
use crate::wire::{ClientConfig, User};

use super::Mattermost;
use super::api::{Ask, Deadline};
use super::channels::is_id;
use super::error::{Call, broken};

/// A trigger that does not verify asks for the key again, and anybody can send one.
const CONFIG_AGE_MIN: Duration = Duration::from_secs(30);

/// What the server's triggers are verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFacts {
    /// The key that the server signs triggers with.
    pub public_key: P256Key,
    /// Milliseconds that the server's clock is ahead of ours, exact to about half a second;
    /// negative if it is behind.
    pub clock_ahead_millis: i64,
    /// Empty if nobody has set it, and then nothing interactive works.
    pub site_url: String,
    /// `11.6.0`; empty if the server does not say.
    pub version: String,
}

impl ServerFacts {
    /// By the server's clock.
    pub fn now(&self, ours: Time) -> Time {
        Time::from_millis(ours.millis().saturating_add(self.clock_ahead_millis))
    }
}

impl Mattermost {
    /// The server's key and clock: kept, and with `refresh` asked again, for a trigger that does
    /// not verify, but at most twice a minute.
    pub async fn server(&self, refresh: bool) -> Result<ServerFacts, ProviderError> {
        let deadline = self.deadline();
        let now = (self.now)();
        let kept = self.config.get(&());
        let config = match kept {
            Some((config, at)) if !refresh || now.since(at) < CONFIG_AGE_MIN => config,
            Some(_) | None => self.ask_for_config(deadline).await?,
        };
        let key = STANDARD.decode(config.asymmetric_signing_public_key.trim());
        let public_key = key.ok().and_then(|key| P256Key::from_spki(&key));
        let hint = "Mattermost 5.6 or newer signs what people click; update the server";
        Ok(ServerFacts {
            public_key: public_key
                .ok_or_else(|| broken("the server shows no key of its own", hint))?,
            clock_ahead_millis: self.api.clock().ahead_millis().unwrap_or_default(),
            site_url: config.site_url,
            version: config.version,
        })
    }

    pub(super) async fn ask_for_config(
        &self,
        deadline: Deadline,
    ) -> Result<ClientConfig, ProviderError> {
        let ask = Ask::get(&["config", "client"]).with("format", "old");
        let config: ClientConfig =
            self.api.call(ask, deadline).await.map_err(|failure| failure.error(Call::Read))?;
        self.config.put((), (config.clone(), (self.now)()));
        Ok(config)
    }

    /// Whether a post was made by our bot, stands in `channel` and carries `delivery`. For a click
    /// on a message whose reference was not stored yet.
    pub async fn is_ours(
        &self,
        post_id: &str,
        channel: &str,
        delivery: &SendKey,
    ) -> Result<bool, ProviderError> {
        let deadline = self.deadline();
        let me = self.who_we_are(Call::Read, deadline).await?;
        if !is_id(post_id) || delivery.as_str().is_empty() {
            return Ok(false);
        }
        match self.look_at(post_id, deadline).await {
            Ok(post) => Ok(post.is_there()
                && post.user_id == me.id
                && post.channel_id == channel
                && post.delivery() == Some(delivery.as_str())),
            Err(failure) if failure.is_missing() || failure.is_forbidden() => Ok(false),
            Err(failure) => Err(failure.error(Call::Read)),
        }
    }

    /// The first post of the thread that a post is a reply in. `None`: it is no reply, or not
    /// there, or not for the bot to see.
    pub async fn post_root(&self, post_id: &str) -> Result<Option<String>, ProviderError> {
        if !is_id(post_id) {
            return Ok(None);
        }
        match self.look_at(post_id, self.deadline()).await {
            Ok(post) => Ok(Some(post.root_id).filter(|root| !root.is_empty())),
            Err(failure) if failure.is_missing() || failure.is_forbidden() => Ok(None),
            Err(failure) => Err(failure.error(Call::Read)),
        }
    }

    /// `None`: messages have no buttons that act, and no form can be opened.
    pub const fn signer(&self) -> Option<&Signer> {
        self.signer.as_ref()
    }

    /// The tokens of the slash commands, one for each team.
    pub fn webhook_secrets(&self) -> &[Secret] {
        &self.webhook_secrets
    }

    /// The bot's own user id: what it posts is never a command.
    pub async fn bot_id(&self) -> Result<String, ProviderError> {
        Ok(self.who_we_are(Call::Read, self.deadline()).await?.id)
    }

    /// Asked once: a bot keeps its id as long as its token.
    pub(super) async fn who_we_are(
        &self,
        call: Call,
        deadline: Deadline,
    ) -> Result<User, ProviderError> {
        match self.me.get(&()) {
            Some(me) => Ok(me),
            None => self.ask_who_we_are(call, deadline).await,
        }
    }

    pub(super) async fn ask_who_we_are(
        &self,
        call: Call,
        deadline: Deadline,
    ) -> Result<User, ProviderError> {
        let me = self.api.call::<User>(Ask::get(&["users", "me"]), deadline).await;
        let me = me.map_err(|failure| match call {
            // Nothing was posted or edited yet, so there is nothing to doubt.
            Call::Find => failure.error(Call::Find),
            Call::Post(_) | Call::Update | Call::Whisper | Call::Dialog | Call::Read => {
                failure.error(Call::Read)
            }
        })?;
        self.me.put((), me.clone());
        Ok(me)
    }
}
