//! The verbs.

mod api;
mod channels;
mod check;
mod codes;
mod error;
mod find;
mod forms;
mod limits;
mod people;
mod setup;

use std::time::Duration;

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Time};
use nightowl_messaging::{
    ChatUser, Checkup, CommandResponse, Form, FormDef, FormState, Kept, Limits, Message, Opener,
    Post, Provider, ProviderError, Whisper, Workspace,
};

use crate::inbound::ResponseUrl;
use crate::render::{answer, render, whisper};
use crate::wire::{
    AuthTest, Body, ChatPosted, Done, Ephemeral, PostMessage, UpdateMessage, delivery_metadata,
};

use api::{Api, Deadline};
use channels::Channels;
use error::{Call, Failure, disconnected};
use people::People;

pub use setup::http_client;

/// One tenant's Slack.
#[derive(Debug)]
pub struct Slack {
    api: Api,
    /// If configured, the only workspace that the token may belong to.
    team_id: Option<String>,
    app_id: Option<String>,
    channels: Channels,
    people: People,
    me: Kept<(), crate::wire::AuthTest>,
    /// For a whole verb, however many requests it takes.
    budget: Duration,
}

impl Slack {
    /// The same with another limit for a whole verb than 8 s.
    #[must_use]
    pub fn within(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// Answers a command or a click later than in its own response: at most five times within half
    /// an hour.
    pub async fn respond(
        &self,
        to: &ResponseUrl,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        let mut body = crate::command_response(response);
        body["replace_original"] = false.into();
        let answered = self.api.respond(to.url(), &body, self.deadline()).await;
        answered.map_err(|failure| failure.error(Call::Whisper))
    }

    /// Answers a person who mentioned the bot, where they did: they alone see it, in the thread.
    pub async fn answer(
        &self,
        channel: &str,
        thread: Option<&str>,
        user_ref: &str,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        let (text, blocks) = answer(response);
        let said =
            Ephemeral { channel, user: user_ref, thread_ts: thread, text: &text, blocks: &blocks };
        self.tell(&said).await
    }

    async fn tell(&self, said: &Ephemeral<'_>) -> Result<(), ProviderError> {
        let told = match json(said) {
            Ok(body) => self.api.call("chat.postEphemeral", body, self.deadline()).await,
            Err(failure) => Err(failure),
        };
        told.map(|Done {}| ()).map_err(|failure| failure.error(Call::Whisper))
    }

    fn workspace(&self, me: AuthTest) -> Result<Workspace, ProviderError> {
        if self.team_id.as_ref().is_some_and(|id| *id != me.team_id) {
            let reason = "the bot token is of another workspace than team_id";
            return Err(disconnected(reason, "correct team_id or bot_token"));
        }
        Ok(Workspace {
            name: if me.team.is_empty() { me.team_id.clone() } else { me.team },
            id: me.team_id,
            bot_name: me.user,
        })
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
                self.people.direct_channel(&self.api, user, deadline).await
            }
        }
    }

    async fn send(
        &self,
        channel: &str,
        post: &Post,
        deadline: Deadline,
    ) -> Result<ChatPosted, Failure> {
        let rendered = render(&post.message, post.form);
        let under = post.under.as_ref().filter(|root| root.channel == channel);
        let body = json(&PostMessage {
            channel,
            thread_ts: under.map(|root| root.message.as_str()),
            text: &rendered.text,
            blocks: &rendered.blocks,
            attachments: &rendered.attachments,
            metadata: delivery_metadata(&post.delivery),
            unfurl_links: false,
            unfurl_media: false,
        })?;
        self.api.call("chat.postMessage", body, deadline).await
    }

    async fn edit(
        &self,
        at: &MessageRef,
        message: &Message,
        form: Form,
        deadline: Deadline,
    ) -> Result<Done, Failure> {
        let rendered = render(message, form);
        let body = json(&UpdateMessage {
            channel: &at.channel,
            ts: &at.message,
            text: &rendered.text,
            blocks: &rendered.blocks,
            attachments: &rendered.attachments,
        })?;
        self.api.call("chat.update", body, deadline).await
    }
}

fn json(body: &impl serde::Serialize) -> Result<Body<'static>, Failure> {
    let json = serde_json::to_value(body);
    json.map(Body::Json).map_err(|_| Failure::NotSent("the message cannot be written as JSON"))
}

#[async_trait]
impl Provider for Slack {
    fn name(&self) -> &'static str {
        crate::NAME
    }

    fn limits(&self) -> Limits {
        limits::of(&self.api.account())
    }

    async fn post(&self, post: &Post) -> Result<MessageRef, ProviderError> {
        let deadline = self.deadline();
        let channel = self.place(&post.to, deadline).await?;
        let posted = match self.send(&channel, post, deadline).await {
            Ok(posted) => posted,
            Err(failure) => {
                if failure.is_said(&["channel_not_found", "is_archived"]) {
                    // A channel of that name may have been made anew.
                    self.channels.forget(&channel);
                    self.people.forget_direct_channel(&channel);
                }
                return Err(failure.error(Call::Post(post.form)));
            }
        };
        Ok(MessageRef {
            provider: crate::NAME.to_owned(),
            channel: posted.channel,
            message: posted.ts,
        })
    }

    /// Falls back to the plain form by itself: an edit has no form of its own.
    async fn update(&self, at: &MessageRef, message: &Message) -> Result<(), ProviderError> {
        let deadline = self.deadline();
        let edited = match self.edit(at, message, Form::Rich, deadline).await {
            Err(failure) if failure.is_content() => {
                self.edit(at, message, Form::Plain, deadline).await
            }
            edited => edited,
        };
        edited.map(|Done {}| ()).map_err(|failure| failure.error(Call::Update))
    }

    async fn find(
        &self,
        to: &Destination,
        under: Option<&MessageRef>,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError> {
        self.look_back(to, under, delivery, since).await
    }

    async fn look_up_user(&self, user: &ChatUser) -> Result<Option<String>, ProviderError> {
        self.people.look_up(&self.api, user, self.deadline()).await
    }

    async fn describe_user(&self, user_ref: &str) -> Result<Option<ChatUser>, ProviderError> {
        self.describe(user_ref, self.deadline()).await
    }

    fn is_user_ref(&self, text: &str) -> bool {
        crate::render::is_user_id(text)
    }

    async fn resolve_channel(&self, channel: &str) -> Result<String, ProviderError> {
        let deadline = self.deadline();
        self.channels.resolve(&self.api, channel, deadline).await
    }

    async fn whisper(
        &self,
        channel: &str,
        user_ref: &str,
        said: &Whisper,
    ) -> Result<(), ProviderError> {
        let (text, blocks) = whisper(said);
        let said =
            Ephemeral { channel, user: user_ref, thread_ts: None, text: &text, blocks: &blocks };
        self.tell(&said).await
    }

    async fn open_form(
        &self,
        opener: &Opener,
        form: &FormDef,
        state: &FormState,
    ) -> Result<(), ProviderError> {
        self.open_modal(&opener.trigger, form, state).await
    }

    async fn check(&self, channel: &str) -> Result<Checkup, ProviderError> {
        self.try_everything(channel).await
    }

    async fn connect(&self) -> Result<Workspace, ProviderError> {
        // Asked anew: what was kept would say that a revoked token still works.
        let me = self.ask_who_we_are(Call::Read, self.deadline()).await?;
        self.workspace(me)
    }
}
