//! The source fires.

use super::draft::{APPLIED, Draft, Stage, Verdict, cut, ignored};
use super::{birth, opening, order};
use crate::{Actor, Alert, Clearing, EntryKind, Firing, Ignored, LastFiring, Received, Status};

/// One more firing of an alert that is firing, acknowledged or snoozed.
pub(super) fn while_open(draft: &mut Draft<'_>, firing: &Firing) -> Verdict {
    let received = draft.context.event.received;
    if received <= draft.alert.last_firing.received {
        return count(draft);
    }
    if let Some(clear) = doubtful_clear(draft, received) {
        let at = clear.received;
        draft.say_ourselves(
            EntryKind::Cleared,
            "A clear that came together with a firing is taken to have ended this run.",
        );
        draft.alert.newest_clear = Some(clear);
        draft.close(Actor::Source, at, None);
        return opening::next(
            draft,
            firing,
            "A clear and a firing came together, too close to tell which was first; \
             this later firing counts as a new alert.",
        );
    }
    take(draft, firing);
    show_content(draft, firing);
    if draft.stage() == Stage::Firing {
        start_again_if_exhausted(draft);
    }
    APPLIED
}

/// A firing of a series whose newest alert is resolved: a new run, the same run after a person
/// resolved it, or one that comes late.
pub(super) fn after_resolved(draft: &mut Draft<'_>, firing: &Firing) -> Verdict {
    let received = draft.context.event.received;
    if !draft.alert.hidden && received <= draft.alert.last_firing.received {
        return count(draft);
    }
    let closed = draft.alert.closed.unwrap_or(draft.alert.last_firing.received);
    match &draft.alert.status {
        Status::Resolved { by: Actor::Source, .. } => after_clear(draft, firing, closed),
        Status::Resolved {
            by: Actor::System | Actor::User { .. } | Actor::Api { .. } | Actor::Chat { .. },
            ..
        }
        | Status::Firing
        | Status::Acknowledged { .. }
        | Status::Snoozed { .. } => after_person(draft, firing, closed),
    }
}

fn after_clear(draft: &Draft<'_>, firing: &Firing, closed: Received) -> Verdict {
    let received = draft.context.event.received;
    let Some(clear) = draft.alert.newest_clear.clone() else {
        return opening::next(draft, firing, AGAIN);
    };
    if !order::is_after(&clear, received, firing.starts_at, draft.context.skew) {
        // A clear that did not fit the older run may be the one that ended this one.
        let ends = |aside: &&Clearing| {
            !order::ends_earlier_run(aside, firing.starts_at)
                && order::is_after(aside, received, firing.starts_at, draft.context.skew)
        };
        return match draft.alert.clears_aside.iter().find(ends) {
            Some(aside) => opening::over(draft, firing, aside),
            None => opening::next(draft, firing, AGAIN),
        };
    }
    let is_before_newer_clear = received > closed && clear.received > closed;
    let is_unrecorded = draft.alert.hidden
        || is_before_newer_clear
        || order::ends_earlier_run(&clear, firing.starts_at);
    if is_unrecorded { opening::over(draft, firing, &clear) } else { ignored(Ignored::OutOfOrder) }
}

fn after_person(draft: &mut Draft<'_>, firing: &Firing, closed: Received) -> Verdict {
    let received = draft.context.event.received;
    let is_same_run = firing.starts_at.is_some_and(|starts| starts <= closed.at);
    let is_new_run = firing.starts_at.is_some_and(|starts| starts > closed.at);
    let clear = draft.alert.newest_clear.clone();
    if let Some(clear) = clear.filter(|clear| clear.received > closed) {
        return if !order::is_after(&clear, received, firing.starts_at, draft.context.skew) {
            opening::next(draft, firing, AGAIN)
        } else if received > closed && !is_same_run {
            opening::over(draft, firing, &clear)
        } else {
            ignored(Ignored::OutOfOrder)
        };
    }
    let reopen_after = draft.context.plan.policy.reopen_after;
    if is_same_run && received > closed && received.at.since(closed.at) >= reopen_after {
        return opening::next(draft, firing, STILL);
    }
    if is_new_run || (received > closed && !is_same_run) {
        return opening::next(draft, firing, AGAIN);
    }
    if draft.alert.last_firing.received <= closed && received > closed {
        let text = "The source still fires for the run that was resolved by hand.";
        draft.say(EntryKind::Fired, text);
    }
    take(draft, firing);
    APPLIED
}

const AGAIN: &str = "It was resolved before and fires again.";
const STILL: &str = "It is still firing long after a person resolved it.";

/// A firing that tells nothing new: a redelivery, a sender's retry, a twin.
fn count(draft: &mut Draft<'_>) -> Verdict {
    draft.alert.count = draft.alert.count.saturating_add(1);
    APPLIED
}

fn take(draft: &mut Draft<'_>, firing: &Firing) {
    draft.alert.count = draft.alert.count.saturating_add(1);
    draft.alert.last_firing = LastFiring {
        event: draft.context.event.id.clone(),
        received: draft.context.event.received,
        starts_at: firing.starts_at,
    };
}

/// The card follows the newest title and severity.
fn show_content(draft: &mut Draft<'_>, firing: &Firing) {
    let title = cut(&firing.title, Alert::TITLE_MAX);
    if title == draft.alert.title && firing.severity == draft.alert.severity {
        return;
    }
    let text = format!("It now reads: {title} ({}).", firing.severity.name());
    draft.alert.title = title;
    draft.alert.severity = firing.severity;
    draft.shows_anew();
    draft.say(EntryKind::Fired, text);
    for problem in &firing.problems {
        draft.say(EntryKind::Problem, problem);
    }
}

fn start_again_if_exhausted(draft: &mut Draft<'_>) {
    let reopen_after = draft.context.plan.policy.reopen_after;
    if let Some(since) = draft.alert.plan.exhausted
        && draft.context.now.since(since) >= reopen_after
    {
        let text = "It is still firing and nobody has answered: the policy starts again.";
        draft.say_ourselves(EntryKind::Escalated, text);
        birth::fire(draft, 0, 0);
    }
}

/// A clear that was set aside although it may have come after its firing.
fn doubtful_clear(draft: &Draft<'_>, received: Received) -> Option<Clearing> {
    let skew = draft.context.skew;
    let last = &draft.alert.last_firing;
    draft
        .alert
        .clears_aside
        .iter()
        .rev()
        .find(|clear| {
            order::is_doubtful(clear, last.received, last.starts_at, skew)
                && received.at.since(clear.received.at) > skew.ours
        })
        .cloned()
}
