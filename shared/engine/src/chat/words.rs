//! Every sentence that a person reads in answer to what they did. Plain text: it may hold a title
//! or a name from outside, and whoever shows it escapes it.

mod all;
mod ask;
mod form;
mod people;

use jiff::tz::TimeZone;
use nightowl_domain::{Actor, Alert, Ignored, Outcome, Status, Time};

use super::Verb;

pub(super) use all::acknowledged_all;
pub(super) use ask::{
    HELP, ambiguous, choose, choose_here, mine, no_match, no_schedule, none_here, open, unclear,
    unknown_command,
};
pub(super) use form::{NOTE_CHARS, form, instead_of_form, too_long};
pub use people::stranger;
pub(super) use people::{
    STRANGER_AT_HOME, deed, duty, link_anew, linked, on_duty, stranger_with_link,
};

/// Titles are cut to this in a sentence; the card has all of it.
const TITLE_CHARS: usize = 80;
/// Stored durably, not yet done.
pub const TAKEN: &str = "Taken. NightOwl is slow just now; it will do this as soon as it can, \
                         and the alert's card will show it.";
/// It may or may not have been done, and nothing remembers to do it.
pub const NOT_DONE: &str = "That did not work: NightOwl is in trouble just now. Look at the \
                            alert's card and try again.";
/// A button that is not on a message of ours, or on another tenant's.
pub const FOREIGN: &str =
    "This button is not on an alert that NightOwl posted here, so nothing was done.";
/// The same address serves several tenants and none is named.
pub const WHICH_TENANT: &str = "This app serves several tenants of NightOwl, so it is not clear \
                                whose alerts you mean. Ask an operator to put the tenant's name \
                                at the end of the app's request addresses.";
pub const NOTE_KEPT: &str = "Your note is kept.";
pub(super) const NOTE_MISSING: &str =
    "What is the note? Type it behind the ID: /nightowl note ID what you found out.";
/// The same in a thread, where the alert needs no name and a slash may not work.
pub(super) const NOTE_MISSING_HERE: &str =
    "What is the note? Type it behind the word: note what you found out.";
pub(super) const NOTE_EMPTY: &str = "Type the note, or close the form.";
/// A choice that no menu of ours has.
pub(super) const NOT_OFFERED: &str = "NightOwl offers no such choice, so nothing was done.";
/// Nobody can be linked without an address to go to.
pub(super) const NO_CONSOLE: &str = "NightOwl does not know its own address, so it cannot offer \
                                     a link. Ask an operator to set the console's address.";
pub(super) const NOT_NOW: &str = "NightOwl is in trouble just now. Try again in a moment.";
/// In place of a list.
pub(super) const UNREAD: &str = "Your alerts could not be read just now.";
pub const NO_OPEN_ALERTS: &str = "No alert is open.";
pub const ON_CALL: &str = "On call now:";
pub const HELP_HEAD: &str = "You can type:";
pub const NO_SCHEDULES: &str = "There is no schedule, so nobody is on call.";

/// What an answer is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub verb: Verb,
    /// As it stands now.
    pub alert: Option<&'a Alert>,
    /// Who is answered.
    pub actor: &'a Actor,
    /// The newest alert of the series, if another one came after `alert`.
    pub newer: Option<&'a Alert>,
    /// In which they tell the time.
    pub zone: &'a TimeZone,
}

/// One or two sentences.
pub fn outcome(outcome: &Outcome, about: &About<'_>) -> String {
    match outcome {
        Outcome::Applied { .. } => applied(about),
        Outcome::Ignored(reason) => ignored(*reason, about),
    }
}

fn applied(about: &About<'_>) -> String {
    let what = about.what();
    match about.verb {
        Verb::Acknowledge => format!("You acknowledged {what}."),
        Verb::Unacknowledge => format!("You gave {what} back: it fires again."),
        Verb::Escalate => match about.alert {
            Some(alert) => format!("You escalated {what}: {} is told now.", position(alert)),
            None => format!("You escalated {what}."),
        },
        Verb::Resolve => format!("You resolved {what}."),
        Verb::Snooze => format!("You snoozed {what}."),
        Verb::Note => format!("Your note on {what} is kept."),
    }
}

/// The same for a snooze, with its end.
pub(super) fn snoozed(about: &About<'_>, until: Time) -> String {
    format!("You snoozed {} until {}.", about.what(), local(until, about.zone))
}

/// Why nothing changed.
pub fn ignored(reason: Ignored, about: &About<'_>) -> String {
    let what = about.what();
    match reason {
        Ignored::NoAlert => {
            "There is no such alert here; it may have been over for long.".to_owned()
        }
        Ignored::Duplicate => match about.verb {
            Verb::Acknowledge => format!("Your acknowledgement of {what} was taken before."),
            Verb::Unacknowledge => format!("You gave {what} back before."),
            Verb::Escalate => format!("Your escalation of {what} was taken before."),
            Verb::Resolve => format!("You resolved {what} before."),
            Verb::Snooze => format!("You snoozed {what} before."),
            Verb::Note => format!("Your note on {what} was kept before."),
        },
        Ignored::AlreadyYours => format!("You have acknowledged {what} already."),
        Ignored::AlreadyResolved => over(about),
        Ignored::AlreadyEscalated => match about.alert {
            Some(alert) => format!("{what} has moved on already: {} is told.", position(alert)),
            None => format!("{what} has moved on already."),
        },
        Ignored::LastTier => {
            format!("{what} is at its last tier: nobody is left to escalate to.")
        }
        Ignored::NotAcknowledged => format!("Nobody has acknowledged {what}."),
        Ignored::InThePast => "A snooze must end later than now.".to_owned(),
        Ignored::OutOfOrder
        | Ignored::SetAside
        | Ignored::Stale
        | Ignored::TooEarly
        | Ignored::AlreadyTaken
        | Ignored::NotFiring
        | Ignored::NothingClaimed => {
            format!("{what} has changed meanwhile; look at its card again.")
        }
    }
}

/// Who ended it when, and what came after it.
fn over(about: &About<'_>) -> String {
    let what = about.what();
    let ended = match about.alert.map(|alert| &alert.status) {
        Some(Status::Resolved { by: Actor::Source, at, .. }) => {
            format!("{what} is over: its source said so at {}.", moment(*at, about.zone))
        }
        Some(Status::Resolved { by, at, .. }) => {
            let who = if by.is_same(about.actor) { "you".to_owned() } else { flat(&by.show()) };
            format!("{what} is over: {who} resolved it at {}.", moment(*at, about.zone))
        }
        Some(Status::Firing | Status::Acknowledged { .. } | Status::Snoozed { .. }) | None => {
            format!("{what} is over.")
        }
    };
    match about.newer {
        Some(newer) => {
            let id = newer.short_id.to_uppercase();
            format!("{ended} {id} came after it and is {}.", newer.status.name())
        }
        None => ended,
    }
}

impl About<'_> {
    /// "X2K9FQ (Disk full)".
    fn what(&self) -> String {
        self.alert.map_or_else(|| "This alert".to_owned(), named)
    }
}

/// "tier 2 in round 1": people count from 1.
fn position(alert: &Alert) -> String {
    let plan = &alert.plan;
    format!("tier {} in round {}", plan.tier.saturating_add(1), plan.round.saturating_add(1))
}

/// "X2K9FQ (Disk full)".
pub(super) fn named(alert: &Alert) -> String {
    format!("{} ({})", alert.short_id.to_uppercase(), cut(&alert.title))
}

/// In one line, and not too much of it.
pub(super) fn cut(text: &str) -> String {
    let flat = flat(text);
    if flat.chars().count() <= TITLE_CHARS {
        return flat;
    }
    let head: String = flat.chars().take(TITLE_CHARS - 1).collect();
    format!("{}…", head.trim_end())
}

/// "Mon 2026-11-23 09:00 CET".
pub(super) fn local(time: Time, zone: &TimeZone) -> String {
    time.timestamp().to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M %Z").to_string()
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// "2026-11-21 13:05 CET".
fn moment(time: Time, zone: &TimeZone) -> String {
    time.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sample_alert;

    /// Every answer is a sentence or two, for every verb, with and without an alert.
    #[test]
    fn there_are_words_for_everything() {
        let alert = sample_alert("acme", "disk", 3, Time::from_seconds(1_763_812_800));
        let newer = sample_alert("acme", "disk", 4, Time::from_seconds(1_763_812_900));
        let actor = Actor::User { id: "bob".to_owned(), name: "Bob".to_owned() };
        let mut outcomes = vec![Outcome::APPLIED];
        outcomes.extend(Ignored::ALL.map(Outcome::Ignored));
        for verb in Verb::ALL {
            for (alert, newer) in [(None, None), (Some(&alert), None), (Some(&alert), Some(&newer))]
            {
                let about = About { verb, alert, actor: &actor, newer, zone: &TimeZone::UTC };
                for came_to in &outcomes {
                    let said = outcome(came_to, &about);
                    assert!(said.ends_with('.') && !said.contains("  "), "{said}");
                    assert!(said.chars().count() < 300, "{said}");
                    let first = said.chars().next();
                    assert!(first.is_some_and(|c| c.is_uppercase() || c.is_numeric()), "{said}");
                }
            }
        }
    }

    #[test]
    fn who_resolved_it_is_said_from_the_readers_side() {
        let mut alert = sample_alert("acme", "disk", 3, Time::from_seconds(1_763_812_800));
        let bob = Actor::User { id: "bob".to_owned(), name: "Bob".to_owned() };
        let alice = Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
        let at = Time::from_seconds(1_763_812_860);
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        for (by, expected) in [
            (&bob, "is over: you resolved it at 2025-11-22 13:01 CET."),
            (&alice, "is over: Alice resolved it at 2025-11-22 13:01 CET."),
            (&Actor::Source, "is over: its source said so at 2025-11-22 13:01 CET."),
        ] {
            alert.status = Status::Resolved { by: by.clone(), at, note: None };
            let verb = Verb::Resolve;
            let about = About { verb, alert: Some(&alert), actor: &bob, newer: None, zone: &zone };
            let said = ignored(Ignored::AlreadyResolved, &about);
            assert!(said.ends_with(expected), "{said}");
        }
    }

    #[test]
    fn a_title_stays_in_its_line() {
        assert_eq!(cut("a\n b\t c"), "a b c");
        assert_eq!(cut(&"é".repeat(500)).chars().count(), TITLE_CHARS);
    }
}
