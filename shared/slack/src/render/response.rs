//! Answers to commands, as the body of the HTTP answer or of a post to a response URL.

use nightowl_messaging::{CommandResponse, ResponseSection};
use serde_json::{Value, json};

use crate::wire::Block;

use super::text;
use super::whisper::way_on;

/// Of Slack's 50 blocks and about 13,200 characters; the head takes the rest.
const SECTIONS: usize = 20;
const SECTIONS_UNITS: usize = 9000;
const FIELDS: usize = 10;

/// `{"response_type", "text", "blocks"}`. Send it as `application/json`: anything else is shown
/// to the person as it is.
pub fn command_response(response: &CommandResponse) -> Value {
    let (text, blocks) = answer(response);
    json!({
        "response_type": if response.ephemeral { "ephemeral" } else { "in_channel" },
        "text": text,
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

/// `text` and `blocks` of a message.
pub(crate) fn answer(response: &CommandResponse) -> (String, Vec<Block>) {
    let mut blocks = blocks(response);
    for (index, block) in blocks.iter_mut().enumerate() {
        block.name(format!("answer-{index}"));
    }
    (fallback(response), blocks)
}

/// None where the text says it all. They have no names yet.
pub(crate) fn blocks(response: &CommandResponse) -> Vec<Block> {
    let mut blocks = sections(&response.sections);
    blocks.extend(response.link.as_ref().and_then(way_on));
    if !blocks.is_empty() {
        let said = text::mrkdwn(&response.text, 2000);
        if !said.is_empty() {
            blocks.insert(0, Block::section(said));
        }
    }
    blocks
}

/// What a notification shows and a screen reader says in place of the blocks: the same, in lines.
fn fallback(response: &CommandResponse) -> String {
    let mut said = response.text.clone();
    for section in response.sections.iter().take(SECTIONS) {
        let fields = section.fields.iter().take(FIELDS);
        let fields = fields.map(|field| format!("{}: {}", field.label, field.value));
        let parts = [section.title.clone(), section.body.clone()].into_iter().chain(fields);
        let line = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        said.push('\n');
        said.push_str(&line);
    }
    text::fallback(&said, 3000)
}

/// As many as fit; that more were left out is said.
fn sections(sections: &[ResponseSection]) -> Vec<Block> {
    let mut blocks = vec![];
    let mut length = 0;
    for (index, section) in sections.iter().enumerate() {
        let (said, fields) = (heading(section), fields(section));
        length += text::units(&said);
        length += fields.iter().map(|field| text::units(field)).sum::<usize>();
        if index == SECTIONS || length > SECTIONS_UNITS {
            let left = sections.len() - index;
            blocks.push(Block::context(format!("… and {left} more")));
            break;
        }
        blocks.extend((!said.is_empty()).then(|| Block::section(said)));
        blocks.extend((!fields.is_empty()).then(|| Block::fields(fields)));
    }
    blocks
}

fn heading(section: &ResponseSection) -> String {
    let title = text::line(&section.title, 150);
    let body = text::mrkdwn(&section.body, 2000);
    match (title.is_empty(), body.is_empty()) {
        (true, _) => body,
        (false, true) => format!("*{title}*"),
        (false, false) => format!("*{title}*\n{body}"),
    }
}

fn fields(section: &ResponseSection) -> Vec<String> {
    let fields = section.fields.iter().take(FIELDS);
    let made = fields.map(|field| {
        let (label, value) = (text::line(&field.label, 75), text::line(&field.value, 200));
        format!("*{label}*\n{value}")
    });
    made.collect()
}
