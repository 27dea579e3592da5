//! A provider whose answers are there as soon as they are asked for: the tests' clock is not the
//! one that sockets go by.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Time};
use nightowl_messaging::{
    ChatUser, Checkup, FormDef, FormState, Message, Opener, Post, Provider, ProviderError, Whisper,
    Workspace,
};
use nightowl_slack::Slack;

/// Works on a runtime of several threads only.
pub(crate) struct AtOnce(pub(crate) Arc<Slack>);

fn now<T>(asked: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(asked))
}

#[async_trait]
impl Provider for AtOnce {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    async fn post(&self, post: &Post) -> Result<MessageRef, ProviderError> {
        now(self.0.post(post))
    }

    async fn update(&self, at: &MessageRef, message: &Message) -> Result<(), ProviderError> {
        now(self.0.update(at, message))
    }

    async fn find(
        &self,
        to: &Destination,
        under: Option<&MessageRef>,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError> {
        now(self.0.find(to, under, delivery, since))
    }

    async fn look_up_user(&self, user: &ChatUser) -> Result<Option<String>, ProviderError> {
        now(self.0.look_up_user(user))
    }

    async fn describe_user(&self, user_ref: &str) -> Result<Option<ChatUser>, ProviderError> {
        now(self.0.describe_user(user_ref))
    }

    async fn resolve_channel(&self, channel: &str) -> Result<String, ProviderError> {
        now(self.0.resolve_channel(channel))
    }

    async fn whisper(
        &self,
        channel: &str,
        user_ref: &str,
        whisper: &Whisper,
    ) -> Result<(), ProviderError> {
        now(self.0.whisper(channel, user_ref, whisper))
    }

    async fn open_form(
        &self,
        opener: &Opener,
        form: &FormDef,
        state: &FormState,
    ) -> Result<(), ProviderError> {
        now(self.0.open_form(opener, form, state))
    }

    async fn check(&self, channel: &str) -> Result<Checkup, ProviderError> {
        now(self.0.check(channel))
    }

    async fn connect(&self) -> Result<Workspace, ProviderError> {
        now(self.0.connect())
    }
}
