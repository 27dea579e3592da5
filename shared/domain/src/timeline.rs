//! What happened to an alert, in order, in words.

use crate::{Actor, Time};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// From 0, without gaps.
    pub seq: u64,
    pub at: Time,
    pub kind: EntryKind,
    pub actor: Actor,
    /// One sentence in plain text. May hold untrusted words: whoever renders it escapes it.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    Opened,
    Fired,
    Problem,
    Cleared,
    Acknowledged,
    Unacknowledged,
    Escalated,
    Snoozed,
    Resolved,
    Note,
    Paged,
    PageFailed,
    Delivered,
    Exhausted,
    Ignored,
}

impl EntryKind {
    pub const ALL: [Self; 15] = [
        Self::Opened,
        Self::Fired,
        Self::Problem,
        Self::Cleared,
        Self::Acknowledged,
        Self::Unacknowledged,
        Self::Escalated,
        Self::Snoozed,
        Self::Resolved,
        Self::Note,
        Self::Paged,
        Self::PageFailed,
        Self::Delivered,
        Self::Exhausted,
        Self::Ignored,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Fired => "fired",
            Self::Problem => "problem",
            Self::Cleared => "cleared",
            Self::Acknowledged => "acknowledged",
            Self::Unacknowledged => "unacknowledged",
            Self::Escalated => "escalated",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
            Self::Note => "note",
            Self::Paged => "paged",
            Self::PageFailed => "page_failed",
            Self::Delivered => "delivered",
            Self::Exhausted => "exhausted",
            Self::Ignored => "ignored",
        }
    }
}
