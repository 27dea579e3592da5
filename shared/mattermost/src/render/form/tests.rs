use nightowl_messaging::conformance::form;

use crate::render::tests::{NASTY, read};

use super::*;

#[test]
fn every_length_is_kept_in_bytes() {
    let texts = ["x".repeat(10_000), "🦉é".repeat(3_000), "&<*".repeat(3_000), String::new()];
    for text in &texts {
        let mut form = form(text);
        for field in &mut form.fields {
            field.value.clone_from(text);
        }
        let dialog = dialog(&form, FormId::Resolve, "state".to_owned());
        assert!((1..=24).contains(&dialog.title.len()), "{}", dialog.title);
        assert!((1..=24).contains(&dialog.submit_label.len()));
        for element in dialog.elements {
            assert!((1..=24).contains(&element.display_name.len()), "{element:?}");
            assert!(element.placeholder.len() <= 150 && element.help_text.len() <= 150);
            let most = if element.kind == ElementKind::TextArea { 3_000 } else { 150 };
            assert!(element.default.len() <= most && element.max_length <= most, "{element:?}");
            for option in element.options {
                assert!((1..=75).contains(&option.text.len()), "{option:?}");
            }
        }
    }
}

#[test]
fn a_form_is_a_dialog() {
    let mut form = form("Disk full");
    form.fields[2].value = "two".to_owned();
    form.fields[0].value = "none".to_owned();
    let made = dialog(&form, FormId::SnoozeUntil, "sealed".to_owned());
    let json = serde_json::to_value(&made).expect("JSON");
    let base = |kind: &str, name: &str, optional: bool| {
        serde_json::json!({"display_name": "Disk full", "name": name, "type": kind,
            "placeholder": "Disk full", "help_text": "Disk full", "optional": optional})
    };
    let with = |mut base: serde_json::Value, more: serde_json::Value| {
        let more = more.as_object().expect("an object").clone();
        base.as_object_mut().expect("an object").extend(more);
        base
    };
    let options = serde_json::json!([{"text": "Disk full", "value": "one"},
        {"text": "Disk full", "value": "two"}]);
    let elements = serde_json::json!([
        with(
            base("text", "when", false),
            serde_json::json!({"default": "none", "max_length": 100})
        ),
        with(base("textarea", "note", true), serde_json::json!({"max_length": 3000})),
        with(
            base("select", "choice", false),
            serde_json::json!({"default": "two", "options": options})
        ),
    ]);
    let expected = serde_json::json!({"callback_id": "snooze", "title": "Disk full",
        "introduction_text": "Disk full", "elements": elements, "submit_label": "Resolve",
        "notify_on_cancel": false, "state": "sealed"});
    assert_eq!(json, expected);
}

#[test]
fn untrusted_words_of_a_form_are_no_markup() {
    for text in NASTY {
        let dialog = dialog(&form(text), FormId::Note, String::new());
        for shown in [&dialog.introduction_text, &dialog.elements[0].help_text] {
            let read = read(shown);
            assert_eq!(read.marks, Vec::<String>::new(), "{text:?}: {shown:?}");
        }
    }
}
