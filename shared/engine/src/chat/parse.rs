//! What somebody typed behind `/nightowl`.

use super::Verb;

/// Longer notes are cut: a whole log file is not a note.
const NOTE_CHARS_MAX: usize = 4000;
/// A full id has 24 characters; nothing longer can name an alert or a schedule.
const WORD_CHARS_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `ack`, `resolve` and `escalate`. `alert`: an id, a short id or a prefix of one, as typed;
    /// `None` asks for the open alerts to choose from. `note`: everything behind it.
    Act {
        verb: Verb,
        alert: Option<String>,
        note: Option<String>,
    },
    /// `schedule`: a schedule's id; `None` is all of them.
    OnCall {
        schedule: Option<String>,
    },
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

pub(super) const WORDS: [&str; 5] = ["ack", "resolve", "escalate", "oncall", "help"];

/// Reads a command in either case. Nothing at all is a wish for help.
pub fn parse(text: &str) -> Result<Command, Unknown> {
    let (word, rest) = split(text);
    let word = word.to_lowercase();
    let act = |verb| {
        let (alert, note) = split(rest);
        let alert = bare(alert);
        let note: String = note.chars().take(NOTE_CHARS_MAX).collect();
        Command::Act {
            verb,
            alert: (!alert.is_empty()).then_some(alert),
            note: (!note.is_empty()).then_some(note),
        }
    };
    Ok(match word.as_str() {
        "ack" => act(Verb::Acknowledge),
        "resolve" => act(Verb::Resolve),
        "escalate" => act(Verb::Escalate),
        "oncall" => {
            let schedule = bare(split(rest).0);
            Command::OnCall { schedule: (!schedule.is_empty()).then_some(schedule) }
        }
        "" | "help" => Command::Help,
        other => {
            let meant = meant(other, WORDS);
            return Err(Unknown { word: other.chars().take(WORD_CHARS_MAX).collect(), meant });
        }
    })
}

/// The first word, and the trimmed rest.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

/// Without what people and chat programs put around an id: quotes, backticks, a full stop.
fn bare(word: &str) -> String {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.chars().take(WORD_CHARS_MAX).collect()
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

    fn act(verb: Verb, alert: Option<&str>, note: Option<&str>) -> Result<Command, Unknown> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Ok(Command::Act { verb, alert: own(alert), note: own(note) })
    }

    #[test]
    fn commands_are_read_as_people_type_them() {
        use Verb::{Acknowledge, Escalate, Resolve};
        let on_call =
            |schedule: Option<&str>| Ok(Command::OnCall { schedule: schedule.map(str::to_owned) });
        let table = [
            ("", Ok(Command::Help)),
            (" \t\n", Ok(Command::Help)),
            ("help", Ok(Command::Help)),
            ("HELP me", Ok(Command::Help)),
            ("ack", act(Acknowledge, None, None)),
            ("ack x2k9fq", act(Acknowledge, Some("x2k9fq"), None)),
            ("  Ack\u{a0}`X2K9FQ`. ", act(Acknowledge, Some("X2K9FQ"), None)),
            ("ack #x2 on my way", act(Acknowledge, Some("x2"), Some("on my way"))),
            ("ack \"\"", act(Acknowledge, None, None)),
            ("resolve x2  swapped  the disk ", act(Resolve, Some("x2"), Some("swapped  the disk"))),
            ("escalate x2", act(Escalate, Some("x2"), None)),
            ("oncall", on_call(None)),
            ("oncall web-team", on_call(Some("web-team"))),
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
            ("on-call", Some("oncall")),
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
    fn a_long_text_is_cut_and_not_compared() {
        let unknown = parse(&"é".repeat(100_000)).expect_err("no command is so long");
        assert_eq!((unknown.word.chars().count(), unknown.meant), (WORD_CHARS_MAX, None));
        let Ok(Command::Act { alert: Some(alert), note: Some(note), .. }) =
            parse(&format!("ack {} {}", "x".repeat(9000), "y".repeat(9000)))
        else {
            panic!("it is an ack with a note");
        };
        assert_eq!((alert.len(), note.len()), (WORD_CHARS_MAX, NOTE_CHARS_MAX));
    }
}
