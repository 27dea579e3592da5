//! People act.

use super::draft::{APPLIED, Draft, ENTRY_MAX, Stage, Verdict, cut, ignored};
use super::{birth, place, tick, words};
use crate::{
    Actor, Alert, Destination, DropReason, EntryKind, Ignored, NoticeKind, Received, SendState,
    Status, Time, What,
};

pub(super) fn acknowledge(draft: &mut Draft<'_>) -> Verdict {
    if let Some(reason) = comes_too_late(draft) {
        return ignored(reason);
    }
    let received = draft.context.event.received;
    let due = ack_due(draft, received);
    draft.say(
        EntryKind::Acknowledged,
        format!("{} acknowledged.", draft.context.event.actor.show()),
    );
    own(draft, received, due);
    APPLIED
}

/// By the owner: it counts as a sign of life. By somebody else: that one owns it now.
pub(super) fn acknowledge_again(draft: &mut Draft<'_>) -> Verdict {
    let received = draft.context.event.received;
    let actor = draft.context.event.actor.clone();
    let due = ack_due(draft, received).max(draft.alert.plan.tick_due);
    if let Status::Acknowledged { by, .. } = &draft.alert.status
        && by.is_same(&actor)
    {
        covers(draft, received);
        if due != draft.alert.plan.tick_due {
            draft.replan(due);
        }
        return ignored(Ignored::AlreadyYours);
    }
    draft.say(EntryKind::Acknowledged, format!("{} took it over.", actor.show()));
    own(draft, received, due);
    APPLIED
}

pub(super) fn unacknowledge(draft: &mut Draft<'_>) -> Verdict {
    let who = draft.context.event.actor.show();
    let (round, tier, text) = if draft.stage() == Stage::Snoozed {
        (0, 0, format!("{who} ended the snooze."))
    } else {
        let plan = &draft.alert.plan;
        let text = format!("{who} gave it back: it fires again.");
        (plan.round, plan.tier, text)
    };
    draft.say(EntryKind::Unacknowledged, text);
    birth::fire(draft, round, tier);
    APPLIED
}

/// `before` is the alert as it was read: a tier that this very event caught up counts as moved.
pub(super) fn escalate(draft: &mut Draft<'_>, before: &Alert, seen: Option<(u32, u32)>) -> Verdict {
    let seen = seen.unwrap_or((before.plan.round, before.plan.tier));
    if seen != (draft.alert.plan.round, draft.alert.plan.tier) {
        return ignored(Ignored::AlreadyEscalated);
    }
    let Some((round, tier)) = tick::next_position(draft) else {
        return ignored(Ignored::LastTier);
    };
    let text = format!("{} escalated.", draft.context.event.actor.show());
    draft.say(EntryKind::Escalated, text);
    birth::fire(draft, round, tier);
    APPLIED
}

pub(super) fn snooze(draft: &mut Draft<'_>, until: Time) -> Verdict {
    if until <= draft.context.now {
        return ignored(Ignored::InThePast);
    }
    if let Some(reason) = comes_too_late(draft) {
        return ignored(reason);
    }
    let event = draft.context.event;
    let text = format!("{} snoozed it until {}.", event.actor.show(), words::moment(until));
    draft.say(EntryKind::Snoozed, text);
    draft.alert.status = Status::Snoozed { by: event.actor.clone(), at: event.received.at, until };
    rest(draft, event.received, Some(until), DropReason::Snoozed);
    APPLIED
}

pub(super) fn resolve(draft: &mut Draft<'_>, note: Option<&str>) -> Verdict {
    let event = draft.context.event;
    let who = event.actor.show();
    let text = match note {
        Some(note) => format!("{who} resolved it: {note}"),
        None => format!("{who} resolved it."),
    };
    draft.say(EntryKind::Resolved, text);
    draft.close(event.actor.clone(), event.received, note);
    if note.is_none() {
        ask_what_fixed_it(draft);
    }
    APPLIED
}

/// Whoever resolved it without a word is asked for one: a person, by direct message.
fn ask_what_fixed_it(draft: &mut Draft<'_>) {
    let plan = &draft.context.plan;
    let to = match &draft.context.event.actor {
        Actor::User { id, .. } if plan.tenant.user(id).is_some() => Destination::Person {
            provider: place::provider(plan, None).to_owned(),
            user: id.clone(),
        },
        Actor::Chat { provider, id, .. } => {
            Destination::Person { provider: provider.clone(), user: id.clone() }
        }
        Actor::User { .. } | Actor::Source | Actor::System | Actor::Api { .. } => return,
    };
    tick::notice(draft, NoticeKind::WhatFixedIt, b"what fixed it", to);
}

/// It is over already; what the person wrote is kept all the same.
pub(super) fn resolve_again(draft: &mut Draft<'_>, note: Option<&str>) -> Verdict {
    if let Some(note) = note {
        take_note(draft, note);
    }
    ignored(Ignored::AlreadyResolved)
}

pub(super) fn note(draft: &mut Draft<'_>, text: &str) -> Verdict {
    take_note(draft, text);
    APPLIED
}

/// The first note by whoever resolved it without one says how it was resolved. Whoever wrote it,
/// nobody is asked any more.
fn take_note(draft: &mut Draft<'_>, text: &str) {
    draft.say(EntryKind::Note, text);
    let actor = &draft.context.event.actor;
    let Status::Resolved { by, note, .. } = &mut draft.alert.status else { return };
    if note.is_none() && by.is_same(actor) {
        *note = Some(cut(text, ENTRY_MAX));
        draft.shows_anew();
    }
    draft.alert.sends.change_where(
        |send| {
            send.what == What::Notice(NoticeKind::WhatFixedIt)
                && matches!(send.state, SendState::Wanted { .. })
        },
        |send| send.state = SendState::Dropped(DropReason::Superseded),
    );
}

/// A firing alert is not silenced by an ack or a snooze that was received no later than one that
/// has since been undone: such an event is an old message come back.
fn comes_too_late(draft: &Draft<'_>) -> Option<Ignored> {
    if draft.stage() != Stage::Firing {
        return None;
    }
    match draft.alert.last_human?.cmp(&draft.context.event.received) {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => Some(Ignored::Duplicate),
        std::cmp::Ordering::Greater => Some(Ignored::Stale),
    }
}

fn own(draft: &mut Draft<'_>, received: Received, due: Option<Time>) {
    draft.alert.status =
        Status::Acknowledged { by: draft.context.event.actor.clone(), at: received.at };
    rest(draft, received, due, DropReason::Acknowledged);
}

/// Nobody is paged until `due`.
fn rest(draft: &mut Draft<'_>, received: Received, due: Option<Time>, reason: DropReason) {
    covers(draft, received);
    draft.alert.plan.exhausted = None;
    draft.replan(due);
    draft.drop_unclaimed(reason);
    draft.shows_anew();
}

fn covers(draft: &mut Draft<'_>, received: Received) {
    draft.alert.last_human = draft.alert.last_human.max(Some(received));
}

fn ack_due(draft: &Draft<'_>, received: Received) -> Option<Time> {
    let timeout = draft.context.plan.policy.ack_timeout?;
    Some(received.at + timeout)
}
