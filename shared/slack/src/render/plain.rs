//! Messages as text alone: for notifications, and where blocks were refused.

use nightowl_messaging::{AlertMessage, DigestMessage, Message, Person, words};

use super::person::is_user_id;
use super::text;

/// Slack cuts the `text` of an edit at 4,000 characters with an error.
const FULL_UNITS: usize = 3900;
/// Of that, what the lines of a digest may have.
const MEMBERS_UNITS: usize = 3400;

/// One line: what a phone shows of the message.
pub(crate) fn short(message: &Message) -> String {
    match message {
        Message::Alert(alert) => headline(alert),
        Message::Escalation(page) => match &page.standing {
            Some(standing) => {
                format!("{} · {}", headline(&page.alert), text::fallback_line(standing, 500))
            }
            None => format!("{} {}", called(page.target.as_ref()), headline(&page.alert)),
        },
        Message::Direct(page) => {
            format!("{} · {}", headline(&page.alert), text::fallback_line(&page.text, 500))
        }
        Message::Prompt(prompt) => {
            format!("{} · {}", text::fallback_line(&prompt.text, 500), headline(&prompt.alert))
        }
        Message::Notice(notice) => {
            let said = text::fallback_line(&notice.text, 1000);
            let about = notice.alert.as_ref().map(headline);
            let parts = [Some(said), about].into_iter().flatten();
            joined(parts.filter(|part| !part.is_empty()), " · ")
        }
        Message::Digest(digest) => text::fallback_line(&digest.headline(), 300),
    }
}

/// `🔴 critical, firing, X2K9FQ: disk full`.
fn headline(alert: &AlertMessage) -> String {
    format!(
        "{} {}, {}, {}: {}",
        words::sign(alert),
        alert.severity.name(),
        alert.status,
        text::fallback_line(&alert.short_id, 20),
        text::fallback_line(&alert.title, 300)
    )
}

/// Everything that a person needs to act, without blocks.
pub(crate) fn full(message: &Message) -> String {
    let mut lines = vec![short_or_all(message)];
    if let Message::Escalation(page) = message {
        if page.standing.is_none() {
            let tier = text::fallback_line(&page.tier_label, 200);
            lines.push(format!("{tier}{}", words::next_tier(page.timeout_minutes)));
        }
        lines.extend(page.because.as_deref().map(|why| text::fallback(why, 400)));
    }
    match message {
        Message::Alert(alert) => lines.extend(details(alert)),
        Message::Escalation(page) => lines.extend(details(&page.alert)),
        Message::Direct(page) => lines.extend(details(&page.alert)),
        Message::Prompt(prompt) => lines.push(note_by_command(&prompt.alert)),
        Message::Digest(digest) => lines.extend(members(digest)),
        Message::Notice(_) => {}
    }
    let text = joined(lines.into_iter().filter(|line| !line.is_empty()), "\n");
    debug_assert!(text::units(&text) <= FULL_UNITS, "the parts sum up to less");
    text
}

/// A notice has only its text, so it may have more of it.
fn short_or_all(message: &Message) -> String {
    match message {
        Message::Notice(notice) => {
            let said = text::fallback(&notice.text, 3000);
            let about = notice.alert.as_ref().map(headline);
            match joined([Some(said), about].into_iter().flatten(), "\n") {
                empty if empty.trim().is_empty() => "(nothing)".to_owned(),
                text => text,
            }
        }
        Message::Alert(_)
        | Message::Escalation(_)
        | Message::Direct(_)
        | Message::Prompt(_)
        | Message::Digest(_) => short(message),
    }
}

/// As many as fit, the worst first; the others are counted.
fn members(digest: &DigestMessage) -> Vec<String> {
    let mut lines = vec![];
    let mut units = 0;
    for (index, member) in digest.members.iter().enumerate() {
        let line = format!(
            "{} {} {}, {}: {}",
            words::sign_of(member.status, member.severity),
            text::fallback_line(&member.short_id, 20),
            member.severity.name(),
            text::fallback_line(&member.standing, 50),
            text::fallback_line(&member.title, 80)
        );
        units += text::units(&line) + 1;
        if units > MEMBERS_UNITS {
            lines.push(format!("… and {} more", digest.members.len() - index));
            break;
        }
        lines.push(line);
    }
    lines.push("/nightowl ack ID · /nightowl list".to_owned());
    lines
}

fn details(alert: &AlertMessage) -> Vec<String> {
    let places = [alert.cluster.as_deref(), alert.namespace.as_deref(), alert.service.as_deref()];
    let places = places.into_iter().flatten().map(|place| text::fallback_line(place, 100));
    let id = text::fallback_line(&alert.short_id, 20);
    let by = |what: &str, who: Option<&String>| {
        who.map(|who| format!("{what} by {}", text::fallback_line(who, 100))).unwrap_or_default()
    };
    let answer = match alert.status {
        "resolved" => String::new(),
        _ => format!("/nightowl ack {id} · /nightowl escalate {id} · /nightowl resolve {id}"),
    };
    vec![
        joined(places.filter(|place| !place.is_empty()), " · "),
        text::fallback(&alert.description, 900),
        by("Acknowledged", alert.acknowledged_by.as_ref()),
        by("Resolved", alert.resolved_by.as_ref()),
        text::fallback(words::news(alert), 300),
        answer,
    ]
}

/// A form needs a button; the same can be typed.
fn note_by_command(alert: &AlertMessage) -> String {
    format!("/nightowl note {} …", text::fallback_line(&alert.short_id, 20))
}

fn called(target: Option<&Person>) -> String {
    match target {
        None => "Nobody could be found:".to_owned(),
        Some(person) => match person.user_ref.as_deref() {
            Some(id) if is_user_id(id) => format!("<@{id}>"),
            _ => text::fallback_line(&person.name, 100),
        },
    }
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.collect::<Vec<_>>().join(between)
}
