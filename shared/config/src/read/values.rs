//! Single values.

use std::time::Duration;

use jiff::civil::DateTime;
use nightowl_domain::Time;

use super::Reader;
use crate::problem::quoted;
use crate::suggest;
use crate::tree::{Kind, Node, Scalar};

/// Ids are typed by people into commands and stand in keys of the store.
const ID_MAX: usize = 64;
const CHANNEL_MAX: usize = 64;
const TEXT_MAX: usize = 200;
/// A year. Longer is a mistake, and must not overflow a date.
const MINUTES_MAX: f64 = 525_600.0;

impl Reader<'_, '_> {
    /// Any single value that is not empty.
    pub(super) fn scalar<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Scalar> {
        match &node.kind {
            Kind::Scalar(scalar) if !scalar.text.is_empty() => Some(scalar),
            Kind::Scalar(_) => {
                self.add(node.line, format!("an empty text as {what}"), "a value");
                None
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Unusable => {
                self.refuse(node, what, "a value");
                None
            }
        }
    }

    fn wrong(&mut self, node: &Node, scalar: &Scalar, what: &str, expected: &str) {
        self.add(node.line, format!("{} as {what}", quoted(&scalar.source)), expected);
    }

    /// One line of text for people.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        let scalar = self.scalar(node, what)?;
        let is_fine = scalar.text.chars().count() <= TEXT_MAX
            && !scalar.text.chars().any(char::is_control)
            && scalar.text.trim() == scalar.text;
        if !is_fine {
            let expected = format!("one line of at most {TEXT_MAX} characters, no space around it");
            self.wrong(node, scalar, what, &expected);
            return None;
        }
        Some(scalar.text.clone())
    }

    /// A channel's name or id. The inbox is our own, so its names are known to be plain.
    pub(super) fn channel(&mut self, node: &Node, what: &str, is_inbox: bool) -> Option<String> {
        let channel = self.text(node, what)?;
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name = channel.trim_start_matches('#');
        let is_fine = if is_inbox {
            !name.is_empty() && name.len() <= CHANNEL_MAX && name.chars().all(is_plain)
        } else {
            !name.is_empty() && !name.starts_with('@')
        };
        if !is_fine {
            let found = format!("{} as {what}", quoted(self.scalar(node, what)?.source.as_str()));
            let expected = if is_inbox {
                "letters, digits and . _ - only, 64 at most"
            } else {
                "a channel's name or id, not a person"
            };
            self.add(node.line, found, expected);
            return None;
        }
        Some(channel)
    }

    pub(super) fn id(&mut self, node: &Node, what: &str) -> Option<String> {
        let scalar = self.scalar(node, what)?;
        let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let is_fine = scalar.text.len() <= ID_MAX
            && scalar.text.chars().all(is_letter)
            && scalar.text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !is_fine {
            let expected = "letters, digits and . _ - only, 64 at most, a letter or digit first";
            self.wrong(node, scalar, what, expected);
            return None;
        }
        Some(scalar.text.clone())
    }

    /// Somebody's name or id on a chat platform; without `has_names` an id like `U0123` only.
    pub(super) fn handle(&mut self, node: &Node, what: &str, has_names: bool) -> Option<String> {
        let scalar = self.scalar(node, what)?;
        let text = scalar.text.as_str();
        let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let is_id_letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        let is_fine = text.len() <= ID_MAX
            && if has_names {
                text.chars().all(is_letter)
            } else {
                text.starts_with(['U', 'W']) && text.len() > 1 && text.chars().all(is_id_letter)
            };
        if !is_fine {
            let expected = if has_names {
                "a user name, without @, or a user id"
            } else {
                "a member id like U0123ABCD, as the profile shows it"
            };
            self.wrong(node, scalar, &format!("a {what} user"), expected);
            return None;
        }
        Some(scalar.text.clone())
    }

    pub(super) fn slug(&mut self, node: &Node) -> Option<String> {
        let scalar = self.scalar(node, "a slug")?;
        let is_letter = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
        let slug = scalar.text.as_str();
        let is_fine = slug.len() <= ID_MAX
            && slug.chars().all(is_letter)
            && !slug.starts_with('-')
            && !slug.ends_with('-');
        if !is_fine {
            let expected = "a-z, 0-9 and - only, 64 at most, no - at the ends";
            self.wrong(node, scalar, "a slug", expected);
            return None;
        }
        Some(scalar.text.clone())
    }

    pub(super) fn email(&mut self, node: &Node) -> Option<String> {
        let scalar = self.scalar(node, "an e-mail address")?;
        let is_letter = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | ',' | ';' | '"');
        let is_fine = match scalar.text.split_once('@') {
            Some((name, host)) => {
                !name.is_empty()
                    && !host.is_empty()
                    && !host.contains('@')
                    && !host.starts_with('.')
                    && !host.ends_with('.')
                    && scalar.text.len() <= 254
                    && scalar.text.chars().all(is_letter)
            }
            None => false,
        };
        if !is_fine {
            self.wrong(node, scalar, "an e-mail address", "one like alice@example.com");
            return None;
        }
        Some(scalar.text.clone())
    }

    /// `http` because a proxy or a double may stand in on the same machine.
    pub(super) fn url(&mut self, node: &Node, what: &str) -> Option<String> {
        let scalar = self.scalar(node, what)?;
        let text = scalar.text.as_str();
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let is_fine = !host.is_empty()
            && !host.contains('@')
            && text.len() <= 500
            && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '?' | '#'));
        if !is_fine {
            // Whoever puts a password into an address must not read it in a log.
            let expected = "an address like https://chat.example.com/, with no user and no query";
            self.add(node.line, format!("an unusable address as {what}"), expected);
            return None;
        }
        Some(scalar.text.clone())
    }

    /// One of a few words.
    pub(super) fn choice<T>(
        &mut self,
        node: &Node,
        what: &str,
        words: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let scalar = self.scalar(node, what)?;
        let parsed = parse(&scalar.text);
        if parsed.is_none() {
            let expected = suggest::one_of(&scalar.source, words.iter().copied(), "a word");
            self.wrong(node, scalar, what, &expected);
        }
        parsed
    }

    pub(super) fn boolean(&mut self, node: &Node, what: &str) -> Option<bool> {
        self.choice(node, what, &["true", "false"], |word| match word {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }

    /// A whole number between `least` and `most`.
    pub(super) fn number(&mut self, node: &Node, what: &str, least: u32, most: u32) -> Option<u32> {
        let scalar = self.scalar(node, what)?;
        let parsed = scalar.text.parse().ok().filter(|number| (least..=most).contains(number));
        if parsed.is_none() {
            let expected = format!("a whole number from {least} to {most}");
            self.wrong(node, scalar, what, &expected);
        }
        parsed
    }

    /// Minutes, perhaps a fraction: one second at least.
    pub(super) fn minutes(&mut self, node: &Node, what: &str) -> Option<Duration> {
        let scalar = self.scalar(node, what)?;
        let minutes = scalar.text.parse::<f64>().ok().filter(|number| number.is_finite());
        let Some(minutes) = minutes else {
            self.wrong(node, scalar, what, "a number of minutes, like 5 or 0.5");
            return None;
        };
        // Rounded: 0.1 minutes are 6 seconds, although no binary fraction is a tenth.
        let milliseconds = (minutes.clamp(0.0, 2.0 * MINUTES_MAX) * 60_000.0).round();
        if !(1000.0..=MINUTES_MAX * 60_000.0).contains(&milliseconds) {
            let expected = "from one second (0.017 minutes) to a year (525600 minutes)";
            self.wrong(node, scalar, what, expected);
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number between 1000 and a year's milliseconds"
        )]
        Some(Duration::from_millis(milliseconds as u64))
    }

    /// A moment with its offset from UTC.
    pub(super) fn moment(&mut self, node: &Node, what: &str) -> Option<Time> {
        let scalar = self.scalar(node, what)?;
        let parsed = Time::parse(&scalar.text);
        if parsed.is_none() {
            let expected = "a moment with its offset, like 2026-02-01T00:00Z";
            self.wrong(node, scalar, what, expected);
        }
        parsed
    }

    /// A date and time of day in a time zone that is said elsewhere.
    pub(super) fn local_time(&mut self, node: &Node, what: &str) -> Option<DateTime> {
        let scalar = self.scalar(node, what)?;
        let has_time = scalar.text.len() >= "2026-01-05T09:00".len();
        let parsed = scalar.text.parse::<DateTime>().ok().filter(|_| has_time);
        if parsed.is_none() {
            let expected = "a local date and time without an offset, like 2026-01-05T09:00";
            self.wrong(node, scalar, what, expected);
        }
        parsed
    }
}
