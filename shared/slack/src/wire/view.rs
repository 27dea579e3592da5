//! Modals and the Home tab.

use serde::Serialize;

use super::{Block, Choice, Text};

/// A surface of its own, beside messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum View {
    Modal {
        callback_id: String,
        title: Text,
        /// Slack wants it where there is an input.
        #[serde(skip_serializing_if = "Option::is_none")]
        submit: Option<Text>,
        close: Text,
        /// At most 3,000 characters; comes back with the submission.
        private_metadata: String,
        blocks: Vec<Block>,
    },
    Home {
        blocks: Vec<Block>,
    },
}

/// What is filled in or chosen in a modal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Input {
    PlainTextInput {
        action_id: &'static str,
        multiline: bool,
        max_length: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_value: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        placeholder: Option<Text>,
    },
    StaticSelect {
        action_id: &'static str,
        options: Vec<Choice>,
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_option: Option<Choice>,
        #[serde(skip_serializing_if = "Option::is_none")]
        placeholder: Option<Text>,
    },
}
