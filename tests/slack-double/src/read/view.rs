//! Modals and the Home tab as a person sees them.

use serde::Serialize;
use serde_json::Value;

use super::{Reading, options, read_block, read_object};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ViewReading {
    pub title: String,
    pub submit: String,
    /// Everything that is not a field's, a line for each part.
    pub shown: Reading,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    pub block_id: String,
    pub action_id: String,
    /// `plain_text_input` or `static_select`.
    pub kind: String,
    pub label: String,
    pub placeholder: String,
    pub hint: String,
    /// What stands in it as it opens.
    pub value: String,
    pub required: bool,
    /// Label and value of each line of a menu.
    pub options: Vec<(String, String)>,
}

pub fn read_view(view: &Value) -> ViewReading {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut reading = ViewReading {
        title: text(&view["title"]["text"]),
        submit: text(&view["submit"]["text"]),
        ..ViewReading::default()
    };
    for block in view["blocks"].as_array().into_iter().flatten() {
        if block["type"] != "input" {
            reading.shown.add(read_block(block));
            continue;
        }
        let element = &block["element"];
        let chosen = element["initial_option"]["value"].as_str();
        reading.fields.push(Field {
            block_id: text(&block["block_id"]),
            action_id: text(&element["action_id"]),
            kind: text(&element["type"]),
            label: read_object(&block["label"]).text,
            placeholder: text(&element["placeholder"]["text"]),
            hint: read_object(&block["hint"]).text,
            value: element["initial_value"].as_str().or(chosen).unwrap_or_default().to_owned(),
            required: block["optional"] != true,
            options: options(element),
        });
    }
    reading
}
