//! Time that the scenario moves, while sockets take their own.

use std::future::Future;
use std::time::Duration;

use nightowl_domain::Time;
use nightowl_engine::ports::Clock;
use nightowl_engine::testing::VirtualClock;

/// Clones show the same time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hands(pub(crate) VirtualClock);

impl Clock for Hands {
    fn now(&self) -> Time {
        self.0.now()
    }

    /// Only limits of calls and waits between attempts are slept for, and both belong to sockets.
    fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(span)
    }
}
