//! How a connection is told of in JSON.

use nightowl_messaging::{Check, Checkup, ProviderError, Setting, Settings, Workspace};
use serde_json::{Value, json};

/// A shorter secret would blot out innocent words.
const SECRET_CHARS_MIN: usize = 4;

/// Why nothing could be found out, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) error: String,
    pub(super) hint: String,
}

impl Fault {
    pub(super) fn new(error: String, hint: &str) -> Self {
        Self { error, hint: hint.to_owned() }
    }

    pub(super) fn of(error: &ProviderError) -> Self {
        match error {
            ProviderError::Broken { reason, hint, .. } => Self::new(reason.clone(), hint),
            ProviderError::Retry { reason, .. } | ProviderError::Unknown { reason } => Self::new(
                reason.clone(),
                "see whether the platform works and can be reached from here, and try again",
            ),
            ProviderError::Refused { .. }
            | ProviderError::Gone { .. }
            | ProviderError::Cannot { .. } => Self::new(
                error.to_string(),
                "try again; if it stays so, look at the platform's log",
            ),
        }
    }

    pub(super) fn answer(&self) -> Value {
        json!({ "ok": false, "error": self.error, "hint": self.hint, "checks": [] })
    }
}

pub(super) fn check(check: &Check) -> Value {
    let mut shown = json!({ "name": check.name, "ok": check.ok, "detail": check.detail });
    if !check.hint.is_empty() {
        shown["hint"] = check.hint.clone().into();
    }
    shown
}

/// The credentials work, and nobody said where a message could go.
pub(super) fn without_channel(workspace: Workspace) -> Checkup {
    let token = Check {
        name: "token",
        ok: true,
        detail: "the token is good".to_owned(),
        hint: String::new(),
    };
    let channel = Check {
        name: "channel",
        ok: false,
        detail: "there is no channel to post to".to_owned(),
        hint: "name the default channel".to_owned(),
    };
    Checkup { workspace, checks: vec![token, channel] }
}

/// No platform should repeat a secret; should one, it is not passed on.
pub(super) fn hide(mut answer: Value, settings: &Settings) -> Value {
    for setting in settings.fields.values() {
        match setting {
            Setting::Secret(secret) if secret.expose().chars().count() >= SECRET_CHARS_MIN => {
                hide_one(&mut answer, secret.expose());
            }
            Setting::Secret(_) | Setting::Text(_) => {}
        }
    }
    answer
}

fn hide_one(value: &mut Value, secret: &str) {
    match value {
        Value::String(text) if text.contains(secret) => *text = text.replace(secret, "***"),
        Value::Array(items) => items.iter_mut().for_each(|item| hide_one(item, secret)),
        Value::Object(fields) => fields.values_mut().for_each(|field| hide_one(field, secret)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightowl_messaging::Secret;

    #[test]
    fn what_a_platform_repeats_is_not_passed_on() {
        let fields = [
            ("bot_token".to_owned(), Setting::Secret(Secret::new("xoxb-1"))),
            ("short".to_owned(), Setting::Secret(Secret::new("a"))),
            ("channel".to_owned(), Setting::Text("alerts".to_owned())),
        ];
        let settings = Settings { provider: "p".to_owned(), fields: fields.into() };
        let answer =
            json!({ "ok": false, "error": "no xoxb-1", "checks": [{ "detail": "xoxb-1" }] });
        let hidden = hide(answer, &settings);
        assert_eq!(
            hidden,
            json!({ "ok": false, "error": "no ***", "checks": [{ "detail": "***" }] })
        );
    }
}
