//! When a plan times out: by a delayed message if that is soon, else by a schedule.

use nightowl_domain::{Occurrence, Time};
use nightowl_engine::ports::{Clock, StoreError, Timer};

use crate::queues::DELAY_MAX;
use crate::{Body, Queue, Queues, Schedules, Work};

#[derive(Clone, Debug)]
pub struct Timers<K> {
    queues: Queues<K>,
    schedules: Option<Schedules>,
}

impl<K: Clock + Clone> Timers<K> {
    /// Without `schedules` a long wait is a chain of delayed messages.
    pub const fn new(queues: Queues<K>, schedules: Option<Schedules>) -> Self {
        Self { queues, schedules }
    }
}

impl<K: Clock + Clone> Timer for Timers<K> {
    async fn arm(
        &self,
        occurrence: &Occurrence,
        generation: u64,
        at: Time,
    ) -> Result<(), StoreError> {
        match &self.schedules {
            Some(schedules) if at.since(self.queues.clock().now()) > DELAY_MAX => {
                schedules.create(occurrence, generation, at).await
            }
            Some(_) | None => {
                let work = Work::Tick { occurrence: occurrence.clone(), generation, at };
                self.queues.send(Queue::Urgent, &Body::new(work), Some(at)).await
            }
        }
    }
}
