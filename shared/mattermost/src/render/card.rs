//! The alert as the text of a post and the attachment below it.

mod fields;
mod room;

use nightowl_messaging::{AlertMessage, EscalationMessage, Message, words};

use crate::wire::Attachment;

use super::buttons::buttons;
use super::link::{address, link};
use super::person::mention;
use super::{Pen, plain, text};

pub(crate) use room::{ROOMS, Room, fits};

/// Of the link into the console.
const ALERT_URL: usize = 300;

/// The text of the post.
pub(crate) fn head(message: &Message, pen: &Pen<'_>) -> String {
    match message {
        Message::Alert(alert) => headline(alert),
        Message::Escalation(page) => {
            joined([headline(&page.alert), call(page, pen), because(page)], "\n")
        }
        Message::Direct(page) => {
            joined([headline(&page.alert), text::lines(&page.text, 900)], "\n")
        }
        Message::Prompt(prompt) => {
            joined([headline(&prompt.alert), text::lines(&prompt.text, 900)], "\n")
        }
        Message::Notice(notice) => match text::lines(&notice.text, 3000) {
            empty if empty.is_empty() => "(nothing)".to_owned(),
            text => text,
        },
        Message::Digest(digest) => super::digest::head(digest, pen),
    }
}

/// `🔴 critical, firing, X2K9FQ: **disk full**`.
fn headline(alert: &AlertMessage) -> String {
    let title = text::line(&alert.title, 600);
    let title = if title.is_empty() { title } else { format!("**{title}**") };
    format!("{}{title}", plain::standing(alert))
}

/// Whom a page in a channel is for; once that is over, how the alert stands.
fn call(page: &EscalationMessage, pen: &Pen<'_>) -> String {
    match &page.standing {
        Some(standing) => text::line(standing, 900),
        None => {
            let whom = page
                .target
                .as_ref()
                .map_or_else(|| "Nobody could be found".to_owned(), |person| mention(person, pen));
            let tier = text::line(&page.tier_label, 300);
            format!("{whom}: **page** · {tier}{}", words::next_tier(page.timeout_minutes))
        }
    }
}

fn because(page: &EscalationMessage) -> String {
    page.because.as_deref().map(|why| text::lines(why, 600)).unwrap_or_default()
}

/// All that the card says below its title.
pub(crate) fn body(alert: &AlertMessage, pen: &Pen<'_>, room: &Room) -> Attachment {
    let actions = buttons(alert, pen.signer);
    let answer = match actions.is_empty() {
        true => plain::how_to_answer(alert),
        false => String::new(),
    };
    let said = [
        summary(alert),
        text::lines(words::news(alert), room.escalation),
        history(alert, room),
        answer,
        text::lines(&alert.description, room.description),
    ];
    Attachment {
        fallback: places(alert),
        text: joined(said, "\n"),
        fields: fields::fields(alert, room),
        actions,
        ..frame(alert)
    }
}

/// The bar, and the way into the console.
fn frame(alert: &AlertMessage) -> Attachment {
    let url = alert.alert_url.as_deref().and_then(|url| address(url, ALERT_URL));
    Attachment {
        color: words::color(alert),
        title: url.map(|_| "Open in NightOwl".to_owned()).unwrap_or_default(),
        title_link: url.unwrap_or_default().to_owned(),
        ..Attachment::default()
    }
}

/// The way to answer a question, below the alert that it is about.
pub(crate) fn question(alert: &AlertMessage, pen: &Pen<'_>) -> Attachment {
    let actions = buttons(alert, pen.signer);
    let by_command = if actions.is_empty() { plain::note_by_command(alert) } else { String::new() };
    Attachment { text: by_command, actions, ..frame(alert) }
}

/// One line on the alert that a notice is about.
pub(crate) fn reference(alert: &AlertMessage) -> Attachment {
    let mut line = format!(
        "{} {} · {}",
        words::sign(alert),
        text::line(&alert.title, 600),
        text::line(&alert.short_id, 60)
    );
    if let Some(url) = &alert.alert_url {
        line.push_str(" · ");
        line.push_str(&link("Open in NightOwl", url, ALERT_URL));
    }
    Attachment { color: words::color(alert), text: line, ..Attachment::default() }
}

/// `3 times · since …`.
fn summary(alert: &AlertMessage) -> String {
    let times = if alert.count > 1 { format!("{} times", alert.count) } else { String::new() };
    joined([times, format!("since {}", alert.moment(alert.fired_at))], " · ")
}

/// Who has done what to it, a line each.
fn history(alert: &AlertMessage, room: &Room) -> String {
    let done = |what: &str, by: Option<&String>, at: Option<_>| {
        let by = by.map(|by| format!("{what} by {}", text::line(by, room.field)));
        let at = at.map(|at| alert.moment(at));
        by.map(|by| joined([by, at.unwrap_or_default()], " ")).unwrap_or_default()
    };
    let resolution = alert.resolution.as_deref().unwrap_or_default();
    // The sentence above says it too, and in the zone of the schedule.
    let is_told = alert.escalation.starts_with("Snoozed by ");
    let snoozed = alert.snoozed_until.filter(|_| !is_told);
    let snoozed = snoozed.map(|at| format!("Snoozed until {}", alert.moment(at)));
    let next = alert.superseded_by.as_deref();
    let next = next.map(|next| format!("{} came after it", text::line(next, 60)));
    let lines = [
        done("Acknowledged", alert.acknowledged_by.as_ref(), alert.acknowledged_at),
        done("Resolved", alert.resolved_by.as_ref(), alert.resolved_at),
        text::lines(resolution, room.escalation),
        snoozed.unwrap_or_default(),
        next.unwrap_or_default(),
    ];
    joined(lines, "\n")
}

/// Some servers add the fallback to the notification, as it is: where it burns.
fn places(alert: &AlertMessage) -> String {
    let places = [alert.cluster.as_deref(), alert.namespace.as_deref(), alert.service.as_deref()];
    joined(places.map(|place| text::plain(place.unwrap_or_default(), 80)), " · ")
}

pub(crate) fn joined<const N: usize>(parts: [String; N], between: &str) -> String {
    let filled: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    filled.join(between)
}
