//! What the server only logs: content that it takes and that will not work.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::world::World;

/// Notes every action of the attachments that a person could not use.
pub(crate) fn lint_props(world: &mut World, props: &Map<String, Value>) {
    let Some(attachments) = props.get("attachments").filter(|given| !given.is_null()) else {
        return;
    };
    let Some(attachments) = attachments.as_array() else {
        world.warnings.push("attachments is no list: all of them are lost".to_owned());
        return;
    };
    let mut ids = BTreeSet::new();
    for (index, attachment) in attachments.iter().enumerate() {
        let one = Map::from_iter([("attachments".to_owned(), vec![attachment.clone()].into())]);
        if crate::attachments::stored_props(&one).get("attachments") == Some(&Value::Null) {
            world.warnings.push(format!("attachment {index}: a wrong type, it is lost"));
        }
        let footer = attachment["footer"].as_str().unwrap_or_default();
        if footer.chars().count() > 300 {
            world.warnings.push(format!("attachment {index}: the footer is cut at 300"));
        }
        for action in attachment["actions"].as_array().into_iter().flatten() {
            let found = lint_action(action, &mut ids);
            let found = found.into_iter().map(|what| format!("attachment {index}: {what}"));
            world.warnings.extend(found);
        }
    }
}

fn lint_action(action: &Value, ids: &mut BTreeSet<String>) -> Vec<String> {
    let text = |name: &str| action[name].as_str().unwrap_or_default();
    let (id, mut found) = (text("id"), vec![]);
    let mut add = |what: String| found.push(format!("action {id:?}: {what}"));
    if id.is_empty() {
        add("no id: it gets another one at every save".to_owned());
    } else if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        add("the id is not letters and digits: a click answers 404".to_owned());
    } else if !ids.insert(id.to_owned()) {
        add("the id is there twice: the first one wins".to_owned());
    }
    if text("name").is_empty() {
        add("no name".to_owned());
    }
    let styles = ["", "default", "primary", "success", "good", "warning", "danger"];
    let style = text("style");
    let is_color = style.strip_prefix('#').is_some_and(|hex| {
        matches!(hex.len(), 3 | 6) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    if !styles.contains(&style) && !is_color {
        add(format!("an unknown style {style:?}"));
    }
    match text("type") {
        "button" => {}
        "select" => {
            let source = text("data_source");
            if !["", "users", "channels"].contains(&source) {
                add(format!("an unknown data source {source:?}"));
            }
            if source.is_empty() && action["options"].as_array().is_none_or(Vec::is_empty) {
                add("a select without options".to_owned());
            }
        }
        other => add(format!("an unknown type {other:?}")),
    }
    let url = action["integration"]["url"].as_str().unwrap_or_default();
    let good = ["http://", "https://", "/plugins/"].iter().any(|start| url.starts_with(start));
    if action["integration"].is_null() {
        add("no integration: a click answers 404".to_owned());
    } else if !good {
        add("the integration's url is not http(s)".to_owned());
    }
    found
}

/// Lengths are in bytes, as the server counts them.
pub(crate) fn lint_dialog(world: &mut World, dialog: &Value) {
    let mut found = vec![];
    let length = |value: &Value| value.as_str().unwrap_or_default().len();
    if !(1..=24).contains(&length(&dialog["title"])) {
        found.push("the title has not 1 to 24 bytes".to_owned());
    }
    let mut names = BTreeSet::new();
    for element in dialog["elements"].as_array().into_iter().flatten() {
        found.extend(lint_element(element, &mut names));
    }
    world.warnings.extend(found.into_iter().map(|what| format!("dialog: {what}")));
}

fn lint_element(element: &Value, names: &mut BTreeSet<String>) -> Vec<String> {
    let name = element["name"].as_str().unwrap_or_default();
    let length = |field: &str| element[field].as_str().unwrap_or_default().len();
    let mut found = vec![];
    let mut add = |what: &str| found.push(format!("element {name:?}: {what}"));
    if name.is_empty() || name.len() > 300 || !names.insert(name.to_owned()) {
        add("the name is missing, too long or there twice");
    }
    if !(1..=24).contains(&length("display_name")) {
        add("the display_name has not 1 to 24 bytes");
    }
    if length("help_text") > 150 {
        add("the help_text is over 150 bytes");
    }
    let kind = element["type"].as_str().unwrap_or_default();
    let longest = match kind {
        "text" | "bool" => 150,
        "textarea" | "select" => 3_000,
        "radio" | "date" | "datetime" => usize::MAX,
        _ => {
            add("an unknown type");
            usize::MAX
        }
    };
    if length("default") > longest || length("placeholder") > longest {
        add("the default or the placeholder is too long");
    }
    let subtypes = ["", "text", "email", "number", "password", "tel", "url"];
    if !subtypes.contains(&element["subtype"].as_str().unwrap_or_default()) {
        add("an unknown subtype");
    }
    let number = |field: &str| element[field].as_i64().unwrap_or_default();
    let (least, most) = (number("min_length"), number("max_length"));
    if least > most && most != 0 {
        add("min_length is over max_length");
    }
    let no_options = element["options"].as_array().is_none_or(Vec::is_empty);
    let no_source = element["data_source"].as_str().unwrap_or_default().is_empty();
    if matches!(kind, "select" | "radio") && no_options && no_source {
        add("no options");
    }
    found
}
