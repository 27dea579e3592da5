//! Forms.

use serde::Serialize;

use super::Choice;

/// Of `POST /actions/dialogs/open`, whose only credential is the trigger.
#[derive(Serialize)]
pub(crate) struct OpenDialog<'a> {
    pub(crate) trigger_id: &'a str,
    /// Where the submission goes.
    pub(crate) url: &'a str,
    pub(crate) dialog: &'a Dialog,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Dialog {
    pub(crate) callback_id: String,
    /// At most 24 bytes.
    pub(crate) title: String,
    /// Markdown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) introduction_text: String,
    pub(crate) elements: Vec<Element>,
    pub(crate) submit_label: String,
    /// `false`: a form that is closed tells nobody.
    pub(crate) notify_on_cancel: bool,
    /// Everybody who can open the form can read it.
    pub(crate) state: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Element {
    /// At most 24 bytes.
    pub(crate) display_name: String,
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: ElementKind,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) default: String,
    /// At most 150 bytes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) placeholder: String,
    /// At most 150 bytes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) help_text: String,
    pub(crate) optional: bool,
    /// 0: as many as the kind takes, 150 in a line and 3,000 in several.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) max_length: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) options: Vec<Choice>,
}

/// The kinds that every server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ElementKind {
    Text,
    TextArea,
    Select,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
