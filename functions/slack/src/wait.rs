//! Inside Slack's three seconds.

use std::time::Duration;

use tokio::time::Instant;

/// By when each part of a request has to have ended, counted from its arrival. Slack shows an
/// error to the person, or tells an event again, after three seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    arrived: Instant,
}

impl Deadlines {
    pub(crate) fn start() -> Self {
        Self { arrived: Instant::now() }
    }

    /// Whose it is, and through which connection they are answered. What they want then has the
    /// engine's own limits.
    pub(crate) fn opened(self) -> Instant {
        self.arrived + Duration::from_millis(1000)
    }

    /// Slack was asked about something that is not needed for an answer.
    pub(crate) fn asked(self) -> Instant {
        self.arrived + Duration::from_millis(2000)
    }

    /// They are told.
    pub(crate) fn told(self) -> Instant {
        self.arrived + Duration::from_millis(2800)
    }
}
