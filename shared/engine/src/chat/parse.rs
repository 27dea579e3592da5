//! What somebody typed behind `/nightowl`.

use super::Verb;

/// Longer notes are cut: a whole log file is not a note, and what is kept is shorter still.
pub(super) const NOTE_CHARS_MAX: usize = 4000;
/// A full id has 24 characters; nothing longer can name an alert or a schedule.
const WORD_CHARS_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Something is done to an alert. `rest`: everything behind the verb, trimmed; what it means
    /// depends on where it was typed.
    Act {
        verb: Verb,
        rest: String,
    },
    /// `schedule`: a schedule's id; `None` is all of them.
    OnCall {
        schedule: Option<String>,
    },
    /// The open alerts. `mine`: those of whoever asks.
    List {
        mine: bool,
    },
    /// Offers to say who one is.
    Link,
    Help,
}

/// The first word is no command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// As typed, cut.
    pub word: String,
    /// The command that it may be a slip of.
    pub meant: Option<&'static str>,
}

pub(super) const WORDS: [&str; 10] =
    ["ack", "unack", "resolve", "escalate", "snooze", "oncall", "list", "note", "link", "help"];

/// Reads a command in either case. Nothing at all is a wish for help.
pub fn parse(text: &str) -> Result<Command, Unknown> {
    let (word, rest) = split(text);
    // Nothing longer is a command, and turning a long text to small letters takes a while.
    let word: String = word.chars().take(WORD_CHARS_MAX).collect::<String>().to_lowercase();
    let act = |verb| Command::Act {
        verb,
        rest: rest.chars().take(NOTE_CHARS_MAX + WORD_CHARS_MAX).collect(),
    };
    Ok(match word.as_str() {
        "ack" => act(Verb::Acknowledge),
        "unack" => act(Verb::Unacknowledge),
        "resolve" => act(Verb::Resolve),
        "escalate" => act(Verb::Escalate),
        "snooze" => act(Verb::Snooze),
        "note" => act(Verb::Note),
        "oncall" | "roster" => {
            let schedule = bare(split(rest).0);
            Command::OnCall { schedule: (!schedule.is_empty()).then_some(schedule) }
        }
        "list" => Command::List { mine: bare(split(rest).0).eq_ignore_ascii_case("mine") },
        "link" => Command::Link,
        "" | "help" => Command::Help,
        other => return Err(Unknown { word: other.to_owned(), meant: meant(other, WORDS) }),
    })
}

/// The first word, and the trimmed rest.
pub(super) fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

/// Without what people and chat programs put around an id: quotes, backticks, a full stop.
pub(super) fn bare(word: &str) -> String {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.chars().take(WORD_CHARS_MAX).collect()
}

/// A note as it is kept; `None`: there is none.
pub(super) fn note(text: &str) -> Option<String> {
    let cut: String = text.trim().chars().take(NOTE_CHARS_MAX).collect();
    (!cut.is_empty()).then_some(cut)
}

/// The candidate that a slip of the finger would turn into `word`, or that it is a longer or a
/// shorter form of.
pub(super) fn meant<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    // The distance is quadratic in the length, and nobody mistypes a word this long.
    if word.is_empty() || word.chars().count() > WORD_CHARS_MAX {
        return None;
    }
    let word = word.to_lowercase();
    let distance = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        let is_form =
            word.len() > 1 && (candidate.starts_with(&word) || word.starts_with(&candidate));
        let apart = strsim::damerau_levenshtein(&word, &candidate);
        let apart_max = 1.max(word.chars().count().min(candidate.chars().count()) / 3);
        if is_form { Some(0) } else { (apart <= apart_max).then_some(apart) }
    };
    let near =
        candidates.into_iter().filter_map(|candidate| Some((distance(candidate)?, candidate)));
    near.min_by_key(|(apart, _)| *apart).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(verb: Verb, rest: &str) -> Result<Command, Unknown> {
        Ok(Command::Act { verb, rest: rest.to_owned() })
    }

    #[test]
    fn commands_are_read_as_people_type_them() {
        use Verb::{Acknowledge, Escalate, Note, Resolve, Snooze, Unacknowledge};
        let on_call =
            |schedule: Option<&str>| Ok(Command::OnCall { schedule: schedule.map(str::to_owned) });
        let table = [
            ("", Ok(Command::Help)),
            (" \t\n", Ok(Command::Help)),
            ("help", Ok(Command::Help)),
            ("HELP me", Ok(Command::Help)),
            ("ack", act(Acknowledge, "")),
            ("ack x2k9fq", act(Acknowledge, "x2k9fq")),
            ("  Ack\u{a0}`X2K9FQ`. ", act(Acknowledge, "`X2K9FQ`.")),
            ("unack x2", act(Unacknowledge, "x2")),
            ("resolve x2  swapped  the disk ", act(Resolve, "x2  swapped  the disk")),
            ("escalate x2", act(Escalate, "x2")),
            ("snooze x2 until 9:00", act(Snooze, "x2 until 9:00")),
            ("note x2 first\nsecond", act(Note, "x2 first\nsecond")),
            ("oncall", on_call(None)),
            ("oncall web-team", on_call(Some("web-team"))),
            ("Roster `web-team`", on_call(Some("web-team"))),
            ("list", Ok(Command::List { mine: false })),
            ("list Mine", Ok(Command::List { mine: true })),
            ("link", Ok(Command::Link)),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_slip_is_recognised() {
        let table = [
            ("ac x2", Some("ack")),
            ("akc x2", Some("ack")),
            ("acknowledge x2", Some("ack")),
            ("reslove x2", Some("resolve")),
            ("esc", Some("escalate")),
            ("snoze x2 2h", Some("snooze")),
            ("on-call", Some("oncall")),
            ("lst", Some("list")),
            ("notes", Some("note")),
            ("hepl", Some("help")),
            ("pizza", None),
            ("x", None),
            ("🦉", None),
        ];
        for (text, meant) in table {
            let unknown = parse(text).expect_err(text);
            assert_eq!(unknown.meant, meant, "{text:?}");
        }
    }

    #[test]
    fn every_word_is_a_command() {
        for word in WORDS {
            assert!(parse(word).is_ok(), "{word}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let unknown = parse(&"é".repeat(100_000)).expect_err("no command is so long");
        assert_eq!((unknown.word.chars().count(), unknown.meant), (WORD_CHARS_MAX, None));
        let Ok(Command::Act { rest, .. }) = parse(&format!("note {}", "y".repeat(90_000))) else {
            panic!("it is a note");
        };
        assert_eq!(rest.chars().count(), NOTE_CHARS_MAX + WORD_CHARS_MAX);
        assert_eq!(note(&rest).map(|note| note.chars().count()), Some(NOTE_CHARS_MAX));
        assert_eq!(bare(&"x".repeat(9000)).len(), WORD_CHARS_MAX);
    }
}
