//! Sees every call of both platforms: draws its fault, notes posts, and lets the process die
//! between a post and its settle.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::clock::now;
use crate::faults::{self, Call, Trouble};
use crate::kills::{Cause, Kills};
use crate::records::{Begun, Millis, Platform};

/// A post that somebody clicks before its answer is given: one in so many.
const EAGER: u16 = 16;
/// How long that answer waits.
const EAGER_WAIT: Duration = Duration::from_millis(250);
/// Between two posts in a channel, where they are limited. The rest of a second is for the way.
const SPACING: Millis = 950;

/// What the platforms do.
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// Whether calls go wrong, until they are healed.
    pub(crate) is_faulty: bool,
    /// Whether a channel takes one post a second and answers 429 beyond that.
    pub(crate) is_limited: bool,
    /// Hears of posts whose answers wait to be overtaken by a click.
    pub(crate) eager: Option<mpsc::UnboundedSender<Eager>>,
}

/// A message that is there while its sender does not know it.
#[derive(Clone, Debug)]
pub(crate) struct Eager {
    pub(crate) platform: Platform,
    pub(crate) channel: String,
    pub(crate) id: String,
}

pub(crate) struct Eyes {
    kills: Arc<Kills>,
    is_faulty: AtomicBool,
    is_limited: bool,
    eager: Option<mpsc::UnboundedSender<Eager>>,
    last_call: AtomicI64,
    seen: Mutex<Seen>,
}

struct Seen {
    chance: Rng,
    begun: Vec<Begun>,
    /// Channel → when the last post was let through.
    channels: BTreeMap<String, Millis>,
}

impl Eyes {
    pub(crate) fn new(plan: Plan, kills: Arc<Kills>) -> Self {
        let chance = Rng::with_seed(plan.seed);
        Self {
            kills,
            is_faulty: AtomicBool::new(plan.is_faulty),
            is_limited: plan.is_limited,
            eager: plan.eager,
            last_call: AtomicI64::new(now()),
            seen: Mutex::new(Seen { chance, begun: Vec::new(), channels: BTreeMap::new() }),
        }
    }

    /// Nothing goes wrong from now on.
    pub(crate) fn heal(&self) {
        self.is_faulty.store(false, Ordering::Relaxed);
    }

    pub(crate) fn begun(&self) -> Vec<Begun> {
        self.lock().begun.clone()
    }

    /// How long nobody has called.
    pub(crate) fn quiet_for(&self) -> Duration {
        let millis = now().saturating_sub(self.last_call.load(Ordering::Relaxed));
        Duration::from_millis(u64::try_from(millis).unwrap_or_default())
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `delivery`: of a post that bears one.
    fn arrived(
        &self,
        platform: Platform,
        call: Call,
        channel: &str,
        delivery: Option<String>,
    ) -> Option<Trouble> {
        let at = now();
        self.last_call.store(at, Ordering::Relaxed);
        let mut seen = self.lock();
        let limited = (self.is_limited && call == Call::Post).then(|| seen.limit(channel, at));
        let drawn =
            self.is_faulty.load(Ordering::Relaxed).then(|| faults::draw(&mut seen.chance, call));
        let trouble = limited.flatten().or(drawn.flatten());
        if let Some(delivery) = delivery {
            let trouble = trouble.map(|trouble| format!("{trouble:?}"));
            seen.begun.push(Begun { platform, delivery, at, trouble });
        }
        trouble
    }

    /// The answer to a post waits while somebody clicks, or until the process is dead.
    fn posted(self: Arc<Self>, at: Option<Eager>) -> BoxFuture<'static, ()> {
        let is_overtaken = self.lock().chance.u16(0..EAGER) == 0;
        async move {
            if let (true, Some(eager), Some(at)) = (is_overtaken, &self.eager, at) {
                // Nobody clicks any more when the run is over.
                let _ = eager.send(at);
                tokio::time::sleep(EAGER_WAIT).await;
            }
            self.kills.happened_and_over(Cause::Posted).await;
        }
        .boxed()
    }
}

impl Seen {
    fn limit(&mut self, channel: &str, at: Millis) -> Option<Trouble> {
        let last = self.channels.entry(channel.to_owned()).or_insert(0);
        if at - *last < SPACING {
            return Some(Trouble::Limited { retry_after: Some(1) });
        }
        *last = at;
        None
    }
}

/// The same eyes for both doubles.
pub(crate) struct Sight(pub(crate) Arc<Eyes>);

impl slack_double::Watch for Sight {
    fn arrived(&self, call: slack_double::Arrival<'_>) -> Option<slack_double::Fault> {
        let kind = match call.method {
            "chat.postMessage" => Call::Post,
            "chat.update" => Call::Edit,
            "conversations.history" | "conversations.replies" => Call::Find,
            _ => Call::Other,
        };
        let is_post = kind == Call::Post;
        let delivery = super::slack_delivery(call.args.get("metadata")).filter(|_| is_post);
        let channel = call.args["channel"].as_str().unwrap_or_default();
        let trouble = self.0.arrived(Platform::Slack, kind, channel, delivery)?;
        Some(trouble.in_slack())
    }

    fn done(&self, call: slack_double::Arrival<'_>, answer: &Value) -> BoxFuture<'static, ()> {
        let text = |field: &str| answer[field].as_str().map(str::to_owned);
        if call.method != "chat.postMessage" || answer["ok"] != true {
            return futures::future::ready(()).boxed();
        }
        let at = text("ts").zip(text("channel"));
        let at = at.map(|(id, channel)| Eager { platform: Platform::Slack, channel, id });
        self.0.clone().posted(at)
    }
}

impl mattermost_double::Watch for Sight {
    fn arrived(&self, call: mattermost_double::Arrival<'_>) -> Option<mattermost_double::Fault> {
        let kind = match call.route {
            "posts.create" => Call::Post,
            "posts.patch" | "posts.update" => Call::Edit,
            "posts.list" => Call::Find,
            _ => Call::Other,
        };
        let props = call.body["props"].as_object().filter(|_| kind == Call::Post);
        let delivery = props.and_then(super::mattermost_delivery);
        let channel = call.body["channel_id"].as_str().unwrap_or_default();
        let trouble = self.0.arrived(Platform::Mattermost, kind, channel, delivery)?;
        Some(trouble.in_mattermost())
    }

    fn done(
        &self,
        call: mattermost_double::Arrival<'_>,
        answer: Option<&Value>,
    ) -> BoxFuture<'static, ()> {
        let id = answer.and_then(|answer| answer["id"].as_str()).map(str::to_owned);
        let Some(id) = id.filter(|_| call.route == "posts.create") else {
            return futures::future::ready(()).boxed();
        };
        let channel = String::new();
        self.0.clone().posted(Some(Eager { platform: Platform::Mattermost, channel, id }))
    }
}
