//! From a send to what is said.

use nightowl_domain::{Destination, NoticeKind, Page, Send, Severity, What};
use nightowl_messaging::{
    AlertMessage, Button, DirectMessage, EscalationMessage, Message, NoticeMessage, Person,
    PromptMessage,
};

use super::page::{self, standing};
use super::{View, alert_message};

/// Rendered from the state of the view, whenever the send was born.
pub(crate) fn message(view: &View<'_>, send: &Send) -> Message {
    // All that a reply says is its words.
    if let What::Notice(NoticeKind::Reply { text }) = &send.what {
        return Message::Notice(NoticeMessage { text: text.clone(), alert: None });
    }
    let alert = alert_message(view, &send.key);
    match &send.what {
        What::Card => Message::Alert(alert),
        What::Page(page) => match &send.to {
            Destination::Channel { .. } => Message::Escalation(escalation(view, send, page, alert)),
            Destination::Person { .. } => Message::Direct(direct(view, send, page, alert)),
        },
        What::Notice(NoticeKind::WhatFixedIt) => {
            let text = notice(view, &NoticeKind::WhatFixedIt, &alert);
            let is_answered = alert.resolution.is_some();
            let buttons = if is_answered { Vec::new() } else { vec![Button::Note] };
            let alert = AlertMessage { buttons, ..alert };
            Message::Prompt(PromptMessage { alert, text })
        }
        What::Notice(kind) => {
            Message::Notice(NoticeMessage { text: notice(view, kind, &alert), alert: Some(alert) })
        }
    }
}

fn escalation(view: &View<'_>, send: &Send, page: &Page, alert: AlertMessage) -> EscalationMessage {
    let tier = usize::try_from(page.tier).ok().and_then(|index| view.policy.tiers.get(index));
    // Of the last tier nothing comes after, however long it lasts.
    let tier = tier.filter(|_| page::is_current(view, send) && view.has_next_tier());
    let number = page.tier.saturating_add(1);
    let target = page.person.as_deref().map(|person| match view.tenant.user(person) {
        Some(user) => view.faces.person(user),
        None => Person { name: page.person_name.clone(), user_ref: None },
    });
    EscalationMessage {
        alert,
        tier: number,
        tier_label: format!("Tier {number}: {}", page.target),
        target,
        notify_method: page.method.name(),
        timeout_minutes: tier.map_or(0.0, |tier| tier.timeout.as_secs_f64() / 60.0),
        because: page.because.clone(),
        standing: standing(view, send, page).map(|now| format!("{} {now}", page::was_for(page))),
    }
}

fn direct(view: &View<'_>, send: &Send, page: &Page, alert: AlertMessage) -> DirectMessage {
    let standing = standing(view, send, page);
    let are = if standing.is_some() { "were" } else { "are" };
    let mut text = format!("You {are} paged: tier {}", page.tier.saturating_add(1));
    if page.round > 0 {
        text.push_str(&format!(", round {}", page.round.saturating_add(1)));
    }
    if !page.target.is_empty() {
        text.push_str(&format!(" ({})", page.target));
    }
    if let Some(because) = &page.because {
        text.push_str(&format!("; {because}"));
    }
    text.push('.');
    if let Some(now) = standing {
        text.push(' ');
        text.push_str(&now);
    }
    let urgency = match alert.severity {
        Severity::Critical | Severity::Error => "critical",
        Severity::Warning | Severity::Info => "normal",
    };
    DirectMessage { alert, text, urgency }
}

fn notice(view: &View<'_>, kind: &NoticeKind, alert: &AlertMessage) -> String {
    match kind {
        NoticeKind::Exhausted => {
            let (rounds, tiers) = (view.policy.rounds(), view.policy.tiers.len());
            format!(
                "Nobody answered: {rounds} {} of {tiers} {} went by. The alert stays open.",
                plural(u64::from(rounds), "round"),
                plural(tiers as u64, "tier"),
            )
        }
        NoticeKind::AckTimeout => "You acknowledged this some time ago and it is not resolved. \
                                   Acknowledge it again, or it will fire again."
            .to_owned(),
        NoticeKind::Reply { text } => text.clone(),
        NoticeKind::WhatFixedIt if alert.resolution.is_some() => {
            "You resolved this and said what fixed it. Thank you.".to_owned()
        }
        NoticeKind::WhatFixedIt => {
            "You resolved this. What fixed it? A sentence now saves somebody \
                                    an hour the next time."
                .to_owned()
        }
        NoticeKind::FinalState { .. } => {
            let note = alert.resolution.as_deref().map(|note| format!(" {note}"));
            format!(
                "The message above could not be changed. It is {} now. {}{}",
                alert.status,
                alert.escalation,
                note.unwrap_or_default()
            )
        }
    }
}

fn plural(number: u64, noun: &str) -> String {
    if number == 1 { noun.to_owned() } else { format!("{noun}s") }
}
