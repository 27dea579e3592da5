//! Wake-ups, timers and accepted events, which wait until the test takes them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nightowl_domain::{Occurrence, Time};

use super::store::{MemoryStore, failure};
use super::trap::Trap;
use crate::{Intake, Report, StoreError, Timer, Wake, WakeUp};

/// In the order in which they were sent. A restart of the process loses them: `clear`.
#[derive(Clone, Debug, Default)]
pub struct MemoryWake {
    queue: Arc<Mutex<Vec<WakeUp>>>,
    trap: Trap,
}

impl MemoryWake {
    pub fn new(trap: Trap) -> Self {
        Self { queue: Arc::default(), trap }
    }

    /// Takes what is to be done by `now`, urgent ones first.
    pub fn take_due(&self, now: Time) -> Vec<WakeUp> {
        let mut queue = self.lock();
        let (mut due, later) = queue
            .drain(..)
            .partition::<Vec<WakeUp>, _>(|wake_up| wake_up.at.is_none_or(|at| at <= now));
        *queue = later;
        due.sort_by_key(|wake_up| !wake_up.urgent);
        due
    }

    /// When the next one is to be done; `Time::default()` is at once.
    pub fn next_at(&self) -> Option<Time> {
        self.lock().iter().map(|wake_up| wake_up.at.unwrap_or_default()).min()
    }

    pub fn len(&self) -> usize {
        self.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<WakeUp>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for MemoryWake {
    async fn wake(&self, wake_up: WakeUp) -> Result<(), StoreError> {
        let push = || {
            self.lock().push(wake_up);
            Ok(())
        };
        self.trap.around(failure, push).await
    }
}

/// A timer that was armed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timed {
    pub at: Time,
    pub occurrence: Occurrence,
    pub generation: u64,
}

/// One timer per alert and generation. A restart of the process loses them: `clear`.
#[derive(Clone, Debug, Default)]
pub struct MemoryTimer {
    armed: Arc<Mutex<Vec<Timed>>>,
    trap: Trap,
}

impl MemoryTimer {
    pub fn new(trap: Trap) -> Self {
        Self { armed: Arc::default(), trap }
    }

    pub fn take_due(&self, now: Time) -> Vec<Timed> {
        let mut armed = self.lock();
        let (mut due, later) = armed.drain(..).partition::<Vec<Timed>, _>(|timed| timed.at <= now);
        *armed = later;
        due.sort();
        due
    }

    pub fn next_at(&self) -> Option<Time> {
        self.lock().iter().map(|timed| timed.at).min()
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Timed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Timer for MemoryTimer {
    async fn arm(
        &self,
        occurrence: &Occurrence,
        generation: u64,
        at: Time,
    ) -> Result<(), StoreError> {
        let timed = Timed { at, occurrence: occurrence.clone(), generation };
        let push = || {
            let mut armed = self.lock();
            if !armed.contains(&timed) {
                armed.push(timed);
            }
            Ok(())
        };
        self.trap.around(failure, push).await
    }
}

/// Accepted events are rows of the store in memory, so they survive a restart.
#[derive(Clone, Debug)]
pub struct MemoryIntake(pub MemoryStore);

impl Intake for MemoryIntake {
    async fn take(&self, reports: Vec<Report>) -> Result<(), StoreError> {
        self.0
            .with(|rows| {
                for report in reports {
                    let number = rows.intake_next;
                    rows.intake_next += 1;
                    rows.intake.insert(number, report);
                }
                Ok(())
            })
            .await
    }
}
