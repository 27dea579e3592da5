//! The source says that it is over.

use super::draft::{APPLIED, Draft, Verdict, ignored};
use super::{opening, order};
use crate::{Actor, Alert, Clearing, EntryKind, Ignored, Status};

/// Closes the alert, splits it, or is set aside.
pub(super) fn while_open(draft: &mut Draft<'_>, clear: &Clearing) -> Verdict {
    let skew = draft.context.skew;
    let alert = &draft.alert;
    let last = &alert.last_firing;
    let ends_earlier = order::ends_earlier_run(clear, alert.starts_at);
    let ends_last = !ends_earlier
        && !order::ends_earlier_run(clear, last.starts_at)
        && order::is_after(clear, last.received, last.starts_at, skew);
    if ends_last {
        draft.say(EntryKind::Cleared, "The source says that it is over.");
        draft.alert.newest_clear = Some(clear.clone());
        draft.close(Actor::Source, clear.received, None);
        return APPLIED;
    }
    let is_between = !ends_earlier
        && alert.opened < last.received
        && order::is_after(clear, alert.opened, alert.starts_at, skew);
    let is_covered = alert.last_human.is_some_and(|human| human > last.received);
    if is_between && !is_covered {
        let text = "A clear that came late shows that this run was over before the last firing.";
        draft.say(EntryKind::Cleared, text);
        draft.alert.newest_clear = Some(clear.clone());
        draft.close(Actor::Source, clear.received, None);
        if let Some(later) = ended_since(draft) {
            draft.say(EntryKind::Cleared, "The last firing was over as well, by a later clear.");
            draft.alert.newest_clear = Some(later);
            return APPLIED;
        }
        return opening::split(
            draft,
            "It was over and fired again; the clear in between came late.",
        );
    }
    set_aside(draft, clear);
    ignored(Ignored::SetAside)
}

/// The clear that was set aside for the run that the alert began with, and ends that of its last
/// firing.
fn ended_since(draft: &Draft<'_>) -> Option<Clearing> {
    let last = &draft.alert.last_firing;
    let ends = |clear: &&Clearing| {
        !order::ends_earlier_run(clear, last.starts_at)
            && order::is_after(clear, last.received, last.starts_at, draft.context.skew)
    };
    draft.alert.clears_aside.iter().filter(ends).max_by_key(|clear| clear.received).cloned()
}

/// Remembered if it is the newest. A firing that was noted after a person resolved the alert turns
/// out to belong to a new run when this clear came before it, and no newer one after it.
pub(super) fn after_resolved(draft: &mut Draft<'_>, clear: &Clearing) -> Verdict {
    let is_newest =
        draft.alert.newest_clear.as_ref().is_none_or(|newest| newest.received < clear.received);
    if is_newest {
        draft.alert.newest_clear = Some(clear.clone());
    }
    if fires_again_after(draft, clear) {
        return opening::split(
            draft,
            "It was over after a person resolved it, and fired again; the clear in between \
             came late.",
        );
    }
    ignored(Ignored::AlreadyResolved)
}

fn fires_again_after(draft: &Draft<'_>, clear: &Clearing) -> bool {
    let alert = &draft.alert;
    let is_by_person = match &alert.status {
        Status::Resolved { by, .. } => !matches!(by, Actor::Source),
        Status::Firing | Status::Acknowledged { .. } | Status::Snoozed { .. } => false,
    };
    let last = &alert.last_firing;
    let is_over = |clear: &Clearing| {
        order::is_after(clear, last.received, last.starts_at, draft.context.skew)
    };
    is_by_person
        && !alert.hidden
        && alert.closed.is_some_and(|closed| clear.received > closed && last.received > closed)
        && !order::ends_earlier_run(clear, alert.starts_at)
        && !is_over(clear)
        && !alert.newest_clear.as_ref().is_some_and(is_over)
}

fn set_aside(draft: &mut Draft<'_>, clear: &Clearing) {
    let is_known = draft
        .alert
        .clears_aside
        .iter()
        .any(|aside| aside.event == clear.event || aside.received == clear.received);
    if is_known {
        return;
    }
    draft.say(
        EntryKind::Ignored,
        "A clear was set aside: it belongs to an earlier run than the one that fires.",
    );
    draft.alert.clears_aside.push(clear.clone());
    if draft.alert.clears_aside.len() > Alert::CLEARS_MAX {
        draft.alert.clears_aside.remove(0);
    }
}
