//! What somebody is asked, because what they typed is not clear.

use super::{HELP_HEAD, NO_OPEN_ALERTS, NO_SCHEDULES, cut};
use crate::chat::Verb;
use crate::chat::parse::Unknown;
use crate::chat::when::Unclear;

/// So many names are listed in a sentence.
const NAMES_MAX: usize = 20;

/// Above a list to choose from, for a command that named no alert.
pub(in crate::chat) fn choose(verb: Verb, more: bool) -> String {
    let rest = if more { " These are some of them:" } else { "" };
    format!(
        "Which one? Type /nightowl {} ID, where the first characters will do.{rest}",
        word(verb)
    )
}

pub(in crate::chat) fn ambiguous(text: &str) -> String {
    format!("More than one alert begins with {}. Type more of it:", cut(text))
}

pub(in crate::chat) fn no_match(text: &str, is_any_open: bool) -> String {
    let open = if is_any_open { "These are open:" } else { NO_OPEN_ALERTS };
    format!("No alert is called {}. {open}", cut(text))
}

pub(in crate::chat) fn unknown_command(unknown: &Unknown) -> String {
    match unknown.meant {
        Some(meant) => {
            format!("There is no command {}. Did you mean {meant}?", cut(&unknown.word))
        }
        None => format!("There is no command {}. {HELP_HEAD}", cut(&unknown.word)),
    }
}

pub(in crate::chat) fn no_schedule(wish: &str, meant: Option<&str>, names: &[&str]) -> String {
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

/// The same where several alerts have a message in the channel.
pub(in crate::chat) fn choose_here(verb: Verb, more: bool) -> String {
    let word = word(verb);
    let rest = if more { " These are the newest:" } else { "" };
    format!(
        "Which one? Type /nightowl {word} ID, or /nightowl {word} last for the first of these.{rest}"
    )
}

/// "The last one here" was asked for.
pub(in crate::chat) fn none_here(verb: Verb, more: bool) -> String {
    format!("No open alert has a message here. {}", choose(verb, more))
}

/// Why no end of a snooze could be read.
pub(in crate::chat) fn unclear(unclear: Unclear, text: &str) -> String {
    let examples = "30m, 2h, 9:00, tomorrow 9:00 or Monday";
    match unclear {
        Unclear::Missing => format!("Until when? Say for example {examples}."),
        Unclear::Unreadable => {
            format!("NightOwl cannot read {} as a time. Say for example {examples}.", cut(text))
        }
        Unclear::Past => format!("{} is over already. Say for example {examples}.", cut(text)),
        Unclear::TooFar => {
            format!("{} is too far away: a snooze ends within 30 days.", cut(text))
        }
    }
}

/// Above the open alerts.
pub(in crate::chat) fn open(count: usize, more: bool) -> String {
    match (count, more) {
        (0, _) => NO_OPEN_ALERTS.to_owned(),
        (1, false) => "One alert is open:".to_owned(),
        (count, false) => format!("{count} alerts are open:"),
        (count, true) => format!("More than {count} alerts are open; these are some of them:"),
    }
}

/// Above the open alerts of whoever asks. `more`: not all open alerts were looked at.
pub(in crate::chat) fn mine(count: usize, more: bool) -> String {
    let among = if more { " among the newest" } else { "" };
    match count {
        0 => format!("No open alert{among} is yours."),
        1 => format!("One open alert{among} is yours:"),
        count => format!("{count} open alerts{among} are yours:"),
    }
}

/// Each command and what it does.
pub(in crate::chat) const HELP: [(&str, &str); 11] = [
    ("/nightowl ack ID [NOTE]", "You take the alert: nobody else is paged for it."),
    ("/nightowl unack ID [NOTE]", "You give it back: it fires again."),
    ("/nightowl resolve ID [NOTE]", "It is over."),
    ("/nightowl escalate ID [NOTE]", "The next tier is told now."),
    (
        "/nightowl snooze ID WHEN",
        "Nobody is paged until then: 30m, 2h, 9:00, tomorrow 9:00, Monday, 2026-11-23 9:00.",
    ),
    ("/nightowl note ID TEXT", "Kept with the alert."),
    ("/nightowl list [mine]", "The open alerts, or yours."),
    ("/nightowl oncall [SCHEDULE]", "Who is on call, and until when."),
    ("/nightowl link", "Tells NightOwl who you are."),
    ("/nightowl help", "This."),
    (
        "ID",
        "What the card shows; its first characters will do. In a thread under a card it can be \
         left out. The word last means the newest open alert in this channel.",
    ),
];

/// As it is typed.
const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Acknowledge => "ack",
        Verb::Unacknowledge => "unack",
        Verb::Escalate => "escalate",
        Verb::Resolve => "resolve",
        Verb::Snooze => "snooze",
        Verb::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::words;

    /// Whoever shows a sentence escapes it, and people copy what they are told to type.
    #[test]
    fn our_own_sentences_have_nothing_to_escape() {
        let unknown = |meant| Unknown { word: "ac".to_owned(), meant };
        let mut all = vec![unknown_command(&unknown(Some("ack"))), unknown_command(&unknown(None))];
        for verb in Verb::ALL {
            all.extend([choose(verb, true), choose_here(verb, true), none_here(verb, false)]);
        }
        all.extend([ambiguous("x"), no_match("x", true), no_match("x", false)]);
        all.extend([no_schedule("x", Some("y"), &["y"]), no_schedule("x", None, &["y"])]);
        let reasons = [Unclear::Missing, Unclear::Unreadable, Unclear::Past, Unclear::TooFar];
        all.extend(reasons.map(|reason| unclear(reason, "x")));
        for count in 0..3 {
            all.extend([open(count, false), open(count, true)]);
            all.extend([mine(count, false), mine(count, true)]);
        }
        all.extend(HELP.iter().flat_map(|(usage, does)| [*usage, *does]).map(str::to_owned));
        let fixed = [
            words::TAKEN,
            words::NOT_DONE,
            words::FOREIGN,
            words::WHICH_TENANT,
            words::NOTE_KEPT,
            words::NOTE_MISSING,
            words::NOTE_EMPTY,
            words::NOT_OFFERED,
            words::NO_CONSOLE,
            words::NO_OPEN_ALERTS,
            words::ON_CALL,
            words::HELP_HEAD,
            words::NO_SCHEDULES,
        ];
        all.extend(fixed.map(str::to_owned));
        for said in all {
            assert!(!said.contains(['`', '*', '_', '~', '<', '>', '&']), "{said}");
            assert!(!said.contains("  "), "{said}");
        }
    }
}
