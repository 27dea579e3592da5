//! Works off what was accepted: on AWS a queue and its consumer do this.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nightowl_engine::Engine;
use nightowl_store::{DynamoStore, Taken};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::ports::Laptop;

/// Groups worked on at once, and alerts of one group at once: the database writes one at a time.
const GROUPS_MAX: usize = 16;
const SERIES_MAX: usize = 8;
/// What failed is looked at again in the next round.
const ROUND: Duration = Duration::from_secs(5);
/// After so many failures a group waits for a rarer look, and its row stays: nothing accepted is
/// thrown away.
const ATTEMPTS_MAX: u32 = 5;
const RARE_ROUNDS: u64 = 720;

struct Desk {
    engine: Arc<Engine<Laptop>>,
    store: DynamoStore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    busy: BTreeSet<String>,
    failures: BTreeMap<String, u32>,
}

pub(crate) async fn work_off(
    engine: Arc<Engine<Laptop>>,
    store: DynamoStore,
    mut handed_over: mpsc::UnboundedReceiver<Taken>,
    mut stop: watch::Receiver<bool>,
) {
    let desk = Arc::new(Desk { engine, store, state: Mutex::default() });
    let mut flying = JoinSet::new();
    let mut ticks = tokio::time::interval(ROUND);
    let mut round: u64 = 0;
    loop {
        let is_full = flying.len() >= GROUPS_MAX;
        tokio::select! {
            biased;
            () = crate::worker::stopped(&mut stop) => break,
            _ = flying.join_next(), if !flying.is_empty() => {}
            Some(taken) = handed_over.recv(), if !is_full => {
                start(&desk, &mut flying, taken, false);
            }
            _ = ticks.tick(), if !is_full => {
                for taken in desk.left_over(round).await {
                    start(&desk, &mut flying, taken, true);
                }
                round += 1;
            }
        }
    }
    while flying.join_next().await.is_some() {}
}

/// Once at a time, however often it is handed over.
fn start(desk: &Arc<Desk>, flying: &mut JoinSet<()>, taken: Taken, redelivered: bool) {
    if !desk.state().busy.insert(taken.key.clone()) {
        return;
    }
    let desk = Arc::clone(desk);
    flying.spawn(async move {
        let key = taken.key.clone();
        let at_work = Arc::clone(&desk);
        // A task of its own, so that a panic costs this one group an attempt and no more.
        let done = tokio::spawn(async move { at_work.group(taken, redelivered).await }).await;
        // The panic has logged itself, without what it may quote.
        let is_done = done.unwrap_or_else(|_| {
            tracing::error!("working off accepted events panicked");
            false
        });
        desk.finish(&key, is_done).await;
    });
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is stored and nobody works on: from before a restart, or after a failure.
    async fn left_over(&self, round: u64) -> Vec<Taken> {
        // Nothing of this process can be left over but what failed, so the table is asked at the
        // start, after failures, and now and then.
        if round != 0 && !round.is_multiple_of(RARE_ROUNDS) && self.state().failures.is_empty() {
            return Vec::new();
        }
        let mut listed = match self.store.list_intake().await {
            Ok(listed) => listed,
            Err(error) => {
                tracing::warn!(%error, "cannot list accepted events");
                return Vec::new();
            }
        };
        let state = self.state();
        listed.retain(|taken| {
            let failures = state.failures.get(&taken.key).copied().unwrap_or(0);
            failures < ATTEMPTS_MAX || round.is_multiple_of(RARE_ROUNDS)
        });
        listed
    }

    async fn group(&self, taken: Taken, redelivered: bool) -> bool {
        self.engine.apply_all(taken.reports, redelivered, SERIES_MAX).await.is_ok()
    }

    async fn finish(&self, key: &str, is_done: bool) {
        let deleted = if is_done { self.store.delete_intake(key).await } else { Ok(()) };
        if let Err(error) = &deleted {
            // Worked off again then: an event applied twice is one event.
            tracing::warn!(%error, "cannot delete accepted events that were worked off");
        }
        let mut state = self.state();
        state.busy.remove(key);
        if is_done && deleted.is_ok() {
            state.failures.remove(key);
        } else {
            let failures = state.failures.entry(key.to_owned()).or_default();
            *failures += 1;
            if *failures == ATTEMPTS_MAX {
                tracing::error!(key, "accepted events failed too often; trying them hourly");
            }
        }
    }
}
