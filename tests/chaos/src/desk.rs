//! What the tasks of a run share, and the records that they write.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use reqwest::Client;

use crate::chat::Chat;
use crate::kills::Kills;
use crate::records::{Act, Sent};

/// A part of the run: it goes on until it is told to stop.
pub(crate) struct Desk {
    pub(crate) url: String,
    pub(crate) http: Client,
    pub(crate) chat: Chat,
    pub(crate) kills: Arc<Kills>,
    pub(crate) seed: u64,
    is_over: AtomicBool,
    sent: Mutex<Vec<Sent>>,
    acts: Mutex<Vec<Act>>,
}

impl Desk {
    pub(crate) fn new(url: String, http: Client, chat: Chat, kills: Arc<Kills>, seed: u64) -> Self {
        Self {
            url,
            http,
            chat,
            kills,
            seed,
            is_over: AtomicBool::new(false),
            sent: Mutex::default(),
            acts: Mutex::default(),
        }
    }

    /// Nobody begins anything new.
    pub(crate) fn stop(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Chance of one part of the run, apart from that of all others.
    pub(crate) fn chance(&self, part: u64) -> Rng {
        Rng::with_seed(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(part))
    }

    pub(crate) fn sent(&self) -> MutexGuard<'_, Vec<Sent>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn acts(&self) -> MutexGuard<'_, Vec<Act>> {
        self.acts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A drawn wait.
pub(crate) async fn pause(chance: &mut Rng, millis: std::ops::Range<u64>) {
    tokio::time::sleep(Duration::from_millis(chance.u64(millis))).await;
}
