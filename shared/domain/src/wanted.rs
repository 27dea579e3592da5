//! What is still owed, derived from state alone.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::mechanism::{Mechanism, is_on};
use crate::{Alert, NoticeKind, Send, SendKey, SendState, Skew, Status, Time, What};

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
    let mut wants: BTreeSet<Want> =
        alert.sends.iter().filter_map(|send| of_send(alert, send)).collect();
    if let Some(at) = alert.plan.tick_due {
        wants.insert(Want::Tick { generation: alert.plan.generation, at });
    }
    wants
}

/// When the sweep must look at this alert, or a little earlier; `None` exactly when nothing is owed.
/// Immediate work counts from when it was added, also while somebody holds it.
pub fn due_at(alert: &Alert) -> Option<Time> {
    let since = alert.owed_since.unwrap_or(alert.opened.at);
    let soonest = wanted(alert).iter().map(|want| want.at().unwrap_or(since)).min()?;
    Some(alert.owed_since.map_or(soonest, |since| since.min(soonest)))
}

fn of_send(alert: &Alert, send: &Send) -> Option<Want> {
    let is_page = match send.what {
        What::Page(_) => true,
        What::Card | What::Notice(_) => false,
    };
    let at = match &send.state {
        // A reply waits for its card, whose settle makes it owed.
        SendState::Wanted { .. } if send.is_reply() && !alert.may_post(send) => return None,
        SendState::Wanted { not_before } => *not_before,
        SendState::Claimed { lease_until, .. } => Some(lease_over(*lease_until, LEASE_SKEW)),
        SendState::InDoubt { not_before, .. } => Some(*not_before),
        SendState::Sent(_) => {
            return behind(send, alert.card_rev, alert.count).map(|at| Want::Refresh {
                key: send.key.clone(),
                rev: alert.card_rev,
                at,
            });
        }
        SendState::Dropped(_) => return None,
    };
    Some(Want::Deliver {
        key: send.key.clone(),
        at,
        urgent: is_page && matches!(alert.status, Status::Firing),
    })
}

/// From when on somebody else may take the lease over.
pub(crate) fn lease_over(until: Time, skew: Duration) -> Time {
    if is_on(Mechanism::LeaseSkew) { until + skew } else { until }
}

/// Whether a posted message is owed an edit: `Some(None)` now, `Some(Some(at))` then.
pub(crate) fn behind(send: &Send, rev: u64, count: u32) -> Option<Option<Time>> {
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
        return Some(shown.not_before);
    }
    let every = if is_on(Mechanism::Coalescing) { COUNT_EVERY } else { Duration::ZERO };
    let counted = (follows_count && shown.count < count).then_some(shown.edited_at + every);
    let soonest = match (shown.again_after, counted) {
        (Some(again), Some(counted)) => again.min(counted),
        (one, other) => one.or(other)?,
    };
    Some(Some(soonest.max(shown.not_before.unwrap_or(soonest))))
}
