//! Attachments as the server takes them: known fields of the right type, the rest is lost.

use serde_json::{Map, Value, json};

use crate::ids::new_id;

/// Numbers become what JavaScript would make of them, because the server keeps them as floats.
pub(crate) fn through_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, float),
        Value::Array(list) => list.iter().map(through_floats).collect(),
        Value::Object(map) => {
            let pairs = map.iter().map(|(key, value)| (key.clone(), through_floats(value)));
            Value::Object(pairs.collect())
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

/// Whole numbers are written without a point.
fn float(number: f64) -> Value {
    let text = format!("{number}");
    let whole = text.parse::<i64>().ok().filter(|_| number.abs() < 1e18);
    whole.map_or_else(|| json!(number), Value::from)
}

/// Props as they are stored. Attachments of a wrong type are lost, and nobody is told.
pub(crate) fn stored_props(props: &Map<String, Value>) -> Map<String, Value> {
    let mut stored: Map<String, Value> =
        props.iter().map(|(key, value)| (key.clone(), through_floats(value))).collect();
    if let Some(given) = stored.get("attachments").filter(|given| !given.is_null()) {
        let list = given.as_array().map(|list| list.iter().filter_map(attachment).collect());
        let list: Vec<Value> = list.unwrap_or_default();
        let kept = if list.is_empty() { Value::Null } else { Value::Array(list) };
        stored.insert("attachments".to_owned(), kept);
    }
    stored
}

/// What clients are shown: actions without their integrations.
pub(crate) fn without_integrations(props: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = props.clone();
    let attachments = shown.get_mut("attachments").and_then(Value::as_array_mut);
    for attachment in attachments.into_iter().flatten() {
        let actions = attachment.get_mut("actions").and_then(Value::as_array_mut);
        for action in actions.into_iter().flatten().filter_map(Value::as_object_mut) {
            action.remove("integration");
        }
    }
    shown
}

const TEXTS: [&str; 14] = [
    "fallback",
    "color",
    "pretext",
    "author_name",
    "author_link",
    "author_icon",
    "title",
    "title_link",
    "text",
    "image_url",
    "thumb_url",
    "footer",
    "footer_icon",
    "callback_id",
];

/// `None`: a field has a wrong type.
fn attachment(given: &Value) -> Option<Value> {
    let given = given.as_object()?;
    let mut made = Map::new();
    for name in TEXTS {
        made.insert(name.to_owned(), text(given, name)?.into());
    }
    made.remove("callback_id");
    made.insert("id".to_owned(), json!(0));
    made.insert("ts".to_owned(), given.get("ts").cloned().unwrap_or_default());
    let fields = match given.get("fields") {
        None | Some(Value::Null) => Value::Null,
        Some(fields) => {
            let fields = fields.as_array()?.iter();
            Value::Array(fields.filter(|field| !field.is_null()).map(field).collect::<Option<_>>()?)
        }
    };
    made.insert("fields".to_owned(), fields);
    if let Some(actions) = given.get("actions").filter(|actions| !actions.is_null()) {
        let actions: Option<Vec<Value>> = actions.as_array()?.iter().map(action).collect();
        let actions = actions?;
        if !actions.is_empty() {
            made.insert("actions".to_owned(), actions.into());
        }
    }
    Some(made.into())
}

fn text(from: &Map<String, Value>, name: &str) -> Option<String> {
    match from.get(name) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => None,
    }
}

fn field(given: &Value) -> Option<Value> {
    let given = given.as_object()?;
    let short = match given.get("short") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(short)) => *short,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        Some(_) => return None,
    };
    let value = given.get("value").cloned().unwrap_or_default();
    Some(json!({"title": text(given, "title")?, "value": value, "short": short}))
}

/// An action without an id gets one, at every save another one.
fn action(given: &Value) -> Option<Value> {
    let given = given.as_object()?;
    let mut made = Map::new();
    for name in ["id", "type", "name", "style", "data_source", "default_option", "cookie"] {
        let text = text(given, name)?;
        if !text.is_empty() {
            made.insert(name.to_owned(), text.into());
        }
    }
    made.entry("id").or_insert_with(|| new_id().into());
    match given.get("disabled") {
        None | Some(Value::Null | Value::Bool(false)) => {}
        Some(Value::Bool(true)) => drop(made.insert("disabled".to_owned(), true.into())),
        Some(_) => return None,
    }
    if let Some(options) = given.get("options").filter(|options| !options.is_null()) {
        let option = |option: &Value| {
            let option = option.as_object()?;
            Some(json!({"text": text(option, "text")?, "value": text(option, "value")?}))
        };
        let options: Option<Vec<Value>> = options.as_array()?.iter().map(option).collect();
        made.insert("options".to_owned(), options?.into());
    }
    if let Some(integration) = given.get("integration").filter(|given| !given.is_null()) {
        let integration = integration.as_object()?;
        let mut kept = Map::new();
        kept.insert("url".to_owned(), text(integration, "url")?.into());
        match integration.get("context") {
            None | Some(Value::Null) => {}
            Some(Value::Object(context)) => {
                kept.insert("context".to_owned(), context.clone().into());
            }
            Some(_) => return None,
        }
        made.insert("integration".to_owned(), kept.into());
    }
    Some(made.into())
}
