//! Events coming in, wake-ups going round, time and chance.

use std::future::Future;

use nightowl_domain::{AlertId, Event, Occurrence, Time};

use super::StoreError;

/// An event on its way to its alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub tenant: String,
    /// `None` for firings and clears: they go to the newest of their series.
    pub alert: Option<AlertId>,
    pub event: Event,
}

/// Durable before it returns.
pub trait Intake: Send + Sync + 'static {
    /// All of them or none. They come back, perhaps more than once, to whoever works them off.
    fn take(&self, reports: Vec<Report>) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// "Read this alert, or digest, catch up, deliver." Carries nothing more, is never stale.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WakeUp {
    pub occurrence: Occurrence,
    /// Not before then; `None` is now.
    pub at: Option<Time>,
    /// Pages and ticks before cards.
    pub urgent: bool,
}

/// May lose, repeat and delay.
pub trait Wake: Send + Sync + 'static {
    fn wake(&self, wake_up: WakeUp) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// May lose, repeat and delay. Comes back as a tick event of that generation.
pub trait Timer: Send + Sync + 'static {
    fn arm(
        &self,
        occurrence: &Occurrence,
        generation: u64,
        at: Time,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Time;
    /// Waits, for the jitter between two attempts to write.
    fn sleep(&self, span: std::time::Duration) -> impl Future<Output = ()> + Send;
}

pub trait Entropy: Send + Sync + 'static {
    /// 128 random bits.
    fn draw(&self) -> u128;
}
