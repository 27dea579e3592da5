//! Spaces calls of all processes together, for next to nothing while there are few.
//!
//! A quiet lane costs no write: a process lets its first call through by itself, and what it needs
//! for that is one cheap read a second of all lanes that are not quiet. Its second call within ten
//! seconds, and every refusal by the platform, goes into the lane's row; from then on every process
//! sees the row and takes its slots there by conditional writes, until the lane was quiet for ten
//! seconds.

mod known;
mod lane;
mod memory;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nightowl_domain::{Destination, Hash, Time};
use nightowl_messaging::Rate;

use crate::{Ask, Call, Grant, LaneName, LaneRow, Lanes, Pacer, StoreError, Swapped};
use known::Known;
use lane::Asked;

pub use memory::MemoryLanes;

/// The pacer of a single process.
pub type Spacing = SharedPacer<MemoryLanes>;

/// Races for a row before a page goes all the same.
const ATTEMPTS: usize = 5;
/// How long a card waits after trouble with the pacer's own store.
const AGAIN: Duration = Duration::from_secs(2);
const MINUTE: Duration = Duration::from_secs(60);

/// One process's view of lanes that all share.
#[derive(Debug, Default)]
pub struct SharedPacer<L> {
    store: L,
    known: Mutex<Known>,
}

/// One limit that a call has to keep to.
struct Step {
    name: LaneName,
    asked: Asked,
    /// Its refusal means that people want to see no more, not that the platform takes no more.
    is_throttle: bool,
}

impl<L: Lanes> SharedPacer<L> {
    pub fn new(store: L) -> Self {
        Self { store, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look_at_lanes(&self, group: &str, now: Time) {
        if !self.known().must_look(group, now) {
            return;
        }
        match self.store.read_lanes(group).await {
            Ok(rows) => self.known().looked(group, rows, now),
            Err(error) => {
                tracing::warn!(%error, "it cannot be seen who waits for a slot");
                // What is known is good enough until the next second.
                self.known().looked(group, Vec::new(), now);
            }
        }
    }

    async fn take_slot(&self, step: &Step, now: Time) -> Grant {
        if self.known().pass(&step.name, &step.asked, now) {
            return Grant::Now;
        }
        for _ in 0..ATTEMPTS {
            let next = self.known().ask(&step.name, &step.asked, now);
            let Some(row) = next.row else { return next.grant };
            match self.swap_row(&step.name, row).await {
                Ok(true) => return next.grant,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "a slot could not be taken");
                    break;
                }
            }
        }
        // Whoever is to be woken is not kept waiting for us.
        if step.asked.urgent { Grant::Now } else { Grant::Later(now + AGAIN) }
    }

    /// `false`: another was quicker, and what it wrote is known now.
    async fn swap_row(&self, name: &LaneName, row: LaneRow) -> Result<bool, StoreError> {
        match self.store.swap_lane(name, &row).await? {
            Swapped::Done => {
                self.known().written(name, row);
                Ok(true)
            }
            Swapped::Lost(standing) => {
                self.known().lost(name, standing);
                Ok(false)
            }
        }
    }
}

impl<L: Lanes> Pacer for SharedPacer<L> {
    async fn ask(&self, ask: &Ask<'_>, now: Time) -> Grant {
        for step in steps(ask) {
            self.look_at_lanes(&step.name.group, now).await;
            match (self.take_slot(&step, now).await, ask.call) {
                (Grant::Now, _) => {}
                (Grant::Later(at), Call::Post) if step.is_throttle => return Grant::Crowded(at),
                (Grant::Crowded(at), _) if !ask.folds => return Grant::Later(at),
                (grant, _) => return grant,
            }
        }
        Grant::Now
    }

    async fn block(&self, ask: &Ask<'_>, until: Time, now: Time) {
        // The last is the widest: a platform that counts all calls together refuses all of them.
        let Some(step) = steps(ask).pop() else { return };
        let (lane, millis) = (&step.name.lane, until.since(now).as_millis());
        tracing::warn!(lane, millis, "the platform asks for time");
        for _ in 0..ATTEMPTS {
            let row = self.known().block(&step.name, step.asked.rate, until);
            match self.swap_row(&step.name, row).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "others do not know yet that the platform asks for time");
                    return;
                }
            }
        }
    }
}

/// All limits that a call has to keep to, the narrowest first.
fn steps(ask: &Ask<'_>) -> Vec<Step> {
    let limits = ask.limits;
    let mut steps = Vec::new();
    if let Some(throttle) = ask.throttle {
        let count = throttle.cards_per_minute.max(1);
        let rate = Some(Rate::new(MINUTE / count, count));
        let lane = format!("I#{}#{}", ask.tenant, throttle.integration);
        steps.push(Step { is_throttle: true, ..step(ask, lane, rate, MINUTE) });
    }
    if limits.is_none() {
        return steps;
    }
    let (lane, rate) = match ask.call {
        Call::Post => (place(ask), limits.channel),
        Call::Edit => ("M#edit".to_owned(), limits.edits),
        Call::Find => ("M#find".to_owned(), limits.finds),
    };
    steps.push(step(ask, lane, rate, rate.map(|rate| rate.every).unwrap_or_default()));
    if limits.all.is_some() {
        let keep = limits.all.map(|rate| rate.every).unwrap_or_default();
        steps.push(step(ask, "M#all".to_owned(), limits.all, keep));
    }
    steps
}

fn step(ask: &Ask<'_>, lane: String, rate: Option<Rate>, keep: Duration) -> Step {
    let account = ask.limits.account.as_deref().unwrap_or(ask.tenant);
    let hash = Hash::of(&[ask.send.as_str().as_bytes()]);
    let bytes = hash.bytes();
    let send = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    Step {
        name: LaneName { group: format!("{}#{account}", ask.to.provider()), lane },
        asked: Asked { send, urgent: ask.urgent, folds: ask.folds, rate, keep },
        is_throttle: false,
    }
}

/// People of two tenants may have the same id.
fn place(ask: &Ask<'_>) -> String {
    match ask.to {
        Destination::Channel { channel, .. } => format!("C#{channel}"),
        Destination::Person { user, .. } => format!("U#{}#{user}", ask.tenant),
    }
}

#[cfg(test)]
mod tests;
