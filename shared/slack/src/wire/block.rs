//! The few Block Kit blocks that we send.

use serde::Serialize;

use super::Input;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Block {
    Header {
        block_id: String,
        text: Text,
    },
    Section {
        block_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<Text>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Text>,
        /// Beside the text.
        #[serde(skip_serializing_if = "Option::is_none")]
        accessory: Option<Element>,
    },
    Context {
        block_id: String,
        elements: Vec<Text>,
    },
    Actions {
        block_id: String,
        elements: Vec<Element>,
    },
    /// In modals only; its name is its field's.
    Input {
        block_id: String,
        label: Text,
        element: Input,
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<Text>,
        optional: bool,
    },
}

impl Block {
    /// Gives the block its name in the message; they must differ within one.
    pub(crate) fn name(&mut self, name: String) {
        match self {
            Self::Header { block_id, .. }
            | Self::Section { block_id, .. }
            | Self::Context { block_id, .. }
            | Self::Actions { block_id, .. }
            | Self::Input { block_id, .. } => *block_id = name,
        }
    }

    pub(crate) fn header(text: String) -> Self {
        Self::Header { block_id: String::new(), text: Text::plain(text) }
    }

    pub(crate) fn section(mrkdwn: String) -> Self {
        Self::row(mrkdwn, None)
    }

    /// A line, and what can be pressed beside it.
    pub(crate) fn row(mrkdwn: String, accessory: Option<Element>) -> Self {
        Self::Section {
            block_id: String::new(),
            text: Some(Text::mrkdwn(mrkdwn)),
            fields: vec![],
            accessory,
        }
    }

    pub(crate) fn fields(mrkdwn: Vec<String>) -> Self {
        Self::Section {
            block_id: String::new(),
            text: None,
            fields: mrkdwn.into_iter().map(Text::mrkdwn).collect(),
            accessory: None,
        }
    }

    pub(crate) fn context(mrkdwn: String) -> Self {
        Self::Context { block_id: String::new(), elements: vec![Text::mrkdwn(mrkdwn)] }
    }

    pub(crate) fn actions(elements: Vec<Element>) -> Self {
        Self::Actions { block_id: String::new(), elements }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Text {
    PlainText {
        text: String,
        /// `false`: `:fire:` in a title stays as it was written.
        emoji: bool,
    },
    Mrkdwn {
        text: String,
        /// `true`: addresses and names are not made into links and mentions.
        verbatim: bool,
    },
}

impl Text {
    pub(crate) fn plain(text: String) -> Self {
        Self::PlainText { text, emoji: false }
    }

    pub(crate) fn mrkdwn(text: String) -> Self {
        Self::Mrkdwn { text, verbatim: true }
    }
}

/// What can be pressed or chosen, in a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Element {
    Button {
        action_id: &'static str,
        text: Text,
        value: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        style: Option<&'static str>,
    },
    StaticSelect {
        action_id: &'static str,
        placeholder: Text,
        options: Vec<Choice>,
    },
}

/// One line of a menu. Slack takes 75 characters of text and 150 of value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Choice {
    pub(crate) text: Text,
    pub(crate) value: String,
}

/// The coloured bar: blocks stand in it, below those of the message itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Attachment {
    pub(crate) color: &'static str,
    pub(crate) fallback: String,
    pub(crate) blocks: Vec<Block>,
}
