//! How long anybody waits.

use std::future::Future;
use std::time::Duration;

use nightowl_domain::Time;
use tokio::time::{Instant, timeout_at};

/// By when each part of a request has to have ended. Mattermost waits 30 s, and 3 s in old servers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    /// By our clock, stamped once.
    pub(crate) at: Time,
    began: Instant,
}

impl Arrival {
    pub(crate) fn now(at: Time) -> Self {
        Self { at, began: Instant::now() }
    }

    /// It is proved; then the engine still has to find out who it is. `None`: it took too long.
    pub(crate) async fn to_prove<T>(self, proof: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.began + Duration::from_millis(1200), proof).await.ok()
    }

    /// One question of a proof that can be answered in another way too. `None`: it took too long.
    pub(crate) async fn briefly<T>(self, question: impl Future<Output = T>) -> Option<T> {
        timeout_at(Instant::now() + Duration::from_millis(350), question).await.ok()
    }

    /// What is said beside the answer itself.
    pub(crate) async fn to_tell<T>(self, told: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.began + Duration::from_millis(2800), told).await.ok()
    }
}
