//! Wake-ups in memory. Losing them all costs time and never truth: they are rebuilt from the table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nightowl_domain::{Occurrence, Time};
use nightowl_engine::ports::{StoreError, Timer, Wake, WakeUp};
use tokio::sync::Notify;

/// What is to be done with an alert.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    /// Read, catch up, deliver.
    Deliver,
    /// Ask whether the plan of this generation has timed out.
    Tick { generation: u64 },
}

/// Pages and ticks before cards; one task of an alert at a time, because two would only fight over
/// the same item. An equal task that waits already is not put in twice.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    later: BTreeSet<(Time, Lane, Occurrence, Task)>,
    ready: BTreeMap<Lane, BTreeSet<(Time, Occurrence, Task)>>,
    busy: BTreeSet<Occurrence>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    Urgent,
    Cards,
}

impl Queue {
    pub(crate) fn put(&self, at: Time, lane: Lane, occurrence: Occurrence, task: Task) {
        self.state().later.insert((at, lane, occurrence, task));
        self.changed.notify_waiters();
    }

    /// The next task of this lane that is due and whose alert nobody works on; it is marked as
    /// worked on until [`Queue::finish`].
    pub(crate) async fn next(&self, lane: Lane, now: impl Fn() -> Time) -> (Occurrence, Task) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Enabled before the look, so that what is put in between is not missed.
            changed.as_mut().enable();
            let wait = match self.state().take(lane, now()) {
                Ok(found) => return found,
                Err(next) => next.map(|at| at.since(now()).max(Duration::from_millis(1))),
            };
            // An hour is any long time: a put wakes us.
            let wait = wait.unwrap_or(Duration::from_secs(3600));
            let _ = tokio::time::timeout(wait, changed).await;
        }
    }

    pub(crate) fn finish(&self, occurrence: &Occurrence) {
        self.state().busy.remove(occurrence);
        self.changed.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A task, or when the next one is due.
    fn take(&mut self, lane: Lane, now: Time) -> Result<(Occurrence, Task), Option<Time>> {
        while self.later.first().is_some_and(|(at, ..)| *at <= now) {
            let Some((at, lane, occurrence, task)) = self.later.pop_first() else { break };
            self.ready.entry(lane).or_default().insert((at, occurrence, task));
        }
        let ready = self.ready.entry(lane).or_default();
        let free = ready.iter().find(|(_, occurrence, _)| !self.busy.contains(occurrence)).cloned();
        let Some(found) = free else {
            return Err(self.later.first().map(|(at, ..)| *at));
        };
        ready.remove(&found);
        let (_, occurrence, task) = found;
        self.busy.insert(occurrence.clone());
        Ok((occurrence, task))
    }
}

/// The port: what the engine wants woken.
#[derive(Clone, Debug)]
pub(crate) struct Waker {
    pub(crate) queue: std::sync::Arc<Queue>,
    pub(crate) clock: nightowl_process::SystemClock,
}

impl Wake for Waker {
    async fn wake(&self, wake_up: WakeUp) -> Result<(), StoreError> {
        use nightowl_engine::ports::Clock;
        let lane = if wake_up.urgent { Lane::Urgent } else { Lane::Cards };
        let at = wake_up.at.unwrap_or_else(|| self.clock.now());
        self.queue.put(at, lane, wake_up.occurrence, Task::Deliver);
        Ok(())
    }
}

impl Timer for Waker {
    async fn arm(
        &self,
        occurrence: &Occurrence,
        generation: u64,
        at: Time,
    ) -> Result<(), StoreError> {
        self.queue.put(at, Lane::Urgent, occurrence.clone(), Task::Tick { generation });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightowl_domain::{AlertId, SeriesHash};

    fn alert(number: u32) -> Occurrence {
        let series = SeriesHash::of("acme", "i", "k");
        Occurrence::new("acme", AlertId::new(series, number, Time::from_seconds(1), 0))
    }

    #[tokio::test]
    async fn one_task_of_an_alert_at_a_time_in_order_of_time() {
        let queue = Queue::default();
        let at = Time::from_seconds;
        queue.put(at(2), Lane::Urgent, alert(1), Task::Deliver);
        queue.put(at(1), Lane::Urgent, alert(1), Task::Tick { generation: 1 });
        queue.put(at(3), Lane::Urgent, alert(2), Task::Deliver);
        queue.put(at(3), Lane::Urgent, alert(2), Task::Deliver);
        let now = || at(10);
        assert_eq!(queue.next(Lane::Urgent, now).await, (alert(1), Task::Tick { generation: 1 }));
        assert_eq!(queue.next(Lane::Urgent, now).await, (alert(2), Task::Deliver));
        assert!(queue.state().take(Lane::Urgent, at(10)).is_err(), "alert 1 is being worked on");
        queue.finish(&alert(1));
        assert_eq!(queue.next(Lane::Urgent, now).await, (alert(1), Task::Deliver));
        queue.finish(&alert(2));
        assert_eq!(queue.state().take(Lane::Urgent, at(10)), Err(None), "put twice, done once");
    }

    #[tokio::test]
    async fn nothing_is_handed_out_before_its_time_or_to_the_other_lane() {
        let queue = Queue::default();
        queue.put(Time::from_seconds(5), Lane::Cards, alert(1), Task::Deliver);
        let early = queue.state().take(Lane::Cards, Time::from_seconds(4));
        assert_eq!(early, Err(Some(Time::from_seconds(5))));
        assert!(queue.state().take(Lane::Urgent, Time::from_seconds(6)).is_err());
        assert!(queue.state().take(Lane::Cards, Time::from_seconds(6)).is_ok());
    }
}
