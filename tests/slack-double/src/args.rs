//! Arguments of a call, from a form or from JSON.

use axum::http::HeaderMap;
use serde_json::{Map, Value};

/// Fields as JSON; those of a form are text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Args(pub(crate) Map<String, Value>);

impl Args {
    /// Read methods take their arguments from a form only: JSON is passed over, as Slack does.
    pub(crate) fn parse(method: &str, headers: &HeaderMap, body: &[u8]) -> Result<Self, String> {
        let content_type = headers.get("content-type").and_then(|t| t.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
        if content_type.starts_with("application/json") {
            if is_read(method) {
                return Ok(Self::default());
            }
            let value: Value =
                serde_json::from_slice(body).map_err(|_| "invalid_json".to_owned())?;
            return match value {
                Value::Object(map) => Ok(Self(map)),
                _ => Err("json_not_object".to_owned()),
            };
        }
        if body.is_empty() {
            return Ok(Self::default());
        }
        if !content_type.starts_with("application/x-www-form-urlencoded") {
            return Err("invalid_post_type".to_owned());
        }
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(body).map_err(|_| "invalid_form_data".to_owned())?;
        Ok(Self(pairs.into_iter().map(|(key, value)| (key, Value::String(value))).collect()))
    }

    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field)?.as_str()
    }

    pub(crate) fn flag(&self, field: &str) -> bool {
        match self.0.get(field) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text == "true" || text == "1",
            _ => false,
        }
    }

    /// A field that is JSON, or JSON as text in a form. `Err`: text that is no JSON.
    pub(crate) fn json(&self, field: &str) -> Result<Option<Value>, ()> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some).map_err(|_| ()),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    pub(crate) fn number(&self, field: &str) -> Option<usize> {
        match self.0.get(field)? {
            Value::String(text) => text.parse().ok(),
            value => usize::try_from(value.as_u64()?).ok(),
        }
    }
}

fn is_read(method: &str) -> bool {
    matches!(
        method,
        "conversations.history"
            | "conversations.replies"
            | "conversations.list"
            | "conversations.info"
            | "users.info"
            | "users.lookupByEmail"
    )
}
