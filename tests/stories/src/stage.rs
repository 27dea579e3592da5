//! The platforms that a story is told on: each story is one, on all of them.

use std::sync::Arc;

use nightowl_domain::{Destination, MessageRef, SendKey, Tenant, Time};
use nightowl_engine::testing::Stage;
use nightowl_messaging::conformance::{Seen, Subject};
use nightowl_messaging::{ChatUser, Message, Post, ProviderError};
use tokio::runtime::Runtime;

// The provider's own test has the double and the way it is read; a story needs no other.
#[allow(dead_code, reason = "a story needs only a part of what the suite does")]
mod mattermost;
#[allow(dead_code, reason = "a story needs only a part of what the suite does")]
mod slack;

/// Where a story happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// In memory: the script is all there is.
    Script,
    /// The Slack provider and its double.
    Slack,
    /// The Mattermost provider and its double.
    Mattermost,
    /// The script, over the store and the queues of a local AWS.
    Aws,
}

impl Platform {
    /// A story that is told a thousand times is told on a platform every so many times: each call
    /// goes through a socket there.
    pub const fn stride(self) -> usize {
        match self {
            Self::Script => 1,
            Self::Slack | Self::Mattermost => 11,
            Self::Aws => 41,
        }
    }
}

/// What people see of a message on a stage.
pub(crate) trait Watched: Stage {
    fn seen(&self, at: &MessageRef) -> Vec<Seen>;
    /// As a configuration names it.
    fn channel(&self) -> String;
}

pub(crate) fn on(platform: Platform) -> Option<Arc<dyn Watched>> {
    match platform {
        Platform::Script | Platform::Aws => None,
        Platform::Slack => Some(Arc::new(Play::<slack::SlackSubject>::new())),
        Platform::Mattermost => Some(Arc::new(Play::<mattermost::MattermostSubject>::new())),
    }
}

/// The tenant, with this platform for its chat.
pub(crate) fn moved(mut tenant: Tenant, stage: &dyn Watched) -> Tenant {
    tenant.provider = Some(stage.name().to_owned());
    tenant.default_channels.remove("chat");
    tenant.default_channels.insert(stage.name().to_owned(), stage.channel());
    tenant
}

/// A provider and the double of its platform. Stories go by a clock that nobody waits for, so every
/// call is over before the story goes on.
struct Play<S> {
    runtime: Runtime,
    subject: S,
}

impl<S: Subject> Play<S> {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap_or_else(|error| panic!("no runtime: {error}"));
        let subject = runtime.block_on(S::fresh());
        Self { runtime, subject }
    }

    fn done<T>(&self, what: &str, answer: Result<T, ProviderError>) -> T {
        let name = self.subject.provider().name();
        answer.unwrap_or_else(|error| panic!("{name} does not {what}: {error}"))
    }
}

impl<S: Subject> Stage for Play<S> {
    fn name(&self) -> &'static str {
        self.subject.provider().name()
    }

    fn post(&self, post: &Post) -> MessageRef {
        self.done("post", self.runtime.block_on(self.subject.provider().post(post)))
    }

    fn update(&self, at: &MessageRef, message: &Message) {
        let edited = self.runtime.block_on(self.subject.provider().update(at, message));
        self.done("edit", edited);
    }

    fn find(
        &self,
        to: &Destination,
        under: Option<&MessageRef>,
        delivery: &SendKey,
        since: Time,
    ) -> Option<MessageRef> {
        let found = self.subject.provider().find(to, under, delivery, since);
        self.done("find", self.runtime.block_on(found))
    }

    fn look_up_user(&self, user: &ChatUser) -> Option<String> {
        let found = self.runtime.block_on(self.subject.provider().look_up_user(user));
        self.done("look people up", found)
    }

    fn delete(&self, at: &MessageRef) {
        assert!(self.runtime.block_on(self.subject.delete(at)), "nobody can delete {at:?}");
    }
}

impl<S: Subject> Watched for Play<S> {
    fn seen(&self, at: &MessageRef) -> Vec<Seen> {
        self.runtime.block_on(self.subject.seen_at(at))
    }

    fn channel(&self) -> String {
        self.subject.world().channel
    }
}
