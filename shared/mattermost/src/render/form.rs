//! Forms as dialogs, within the lengths that the clients take; they count bytes.

use nightowl_messaging::{FieldKind, FormDef, FormField, FormId, FormOption};

use crate::wire::{Choice, Dialog, Element, ElementKind};

use super::text;

const TITLE: usize = 24;
const INTRO: usize = 1_000;
const HINT: usize = 150;
const LINE: usize = 150;
const AREA: usize = 3_000;
const OPTION: usize = 75;
/// Nobody reads more of them, and every client takes as many.
const OPTIONS: usize = 100;

/// `state` comes back with the submission, as anybody may have changed it.
pub(crate) fn dialog(form: &FormDef, id: FormId, state: String) -> Dialog {
    Dialog {
        callback_id: id.name().to_owned(),
        title: filled(&form.title, TITLE, "NightOwl"),
        introduction_text: text::lines(&form.intro, INTRO),
        elements: form.fields.iter().map(element).collect(),
        submit_label: filled(&form.submit, TITLE, "Submit"),
        notify_on_cancel: false,
        state,
    }
}

fn element(field: &FormField) -> Element {
    let (kind, max_length, options) = match &field.kind {
        FieldKind::Text { max } => (ElementKind::Text, (*max).clamp(1, LINE), vec![]),
        FieldKind::TextArea { max } => (ElementKind::TextArea, (*max).clamp(1, AREA), vec![]),
        FieldKind::Select { options } => (ElementKind::Select, 0, choices(options)),
    };
    let default = match kind {
        ElementKind::Text => text::plain(&field.value, max_length),
        ElementKind::TextArea => text::plain_lines(&field.value, max_length),
        // What is already chosen has to be one of the options, to the letter.
        ElementKind::Select => {
            let chosen = options.iter().find(|option| option.value == field.value);
            chosen.map(|option| option.value.clone()).unwrap_or_default()
        }
    };
    Element {
        display_name: filled(&field.label, TITLE, field.id),
        name: field.id.to_owned(),
        kind,
        default,
        placeholder: text::plain(&field.placeholder, HINT),
        // The clients of some versions show it as Markdown, those of others as it is.
        help_text: text::either(&field.hint, HINT),
        optional: !field.required,
        max_length,
        options,
    }
}

fn choices(options: &[FormOption]) -> Vec<Choice> {
    let choices = options.iter().take(OPTIONS).map(|option| Choice {
        text: filled(&option.label, OPTION, &option.value),
        value: option.value.clone(),
    });
    choices.collect()
}

/// No client takes an empty one.
fn filled(given: &str, bytes: usize, or: &str) -> String {
    match text::plain(given, bytes) {
        empty if empty.is_empty() => text::plain(or, bytes),
        text => text,
    }
}

#[cfg(test)]
mod tests;
