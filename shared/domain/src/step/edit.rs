//! What came of an edit of a posted message.

use super::claim::EDIT_AGAIN;
use super::draft::{Draft, Stage};
use super::settle::{BROKEN_RETRY, gives_up, key_after, later, say_failed};
use super::{elsewhere, place};
use crate::{Alert, NoticeKind, Send, SendKey, SendState, Settlement, Shown, Time, What};

/// `index` is a sent message whose edit this worker holds. `false` for what only a post can come
/// to.
pub(super) fn edited(draft: &mut Draft<'_>, index: usize, settlement: &Settlement) -> bool {
    match settlement {
        Settlement::Refreshed { at, rev, count } => refreshed(draft, index, *at, *rev, *count),
        Settlement::Unknown { started, retry_at } => {
            let again_after = *started + EDIT_AGAIN;
            release(draft, index, |shown| {
                shown.again_after = shown.again_after.max(Some(again_after));
                shown.not_before = Some(*retry_at);
            });
        }
        Settlement::Retry { at, .. } => {
            let not_before = later(draft, index, *at);
            let send = &mut draft.alert.sends[index];
            send.attempts = send.attempts.saturating_add(1);
            release(draft, index, |shown| shown.not_before = Some(not_before));
        }
        Settlement::Broken { at, reason, credentials } => {
            say_failed(draft, index, reason);
            // What is over is not shown anew elsewhere, only because it cannot be edited.
            if !credentials && draft.alert.is_open() && elsewhere::bear(draft, index, reason) {
                release(draft, index, |shown| shown.closed = true);
                return true;
            }
            let is_over = gives_up(draft);
            let send = &mut draft.alert.sends[index];
            send.attempts = send.attempts.saturating_add(1);
            release(draft, index, |shown| {
                shown.not_before = Some(*at + BROKEN_RETRY);
                shown.closed = is_over;
            });
        }
        Settlement::Gone { .. } => {
            release(draft, index, |shown| shown.closed = true);
            post_anew(draft, index);
        }
        Settlement::EditRefused { .. } => {
            release(draft, index, |shown| shown.closed = true);
            let send = &draft.alert.sends[index];
            if matches!(send.what, What::Card) {
                let card = send.key.clone();
                let name = draft.alert.card_rev.to_be_bytes();
                reply_with_state(&mut draft.alert, card, &name);
            }
        }
        Settlement::Sent { .. } | Settlement::FindFailed { .. } | Settlement::NotPosted { .. } => {
            return false;
        }
    }
    true
}

fn release(draft: &mut Draft<'_>, index: usize, then: impl FnOnce(&mut Shown)) {
    if let SendState::Sent(shown) = &mut draft.alert.sends[index].state {
        shown.refresh = None;
        then(shown);
    }
}

/// Whatever succeeds between, an edit in doubt is owed again until one that started late enough
/// has gone through.
fn refreshed(draft: &mut Draft<'_>, index: usize, at: Time, rev: u64, count: u32) {
    draft.alert.sends[index].attempts = 0;
    if let SendState::Sent(shown) = &mut draft.alert.sends[index].state {
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
fn post_anew(draft: &mut Draft<'_>, index: usize) {
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

fn reply_with_state(alert: &mut Alert, card: SendKey, name: &[u8]) {
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
