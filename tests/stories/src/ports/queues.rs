//! What is accepted, woken and timed: in memory, or by the queues and schedules of a local AWS.

use std::sync::Arc;

use nightowl_aws::Queue;
use nightowl_domain::{Occurrence, Time};
use nightowl_engine::testing::{MemoryIntake, MemoryTimer, MemoryWake, Timed};
use nightowl_engine::{Intake, Report, StoreError, Timer, Wake, WakeUp};

use super::cloud::Cloud;

#[derive(Clone)]
pub enum StoryIntake {
    Memory(MemoryIntake),
    Cloud(Arc<Cloud>),
}

impl Intake for StoryIntake {
    async fn take(&self, reports: Vec<Report>) -> Result<(), StoreError> {
        match self {
            Self::Memory(memory) => memory.take(reports).await,
            Self::Cloud(cloud) => {
                let intake = cloud.account().queues.intake(Queue::Events);
                cloud.send(Box::pin(async move { intake.take(reports).await })).await
            }
        }
    }
}

#[derive(Clone)]
pub enum StoryWake {
    Memory(MemoryWake),
    Cloud(Arc<Cloud>),
}

impl StoryWake {
    fn here(&self) -> &MemoryWake {
        match self {
            Self::Memory(memory) => memory,
            Self::Cloud(cloud) => cloud.wakes(),
        }
    }

    /// Takes what is to be done by `now`, urgent ones first.
    pub fn take_due(&self, now: Time) -> Vec<WakeUp> {
        self.here().take_due(now)
    }

    pub fn next_at(&self) -> Option<Time> {
        self.here().next_at()
    }

    pub fn clear(&self) {
        match self {
            Self::Memory(memory) => memory.clear(),
            Self::Cloud(cloud) => cloud.lose_wakes(),
        }
    }
}

impl Wake for StoryWake {
    async fn wake(&self, wake_up: WakeUp) -> Result<(), StoreError> {
        match self {
            Self::Memory(memory) => memory.wake(wake_up).await,
            Self::Cloud(cloud) => cloud.send(Box::pin(cloud.account().queues.wake(wake_up))).await,
        }
    }
}

#[derive(Clone)]
pub enum StoryTimer {
    Memory(MemoryTimer),
    Cloud(Arc<Cloud>),
}

impl StoryTimer {
    pub fn take_due(&self, now: Time) -> Vec<Timed> {
        match self {
            Self::Memory(memory) => memory.take_due(now),
            Self::Cloud(cloud) => cloud.timers(now).take_due(now),
        }
    }

    pub fn next_at(&self) -> Option<Time> {
        match self {
            Self::Memory(memory) => memory.next_at(),
            Self::Cloud(cloud) => {
                let timed = cloud.timers(Time::default()).next_at();
                timed.into_iter().chain(cloud.next_schedule()).min()
            }
        }
    }

    pub fn clear(&self) {
        match self {
            Self::Memory(memory) => memory.clear(),
            Self::Cloud(cloud) => cloud.lose_timers(),
        }
    }
}

impl Timer for StoryTimer {
    async fn arm(
        &self,
        occurrence: &Occurrence,
        generation: u64,
        at: Time,
    ) -> Result<(), StoreError> {
        match self {
            Self::Memory(memory) => memory.arm(occurrence, generation, at).await,
            Self::Cloud(cloud) => {
                cloud.send(Box::pin(cloud.account().timers.arm(occurrence, generation, at))).await
            }
        }
    }
}
