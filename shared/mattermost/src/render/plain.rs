//! Messages as text alone, where the attachment was refused.

use nightowl_messaging::{AlertMessage, EscalationMessage, Message, words};

use super::card::joined;
use super::link::link;
use super::person::mention;
use super::{Pen, text};

/// Everything that a person needs to act.
pub(crate) fn full(message: &Message, pen: &Pen<'_>) -> String {
    match message {
        Message::Alert(alert) => joined([headline(alert), details(alert)], "\n"),
        Message::Escalation(page) => {
            joined([headline(&page.alert), call(page, pen), details(&page.alert)], "\n")
        }
        Message::Direct(page) => {
            let why = text::lines(&page.text, 900);
            joined([headline(&page.alert), why, details(&page.alert)], "\n")
        }
        Message::Prompt(prompt) => {
            let question = text::lines(&prompt.text, 900);
            joined([headline(&prompt.alert), question, note_by_command(&prompt.alert)], "\n")
        }
        Message::Notice(notice) => {
            let said = text::lines(&notice.text, 3000);
            let about = notice.alert.as_ref().map(headline).unwrap_or_default();
            match joined([said, about], "\n") {
                empty if empty.is_empty() => "(nothing)".to_owned(),
                text => text,
            }
        }
        Message::Digest(digest) => super::digest::plain(digest),
    }
}

fn headline(alert: &AlertMessage) -> String {
    format!("{}{}", standing(alert), text::line(&alert.title, 600))
}

/// `🔴 critical, firing, X2K9FQ: `, as it begins every headline.
pub(crate) fn standing(alert: &AlertMessage) -> String {
    format!(
        "{} {}, {}, {}: ",
        words::sign(alert),
        alert.severity.name(),
        alert.status,
        text::line(&alert.short_id, 60),
    )
}

fn call(page: &EscalationMessage, pen: &Pen<'_>) -> String {
    let because = page.because.as_deref().map(|why| text::lines(why, 600)).unwrap_or_default();
    if let Some(standing) = &page.standing {
        return joined([text::line(standing, 900), because], "\n");
    }
    let whom = page
        .target
        .as_ref()
        .map_or_else(|| "Nobody could be found".to_owned(), |person| mention(person, pen));
    let tier = text::line(&page.tier_label, 300);
    let called = format!("{whom}: {tier}{}", words::next_tier(page.timeout_minutes));
    joined([called, because], "\n")
}

fn details(alert: &AlertMessage) -> String {
    let places = [alert.cluster.as_deref(), alert.namespace.as_deref(), alert.service.as_deref()];
    let places = places.map(|place| text::line(place.unwrap_or_default(), 200));
    let by = |what: &str, who: Option<&String>| {
        who.map(|who| format!("{what} by {}", text::line(who, 200))).unwrap_or_default()
    };
    let way = |words: &str, url: Option<&String>| {
        url.map(|url| link(words, url, 1_000)).filter(|link| link != words).unwrap_or_default()
    };
    let ways = [
        way("Open in NightOwl", alert.alert_url.as_ref()),
        way("Runbook", alert.runbook_url.as_ref()),
    ];
    let lines = [
        joined(places, " · "),
        text::lines(&alert.description, 2_000),
        by("Acknowledged", alert.acknowledged_by.as_ref()),
        by("Resolved", alert.resolved_by.as_ref()),
        text::lines(words::news(alert), 600),
        joined(ways, " · "),
        how_to_answer(alert),
    ];
    joined(lines, "\n")
}

/// Without buttons the same can be typed.
pub(crate) fn how_to_answer(alert: &AlertMessage) -> String {
    let id = text::line(&alert.short_id, 60);
    match alert.status {
        "resolved" => String::new(),
        _ => format!("/nightowl ack {id} · /nightowl escalate {id} · /nightowl resolve {id}"),
    }
}

/// A form needs a button; the same can be typed.
pub(crate) fn note_by_command(alert: &AlertMessage) -> String {
    format!("/nightowl note {} …", text::line(&alert.short_id, 60))
}
