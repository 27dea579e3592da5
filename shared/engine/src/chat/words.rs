//! Every sentence that a person reads in answer to what they did. Plain text: it may hold a title
//! or a name from outside, and whoever shows it escapes it.

use nightowl_domain::{Actor, Alert, Ignored, Outcome, Status, Time};

use super::parse::{Unknown, WORDS};
use super::{Stranger, Verb};

/// Titles are cut to this in a sentence; the card has all of it.
const TITLE_CHARS: usize = 80;
/// So many names are listed in a sentence.
const NAMES_MAX: usize = 20;

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
    }
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
            format!("{what} is over: its source said so at {}.", moment(*at))
        }
        Some(Status::Resolved { by, at, .. }) => {
            let who = if by.is_same(about.actor) { "you".to_owned() } else { flat(&by.show()) };
            format!("{what} is over: {who} resolved it at {}.", moment(*at))
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
        match self.alert {
            Some(alert) => format!("{} ({})", alert.short_id.to_uppercase(), cut(&alert.title)),
            None => "This alert".to_owned(),
        }
    }
}

/// "tier 2 in round 1": people count from 1.
fn position(alert: &Alert) -> String {
    let plan = &alert.plan;
    format!("tier {} in round {}", plan.tier.saturating_add(1), plan.round.saturating_add(1))
}

/// Why somebody may not act, and what would change that.
pub fn stranger(why: Stranger, tenant: &str) -> String {
    let add = format!("ask an operator to add you to the users of tenant {tenant}");
    match why {
        Stranger::Gone => "A deactivated account or a bot cannot act on alerts.".to_owned(),
        Stranger::NotVisible => format!(
            "NightOwl cannot see who you are, so nothing was done. If your account belongs to \
             another workspace, {add} with an account of this one."
        ),
        Stranger::NoEmail => format!(
            "NightOwl cannot see the e-mail address of your account, so it does not know who you \
             are and nothing was done. Give your account an address, let the app read it, and \
             {add}."
        ),
        Stranger::NotListed => format!(
            "NightOwl does not know you, so nothing was done. To act on alerts, {add} with the \
             e-mail address of this account."
        ),
        Stranger::CannotAsk => "NightOwl could not find out who you are just now, so nothing was \
                                done. Try again in a moment."
            .to_owned(),
    }
}

/// Above a list to choose from, for a command that named no alert.
pub(super) fn choose(verb: Verb, more: bool) -> String {
    let rest = if more { " These are some of them:" } else { "" };
    format!(
        "Which one? Type /nightowl {} ID, where the first characters will do.{rest}",
        word(verb)
    )
}

pub(super) fn ambiguous(text: &str) -> String {
    format!("More than one alert begins with {}. Type more of it:", cut(text))
}

pub(super) fn no_match(text: &str, is_any_open: bool) -> String {
    let open = if is_any_open { "These are open:" } else { NO_OPEN_ALERTS };
    format!("No alert is called {}. {open}", cut(text))
}

pub(super) fn unknown_command(unknown: &Unknown) -> String {
    match unknown.meant {
        Some(meant) => {
            format!("There is no command {}. Did you mean {meant}?", cut(&unknown.word))
        }
        None => {
            format!("There is no command {}. There are: {}.", cut(&unknown.word), WORDS.join(", "))
        }
    }
}

pub(super) fn no_schedule(wish: &str, meant: Option<&str>, names: &[&str]) -> String {
    let wish = cut(wish);
    match meant {
        Some(meant) => format!("There is no schedule {wish}. Did you mean {meant}?"),
        None if names.is_empty() => NO_SCHEDULES.to_owned(),
        None => {
            let listed = names[..names.len().min(NAMES_MAX)].join(", ");
            format!("There is no schedule {wish}. There are: {listed}.")
        }
    }
}

/// Each command and what it does.
pub(super) const HELP: [(&str, &str); 5] = [
    ("/nightowl ack ID [NOTE]", "You take the alert: nobody else is paged for it."),
    ("/nightowl resolve ID [NOTE]", "It is over."),
    ("/nightowl escalate ID [NOTE]", "The next tier is told now."),
    ("/nightowl oncall [SCHEDULE]", "Who is on call, and until when."),
    (
        "/nightowl help",
        "This. An ID is what the card shows; its first characters will do. Without one, the open \
         alerts are listed.",
    ),
];

/// As it is typed.
const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Acknowledge => "ack",
        Verb::Unacknowledge => "unack",
        Verb::Escalate => "escalate",
        Verb::Resolve => "resolve",
    }
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

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// "2026-11-21 12:05 UTC".
fn moment(time: Time) -> String {
    time.timestamp().strftime("%Y-%m-%d %H:%M UTC").to_string()
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
                let about = About { verb, alert, actor: &actor, newer };
                for came_to in &outcomes {
                    let said = outcome(came_to, &about);
                    assert!(said.ends_with('.') && !said.contains("  "), "{said}");
                    assert!(said.chars().count() < 300, "{said}");
                    let first = said.chars().next();
                    assert!(first.is_some_and(|c| c.is_uppercase() || c.is_numeric()), "{said}");
                }
            }
        }
        for why in Stranger::ALL {
            assert!(stranger(why, "acme").ends_with('.'));
        }
    }

    /// Whoever shows a sentence escapes it, and people copy what they are told to type.
    #[test]
    fn our_own_sentences_have_nothing_to_escape() {
        let unknown = |meant| Unknown { word: "ac".to_owned(), meant };
        let mut all = vec![unknown_command(&unknown(Some("ack"))), unknown_command(&unknown(None))];
        all.extend(Verb::ALL.map(|verb| choose(verb, true)));
        all.extend([ambiguous("x"), no_match("x", true), no_match("x", false)]);
        all.extend([no_schedule("x", Some("y"), &["y"]), no_schedule("x", None, &["y"])]);
        all.extend(HELP.iter().flat_map(|(usage, does)| [*usage, *does]).map(str::to_owned));
        let fixed = [TAKEN, NOT_DONE, FOREIGN, WHICH_TENANT, NOTE_KEPT, NO_OPEN_ALERTS, ON_CALL];
        all.extend(fixed.into_iter().chain([HELP_HEAD, NO_SCHEDULES]).map(str::to_owned));
        all.extend(Stranger::ALL.map(|why| stranger(why, "acme")));
        for said in all {
            assert!(!said.contains(['`', '*', '_', '~', '<', '>', '&']), "{said}");
        }
    }

    #[test]
    fn who_resolved_it_is_said_from_the_readers_side() {
        let mut alert = sample_alert("acme", "disk", 3, Time::from_seconds(1_763_812_800));
        let bob = Actor::User { id: "bob".to_owned(), name: "Bob".to_owned() };
        let alice = Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
        let at = Time::from_seconds(1_763_812_860);
        for (by, expected) in [
            (&bob, "is over: you resolved it at 2025-11-22 12:01 UTC."),
            (&alice, "is over: Alice resolved it at 2025-11-22 12:01 UTC."),
            (&Actor::Source, "is over: its source said so at 2025-11-22 12:01 UTC."),
        ] {
            alert.status = Status::Resolved { by: by.clone(), at, note: None };
            let about =
                About { verb: Verb::Resolve, alert: Some(&alert), actor: &bob, newer: None };
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
