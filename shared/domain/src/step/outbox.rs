//! What has sends: an alert, or a digest. They are claimed and settled by the same rules; here is
//! where the two differ.

use std::time::Duration;

use crate::{DropReason, Send, SharedVec, Time};

pub(super) trait Outbox {
    fn now(&self) -> Time;
    /// How far two clocks of ours may differ.
    fn skew(&self) -> Duration;
    fn sends(&self) -> &SharedVec<Send>;
    fn sends_mut(&mut self) -> &mut SharedVec<Send>;
    /// What a message that is rendered now shows.
    fn shows(&self) -> Revision;
    /// Whether it may be posted as things stand.
    fn may_post(&self, index: usize) -> bool;
    /// Why what is still to be posted is not posted now.
    fn stopped(&self, index: usize) -> DropReason;
    /// Whether all has been over for so long that what is broken is left.
    fn gives_up(&self) -> bool;
    fn say_sent(&mut self, index: usize);
    fn say_failed(&mut self, index: usize, reason: &str);
    /// Whether another send stands in for one that cannot be posted, or none is needed.
    fn falls_back(&mut self, index: usize, reason: &str, credentials: bool) -> bool;
    /// The same for a message that cannot be edited where it is.
    fn moves(&mut self, index: usize, reason: &str, credentials: bool) -> bool;
    /// The message is gone; it is closed already.
    fn gone(&mut self, index: usize);
    /// The message can never be edited again; it is closed already.
    fn frozen(&mut self, index: usize);
}

#[derive(Clone, Copy)]
pub(super) struct Revision {
    pub(super) rev: u64,
    pub(super) count: u32,
    /// How far edits are apart.
    pub(super) pace: Duration,
}
