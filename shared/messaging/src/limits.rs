//! How much a platform takes before it refuses, and of whom it counts that together.

use std::time::Duration;

/// Calls, evenly spread, with a few at once after a rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// From one call to the next, in the long run.
    pub every: Duration,
    /// How many may come at once after a rest; one at least.
    pub burst: u32,
}

impl Rate {
    pub const fn new(every: Duration, burst: u32) -> Self {
        Self { every, burst }
    }

    /// How far ahead of an even pace a burst may be.
    pub fn tolerance(self) -> Duration {
        self.every * self.burst.saturating_sub(1)
    }
}

/// What one connection may do without being refused. A platform that refuses all the same says for
/// how long, and is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Whom the platform counts together, in any words that stay the same: connections with the
    /// same account share its limits, whichever tenant they belong to. `None`: the tenant alone.
    pub account: Option<String>,
    /// Posts to one channel or one person. `None`: as many as there are.
    pub channel: Option<Rate>,
    /// Edits, wherever the messages are.
    pub edits: Option<Rate>,
    /// Look-backs for a delivery id.
    pub finds: Option<Rate>,
    /// All calls together. A platform that has such a limit means it by a refusal too.
    pub all: Option<Rate>,
}

impl Limits {
    /// Nothing is ever refused.
    pub const NONE: Self =
        Self { account: None, channel: None, edits: None, finds: None, all: None };

    /// Whether there is anything to keep to.
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }
}

/// What people can read in a channel, and what most platforms let through.
impl Default for Limits {
    fn default() -> Self {
        Self { channel: Some(Rate::new(Duration::from_secs(1), 1)), ..Self::NONE }
    }
}
