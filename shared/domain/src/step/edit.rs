//! What came of an edit of a posted message.

use super::claim::EDIT_AGAIN;
use super::draft::{Draft, Stage};
use super::outbox::Outbox;
use super::place;
use super::settle::{BROKEN_RETRY, key_after, later};
use crate::{Alert, NoticeKind, Send, SendKey, SendState, Settlement, Shown, Time, What};

/// `index` is a sent message whose edit this worker holds. `false` for what only a post can come
/// to.
pub(super) fn edited(outbox: &mut impl Outbox, index: usize, settlement: &Settlement) -> bool {
    match settlement {
        Settlement::Refreshed { at, rev, count } => refreshed(outbox, index, *at, *rev, *count),
        Settlement::Unknown { started, retry_at } => {
            let again_after = *started + EDIT_AGAIN;
            release(outbox, index, |shown| {
                shown.again_after = shown.again_after.max(Some(again_after));
                shown.not_before = Some(*retry_at);
            });
        }
        Settlement::Retry { at, .. } => {
            let not_before = later(outbox, index, *at);
            let send = &mut outbox.sends_mut()[index];
            send.attempts = send.attempts.saturating_add(1);
            release(outbox, index, |shown| shown.not_before = Some(not_before));
        }
        Settlement::Broken { at, reason, credentials } => {
            outbox.say_failed(index, reason);
            if outbox.moves(index, reason, *credentials) {
                release(outbox, index, |shown| shown.closed = true);
                return true;
            }
            let is_over = outbox.gives_up();
            let send = &mut outbox.sends_mut()[index];
            send.attempts = send.attempts.saturating_add(1);
            release(outbox, index, |shown| {
                shown.not_before = Some(*at + BROKEN_RETRY);
                shown.closed = is_over;
            });
        }
        Settlement::Gone { .. } => {
            release(outbox, index, |shown| shown.closed = true);
            outbox.gone(index);
        }
        Settlement::EditRefused { .. } => {
            release(outbox, index, |shown| shown.closed = true);
            outbox.frozen(index);
        }
        Settlement::Sent { .. }
        | Settlement::FindFailed { .. }
        | Settlement::NotPosted { .. }
        | Settlement::Folded { .. }
        | Settlement::Unfolded => return false,
    }
    true
}

fn release(outbox: &mut impl Outbox, index: usize, then: impl FnOnce(&mut Shown)) {
    if let SendState::Sent(shown) = &mut outbox.sends_mut()[index].state {
        shown.refresh = None;
        then(shown);
    }
}

/// Whatever succeeds between, an edit in doubt is owed again until one that started late enough
/// has gone through.
fn refreshed(outbox: &mut impl Outbox, index: usize, at: Time, rev: u64, count: u32) {
    outbox.sends_mut()[index].attempts = 0;
    if let SendState::Sent(shown) = &mut outbox.sends_mut()[index].state {
        let started = shown.refresh.as_ref().map(|refresh| refresh.started);
        if shown.again_after <= started {
            shown.again_after = None;
        }
        shown.refresh = None;
        shown.not_before = None;
        shown.rev = rev;
        shown.count = count;
        shown.edited_at = at;
    }
}

/// Somebody deleted the card of an alert that is not over.
pub(super) fn post_anew(draft: &mut Draft<'_>, index: usize) {
    let gone = &draft.alert.sends[index];
    if !matches!(gone.what, What::Card) || draft.stage() == Stage::Resolved {
        return;
    }
    let card = Send {
        key: key_after(draft, b"card again", &gone.key),
        what: What::Card,
        to: place::card(&draft.context.plan),
        generation: draft.alert.plan.generation,
        state: SendState::Wanted { not_before: None },
        attempts: 0,
    };
    draft.owe(card);
}

/// A card that cannot be edited is followed by a reply with the state of now, and by another one
/// when the alert is over.
pub(super) fn say_final_states(before: Option<&Alert>, alert: &mut Alert) {
    let was_open = before.is_none_or(Alert::is_open);
    if !was_open || alert.is_open() {
        return;
    }
    let mut refused: Vec<SendKey> = Vec::new();
    for send in &alert.sends {
        match &send.what {
            What::Notice(NoticeKind::FinalState { card }) if !refused.contains(card) => {
                refused.push(card.clone());
            }
            What::Notice(
                NoticeKind::FinalState { .. }
                | NoticeKind::Exhausted
                | NoticeKind::AckTimeout
                | NoticeKind::Reply { .. }
                | NoticeKind::WhatFixedIt,
            )
            | What::Card
            | What::Page(_) => {}
        }
    }
    for card in refused {
        reply_with_state(alert, card, b"over");
    }
}

/// Says under a card that cannot be edited how the alert stands.
pub(super) fn reply_with_state(alert: &mut Alert, card: SendKey, name: &[u8]) {
    let Some(to) = alert.send(&card).map(|send| send.to.clone()) else {
        return;
    };
    let key = SendKey::derive(alert.id, &[b"final state", card.as_str().as_bytes(), name]);
    // One that is not out yet shows the state of when it goes out.
    let reply = What::Notice(NoticeKind::FinalState { card });
    let is_owed = alert.sends.iter().any(|send| {
        let is_waiting = matches!(send.state, SendState::Wanted { .. });
        send.key == key || (send.what == reply && is_waiting)
    });
    if !is_owed {
        let generation = alert.plan.generation;
        alert.sends.push(Send {
            key,
            what: reply,
            to,
            generation,
            state: SendState::Wanted { not_before: None },
            attempts: 0,
        });
    }
}
