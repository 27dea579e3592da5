//! What came of a post.

use std::time::Duration;

use super::draft::{APPLIED, Draft, Stage, Verdict, ignored};
use super::{claim, edit, elsewhere, fallback, words};
use crate::mechanism::{Mechanism, is_on};
use crate::{
    ClaimId, ClaimMode, DropReason, EntryKind, Ignored, MessageRef, NoticeKind, Send, SendKey,
    SendState, Settle, Settlement, Shown, Status, Time, What,
};

/// A timed-out post can still land until then; `find` before it would say no too soon.
const FIND_AFTER: Duration = Duration::from_secs(15);
/// How often what is broken is tried again.
pub(super) const BROKEN_RETRY: Duration = Duration::from_secs(300);
/// How long what is broken is tried after the alert is over.
const GIVE_UP_AFTER: Duration = Duration::from_secs(3600);
/// The longest wait between two tries.
const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// Applied if any of it told something.
pub(super) fn settle(draft: &mut Draft<'_>, claim: &ClaimId, settles: &[Settle]) -> Verdict {
    let mut told = false;
    for settle in settles {
        told |= one(draft, claim, settle);
    }
    if told { APPLIED } else { ignored(Ignored::NothingClaimed) }
}

fn one(draft: &mut Draft<'_>, claim: &ClaimId, settle: &Settle) -> bool {
    let Some(index) = draft.alert.sends.iter().position(|send| send.key == settle.key) else {
        return false;
    };
    // Sent from anybody is final: the message exists.
    if let Settlement::Sent { at, message, rev, count, .. } = &settle.settlement {
        return sent(draft, index, *at, message, (*rev, *count));
    }
    match &draft.alert.sends[index].state {
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
            posted(draft, &held, &settle.settlement)
        }
        SendState::Sent(shown)
            if shown.refresh.as_ref().is_some_and(|refresh| refresh.claim == *claim) =>
        {
            edit::edited(draft, index, &settle.settlement)
        }
        SendState::Wanted { .. }
        | SendState::Claimed { .. }
        | SendState::InDoubt { .. }
        | SendState::Sent(_)
        | SendState::Dropped(_) => false,
    }
}

fn sent(
    draft: &mut Draft<'_>,
    index: usize,
    at: Time,
    message: &MessageRef,
    (rev, count): (u64, u32),
) -> bool {
    let send = &mut draft.alert.sends[index];
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
    if let What::Page(page) = &send.what {
        let text = format!("Paged {} {}.", words::whom(page), words::way(&send.to));
        draft.say_ourselves(EntryKind::Delivered, text);
    }
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
fn posted(draft: &mut Draft<'_>, held: &Held, settlement: &Settlement) -> bool {
    let now = draft.context.now;
    let may_post = draft.alert.may_post(&draft.alert.sends[held.index]);
    match settlement {
        Settlement::Unknown { started, retry_at } => {
            let since = held.since.min(*started);
            draft.alert.sends[held.index].state = SendState::InDoubt {
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
            draft.alert.sends[held.index].state = state;
        }
        Settlement::NotPosted { retry_at } => {
            draft.alert.sends[held.index].state = if may_post {
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
        Settlement::Retry { at, reason } => retry(draft, held, *at, reason, may_post),
        Settlement::Broken { at, reason, credentials } => {
            broken(draft, held, *at, (reason, *credentials), may_post);
        }
        // What a reply should have gone under is not there.
        Settlement::Gone { .. } if draft.alert.sends[held.index].is_reply() => {
            draft.alert.sends[held.index].state = SendState::Dropped(DropReason::GaveUp);
        }
        Settlement::Sent { .. }
        | Settlement::Refreshed { .. }
        | Settlement::Gone { .. }
        | Settlement::EditRefused { .. } => return false,
    }
    true
}

fn retry(draft: &mut Draft<'_>, held: &Held, at: Time, reason: &str, may_post: bool) {
    say_failed(draft, held.index, reason);
    let dropped = stopped(draft, held.index);
    let not_before = later(draft, held.index, at);
    let send = &mut draft.alert.sends[held.index];
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
pub(super) fn later(draft: &Draft<'_>, index: usize, wish: Time) -> Time {
    let attempts = draft.alert.sends[index].attempts.min(5);
    let wait = Duration::from_secs(1 << attempts).min(BACKOFF_MAX);
    wish.max(draft.context.now + wait)
}

fn broken(
    draft: &mut Draft<'_>,
    held: &Held,
    at: Time,
    (reason, credentials): (&str, bool),
    may_post: bool,
) {
    say_failed(draft, held.index, reason);
    if may_post && has_fallen_back(draft, held.index, reason, credentials) {
        return;
    }
    let dropped = stopped(draft, held.index);
    let is_over = gives_up(draft);
    let send = &mut draft.alert.sends[held.index];
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

/// Whether another send stands in for the one whose place is broken, or none is needed.
fn has_fallen_back(draft: &mut Draft<'_>, index: usize, reason: &str, credentials: bool) -> bool {
    let before = draft.alert.sends[index].state.clone();
    // It must not count as a card that may yet come while the other one is born.
    draft.alert.sends[index].state = SendState::Dropped(DropReason::FellBack);
    let has_fallen = match &draft.alert.sends[index].what {
        What::Page(_) => fallback::bear(draft, index, credentials),
        What::Notice(NoticeKind::WhatFixedIt) => {
            // The answer is worth one question, and no row of attempts.
            draft.alert.sends[index].state = SendState::Dropped(DropReason::GaveUp);
            true
        }
        What::Card
        | What::Notice(
            NoticeKind::Exhausted
            | NoticeKind::AckTimeout
            | NoticeKind::FinalState { .. }
            | NoticeKind::Reply { .. },
        ) => !credentials && elsewhere::bear(draft, index, reason),
    };
    if !has_fallen {
        draft.alert.sends[index].state = before;
    }
    has_fallen
}

/// Whether the alert has been over for so long that what is broken is left.
pub(super) fn gives_up(draft: &Draft<'_>) -> bool {
    match draft.alert.status {
        Status::Resolved { at, .. } => draft.context.now.since(at) >= GIVE_UP_AFTER,
        Status::Firing | Status::Acknowledged { .. } | Status::Snoozed { .. } => false,
    }
}

/// Why what is still to be posted is not posted now.
fn stopped(draft: &Draft<'_>, index: usize) -> DropReason {
    if draft.alert.sends[index].is_reply() {
        return DropReason::GaveUp;
    }
    match draft.stage() {
        Stage::Acknowledged => DropReason::Acknowledged,
        Stage::Snoozed => DropReason::Snoozed,
        Stage::Firing | Stage::Resolved => DropReason::Resolved,
    }
}

/// Said once for a row of failures: people need to know that it happened, not how often.
pub(super) fn say_failed(draft: &mut Draft<'_>, index: usize, reason: &str) {
    let send: &Send = &draft.alert.sends[index];
    if send.attempts > 0 {
        return;
    }
    let what = match &send.what {
        What::Page(page) => format!("page {}", words::whom(page)),
        What::Card => "show the alert".to_owned(),
        What::Notice(_) => "post a notice".to_owned(),
    };
    let reason = reason.trim_end_matches('.');
    let text = format!("Could not {what} {}: {reason}.", words::way(&send.to));
    draft.say_ourselves(EntryKind::PageFailed, text);
}

/// The key of a send that stands in for, or follows upon, another one.
pub(super) fn key_after(draft: &Draft<'_>, name: &[u8], key: &SendKey) -> SendKey {
    SendKey::derive(draft.alert.id, &[name, key.as_str().as_bytes()])
}
