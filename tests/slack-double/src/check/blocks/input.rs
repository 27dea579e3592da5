//! What is filled in or chosen.

use serde_json::Value;

use super::{Object, list, only, optional_text, text_object};
use crate::check::problem::Problems;

const INPUT_MAX: u64 = 3000;

/// An `input` block of a modal.
pub(super) fn check(block: &Object, at: &str, problems: &mut Problems) {
    only(block, &["label", "element", "hint", "optional", "dispatch_action"], at, problems);
    text_object(block.get("label"), &["plain_text"], 2000, &format!("{at}/label"), problems);
    if let Some(hint) = block.get("hint") {
        text_object(Some(hint), &["plain_text"], 2000, &format!("{at}/hint"), problems);
    }
    if block.get("optional").is_some_and(|flag| !flag.is_boolean()) {
        problems.add("must be a boolean", &format!("{at}/optional"));
    }
    let at = format!("{at}/element");
    let Some(element) = block.get("element").and_then(Value::as_object) else {
        problems.add("missing required field: element", &at);
        return;
    };
    optional_text(element, "action_id", 255, &at, problems);
    match element.get("type").and_then(Value::as_str) {
        Some("plain_text_input") => written(element, &at, problems),
        Some("static_select") => select(element, &at, problems),
        _ => problems.add("unsupported type", &format!("{at}/type")),
    }
}

fn written(element: &Object, at: &str, problems: &mut Problems) {
    let known = [
        "action_id",
        "multiline",
        "min_length",
        "max_length",
        "initial_value",
        "placeholder",
        "focus_on_load",
    ];
    only(element, &known, at, problems);
    placeholder(element, at, problems);
    let max = element.get("max_length").map_or(Some(INPUT_MAX), Value::as_u64);
    if !max.is_some_and(|max| (1..=INPUT_MAX).contains(&max)) {
        problems.add("must be between 1 and 3000", &format!("{at}/max_length"));
    }
    let max = usize::try_from(max.unwrap_or(INPUT_MAX)).unwrap_or(usize::MAX);
    optional_text(element, "initial_value", max, at, problems);
}

/// A menu, in a message or in a modal.
pub(super) fn select(element: &Object, at: &str, problems: &mut Problems) {
    let known = ["action_id", "placeholder", "options", "initial_option", "focus_on_load"];
    only(element, &known, at, problems);
    placeholder(element, at, problems);
    for (choice, at) in list(element, "options", 100, at, problems) {
        option(choice, &at, problems);
    }
    if let Some(initial) = element.get("initial_option") {
        let options = element.get("options").and_then(Value::as_array);
        if !options.is_some_and(|options| options.contains(initial)) {
            problems.add("must be one of the options", &format!("{at}/initial_option"));
        }
    }
}

fn placeholder(element: &Object, at: &str, problems: &mut Problems) {
    if let Some(text) = element.get("placeholder") {
        text_object(Some(text), &["plain_text"], 150, &format!("{at}/placeholder"), problems);
    }
}

/// The smaller of the two figures that Slack's documents give for a value.
fn option(choice: &Value, at: &str, problems: &mut Problems) {
    let Some(choice) = choice.as_object() else {
        problems.add("must be an object", at);
        return;
    };
    only(choice, &["text", "value", "description"], at, problems);
    text_object(choice.get("text"), &["plain_text"], 75, &format!("{at}/text"), problems);
    if optional_text(choice, "value", 150, at, problems).is_none() {
        problems.add("missing required field: value", at);
    }
}
