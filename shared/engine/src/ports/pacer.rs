//! When something may be said to a platform, and what all processes know of that together.

use std::future::Future;

use nightowl_domain::{Destination, SendKey, Time};
use nightowl_messaging::Limits;

use super::StoreError;

/// Whether a call may be made now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    Now,
    /// Not before then; ask again.
    Later(Time),
    /// For what can be said together with others: more of that waits than people could read. What
    /// is not said in a digest asks again then.
    Crowded(Time),
}

/// What kind of call it is: platforms count them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Post,
    Edit,
    Find,
}

/// How many cards of one integration its operators want to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle<'a> {
    pub integration: &'a str,
    pub cards_per_minute: u32,
}

/// Somebody who wants to make a call.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub tenant: &'a str,
    pub to: &'a Destination,
    pub send: &'a SendKey,
    pub call: Call,
    /// A page: it goes before everything else and never waits for trouble of the pacer's own.
    pub urgent: bool,
    /// It can be said together with others, and so may be told that it is crowded.
    pub folds: bool,
    /// The provider's.
    pub limits: &'a Limits,
    /// Of the first post of a card.
    pub throttle: Option<Throttle<'a>>,
}

/// Spaces calls, so that the platform does not have to refuse them. It never fails: in trouble it
/// lets pages go.
pub trait Pacer: Send + Sync + 'static {
    /// Asks for a slot. Asking again for the same send gives the same slot, as long as it is not
    /// over.
    fn ask(&self, ask: &Ask<'_>, now: Time) -> impl Future<Output = Grant> + Send;

    /// The platform refused this call and said: nothing more of that before `until`.
    fn block(&self, ask: &Ask<'_>, until: Time, now: Time) -> impl Future<Output = ()> + Send;
}

/// A limit that several processes share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LaneName {
    /// Provider and account: all limits that one platform has for one of its users.
    pub group: String,
    /// Which of them.
    pub lane: String,
}

/// Where one limit stands: an account that is paid off by time, and who waits for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// When all that was let through is paid off. Never goes back.
    pub free: Time,
    /// The same of pages alone, who do not wait for what others owe.
    pub free_for_pages: Time,
    /// The platform asked for quiet until then.
    pub blocked: Time,
    /// In the order in which they asked.
    pub line: Vec<Place>,
}

/// One who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// A hash of the send.
    pub send: u32,
    pub standing: Standing,
    /// When its slot begins, or when it was let through.
    pub at: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was told to come back then; pages may be let through before it.
    Waits,
    /// The slot is its own: it is paid for.
    Reserved,
    /// It was let through.
    Granted,
}

/// A lane as it is stored. `version` is 1 for the first that was written, and one more each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneRow {
    pub version: u64,
    pub lane: Lane,
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Swapped {
    Done,
    /// Another was quicker. What stands, if anything does.
    Lost(Option<LaneRow>),
}

/// Where lanes are kept. Rows may go when all that they tell of is over.
pub trait Lanes: Send + Sync + 'static {
    /// All rows of a group, perhaps as they were a moment ago.
    fn read_lanes(
        &self,
        group: &str,
    ) -> impl Future<Output = Result<Vec<(String, LaneRow)>, StoreError>> + Send;

    /// Writes `row` over the version before its own, or where nothing stands if it is the first.
    fn swap_lane(
        &self,
        name: &LaneName,
        row: &LaneRow,
    ) -> impl Future<Output = Result<Swapped, StoreError>> + Send;
}
