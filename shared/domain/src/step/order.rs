//! What came first: a firing or a clear.

use crate::{Clearing, Received, Skew, Time};

/// Whether the clear comes after the firing. Reception decides; within the difference of two
/// clocks the source's own times do, if it gave both.
pub(super) fn is_after(
    clear: &Clearing,
    firing: Received,
    starts_at: Option<Time>,
    skew: Skew,
) -> bool {
    match (clear.ends_at, starts_at) {
        (Some(ends_at), Some(starts_at)) if is_close(clear.received, firing, skew) => {
            ends_at >= starts_at
        }
        (Some(_) | None, Some(_) | None) => clear.received > firing,
    }
}

/// Whether the source itself says that the clear ends an earlier run than the one that began then.
pub(super) fn ends_earlier_run(clear: &Clearing, starts_at: Option<Time>) -> bool {
    match (clear.ends_at, starts_at) {
        (Some(ends_at), Some(starts_at)) => ends_at < starts_at,
        (Some(_) | None, Some(_) | None) => false,
    }
}

/// Whether a clear that was set aside may in truth have come after the firing: received just
/// before it, and no times of the source to tell.
pub(super) fn is_doubtful(
    clear: &Clearing,
    firing: Received,
    starts_at: Option<Time>,
    skew: Skew,
) -> bool {
    clear.received <= firing
        && is_close(clear.received, firing, skew)
        && (clear.ends_at.is_none() || starts_at.is_none())
}

/// Too close together for two clocks to tell. Never on one machine.
fn is_close(one: Received, other: Received, skew: Skew) -> bool {
    one.at.since(other.at).max(other.at.since(one.at)) < skew.ours
}
