//! The rules for modals and the Home tab.

use std::collections::BTreeSet;

use serde_json::Value;

use super::blocks::{Surface, check_blocks, only, optional_text, text_object};
use super::problem::Problems;
use crate::methods::Refusal;

const VIEW_BYTES_MAX: usize = 250_000;

pub(crate) fn modal(view: &Value) -> Result<(), Refusal> {
    check(view, "modal", Surface::Modal, |object, blocks, problems| {
        let known = [
            "title",
            "submit",
            "close",
            "blocks",
            "private_metadata",
            "callback_id",
            "clear_on_close",
            "notify_on_close",
            "external_id",
        ];
        only(object, &known, "", problems);
        text_object(object.get("title"), &["plain_text"], 24, "/title", problems);
        for button in ["submit", "close"] {
            if let Some(text) = object.get(button) {
                text_object(Some(text), &["plain_text"], 24, &format!("/{button}"), problems);
            }
        }
        if blocks.iter().any(|block| block["type"] == "input") && !object.contains_key("submit") {
            problems.add("required with an input block", "/submit");
        }
        optional_text(object, "callback_id", 255, "", problems);
        // This one may be empty.
        if object.get("private_metadata").is_some_and(|text| text != "") {
            optional_text(object, "private_metadata", 3000, "", problems);
        }
    })
}

pub(crate) fn home(view: &Value) -> Result<(), Refusal> {
    check(view, "home", Surface::Home, |object, _, problems| {
        only(object, &["blocks", "private_metadata", "callback_id", "external_id"], "", problems);
    })
}

fn check(
    view: &Value,
    kind: &str,
    surface: Surface,
    more: impl FnOnce(&serde_json::Map<String, Value>, &[Value], &mut Problems),
) -> Result<(), Refusal> {
    let invalid = || Refusal::new("invalid_arguments");
    let object = view.as_object().ok_or_else(invalid)?;
    let mut problems = Problems::default();
    if view["type"] != kind {
        problems.add(&format!("must be one of: {kind}"), "/type");
    }
    let Some(blocks) = view["blocks"].as_array() else {
        problems.add("missing required field: blocks", "");
        return problems.refusal().map_or(Ok(()), |refusal| Err(as_argument(refusal)));
    };
    check_blocks(blocks, "/blocks", surface, &mut BTreeSet::new(), &mut problems);
    more(object, blocks, &mut problems);
    if view.to_string().len() > VIEW_BYTES_MAX {
        return Err(Refusal::new("view_too_large"));
    }
    problems.refusal().map_or(Ok(()), |refusal| Err(as_argument(refusal)))
}

/// A view that is refused is an argument that is.
fn as_argument(mut refusal: Refusal) -> Refusal {
    refusal.error = "invalid_arguments".to_owned();
    refusal
}
