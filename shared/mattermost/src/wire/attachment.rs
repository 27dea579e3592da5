//! The message attachments that we send.

use std::collections::BTreeMap;

use serde::Serialize;

/// What a post carries besides its text. An edit replaces all of it, so all of it is always sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Props {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) attachments: Vec<Attachment>,
    /// `"true"`: the server writes it into a bot's new post, and an edit without it would lose it.
    pub(crate) from_bot: &'static str,
    /// See [`super::DELIVERY_PROP`]; empty for what is never looked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) nightowl_delivery: String,
}

/// The block with the coloured bar, below the text. Empty parts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Attachment {
    /// What stands for it where it cannot be shown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) fallback: String,
    pub(crate) color: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) title_link: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) actions: Vec<Action>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Field {
    pub(crate) title: &'static str,
    pub(crate) value: String,
    /// Two of them stand side by side.
    pub(crate) short: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Action {
    /// Letters and digits only: a click on any other id is answered 404 by the server itself.
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) style: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) options: Vec<Choice>,
    pub(crate) integration: Integration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Button,
    /// A menu; what is chosen comes back as `selected_option` in the context.
    Select,
}

/// An entry of a menu, of a message or of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Choice {
    pub(crate) text: String,
    pub(crate) value: String,
}

/// Every reader of the post can get at both, so neither holds a secret that says who clicks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Integration {
    pub(crate) url: String,
    /// Text only: the server reads numbers as floating point.
    pub(crate) context: BTreeMap<&'static str, String>,
}
