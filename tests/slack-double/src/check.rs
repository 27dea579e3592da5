//! Content as strictly as Slack looks at it.

mod blocks;
mod problem;
mod view;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::args::Args;
use crate::methods::Refusal;

use blocks::{Surface, check_blocks};
use problem::Problems;

pub(crate) use view::{home, modal};

/// Found by others (slackapi/bolt-js 2509); not in the documentation.
const TOTAL_MAX: usize = 13_200;
const ATTACHMENTS_MAX: usize = 100;
const METADATA_BYTES_MAX: usize = 16 * 1024;

/// What was given, checked; `None` where it was left out.
pub(crate) struct Content {
    pub(crate) blocks: Option<Vec<Value>>,
    pub(crate) attachments: Option<Vec<Value>>,
    pub(crate) metadata: Option<Value>,
}

pub(crate) fn content(args: &Args) -> Result<Content, Refusal> {
    let blocks = list(args, "blocks", "invalid_blocks_format")?;
    let attachments = list(args, "attachments", "invalid_attachments")?;
    let mut problems = Problems::default();
    let mut ids = BTreeSet::new();
    if let Some(blocks) = &blocks {
        check_blocks(blocks, "/blocks", Surface::Message, &mut ids, &mut problems);
    }
    for (index, attachment) in attachments.iter().flatten().enumerate() {
        let attachment = attachment.as_object();
        let attachment = attachment.ok_or(Refusal::new("invalid_attachments"))?;
        if let Some(blocks) = attachment.get("blocks") {
            let blocks = blocks.as_array().ok_or(Refusal::new("invalid_attachments"))?;
            let at = format!("/attachments/{index}/blocks");
            check_blocks(blocks, &at, Surface::Message, &mut ids, &mut problems);
        }
    }
    if attachments.as_ref().is_some_and(|all| all.len() > ATTACHMENTS_MAX) {
        return Err(Refusal::new("too_many_attachments"));
    }
    if let Some(refusal) = problems.refusal() {
        return Err(refusal);
    }
    if problems.characters > TOTAL_MAX {
        return Err(Refusal::new("msg_blocks_too_long"));
    }
    Ok(Content { blocks, attachments, metadata: metadata(args)? })
}

fn list(args: &Args, field: &str, error: &str) -> Result<Option<Vec<Value>>, Refusal> {
    match args.json(field) {
        Ok(None) => Ok(None),
        Ok(Some(Value::Array(list))) => Ok(Some(list)),
        _ => Err(Refusal::new(error)),
    }
}

/// `{"event_type", "event_payload"}`; the payload's values are text, numbers, flags, or flat
/// objects and lists of these.
fn metadata(args: &Args) -> Result<Option<Value>, Refusal> {
    let format = || Refusal::new("invalid_metadata_format");
    let Some(metadata) = args.json("metadata").map_err(|()| format())? else {
        return Ok(None);
    };
    if metadata == json!({}) {
        return Ok(Some(metadata));
    }
    let object = metadata.as_object().ok_or_else(format)?;
    let is_word = |text: &&str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
    };
    let event_type = object.get("event_type").and_then(Value::as_str);
    event_type.filter(is_word).ok_or_else(format)?;
    let payload = object.get("event_payload").and_then(Value::as_object);
    let is_flat = |value: &Value| !value.is_array() && !value.is_object() && !value.is_null();
    let is_good = |value: &Value| match value {
        Value::Array(list) => list.iter().all(|inner| {
            is_flat(inner) || inner.as_object().is_some_and(|o| o.values().all(is_flat))
        }),
        Value::Object(object) => object.values().all(is_flat),
        value => is_flat(value),
    };
    if !payload.ok_or_else(format)?.values().all(is_good) {
        return Err(Refusal::new("invalid_metadata_schema"));
    }
    if metadata.to_string().len() > METADATA_BYTES_MAX {
        return Err(Refusal::new("metadata_too_large"));
    }
    Ok(Some(metadata))
}
