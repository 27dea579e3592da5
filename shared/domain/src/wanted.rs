//! What is still owed, derived from state alone.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::mechanism::{Mechanism, is_on};
use crate::{Alert, Digest, NoticeKind, Send, SendKey, SendState, Skew, Status, Time, What};

/// A card that is behind by its count only is edited no more often than this.
const COUNT_EVERY: Duration = Duration::from_secs(60);

/// A lease is looked at again when it has ended by every clock. On one machine it could be taken
/// over a little earlier; state alone does not tell where it is.
const LEASE_SKEW: Duration = Skew::CLOUD.ours;

/// One thing owed. Equal values are the same debt: a wake-up for it need not be sent twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Want {
    /// Deliver (claim, post, settle) this send, now (`None`) or then. `urgent`: a page.
    Deliver { key: SendKey, at: Option<Time>, urgent: bool },
    /// Edit a message that is behind.
    Refresh { key: SendKey, rev: u64, at: Option<Time> },
    /// Ask whether the plan has timed out.
    Tick { generation: u64, at: Time },
}

impl Want {
    /// When; `None` is now.
    pub const fn at(&self) -> Option<Time> {
        match self {
            Self::Deliver { at, .. } | Self::Refresh { at, .. } => *at,
            Self::Tick { at, .. } => Some(*at),
        }
    }
}

/// Everything owed. A claimed send is owed from the end of its lease on, in case its worker died.
pub fn wanted(alert: &Alert) -> BTreeSet<Want> {
    wants(alert).collect()
}

/// The same, one by one: in the order of the sends, the tick last.
pub fn wants(alert: &Alert) -> impl Iterator<Item = Want> {
    let generation = alert.plan.generation;
    let tick = alert.plan.tick_due.map(|at| Want::Tick { generation, at });
    alert.sends.iter().filter_map(|send| of_send(alert, send)).chain(tick)
}

/// The same of a digest.
pub fn digest_wanted(digest: &Digest) -> BTreeSet<Want> {
    digest
        .sends
        .iter()
        .filter_map(|send| of_any(send, digest.rev, 0, Digest::EVERY, false))
        .collect()
}

/// When the sweep must look at this digest; `None` exactly when nothing is owed.
pub fn digest_due_at(digest: &Digest) -> Option<Time> {
    let since = digest.owed_since.unwrap_or(digest.opened);
    digest_wanted(digest).iter().map(|want| want.at().unwrap_or(since)).min()
}

/// When the sweep must look at this alert, or a little earlier; `None` exactly when nothing is owed.
/// Immediate work counts from when it was added, also while somebody holds it.
pub fn due_at(alert: &Alert) -> Option<Time> {
    let since = alert.owed_since.unwrap_or(alert.opened.at);
    let soonest = wants(alert).map(|want| want.at().unwrap_or(since)).min()?;
    Some(alert.owed_since.map_or(soonest, |since| since.min(soonest)))
}

fn of_send(alert: &Alert, send: &Send) -> Option<Want> {
    let is_page = match send.what {
        What::Page(_) => true,
        What::Card | What::Notice(_) => false,
    };
    // A reply waits for its card, whose settle makes it owed.
    if send.is_reply() && matches!(send.state, SendState::Wanted { .. }) && !alert.may_post(send) {
        return None;
    }
    let urgent = is_page && matches!(alert.status, Status::Firing);
    of_any(send, alert.card_rev, alert.count, Duration::ZERO, urgent)
}

/// Of a send of an item at this revision. `pace`: how far its edits are apart.
fn of_any(send: &Send, rev: u64, count: u32, pace: Duration, urgent: bool) -> Option<Want> {
    let at = match &send.state {
        SendState::Wanted { not_before } => *not_before,
        SendState::Claimed { lease_until, .. } => Some(lease_over(*lease_until, LEASE_SKEW)),
        SendState::InDoubt { not_before, .. } => Some(*not_before),
        SendState::Sent(_) => {
            let at = behind(send, rev, count, pace)?;
            return Some(Want::Refresh { key: send.key.clone(), rev, at });
        }
        // Its digest has to be told.
        SendState::Folded { rev: told, .. } => {
            let key = send.key.clone();
            return (*told < rev).then_some(Want::Refresh { key, rev, at: None });
        }
        SendState::Dropped(_) => return None,
    };
    Some(Want::Deliver { key: send.key.clone(), at, urgent })
}

/// From when on somebody else may take the lease over.
pub(crate) fn lease_over(until: Time, skew: Duration) -> Time {
    if is_on(Mechanism::LeaseSkew) { until + skew } else { until }
}

/// Whether a posted message is owed an edit: `Some(None)` now, `Some(Some(at))` then.
pub(crate) fn behind(send: &Send, rev: u64, count: u32, pace: Duration) -> Option<Option<Time>> {
    let SendState::Sent(shown) = &send.state else {
        return None;
    };
    let (follows, follows_count) = match send.what {
        What::Card => (true, true),
        // Once it is answered, the question is not asked any more.
        What::Page(_) | What::Notice(NoticeKind::WhatFixedIt) => (true, false),
        What::Notice(
            NoticeKind::Exhausted
            | NoticeKind::AckTimeout
            | NoticeKind::FinalState { .. }
            | NoticeKind::Reply { .. },
        ) => (false, false),
    };
    if shown.closed || !follows {
        return None;
    }
    if let Some(refresh) = &shown.refresh {
        return Some(Some(lease_over(refresh.lease_until, LEASE_SKEW)));
    }
    if shown.rev < rev {
        let paced = (!pace.is_zero()).then_some(shown.edited_at + pace);
        return Some(shown.not_before.max(paced));
    }
    let every = if is_on(Mechanism::Coalescing) { COUNT_EVERY } else { Duration::ZERO };
    let counted = (follows_count && shown.count < count).then_some(shown.edited_at + every);
    let soonest = match (shown.again_after, counted) {
        (Some(again), Some(counted)) => again.min(counted),
        (one, other) => one.or(other)?,
    };
    Some(Some(soonest.max(shown.not_before.unwrap_or(soonest))))
}
