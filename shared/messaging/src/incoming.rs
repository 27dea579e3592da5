//! What people do in chat, parsed from verified bytes, and what they are told.

use crate::ButtonValue;

/// `/nightowl ack x2k9fq`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingCommand {
    /// `/nightowl` …
    pub command: String,
    /// Everything behind it, as typed.
    pub args: String,
    pub user_ref: String,
    pub user_name: String,
    pub channel_id: String,
    /// The platform's workspace id.
    pub workspace: String,
}

/// A click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingAction {
    /// The platform it happened on, as [`crate::Provider::name`] says it.
    pub provider: &'static str,
    pub action: ActionId,
    pub value: ButtonValue,
    pub user_ref: String,
    pub user_name: String,
    pub channel_id: String,
    pub message_id: String,
    pub workspace: String,
    /// The app that the platform says posted the clicked message.
    pub app_id: String,
    /// Names this click, so that the platform's own retry is the same event.
    pub click_id: String,
}

/// The buttons that act. `Runbook` is a link, but some platforms tell us of the click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionId {
    Acknowledge,
    Unacknowledge,
    Escalate,
    Resolve,
    Runbook,
}

impl ActionId {
    pub const ALL: [Self; 5] =
        [Self::Acknowledge, Self::Unacknowledge, Self::Escalate, Self::Resolve, Self::Runbook];

    /// Letters only: Mattermost answers 404 to a click on any other id.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledge => "ack",
            Self::Unacknowledge => "unack",
            Self::Escalate => "escalate",
            Self::Resolve => "resolve",
            Self::Runbook => "runbook",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == word)
    }
}

/// What the person who typed a command reads. Plain untrusted text, escaped by the provider.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CommandResponse {
    pub text: String,
    /// Only the person sees it.
    pub ephemeral: bool,
    pub sections: Vec<ResponseSection>,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ResponseSection {
    pub title: String,
    pub body: String,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub label: String,
    pub value: String,
}

/// What follows a click.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct InteractionResponse {
    /// To the person alone; `None`: the changed card says it.
    pub ephemeral: Option<String>,
}
