//! Messages as a person sees them: markup resolved, mentions and links told apart.
//!
//! Where Slack's own reading is not documented, this one finds markup rather than not: a zero-width
//! space is tried both as a space and as a letter, and either way counts.

mod mrkdwn;
mod view;

use serde::Serialize;
use serde_json::Value;

use crate::world::Message;

pub use mrkdwn::read_text;
pub use view::{Field, ViewReading, read_view};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// A line for each part.
    pub text: String,
    /// `@U…`, `!channel` …
    pub mentions: Vec<String>,
    pub links: Vec<String>,
    pub markup: Vec<Markup>,
    pub buttons: Vec<Button>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Markup {
    /// `bold`, `italic`, `strike`, `code`, `quote`, `emoji`, `date`.
    pub kind: &'static str,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Button {
    pub action_id: String,
    pub block_id: String,
    pub label: String,
    pub value: Option<String>,
    pub url: Option<String>,
    /// Label and value of each line of a menu; empty for a button.
    pub options: Vec<(String, String)>,
}

impl Reading {
    pub(crate) fn add(&mut self, other: Self) {
        if !self.text.is_empty() && !other.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&other.text);
        self.mentions.extend(other.mentions);
        self.links.extend(other.links);
        self.markup.extend(other.markup);
        self.buttons.extend(other.buttons);
    }
}

/// The text that a notification shows, the blocks, and the attachments.
pub fn read_message(message: &Message) -> Reading {
    let mut reading = read_text(&message.text, false);
    for block in &message.blocks {
        reading.add(read_block(block));
    }
    for attachment in &message.attachments {
        for block in attachment["blocks"].as_array().into_iter().flatten() {
            reading.add(read_block(block));
        }
        for field in ["pretext", "title", "text", "footer"] {
            let text = attachment[field].as_str().unwrap_or_default();
            reading.add(read_text(text, false));
        }
    }
    reading
}

pub(crate) fn read_block(block: &Value) -> Reading {
    let mut reading = read_object(&block["text"]);
    if block["accessory"].is_object() {
        reading.buttons.push(read_button(&block["accessory"], block));
    }
    for list in ["fields", "elements"] {
        for element in block[list].as_array().into_iter().flatten() {
            match element["type"].as_str() {
                Some("button" | "static_select") => {
                    reading.buttons.push(read_button(element, block))
                }
                _ => reading.add(read_object(element)),
            }
        }
    }
    reading
}

pub(crate) fn options(select: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let options = select["options"].as_array().into_iter().flatten();
    options.map(|option| (text(&option["text"]["text"]), text(&option["value"]))).collect()
}

/// Plain text has no markup but emoji, if they are asked for.
pub(crate) fn read_object(object: &Value) -> Reading {
    let text = object["text"].as_str().unwrap_or_default();
    match object["type"].as_str() {
        Some("mrkdwn") => read_text(text, object["verbatim"] == true),
        Some("plain_text") => Reading {
            text: text.to_owned(),
            markup: match object["emoji"] == true {
                true => mrkdwn::emoji(text),
                false => vec![],
            },
            ..Reading::default()
        },
        _ => Reading::default(),
    }
}

fn read_button(button: &Value, block: &Value) -> Button {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Button {
        action_id: text(&button["action_id"]).unwrap_or_default(),
        block_id: text(&block["block_id"]).unwrap_or_default(),
        label: text(&button["text"]["text"])
            .or_else(|| text(&button["placeholder"]["text"]))
            .unwrap_or_default(),
        value: text(&button["value"]),
        url: text(&button["url"]),
        options: options(button),
    }
}
