//! What a page says once it calls nobody any more.

use nightowl_domain::{Actor, Destination, Page, Send, SendState, Status};

use super::View;
use super::escalation::moment;

/// Whether the alert fires in the very tier that this page was born for.
pub(super) fn is_current(view: &View<'_>, send: &Send) -> bool {
    let plan = &view.alert.plan;
    matches!(view.alert.status, Status::Firing)
        && plan.exhausted.is_none()
        && send.generation == plan.generation
}

/// One sentence on how the alert stands now. `None`: the page calls its person. A page that comes
/// late calls too, as long as the alert fires: nobody has answered, and its person does not know.
pub(super) fn standing(view: &View<'_>, send: &Send, page: &Page) -> Option<String> {
    let plan = &view.alert.plan;
    let is_posted = matches!(send.state, SendState::Sent(_));
    let show = |by: &Actor| match by {
        Actor::User { id, .. } if is_read_by(send, id) => "you".to_owned(),
        by => by.show(),
    };
    Some(match &view.alert.status {
        Status::Firing if !is_posted || is_current(view, send) => return None,
        Status::Firing if plan.exhausted.is_some() => "Nobody answered.".to_owned(),
        Status::Firing if (plan.round, plan.tier) == (page.round, page.tier) => {
            "It fires again.".to_owned()
        }
        Status::Firing => format!("{} is told now.", place("Tier", plan.round, plan.tier)),
        Status::Acknowledged { by, .. } => format!("Acknowledged by {}.", show(by)),
        Status::Snoozed { by, until, .. } => {
            format!("Snoozed by {} until {}.", show(by), moment(view, *until))
        }
        Status::Resolved { by, .. } => format!("Resolved by {}.", show(by)),
    })
}

/// "Bob was paged (tier 2)."
pub(super) fn was_for(page: &Page) -> String {
    let place = place("tier", page.round, page.tier);
    match &page.person {
        Some(_) => format!("{} was paged ({place}).", page.person_name),
        None => format!("Nobody could be found ({place})."),
    }
}

/// "tier 2", "tier 1, round 2": people count from 1.
fn place(tier: &str, round: u32, index: u32) -> String {
    let number = index.saturating_add(1);
    match round {
        0 => format!("{tier} {number}"),
        _ => format!("{tier} {number}, round {}", round.saturating_add(1)),
    }
}

/// Whether the message is that user's alone.
fn is_read_by(send: &Send, user: &str) -> bool {
    match &send.to {
        Destination::Person { user: reader, .. } => reader == user,
        Destination::Channel { .. } => false,
    }
}
