//! What came of a post.

use std::time::Duration;

use super::draft::Draft;
use super::outbox::Outbox;
use super::{claim, edit};
use crate::mechanism::{Mechanism, is_on};
use crate::{
    AlertId, ClaimId, ClaimMode, DropReason, Ignored, MessageRef, Outcome, SendKey, SendState,
    Settle, Settlement, Shown, Time,
};

/// A timed-out post can still land until then; `find` before it would say no too soon.
const FIND_AFTER: Duration = Duration::from_secs(15);
/// How often what is broken is tried again.
pub(super) const BROKEN_RETRY: Duration = Duration::from_secs(300);
/// The longest wait between two tries.
const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// Applied if any of it told something.
pub(super) fn settle(outbox: &mut impl Outbox, claim: &ClaimId, settles: &[Settle]) -> Outcome {
    let mut told = false;
    for settle in settles {
        told |= one(outbox, claim, settle);
    }
    if told { Outcome::APPLIED } else { Outcome::Ignored(Ignored::NothingClaimed) }
}

fn one(outbox: &mut impl Outbox, claim: &ClaimId, settle: &Settle) -> bool {
    let Some(index) = outbox.sends().iter().position(|send| send.key == settle.key) else {
        return false;
    };
    match &settle.settlement {
        // Sent from anybody is final: the message exists.
        Settlement::Sent { at, message, rev, count, .. } => {
            return sent(outbox, index, *at, message, (*rev, *count));
        }
        Settlement::Folded { digest, rev } => return folded(outbox, index, *digest, *rev),
        Settlement::Unfolded => return unfolded(outbox, index),
        Settlement::Refreshed { .. }
        | Settlement::Unknown { .. }
        | Settlement::FindFailed { .. }
        | Settlement::NotPosted { .. }
        | Settlement::Retry { .. }
        | Settlement::Broken { .. }
        | Settlement::Gone { .. }
        | Settlement::EditRefused { .. } => {}
    }
    match &outbox.sends()[index].state {
        SendState::Claimed { claim: holder, mode, since, finds_failed, finding_since, .. }
            if holder == claim || !is_on(Mechanism::ClaimIdAtSettle) =>
        {
            let held = Held {
                index,
                mode: *mode,
                since: *since,
                finds_failed: *finds_failed,
                finding_since: *finding_since,
            };
            posted(outbox, &held, &settle.settlement)
        }
        SendState::Sent(shown)
            if shown.refresh.as_ref().is_some_and(|refresh| refresh.claim == *claim) =>
        {
            edit::edited(outbox, index, &settle.settlement)
        }
        SendState::Wanted { .. }
        | SendState::Claimed { .. }
        | SendState::InDoubt { .. }
        | SendState::Sent(_)
        | SendState::Dropped(_)
        | SendState::Folded { .. } => false,
    }
}

/// Only a card that nobody has begun to post is folded; the worker of one that may be posted goes
/// on.
fn folded(outbox: &mut impl Outbox, index: usize, digest: AlertId, rev: u64) -> bool {
    let send = &mut outbox.sends_mut()[index];
    let known = match &send.state {
        SendState::Wanted { .. } => 0,
        SendState::Folded { digest: known, rev } if *known == digest => *rev,
        SendState::Folded { .. }
        | SendState::Claimed { .. }
        | SendState::InDoubt { .. }
        | SendState::Sent(_)
        | SendState::Dropped(_) => return false,
    };
    send.attempts = 0;
    send.state = SendState::Folded { digest, rev: rev.max(known) };
    true
}

fn unfolded(outbox: &mut impl Outbox, index: usize) -> bool {
    let send = &mut outbox.sends_mut()[index];
    let is_folded = matches!(send.state, SendState::Folded { .. });
    if is_folded {
        send.state = SendState::Wanted { not_before: None };
    }
    is_folded
}

fn sent(
    outbox: &mut impl Outbox,
    index: usize,
    at: Time,
    message: &MessageRef,
    (rev, count): (u64, u32),
) -> bool {
    let send = &mut outbox.sends_mut()[index];
    if matches!(send.state, SendState::Sent(_)) {
        return false;
    }
    send.attempts = 0;
    send.state = SendState::Sent(Shown {
        at,
        message: message.clone(),
        rev,
        count,
        edited_at: at,
        refresh: None,
        again_after: None,
        not_before: None,
        closed: false,
    });
    outbox.say_sent(index);
    true
}

/// A send that this worker holds, and what its claim knew.
struct Held {
    index: usize,
    mode: ClaimMode,
    since: Time,
    finds_failed: u8,
    finding_since: Option<Time>,
}

impl Held {
    /// Doubt is sticky: what may have landed stays so until it is found or its find says no.
    const fn is_in_doubt(&self) -> bool {
        match self.mode {
            ClaimMode::Post | ClaimMode::Refresh => false,
            ClaimMode::FindThenPost | ClaimMode::FindOnly | ClaimMode::PostAnyway => true,
        }
    }

    const fn doubt(&self, not_before: Time) -> SendState {
        SendState::InDoubt {
            since: self.since,
            not_before,
            finds_failed: self.finds_failed,
            finding_since: self.finding_since,
        }
    }
}

/// `false` for what only an edit can come to.
fn posted(outbox: &mut impl Outbox, held: &Held, settlement: &Settlement) -> bool {
    let now = outbox.now();
    let may_post = outbox.may_post(held.index);
    match settlement {
        Settlement::Unknown { started, retry_at } => {
            let since = held.since.min(*started);
            outbox.sends_mut()[held.index].state = SendState::InDoubt {
                since,
                not_before: (*retry_at).max(*started + FIND_AFTER),
                finds_failed: 0,
                finding_since: None,
            };
        }
        Settlement::FindFailed { retry_at } => {
            let finds_failed = held.finds_failed.saturating_add(1);
            let finding_since = held.finding_since.or(Some(now));
            let state = if !may_post && claim::fails_open(finds_failed, finding_since, now) {
                SendState::Dropped(DropReason::NeverPosted)
            } else {
                SendState::InDoubt {
                    since: held.since,
                    not_before: *retry_at,
                    finds_failed,
                    finding_since,
                }
            };
            outbox.sends_mut()[held.index].state = state;
        }
        Settlement::NotPosted { retry_at } => {
            outbox.sends_mut()[held.index].state = if may_post {
                SendState::InDoubt {
                    since: held.since,
                    not_before: *retry_at,
                    finds_failed: 0,
                    finding_since: None,
                }
            } else {
                SendState::Dropped(DropReason::NeverPosted)
            };
        }
        Settlement::Retry { at, reason } => retry(outbox, held, *at, reason, may_post),
        Settlement::Broken { at, reason, credentials } => {
            broken(outbox, held, *at, (reason, *credentials), may_post);
        }
        // What a reply should have gone under is not there.
        Settlement::Gone { .. } if outbox.sends()[held.index].is_reply() => {
            outbox.sends_mut()[held.index].state = SendState::Dropped(DropReason::GaveUp);
        }
        Settlement::Sent { .. }
        | Settlement::Refreshed { .. }
        | Settlement::Gone { .. }
        | Settlement::EditRefused { .. }
        | Settlement::Folded { .. }
        | Settlement::Unfolded => return false,
    }
    true
}

fn retry(outbox: &mut impl Outbox, held: &Held, at: Time, reason: &str, may_post: bool) {
    outbox.say_failed(held.index, reason);
    let dropped = outbox.stopped(held.index);
    let not_before = later(outbox, held.index, at);
    let send = &mut outbox.sends_mut()[held.index];
    send.attempts = send.attempts.saturating_add(1);
    send.state = if held.is_in_doubt() {
        held.doubt(not_before)
    } else if may_post && is_on(Mechanism::RetryOn429) {
        SendState::Wanted { not_before: Some(not_before) }
    } else {
        SendState::Dropped(dropped)
    };
}

/// The provider's wish, or the doubled wait after so many failures, whichever is later.
pub(super) fn later(outbox: &impl Outbox, index: usize, wish: Time) -> Time {
    let attempts = outbox.sends()[index].attempts.min(5);
    let wait = Duration::from_secs(1 << attempts).min(BACKOFF_MAX);
    wish.max(outbox.now() + wait)
}

fn broken(
    outbox: &mut impl Outbox,
    held: &Held,
    at: Time,
    (reason, credentials): (&str, bool),
    may_post: bool,
) {
    outbox.say_failed(held.index, reason);
    if may_post && outbox.falls_back(held.index, reason, credentials) {
        return;
    }
    let dropped = outbox.stopped(held.index);
    let is_over = outbox.gives_up();
    let send = &mut outbox.sends_mut()[held.index];
    send.attempts = send.attempts.saturating_add(1);
    let not_before = at + BROKEN_RETRY;
    send.state = if is_over {
        SendState::Dropped(DropReason::GaveUp)
    } else if held.is_in_doubt() {
        held.doubt(not_before)
    } else if may_post {
        SendState::Wanted { not_before: Some(not_before) }
    } else {
        SendState::Dropped(dropped)
    };
}

/// The key of a send that stands in for, or follows upon, another one.
pub(super) fn key_after(draft: &Draft<'_>, name: &[u8], key: &SendKey) -> SendKey {
    SendKey::derive(draft.alert.id, &[name, key.as_str().as_bytes()])
}
