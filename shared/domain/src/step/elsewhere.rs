//! A channel is gone: what should be said there goes to its provider's default channel.

use super::draft::Draft;
use super::settle::key_after;
use super::{place, tell, words};
use crate::{Destination, EntryKind, NoticeKind, Send, SendState, What};

/// Bears the send that stands in for the one at `index`, whose channel cannot be posted to;
/// `false` where there is no other channel, and it has to wait for this one. Said once: in the
/// timeline, and under the new card.
pub(super) fn bear(draft: &mut Draft<'_>, index: usize, reason: &str) -> bool {
    let send = &draft.alert.sends[index];
    let moves = match &send.what {
        What::Card | What::Notice(NoticeKind::Exhausted | NoticeKind::AckTimeout) => true,
        // Pages have places of their own to fall back to; a reply follows its card.
        What::Page(_)
        | What::Notice(
            NoticeKind::FinalState { .. } | NoticeKind::Reply { .. } | NoticeKind::WhatFixedIt,
        ) => false,
    };
    let Some(to) = other_channel(draft, &send.to).filter(|_| moves) else {
        return false;
    };
    let (what, from) = (send.what.clone(), send.to.clone());
    let born = Send {
        key: key_after(draft, b"elsewhere", &send.key),
        what: what.clone(),
        to: to.clone(),
        generation: draft.alert.plan.generation,
        state: SendState::Wanted { not_before: None },
        attempts: 0,
    };
    draft.owe(born);
    if what == What::Card {
        let seq = draft.alert.timeline_next;
        let shown = format!("The alert is shown {} instead.", words::way(&to));
        draft.say_ourselves(EntryKind::Problem, shown);
        let reason = reason.trim_end_matches('.');
        let line = format!(
            "This should have been shown {}, where nothing can be posted: {reason}.",
            words::way(&from)
        );
        // The old card neither stands nor comes any more: the line goes under the new one.
        if let SendState::Sent(shown) = &mut draft.alert.sends[index].state {
            shown.closed = true;
        }
        tell::follow_card(&mut draft.alert);
        tell::under_card(&mut draft.alert, seq, &line);
    }
    true
}

/// The default channel of the same provider, if that is another one.
fn other_channel(draft: &Draft<'_>, broken: &Destination) -> Option<Destination> {
    let Destination::Channel { provider, channel } = broken else { return None };
    let plan = &draft.context.plan;
    let default = plan.tenant.default_channels.get(provider)?;
    (default != channel).then(|| place::default_channel(plan, provider))
}
