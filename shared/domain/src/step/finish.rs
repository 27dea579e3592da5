//! From a draft to what is written.

use std::time::Duration;

use super::draft::{Context, Draft, Verdict};
use super::{Change, Step, edit, tell};
use crate::{Alert, ClaimMode, Outcome, Send, SendState, Time, Want, What, wants};

/// Sent messages of older generations that are still kept up to date; beyond it the oldest are
/// left as they are. Their clicks still work, through the reverse row.
const SENDS_MAX: usize = 24;

/// For an event that found no alert.
pub(super) fn opened(context: &Context<'_>, verdict: Verdict) -> Step {
    match verdict {
        Verdict::Keep(outcome) => Step { change: Change::None, outcome },
        Verdict::Open { mut alert, details } => {
            stamp(None, &mut alert, context);
            Step {
                change: Change::Open { alert, details, previous: None },
                outcome: Outcome::APPLIED,
            }
        }
    }
}

/// Writes what differs from `before`, and only that.
pub(super) fn changed(before: &Alert, draft: Draft<'_>, verdict: Verdict) -> Step {
    let Draft { alert: mut changed, context } = draft;
    match verdict {
        Verdict::Keep(outcome) => {
            let change = if changed == *before {
                Change::None
            } else {
                stamp(Some(before), &mut changed, &context);
                Change::Write(Box::new(changed))
            };
            Step { change, outcome }
        }
        Verdict::Open { mut alert, details } => {
            changed.next = Some(alert.id);
            stamp(Some(before), &mut changed, &context);
            stamp(None, &mut alert, &context);
            Step {
                change: Change::Open { alert, details, previous: Some(Box::new(changed)) },
                outcome: Outcome::APPLIED,
            }
        }
    }
}

fn stamp(before: Option<&Alert>, alert: &mut Alert, context: &Context<'_>) {
    edit::say_final_states(before, alert);
    if let Some(before) = before {
        tell::turns(before, alert, context);
        forget_replies(before, alert);
        keep_what_was_dropped(before, alert);
        prune(before, alert);
    }
    tell::follow_card(alert);
    drop_flushed_entries(alert);
    let excess = (alert.seen.len() + 1).saturating_sub(Alert::SEEN_MAX);
    alert.seen.drain(..excess);
    alert.seen.push((context.event.id.clone(), context.write_id.clone()));
    alert.version += 1;
    alert.write_id = context.write_id.clone();
    remember_owed(before, alert, context);
}

/// How long work that somebody has taken on keeps its place among what is due. The sweep looks at
/// older debts once an hour only, and a lease whose worker died must not wait for that.
const HELD_MAX: Duration = Duration::from_secs(600);

/// A new piece of immediate work counts from now, so that an old debt never hides it. Work that is
/// claimed counts on until it is settled: its row in the index stays where it is, and moving one
/// costs two writes. A sweep in between wakes the alert in vain.
fn remember_owed(before: Option<&Alert>, alert: &mut Alert, context: &Context<'_>) {
    let owed: Vec<Want> = immediate(alert).collect();
    let is_known =
        |want: &Want| before.is_some_and(|before| immediate(before).any(|known| known == *want));
    alert.owed_since = if owed.is_empty() {
        let is_recent = |since: &Time| context.now.since(*since) < HELD_MAX;
        alert.owed_since.filter(is_recent).filter(|_| alert.sends.iter().any(Send::is_held))
    } else if owed.iter().all(is_known) {
        alert.owed_since.or(Some(context.now))
    } else {
        Some(context.now)
    };
}

fn immediate(alert: &Alert) -> impl Iterator<Item = Want> {
    wants(alert).filter(|want| want.at().is_none())
}

/// A send that may have been posted counts as new when it is dropped: its worker may be late, and
/// must find it to say that the message is there after all.
fn keep_what_was_dropped(before: &Alert, alert: &mut Alert) {
    let may_be_posted = |send: &Send| {
        before.send(&send.key).is_some_and(|known| match known.state {
            SendState::InDoubt { .. } => true,
            SendState::Claimed { mode, .. } => mode != ClaimMode::Post,
            SendState::Wanted { .. }
            | SendState::Sent(_)
            | SendState::Dropped(_)
            | SendState::Folded { .. } => false,
        })
    };
    alert.sends.change_where(
        |send| matches!(send.state, SendState::Dropped(_)) && may_be_posted(send),
        |send| send.generation = before.plan.generation,
    );
}

/// A reply that was posted is never looked at again: it has no button and follows nothing. An alert
/// with a hundred notes must not carry a hundred of them.
fn forget_replies(before: &Alert, alert: &mut Alert) {
    let is_done = |send: &Send| {
        send.is_reply()
            && before.send(&send.key).is_some_and(|known| matches!(known.state, SendState::Sent(_)))
    };
    alert.sends.retain(|send| !is_done(send));
}

/// Only what is finished and older than the plan that was read goes. A dropped send stays for one
/// plan more, so that a worker who posted it after all can still say so.
fn prune(before: &Alert, alert: &mut Alert) {
    let generation = before.plan.generation;
    alert.sends.retain(|send| {
        send.generation.saturating_add(1) >= generation
            || !matches!(send.state, SendState::Dropped(_))
    });
    while alert.sends.len() > SENDS_MAX {
        let oldest = alert.sends.iter().position(|send| {
            let is_sent = before
                .send(&send.key)
                .is_some_and(|known| matches!(known.state, SendState::Sent(_)));
            let may_go = match &send.what {
                What::Page(_) | What::Notice(_) => true,
                What::Card => false,
            };
            send.generation < generation && is_sent && may_go
        });
        match oldest {
            Some(index) => alert.sends.remove(index),
            None => return,
        };
    }
}

/// Once the tail is long, entries that are stored apart leave it; no other entry ever does.
fn drop_flushed_entries(alert: &mut Alert) {
    if alert.timeline.len() > Alert::TAIL_MAX {
        let flushed = alert.timeline_flushed;
        alert.timeline.retain(|entry| entry.seq >= flushed);
    }
}
