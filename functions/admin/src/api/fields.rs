//! The JSON body of an act: its form. What it may mean is `wish`'s concern.

use serde::Deserialize;
use serde_json::{Map, Value};

/// An excerpt of a name that somebody wrote.
const NAME_CHARS_MAX: usize = 40;

#[derive(Deserialize, Default, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    pub(crate) user: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) minutes: Option<f64>,
    pub(crate) seen: Option<Seen>,
}

/// Both from 1, as an alert in JSON has them.
#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seen {
    pub(crate) round: u32,
    pub(crate) tier: u32,
}

impl Fields {
    /// An empty body says nothing and is fine. The error is a sentence for whoever wrote the body:
    /// what was expected, in the words of the API.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let value: Value = serde_json::from_slice(body).map_err(|error| no_json(&error))?;
        check_body(&value)?;
        // Of what `check_body` lets pass, only a doubled field is left to be refused here.
        serde_json::from_slice(body).map_err(|_| "a field is there twice".to_owned())
    }
}

fn no_json(error: &serde_json::Error) -> String {
    let what = if error.is_eof() { "it ends too early" } else { "it cannot be read" };
    let (line, column) = (error.line(), error.column());
    format!(
        "the body is expected to be a JSON object such as `{{\"user\": \"alice\"}}`, or empty; \
         {what}, at line {line}, column {column}"
    )
}

fn check_body(value: &Value) -> Result<(), String> {
    let Value::Object(fields) = value else {
        let found = word(value);
        return Err(format!(
            "the body is expected to be a JSON object such as `{{\"user\": \"alice\"}}`, or \
             empty; it is {found}"
        ));
    };
    for (name, value) in fields {
        let (is_fine, expected) = match name.as_str() {
            "user" | "note" => (value.is_string(), "a text"),
            "until" => (value.is_string(), "a moment such as `\"2026-01-31T08:00:00Z\"`"),
            "minutes" => (value.is_number(), "a number, without quotation marks"),
            "seen" => (value.is_object(), "an object such as `{\"round\": 1, \"tier\": 2}`"),
            _ => return Err(unknown(name, "user, note, until, minutes, seen")),
        };
        if !is_fine && !value.is_null() {
            return Err(format!("`{name}` is expected to be {expected}; it is {}", word(value)));
        }
        if let Value::Object(seen) = value {
            check_seen(seen)?;
        }
    }
    Ok(())
}

fn check_seen(seen: &Map<String, Value>) -> Result<(), String> {
    if let Some(name) = seen.keys().find(|name| !["round", "tier"].contains(&name.as_str())) {
        return Err(unknown(name, "round and tier, in `seen`"));
    }
    for name in ["round", "tier"] {
        let number = seen.get(name).and_then(Value::as_u64);
        if number.and_then(|number| u32::try_from(number).ok()).is_none() {
            let found = match seen.get(name) {
                None => "missing",
                Some(Value::Number(_)) => "another number",
                Some(other) => word(other),
            };
            return Err(format!(
                "`{name}` in `seen` is expected to be a whole number from 1; it is {found}"
            ));
        }
    }
    Ok(())
}

fn unknown(name: &str, known: &str) -> String {
    let name: String = name.chars().take(NAME_CHARS_MAX).collect();
    format!("there is no field `{name}`; known here: {known}")
}

const fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_the_right_form_is_read() {
        assert_eq!(Fields::read(b" \n"), Ok(Fields::default()));
        assert_eq!(Fields::read(b"{\"user\":null,\"seen\":null}"), Ok(Fields::default()));
        let fields = Fields::read(br#"{"minutes":5,"seen":{"round":1,"tier":2}}"#);
        let seen = Some(Seen { round: 1, tier: 2 });
        assert_eq!(fields, Ok(Fields { minutes: Some(5.0), seen, ..Fields::default() }));
    }

    #[test]
    fn a_refusal_says_in_plain_words_what_was_expected() {
        let object = "the body is expected to be a JSON object";
        for (body, expected) in [
            ("{oops", object),
            ("{", "it ends too early, at line 1"),
            ("user=bob", "it cannot be read, at line 1"),
            ("[]", "or empty; it is a list"),
            ("\"x\"", "or empty; it is a text"),
            (r#"{"usr":"bob"}"#, "there is no field `usr`; known here: user, note"),
            (r#"{"user":5}"#, "`user` is expected to be a text; it is a number"),
            (r#"{"minutes":"ten"}"#, "`minutes` is expected to be a number, without quotation"),
            (r#"{"minutes":1e999}"#, object),
            (r#"{"until":[]}"#, "`until` is expected to be a moment such as"),
            (r#"{"seen":[1,2]}"#, "`seen` is expected to be an object such as"),
            (r#"{"seen":{"round":1}}"#, "`tier` in `seen` is expected to be a whole number"),
            (r#"{"seen":{"round":1.5,"tier":1}}"#, "`round` in `seen` is expected to be a whole"),
            (r#"{"seen":{"round":1,"tier":1,"x":1}}"#, "there is no field `x`"),
            (r#"{"user":"a","user":"b"}"#, "a field is there twice"),
        ] {
            let refused = Fields::read(body.as_bytes()).expect_err(body);
            assert!(refused.contains(expected), "{body}: {refused}");
            for internal in ["struct", "ident", "element", "Fields", "u32", "f64", "integer"] {
                assert!(!refused.contains(internal), "{body}: {refused}");
            }
        }
    }
}
