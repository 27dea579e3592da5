//! One alert's fields, read one by one. What cannot be read is noted and the alert goes on.

use std::collections::BTreeMap;
use std::time::Duration;

use nightowl_domain::{Severity, Time};

use crate::Context;
use crate::json::{Json, Kind, Object};
use crate::problems::{Problems, describe, name, quote};
use crate::text;

/// A clock may be wrong by this much; a moment further ahead is a mistake of the sender (a wrong
/// time zone, mostly) and would confuse the order of firings and clears.
const AHEAD_MAX: Duration = Duration::from_secs(3600);

/// What Go writes for "no moment", in milliseconds.
const ZERO_TIME_MILLIS: i64 = -62_135_596_800_000;

pub(crate) struct Reader<'a> {
    object: Object<'a>,
    pub(crate) problems: Problems,
    context: Context,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(object: Object<'a>, context: Context) -> Self {
        let mut problems = Problems::default();
        for field in &object.repeated {
            problems.add(format!("`{}` stands there twice; the last one counts", name(field)));
        }
        if object.dropped > 0 {
            problems.add(format!("{} fields too many were left out", object.dropped));
        }
        Self { object, problems, context }
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.object.has(field)
    }

    /// Text, trimmed; `None` if it is missing, null or empty. Anything else is rendered as text,
    /// and noted.
    pub(crate) fn text(&mut self, field: &str) -> Option<String> {
        let json = self.object.take(field)?;
        if !matches!(json.kind(), Kind::Text | Kind::Null) {
            self.problems.unexpected(field, "text", json);
        }
        let text = self.any_text(field, json);
        let trimmed = text.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// [`Reader::text`] on one line; `None` also if only white space and control characters are in
    /// it.
    pub(crate) fn line(&mut self, field: &str) -> Option<String> {
        self.text(field).map(|text| text::one_line(&text)).filter(|line| !line.is_empty())
    }

    /// As it stands there, whatever it is.
    pub(crate) fn any_text(&mut self, field: &str, json: Json<'_>) -> String {
        let (text, is_whole) = json.text();
        if !is_whole {
            self.problems.add(format!("`{}` holds half a character, shown as �", name(field)));
        }
        text
    }

    pub(crate) fn ignore(&mut self, fields: &[&str]) {
        for field in fields {
            self.object.take(field);
        }
    }

    pub(crate) fn take(&mut self, field: &str) -> Option<Json<'a>> {
        self.object.take(field).filter(|json| json.kind() != Kind::Null)
    }

    /// RFC 3339. Go's zero time, null and empty text are none; so is, with a note, what is no date
    /// or no date to be believed.
    pub(crate) fn time(&mut self, field: &str) -> Option<Time> {
        let json = self.take(field)?;
        let expected = "a date such as 2026-01-31T23:59:59Z";
        if json.kind() != Kind::Text {
            self.problems.unexpected(field, expected, json);
            return None;
        }
        let (text, _) = json.text();
        if text.trim().is_empty() {
            return None;
        }
        let Some(time) = Time::parse(&text) else {
            self.problems.unexpected(field, expected, json);
            return None;
        };
        if time.millis() == ZERO_TIME_MILLIS {
            return None;
        }
        if time.millis() < 0 || time > self.context.received + AHEAD_MAX {
            let why = if time.millis() < 0 { "before 1970" } else { "in the future" };
            self.problems.add(format!("`{field}`: {} is {why} and was not used", describe(json)));
            return None;
        }
        Some(time)
    }

    /// Names and values, whole. Values that are no text are rendered as text.
    pub(crate) fn map(&mut self, field: &str) -> BTreeMap<String, String> {
        let Some(json) = self.take(field) else { return BTreeMap::new() };
        let Some(object) = json.object() else {
            self.problems.unexpected(field, "an object of names and texts", json);
            return BTreeMap::new();
        };
        for repeated in &object.repeated {
            let path = format!("{field}.{repeated}");
            self.problems.add(format!("`{}` stands there twice; the last one counts", name(&path)));
        }
        let fields = object.into_fields().into_iter();
        fields
            .map(|(entry, json)| {
                let text = self.any_text(&format!("{field}.{entry}"), json);
                (entry, text)
            })
            .collect()
    }

    /// `true` is firing. An unknown word is noted and asks the next source.
    pub(crate) fn status(&mut self, field: &str) -> Option<bool> {
        let json = self.take(field)?;
        let is_firing = understand_status(&json.text().0);
        if is_firing.is_none() {
            self.problems.unexpected(field, "firing or resolved", json);
        }
        is_firing
    }

    /// The first of `words` that names a severity; the integration's default if none does.
    pub(crate) fn severity(&mut self, words: &[(&str, Option<String>)]) -> Severity {
        let given: Vec<_> = words
            .iter()
            .filter_map(|(field, word)| Some((*field, word.as_deref()?.trim())))
            .filter(|(_, word)| !word.is_empty())
            .collect();
        if let Some(known) = given.iter().find_map(|(_, word)| Severity::understand(word)) {
            return known;
        }
        let default = self.context.default_severity;
        if let Some((field, word)) = given.first() {
            self.problems.add(format!(
                "`{field}`: {} names no severity; taken as {}",
                quote(word),
                default.name()
            ));
        }
        default
    }

    /// What nobody took: fields that this release does not know, as text.
    pub(crate) fn rest(self) -> (BTreeMap<String, String>, Problems) {
        let Self { object, problems, .. } = self;
        let known = object.into_fields().into_iter().filter(|(_, json)| json.kind() != Kind::Null);
        (known.map(|(field, json)| (field, json.text().0)).collect(), problems)
    }
}

/// The words that senders use. `None` for a word we do not know.
pub(crate) fn understand_status(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "firing" | "fire" | "fired" | "alerting" | "alert" | "triggered" | "trigger" | "active"
        | "open" | "opened" | "problem" | "down" | "failing" | "failed" => Some(true),
        "resolved" | "resolve" | "ok" | "recovered" | "recovery" | "closed" | "close"
        | "cleared" | "clear" | "normal" | "inactive" | "up" => Some(false),
        _ => None,
    }
}
