//! What people do in chat, parsed from verified bytes, and what they are told.

use std::collections::BTreeMap;

use crate::{ButtonValue, FormDef, FormState, Snooze};

/// `/nightowl ack x2k9fq`, or the same words in a message that mentions the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingCommand {
    /// `/nightowl` …
    pub command: String,
    /// Everything behind it, as typed.
    pub args: String,
    pub user_ref: String,
    pub user_name: String,
    pub channel_id: String,
    /// The root message of the thread that it was typed in, if the platform says so.
    pub thread: Option<String>,
    /// The platform's workspace id.
    pub workspace: String,
}

/// A click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingAction {
    /// The platform it happened on, as [`crate::Provider::name`] says it.
    pub provider: &'static str,
    pub action: ActionId,
    /// What was chosen from a menu; `None` for a button, and for a choice that was never offered.
    pub choice: Option<Snooze>,
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

/// A form of ours, filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingForm {
    /// The platform it happened on, as [`crate::Provider::name`] says it.
    pub provider: &'static str,
    /// What we said when we opened it: proved to be ours, for this person, and not used before.
    pub state: FormState,
    pub user_ref: String,
    pub user_name: String,
    pub workspace: String,
    pub app_id: String,
    /// By field id; an empty field is left out or empty.
    pub fields: BTreeMap<String, String>,
    /// Names this submission, so that the platform's own retry is the same event.
    pub submit_id: String,
}

/// The buttons that act. `Runbook` is a link, but some platforms tell us of the click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionId {
    Acknowledge,
    Unacknowledge,
    Escalate,
    Resolve,
    Snooze,
    Note,
    Runbook,
    AcknowledgeAll,
}

impl ActionId {
    pub const ALL: [Self; 8] = [
        Self::Acknowledge,
        Self::Unacknowledge,
        Self::Escalate,
        Self::Resolve,
        Self::Snooze,
        Self::Note,
        Self::Runbook,
        Self::AcknowledgeAll,
    ];

    /// Letters only: Mattermost answers 404 to a click on any other id.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledge => "ack",
            Self::Unacknowledge => "unack",
            Self::Escalate => "escalate",
            Self::Resolve => "resolve",
            Self::Snooze => "snooze",
            Self::Note => "note",
            Self::Runbook => "runbook",
            Self::AcknowledgeAll => "ackall",
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
    /// A way on, below everything else.
    pub link: Option<WayOn>,
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

/// A link button: an address of our own, shown to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct WayOn {
    pub label: String,
    /// https (or http on a laptop); may hold a one-time token, so it is never logged.
    pub url: String,
}

impl std::fmt::Debug for WayOn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WayOn").field("label", &self.label).finish_non_exhaustive()
    }
}

/// What one person alone is told. Plain untrusted text, escaped by the provider.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Whisper {
    pub text: String,
    pub link: Option<WayOn>,
}

impl Whisper {
    pub fn say(text: impl Into<String>) -> Self {
        Self { text: text.into(), link: None }
    }
}

/// What follows a click.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct InteractionResponse {
    /// To the person alone; `None`: the changed card, or the form, says it.
    pub ephemeral: Option<Whisper>,
    /// To be opened for the person, while the click's trigger lives.
    pub form: Option<(FormDef, FormState)>,
}

/// What follows a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormAnswer {
    /// The form closes; the person alone is told `whisper`, if anything.
    Done { whisper: Option<Whisper> },
    /// The form stays open, each sentence at its field; nothing was done.
    Errors(BTreeMap<String, String>),
    /// The form stays open or closes with this sentence; nothing was done.
    Failed(String),
}
