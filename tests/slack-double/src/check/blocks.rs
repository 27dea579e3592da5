//! Block Kit's rules for the blocks that stand in messages and views.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::problem::Problems;

mod input;

type Object = Map<String, Value>;

/// Where blocks stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Surface {
    Message,
    Modal,
    Home,
}

impl Surface {
    const fn blocks_max(self) -> usize {
        match self {
            Self::Message => 50,
            Self::Modal | Self::Home => 100,
        }
    }
}

/// `at` is the JSON pointer of the list. `ids` are the block ids so far: they differ in a message.
pub(super) fn check_blocks(
    blocks: &[Value],
    at: &str,
    surface: Surface,
    ids: &mut BTreeSet<String>,
    problems: &mut Problems,
) {
    let max = surface.blocks_max();
    if blocks.len() > max {
        problems.add(&format!("no more than {max} items allowed"), at);
    }
    for (index, block) in blocks.iter().enumerate() {
        let at = format!("{at}/{index}");
        let Some(block) = block.as_object() else {
            problems.add("must be an object", &at);
            continue;
        };
        let id = optional_text(block, "block_id", 255, &at, problems);
        if id.is_some_and(|id| !ids.insert(id.to_owned())) {
            problems.add("`block_id` already exists", &format!("{at}/block_id"));
        }
        check_block(block, &at, surface, problems);
    }
}

fn check_block(block: &Object, at: &str, surface: Surface, problems: &mut Problems) {
    match block.get("type").and_then(Value::as_str) {
        Some("header") => {
            only(block, &["text"], at, problems);
            text_object(block.get("text"), &["plain_text"], 150, &format!("{at}/text"), problems);
        }
        Some("section") => section(block, at, problems),
        Some("context") => {
            only(block, &["elements"], at, problems);
            for (element, at) in list(block, "elements", 10, at, problems) {
                text_object(Some(element), &["plain_text", "mrkdwn"], 3000, &at, problems);
            }
        }
        Some("actions") => {
            only(block, &["elements"], at, problems);
            let mut ids = BTreeSet::new();
            for (element, at) in list(block, "elements", 25, at, problems) {
                element_of(element, &at, &mut ids, problems);
            }
        }
        Some("input") if surface == Surface::Modal => input::check(block, at, problems),
        Some("divider") => only(block, &[], at, problems),
        Some(other) => problems.add(&format!("unsupported type: {other}"), &format!("{at}/type")),
        None => problems.add("missing required field: type", at),
    }
}

fn section(block: &Object, at: &str, problems: &mut Problems) {
    only(block, &["text", "fields", "accessory", "expand"], at, problems);
    if let Some(accessory) = block.get("accessory") {
        element_of(accessory, &format!("{at}/accessory"), &mut BTreeSet::new(), problems);
    }
    if !block.contains_key("text") && !block.contains_key("fields") {
        problems.add("missing required field: text", at);
    }
    let both = ["plain_text", "mrkdwn"];
    if let Some(text) = block.get("text") {
        text_object(Some(text), &both, 3000, &format!("{at}/text"), problems);
    }
    if block.contains_key("fields") {
        for (field, at) in list(block, "fields", 10, at, problems) {
            text_object(Some(field), &both, 2000, &at, problems);
        }
    }
}

fn element_of(element: &Value, at: &str, ids: &mut BTreeSet<String>, problems: &mut Problems) {
    let Some(object) = element.as_object() else {
        problems.add("must be an object", at);
        return;
    };
    let id = optional_text(object, "action_id", 255, at, problems);
    if id.is_some_and(|id| !ids.insert(id.to_owned())) {
        problems.add("`action_id` already exists", &format!("{at}/action_id"));
    }
    match object.get("type").and_then(Value::as_str) {
        Some("button") => button(object, at, problems),
        Some("static_select") => input::select(object, at, problems),
        _ => problems.add("unsupported type", &format!("{at}/type")),
    }
}

fn button(button: &Object, at: &str, problems: &mut Problems) {
    let known = ["text", "action_id", "value", "url", "style", "accessibility_label"];
    only(button, &known, at, problems);
    text_object(button.get("text"), &["plain_text"], 75, &format!("{at}/text"), problems);
    optional_text(button, "value", 2000, at, problems);
    optional_text(button, "accessibility_label", 75, at, problems);
    if let Some(url) = optional_text(button, "url", 3000, at, problems) {
        let is_url = url.split_once("://").is_some_and(|(scheme, rest)| {
            matches!(scheme, "http" | "https") && !rest.is_empty() && !rest.contains(' ')
        });
        if !is_url {
            problems.add("must be a valid URL", &format!("{at}/url"));
        }
    }
    let style = button.get("style").map(|style| style.as_str().unwrap_or_default());
    if style.is_some_and(|style| !matches!(style, "primary" | "danger")) {
        problems.add("must be one of: primary, danger", &format!("{at}/style"));
    }
}

pub(super) fn text_object(
    object: Option<&Value>,
    kinds: &[&str],
    max: usize,
    at: &str,
    problems: &mut Problems,
) {
    let Some(object) = object.and_then(Value::as_object) else {
        problems.add("missing required field: text", at);
        return;
    };
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
    if !kinds.contains(&kind) {
        problems.add(&format!("must be one of: {}", kinds.join(", ")), &format!("{at}/type"));
    }
    match kind {
        "plain_text" => only(object, &["text", "emoji"], at, problems),
        _ => only(object, &["text", "verbatim"], at, problems),
    }
    let flags = ["emoji", "verbatim"].map(|flag| object.get(flag));
    if flags.into_iter().flatten().any(|flag| !flag.is_boolean()) {
        problems.add("must be a boolean", at);
    }
    if optional_text(object, "text", max, at, problems).is_none() {
        problems.add("must be more than 0 characters", &format!("{at}/text"));
    }
}

/// Text of 1 to `max` UTF-16 units, if the field is there.
pub(super) fn optional_text<'a>(
    object: &'a Object,
    field: &str,
    max: usize,
    at: &str,
    problems: &mut Problems,
) -> Option<&'a str> {
    let at = format!("{at}/{field}");
    let value = object.get(field)?;
    let Some(text) = value.as_str() else {
        problems.add("must be a string", &at);
        return None;
    };
    let length = text.encode_utf16().count();
    if length > max {
        problems.add(&format!("must be less than {} characters", max + 1), &at);
    }
    if length == 0 {
        problems.add("must be more than 0 characters", &at);
    }
    problems.characters += length;
    Some(text)
}

/// 1 to `max` members, each with its pointer.
fn list<'a>(
    object: &'a Object,
    field: &str,
    max: usize,
    at: &str,
    problems: &mut Problems,
) -> Vec<(&'a Value, String)> {
    let at = format!("{at}/{field}");
    let Some(list) = object.get(field).and_then(Value::as_array) else {
        problems.add("must be an array", &at);
        return vec![];
    };
    if list.is_empty() {
        problems.add("no fewer than 1 items required", &at);
    }
    if list.len() > max {
        problems.add(&format!("no more than {max} items allowed"), &at);
    }
    let members = list.iter().enumerate();
    members.map(|(index, member)| (member, format!("{at}/{index}"))).collect()
}

pub(super) fn only(object: &Object, known: &[&str], at: &str, problems: &mut Problems) {
    for key in object.keys() {
        let always = matches!(key.as_str(), "type" | "block_id");
        if !always && !known.contains(&key.as_str()) {
            problems.add(&format!("invalid additional property: {key}"), at);
        }
    }
}
