use nightowl_messaging::conformance::{form, form_state};
use serde_json::json;

use super::*;

fn names(inputs: &[&str]) -> Vec<String> {
    inputs.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_modal_looks_like_this() {
    let mut given = form("Why");
    given.fields[0].value = "disk cleaned".to_owned();
    given.fields[2].value = "two".to_owned();
    let view = serde_json::to_value(modal(&given, &form_state())).expect("JSON");
    assert_eq!(view["type"], "modal");
    assert_eq!(view["callback_id"], "nightowl-resolve");
    assert_eq!(view["title"], json!({"type": "plain_text", "text": "Why", "emoji": false}));
    let metadata = view["private_metadata"].as_str().expect("text");
    assert_eq!(FormState::decode(metadata), Some(form_state()));
    let blocks = view["blocks"].as_array().expect("blocks");
    assert_eq!(blocks.len(), 1 + given.fields.len());
    assert_eq!(blocks[1]["block_id"], given.fields[0].id);
    assert_eq!(blocks[1]["element"]["initial_value"], "disk cleaned");
    assert_eq!((&blocks[1]["optional"], &blocks[2]["optional"]), (&json!(false), &json!(true)));
    assert_eq!(blocks[2]["element"]["multiline"], true);
    let select = &blocks[3]["element"];
    assert_eq!(select["initial_option"], select["options"][1]);
}

#[test]
fn errors_stand_at_their_fields_and_the_rest_at_the_first() {
    let inputs = names(&["when", "note"]);
    let done = FormAnswer::Done { whisper: None };
    assert_eq!(form_answer(&done, &inputs), None);
    let errors = [("note", "Too long."), ("zone", "No such zone.")];
    let errors = errors.map(|(field, why)| (field.to_owned(), why.to_owned()));
    let answer = form_answer(&FormAnswer::Errors(errors.into()), &inputs);
    let expected = json!({"response_action": "errors",
        "errors": {"note": "Too long.", "when": "No such zone."}});
    assert_eq!(answer, Some(expected));
    let failed = FormAnswer::Failed("Not now <!channel>.".to_owned());
    let answer = form_answer(&failed, &inputs);
    let expected = json!({"response_action": "errors", "errors": {"when": "Not now <!channel>."}});
    assert_eq!(answer, Some(expected), "an error is plain text");
    let answer = form_answer(&failed, &[]).expect("a body");
    assert_eq!(answer["response_action"], "update");
    assert_eq!(answer["view"]["blocks"][0]["text"]["type"], "plain_text");
    assert_eq!(answer["view"].get("submit"), None);
}
