//! The three queues: how a body gets into one, and what wakes and takes in by them.

mod intake;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use nightowl_domain::Time;
use nightowl_engine::ports::{Clock, StoreError, Wake, WakeUp};

use crate::refusal::{is_worth_another, send_failed};
use crate::{Body, Work};

pub use intake::SqsIntake;

/// SQS holds a message back for no longer.
pub const DELAY_MAX: Duration = Duration::from_secs(900);
/// SQS takes no more in one message, nor in one batch.
pub(crate) const MESSAGE_BYTES_MAX: usize = 256 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Queue {
    /// What was accepted; worked off by `worker`.
    Events,
    /// Pages owed, ticks due, what people did; worked off by `notifier`.
    Urgent,
    /// Card refreshes; worked off by `notifier`.
    Cards,
}

impl Queue {
    pub const ALL: [Self; 3] = [Self::Events, Self::Urgent, Self::Cards];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Urgent => "urgent",
            Self::Cards => "cards",
        }
    }
}

/// Addresses; `None` for a queue that this function has nothing to do with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueUrls {
    pub events: Option<String>,
    pub urgent: Option<String>,
    pub cards: Option<String>,
}

impl QueueUrls {
    pub fn of(&self, queue: Queue) -> Option<&str> {
        match queue {
            Queue::Events => self.events.as_deref(),
            Queue::Urgent => self.urgent.as_deref(),
            Queue::Cards => self.cards.as_deref(),
        }
    }
}

/// Clones share the connection. Sends are repeated once, because a doubled message is harmless.
#[derive(Clone, Debug)]
pub struct Queues<K> {
    client: Client,
    urls: Arc<QueueUrls>,
    clock: K,
    delay_max: Duration,
}

impl<K: Clock + Clone> Queues<K> {
    pub fn new(client: Client, urls: QueueUrls, clock: K) -> Self {
        Self { client, urls: Arc::new(urls), clock, delay_max: DELAY_MAX }
    }

    /// For tests on a clock that the queues do not know: zero, and nothing is held back.
    #[must_use]
    pub fn with_delay_max(self, max: Duration) -> Self {
        Self { delay_max: max.min(DELAY_MAX), ..self }
    }

    pub fn clock(&self) -> &K {
        &self.clock
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// `not_before` that is further away than a queue can hold a message comes early, and whoever
    /// gets it sends it on.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where it may have been sent, else [`StoreError::Unavailable`].
    pub async fn send(
        &self,
        to: Queue,
        body: &Body,
        not_before: Option<Time>,
    ) -> Result<(), StoreError> {
        let text = body.encode().map_err(|error| StoreError::Corrupt(error.to_string()))?;
        if text.len() > MESSAGE_BYTES_MAX {
            return Err(too_large(&text));
        }
        let delay = not_before.map_or(0, |at| self.delay_seconds(at));
        let request = self
            .client
            .send_message()
            .queue_url(self.url(to)?)
            .message_body(text)
            .set_message_group_id(group(&body.work))
            // Zero would be sent too, and stand for the queue's own delay no better than nothing.
            .set_delay_seconds((delay > 0).then_some(delay));
        let mut answer = request.clone().send().await;
        if answer.as_ref().is_err_and(is_worth_another) {
            answer = request.send().await;
        }
        answer.map(drop).map_err(|error| {
            tracing::warn!(queue = to.name(), code = error.code(), "a message could not be sent");
            send_failed(&error)
        })
    }

    /// What was accepted goes there.
    pub fn intake(&self, to: Queue) -> SqsIntake<K> {
        SqsIntake::new(self.clone(), to)
    }

    /// Which queue an ARN (`arn:aws:sqs:region:account:name`) is of.
    pub fn by_arn(&self, arn: &str) -> Option<Queue> {
        let name = arn.rsplit(':').next()?;
        Queue::ALL
            .into_iter()
            .find(|queue| self.urls.of(*queue).and_then(|url| url.rsplit('/').next()) == Some(name))
    }

    pub(crate) fn url(&self, queue: Queue) -> Result<&str, StoreError> {
        self.urls.of(queue).ok_or_else(|| {
            StoreError::Unavailable(format!("this function has no queue {:?}", queue.name()))
        })
    }

    /// Rounded up, so that nothing comes before its time.
    fn delay_seconds(&self, at: Time) -> i32 {
        let wait = at.since(self.clock.now()).min(self.delay_max);
        let seconds = wait.as_millis().div_ceil(1000);
        i32::try_from(seconds).unwrap_or(i32::MAX)
    }
}

impl<K: Clock + Clone> Wake for Queues<K> {
    async fn wake(&self, wake_up: WakeUp) -> Result<(), StoreError> {
        let to = if wake_up.urgent { Queue::Urgent } else { Queue::Cards };
        let work = Work::Deliver { occurrence: wake_up.occurrence, at: wake_up.at };
        self.send(to, &Body::new(work), wake_up.at).await
    }
}

/// Fair queues: the storm of one tenant delays no message of another.
pub(crate) fn group(work: &Work) -> Option<String> {
    match work {
        Work::Reports(reports) => reports.first().map(|report| report.tenant.clone()),
        Work::Deliver { occurrence, .. } | Work::Tick { occurrence, .. } => {
            Some(occurrence.tenant.clone())
        }
        Work::Notice { tenant, .. } => Some(tenant.clone()),
        Work::Sweep => None,
    }
}

pub(crate) fn too_large(text: &str) -> StoreError {
    StoreError::Corrupt(format!(
        "a message of {} bytes is larger than the {MESSAGE_BYTES_MAX} that a queue takes",
        text.len()
    ))
}
