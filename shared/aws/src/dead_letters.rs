//! What failed five times gets other chances: three soon, and what was accepted one an hour for
//! 14 days. A message is deleted from a dead-letter queue only after it was sent again.

mod decide;

use std::time::Duration;

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use futures::future::join_all;
use nightowl_domain::Time;
use nightowl_engine::ports::{Clock, StoreError};

use crate::refusal::send_failed;
use crate::{Body, Queue, QueueUrls, Queues};
use decide::{Decision, STAY_LONG, decide};

/// Every request to an idle queue costs: it is looked at in each fifth minute.
const EVERY_MINUTES: i64 = 5;
const MESSAGES_MAX: i32 = 10;
const ROUNDS_MAX: usize = 5;
/// As long as one pass may take; a message that it did not get to comes again in the next.
const VISIBILITY_SECONDS: i32 = 120;

/// What one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redriven {
    /// Whether the dead-letter queues were looked at; not every minute is one for that.
    pub looked: bool,
    /// Sent again.
    pub redriven: usize,
    /// Messages that stay in the dead-letter queues: tried often enough, or unreadable.
    pub parked: usize,
    /// Of those looked at in this pass, how many cannot be read by this release.
    pub unreadable: usize,
    /// Could not be sent again, or a queue could not be asked.
    pub failed: usize,
}

#[derive(Clone, Debug)]
pub struct DeadLetters<K> {
    queues: Queues<K>,
    dead: QueueUrls,
}

impl<K: Clock + Clone> DeadLetters<K> {
    /// `dead`: the dead-letter queue of each queue, under its name.
    pub const fn new(queues: Queues<K>, dead: QueueUrls) -> Self {
        Self { queues, dead }
    }

    /// One bounded pass, if this minute is one for it. A crash between the two requests for a
    /// message doubles it, which does no harm.
    pub async fn redrive(&self) -> Redriven {
        let minute = self.queues.clock().now().millis().div_euclid(60_000);
        if minute.rem_euclid(EVERY_MINUTES) != 0 {
            return Redriven::default();
        }
        self.pass().await
    }

    /// The same whatever the minute is.
    pub async fn pass(&self) -> Redriven {
        let mut all = Redriven { looked: true, ..Redriven::default() };
        for queue in Queue::ALL {
            let Some(dead) = self.dead.of(queue) else { continue };
            let mut one = Redriven::default();
            if let Err(error) = self.empty(queue, dead, &mut one).await {
                tracing::warn!(%error, queue = queue.name(), "a dead-letter queue is not looked at");
                one.failed += 1;
            }
            all.add(one);
        }
        all
    }

    async fn empty(&self, queue: Queue, dead: &str, pass: &mut Redriven) -> Result<(), StoreError> {
        let (waiting, hidden) = self.count(dead).await?;
        // What is hidden was parked by an earlier pass.
        pass.parked += hidden;
        if waiting == 0 {
            return Ok(());
        }
        for _ in 0..ROUNDS_MAX {
            let messages = self.receive(dead).await?;
            if messages.is_empty() {
                break;
            }
            let now = self.queues.clock().now();
            let done = messages.iter().map(|message| self.one(queue, dead, message, now));
            join_all(done).await.into_iter().for_each(|done| pass.add(done));
        }
        Ok(())
    }

    async fn one(&self, queue: Queue, dead: &str, message: &Message, now: Time) -> Redriven {
        let mut done = Redriven::default();
        let body = match Body::decode(message.body().unwrap_or_default()) {
            Ok(body) => body,
            Err(error) => {
                let id = message.message_id().unwrap_or_default();
                tracing::warn!(%error, message = id, queue = queue.name(), "a dead letter stays");
                self.hide(dead, message, STAY_LONG).await;
                return Redriven { parked: 1, unreadable: 1, ..done };
            }
        };
        match decide(body, now) {
            Decision::Stay(span) => {
                self.hide(dead, message, span).await;
                done.parked = 1;
            }
            Decision::Redrive(body) => match self.queues.send(queue, &body, None).await {
                Ok(()) => {
                    self.delete(dead, message).await;
                    done.redriven = 1;
                }
                Err(error) => {
                    tracing::warn!(%error, queue = queue.name(), "a dead letter cannot be sent");
                    done.failed = 1;
                }
            },
        }
        done
    }

    /// How many messages can be received, and how many are hidden. May lag by a minute.
    async fn count(&self, dead: &str) -> Result<(usize, usize), StoreError> {
        let waiting = QueueAttributeName::ApproximateNumberOfMessages;
        let hidden = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let request = self.queues.client().get_queue_attributes().queue_url(dead);
        let request = request.attribute_names(waiting.clone()).attribute_names(hidden.clone());
        let answer = request.send().await.map_err(|error| send_failed(&error))?;
        let number = |name| {
            let value = answer.attributes().and_then(|attributes| attributes.get(name));
            value.and_then(|value| value.parse().ok()).unwrap_or(0)
        };
        Ok((number(&waiting), number(&hidden)))
    }

    async fn receive(&self, dead: &str) -> Result<Vec<Message>, StoreError> {
        let request = self
            .queues
            .client()
            .receive_message()
            .queue_url(dead)
            .max_number_of_messages(MESSAGES_MAX)
            .visibility_timeout(VISIBILITY_SECONDS)
            .wait_time_seconds(0);
        let answer = request.send().await.map_err(|error| send_failed(&error))?;
        Ok(answer.messages.unwrap_or_default())
    }

    /// A parked message is out of the way of others for so long.
    async fn hide(&self, dead: &str, message: &Message, span: Duration) {
        let seconds = i32::try_from(span.as_secs()).unwrap_or(i32::MAX);
        let request = self.queues.client().change_message_visibility().queue_url(dead);
        let request =
            request.set_receipt_handle(message.receipt_handle.clone()).visibility_timeout(seconds);
        if let Err(error) = request.send().await {
            // It is looked at again in the next pass.
            tracing::warn!(code = error.code(), "a dead letter could not be put aside");
        }
    }

    async fn delete(&self, dead: &str, message: &Message) {
        let request = self.queues.client().delete_message().queue_url(dead);
        let request = request.set_receipt_handle(message.receipt_handle.clone());
        if let Err(error) = request.send().await {
            // It is sent once more then: whatever is done twice is done once.
            tracing::warn!(code = error.code(), "a dead letter that was sent again is still there");
        }
    }
}

impl Redriven {
    fn add(&mut self, other: Self) {
        self.redriven += other.redriven;
        self.parked += other.parked;
        self.unreadable += other.unreadable;
        self.failed += other.failed;
    }
}
