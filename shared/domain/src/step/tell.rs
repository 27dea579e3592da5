//! What is said under an alert's card: its turning points, as replies. Few of them: while nobody
//! has begun to post one, whatever else happens is added to it.

use super::draft::{Context, cut};
use crate::{
    Actor, Alert, Destination, DropReason, Entry, EntryKind, NoticeKind, Send, SendKey, SendState,
    Turn, What,
};

/// The characters of one reply. All of it is in the timeline.
const REPLY_MAX: usize = 2_000;
/// Said once where a reply is full.
const MORE: &str = "… there is more in the timeline.";

/// Adds the turning points among the entries that this step wrote to what is owed under the card.
pub(super) fn turns(before: &Alert, alert: &mut Alert, context: &Context<'_>) {
    let told = &context.plan.tenant.thread_replies;
    if told.is_empty() || alert.hidden {
        return;
    }
    let mut lines: Vec<(u64, String)> = Vec::new();
    let mut is_paging_told = false;
    for entry in alert.timeline.iter().filter(|entry| entry.seq >= before.timeline_next) {
        let is_told = match entry.kind {
            // Whom it went to belongs to the turn that made it go there.
            EntryKind::Paged => is_paging_told,
            kind => Turn::of(kind).is_some_and(|turn| told.contains(&turn)),
        };
        is_paging_told = is_told
            && match entry.kind {
                EntryKind::Escalated | EntryKind::Unacknowledged | EntryKind::Paged => true,
                EntryKind::Opened
                | EntryKind::Fired
                | EntryKind::Problem
                | EntryKind::Cleared
                | EntryKind::Acknowledged
                | EntryKind::Snoozed
                | EntryKind::Resolved
                | EntryKind::Note
                | EntryKind::PageFailed
                | EntryKind::Delivered
                | EntryKind::Exhausted
                | EntryKind::Ignored => false,
            };
        if is_told {
            lines.push((entry.seq, line(entry)));
        }
    }
    for (seq, line) in lines {
        under_card(alert, seq, &line);
    }
}

/// The timeline's own words; a note is nothing without its author.
fn line(entry: &Entry) -> String {
    match (entry.kind, &entry.actor) {
        (EntryKind::Note, Actor::System) => entry.text.clone(),
        (EntryKind::Note, by) => format!("{} noted: {}", by.show(), entry.text),
        _ => entry.text.clone(),
    }
}

/// One line under the card that stands or is to come; nothing where none ever will. `seq`: the
/// entry that it tells of, so that a retry of this step makes no second reply.
pub(super) fn under_card(alert: &mut Alert, seq: u64, line: &str) {
    let Some(to) = place(alert) else { return };
    let is_waiting = |send: &Send| matches!(send.state, SendState::Wanted { .. });
    let open = alert.sends.iter().rposition(|send| send.is_reply() && is_waiting(send));
    if let Some(open) = open
        && let What::Notice(NoticeKind::Reply { text }) = &mut alert.sends[open].what
    {
        add(text, line);
        return;
    }
    let key = SendKey::derive(alert.id, &[b"reply", &seq.to_be_bytes()]);
    if alert.send(&key).is_some() {
        return;
    }
    let generation = alert.plan.generation;
    alert.sends.push(Send {
        key,
        what: What::Notice(NoticeKind::Reply { text: cut(line, REPLY_MAX) }),
        to,
        generation,
        state: SendState::Wanted { not_before: None },
        attempts: 0,
    });
}

fn add(text: &mut String, line: &str) {
    if text.ends_with(MORE) {
        return;
    }
    let room = REPLY_MAX.saturating_sub(text.chars().count() + MORE.chars().count() + 2);
    text.push('\n');
    text.push_str(if line.chars().count() <= room { line } else { MORE });
}

/// Where the newest card is that stands or may yet stand.
fn place(alert: &Alert) -> Option<Destination> {
    let is_there = |send: &&Send| match &send.state {
        SendState::Wanted { .. } | SendState::Claimed { .. } | SendState::InDoubt { .. } => true,
        SendState::Sent(_) => alert.stands(send),
        // A digest has no replies: there is no telling whose they are.
        SendState::Dropped(_) | SendState::Folded { .. } => false,
    };
    let mut cards = alert.sends.iter().rev().filter(|send| send.what == What::Card);
    cards.find(is_there).map(|card| card.to.clone())
}

/// Replies that wait follow the card, wherever it goes. Where no card can come any more they are
/// given up: what they say is in the timeline.
pub(super) fn follow_card(alert: &mut Alert) {
    let place = place(alert);
    let is_waiting = |send: &Send| {
        send.is_reply()
            && matches!(send.state, SendState::Wanted { .. })
            && place.as_ref() != Some(&send.to)
    };
    // Looked at first: most alerts have none, and need not be copied for it.
    if !alert.sends.iter().any(is_waiting) {
        return;
    }
    alert.sends.change_where(is_waiting, |send| match &place {
        Some(to) => send.to.clone_from(to),
        None => send.state = SendState::Dropped(DropReason::GaveUp),
    });
}
