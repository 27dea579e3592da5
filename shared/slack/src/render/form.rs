//! Forms as modals, and what is answered to a filled one.
//!
//! All texts of a modal are `plain_text`: nothing in it is markup, a mention or a link.

use std::collections::BTreeMap;

use nightowl_messaging::{FieldKind, FormAnswer, FormDef, FormField, FormOption, FormState};
use serde_json::{Value, json};

use crate::wire::{Block, Choice, Input, Text, View};

use super::text;

/// Of a title and of what stands on a modal's buttons.
const TITLE_UNITS: usize = 24;
const INTRO_UNITS: usize = 2000;
const LABEL_UNITS: usize = 100;
const PLACEHOLDER_UNITS: usize = 150;
const HINT_UNITS: usize = 500;
const INPUT_UNITS: usize = 3000;
const OPTIONS: usize = 100;
const OPTION_UNITS: usize = 75;
const OPTION_VALUE_UNITS: usize = 150;
const ERROR_UNITS: usize = 300;

/// The one thing that each input block holds; the block is named like the field.
pub(crate) const INPUT: &str = "value";

pub(crate) fn modal(form: &FormDef, state: &FormState) -> View {
    let intro = text::plain(&form.intro, INTRO_UNITS);
    let mut blocks = vec![];
    if !intro.is_empty() {
        blocks.push(Block::Section {
            block_id: "intro".to_owned(),
            text: Some(Text::plain(intro)),
            fields: vec![],
            accessory: None,
        });
    }
    blocks.extend(form.fields.iter().map(input));
    View::Modal {
        callback_id: format!("nightowl-{}", state.form.name()),
        title: filled(&form.title, TITLE_UNITS, "NightOwl"),
        submit: Some(filled(&form.submit, TITLE_UNITS, "Send")),
        close: Text::plain("Cancel".to_owned()),
        private_metadata: state.encode(),
        blocks,
    }
}

fn input(field: &FormField) -> Block {
    let placeholder = text::plain(&field.placeholder, PLACEHOLDER_UNITS);
    let placeholder = (!placeholder.is_empty()).then(|| Text::plain(placeholder));
    let element = match &field.kind {
        FieldKind::Text { max } => written(field, placeholder, *max, false),
        FieldKind::TextArea { max } => written(field, placeholder, *max, true),
        FieldKind::Select { options } => chosen(field, placeholder, options),
    };
    let hint = text::plain(&field.hint, HINT_UNITS);
    Block::Input {
        block_id: field.id.to_owned(),
        label: filled(&field.label, LABEL_UNITS, field.id),
        element,
        hint: (!hint.is_empty()).then(|| Text::plain(hint)),
        optional: !field.required,
    }
}

fn written(field: &FormField, placeholder: Option<Text>, max: usize, multiline: bool) -> Input {
    let max = max.clamp(1, INPUT_UNITS);
    let value = match multiline {
        true => text::plain_lines(&field.value, max),
        false => text::plain(&field.value, max),
    };
    Input::PlainTextInput {
        action_id: INPUT,
        multiline,
        max_length: max,
        initial_value: (!value.is_empty()).then_some(value),
        placeholder,
    }
}

/// What is already chosen has to be one of the options, to the letter.
fn chosen(field: &FormField, placeholder: Option<Text>, options: &[FormOption]) -> Input {
    let fits =
        |option: &&FormOption| (1..=OPTION_VALUE_UNITS).contains(&text::units(&option.value));
    let options: Vec<Choice> = options
        .iter()
        .filter(fits)
        .take(OPTIONS)
        .map(|option| Choice {
            text: filled(&option.label, OPTION_UNITS, &option.value),
            value: option.value.clone(),
        })
        .collect();
    let initial_option = options.iter().find(|option| option.value == field.value).cloned();
    Input::StaticSelect { action_id: INPUT, options, initial_option, placeholder }
}

/// Slack takes no empty text.
fn filled(given: &str, units: usize, or: &str) -> Text {
    match text::plain(given, units) {
        empty if empty.is_empty() => Text::plain(text::plain(or, units)),
        text => Text::plain(text),
    }
}

/// The body of the HTTP answer to a submission; `None`: empty, which closes the form.
///
/// A sentence that belongs to no field that is there stands at the first one; a form without any
/// field shows it instead of itself. `inputs`: the form's fields by name, in order.
pub fn form_answer(answer: &FormAnswer, inputs: &[String]) -> Option<Value> {
    let told = match answer {
        FormAnswer::Done { .. } => return None,
        FormAnswer::Errors(errors) => errors.clone(),
        FormAnswer::Failed(why) => BTreeMap::from([(String::new(), why.clone())]),
    };
    let Some(first) = inputs.first() else {
        let said = told.into_values().collect::<Vec<_>>().join(" ");
        return Some(json!({"response_action": "update", "view": failed(&said)}));
    };
    let mut errors = BTreeMap::<&str, String>::new();
    for (field, sentence) in &told {
        let at = inputs.iter().find(|input| *input == field).unwrap_or(first);
        let said = errors.entry(at).or_default();
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(&text::plain(sentence, ERROR_UNITS));
    }
    Some(json!({"response_action": "errors", "errors": errors}))
}

fn failed(said: &str) -> View {
    let text = filled(said, INTRO_UNITS, "It was not done.");
    View::Modal {
        callback_id: "nightowl-failed".to_owned(),
        title: Text::plain("NightOwl".to_owned()),
        submit: None,
        close: Text::plain("Close".to_owned()),
        private_metadata: String::new(),
        blocks: vec![Block::Section {
            block_id: "failed".to_owned(),
            text: Some(text),
            fields: vec![],
            accessory: None,
        }],
    }
}

#[cfg(test)]
mod tests;
