//! Slack's failures as answers to "what now?".
//!
//! Two steps: [`Failure`] is what happened, [`Failure::error`] what it means to the call that it
//! happened to. A write that may have been done is a doubt; a read is simply asked again.

use std::time::Duration;

use nightowl_messaging::{Form, ProviderError};

use super::codes::{Kind, kind_of};

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Post(Form),
    Update,
    Whisper,
    OpenForm,
    Find,
    /// Asks for something and changes nothing, or opens what may be opened twice.
    Read,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It never left: nothing was done.
    NotSent(&'static str),
    /// It left, and no readable answer came.
    NoAnswer(&'static str),
    /// An HTTP status that is no success.
    Status { status: u16, retry_after: Option<Duration> },
    /// Slack answered with an error of its own.
    Said {
        code: String,
        /// The scope that `missing_scope` wants, or where `invalid_blocks` points to.
        detail: Option<String>,
        retry_after: Option<Duration>,
    },
}

impl Failure {
    /// As if Slack had said it.
    pub(crate) fn said(code: &str) -> Self {
        Self::Said { code: code.to_owned(), detail: None, retry_after: None }
    }

    pub(crate) fn is_said(&self, codes: &[&str]) -> bool {
        matches!(self, Self::Said { code, .. } if codes.contains(&code.as_str()))
    }

    /// Whether a simpler form of the same content might be taken.
    pub(crate) fn is_content(&self) -> bool {
        match self {
            Self::Said { code, .. } => kind_of(code) == Some(Kind::Content),
            Self::Status { status, .. } => matches!(status, 400 | 413 | 422),
            Self::NotSent(_) | Self::NoAnswer(_) => false,
        }
    }

    pub(crate) fn error(self, call: Call) -> ProviderError {
        match self {
            Self::NotSent(why) => retry(None, why),
            Self::NoAnswer(why) => in_doubt(call, why),
            Self::Status { status, retry_after } => of_status(call, status, retry_after),
            Self::Said { code, detail, retry_after } => {
                let reason = match &detail {
                    Some(detail) => format!("{code} ({detail})"),
                    None => code.clone(),
                };
                match kind_of(&code) {
                    Some(kind) => of_kind(call, kind, reason, retry_after),
                    // Slack says no, so it was not done; whether it will be later nobody knows.
                    // Another way to the person is tried now, and this one every few minutes.
                    None => broken(&reason, "this error of Slack is new; see docs.slack.dev"),
                }
            }
        }
    }
}

/// What an administrator does about a token that Slack does not accept.
const RECONNECT: &str = "at api.slack.com/apps open the app: Install App, Reinstall to Workspace; \
                         then configure its new bot token";

fn of_status(call: Call, status: u16, retry_after: Option<Duration>) -> ProviderError {
    let reason = format!("HTTP {status}");
    let address = "check api_url and any proxy in between";
    match status {
        429 => retry(retry_after, &reason),
        408 | 500..=599 => in_doubt(call, &reason),
        // Redirects are not followed: the token would go with them.
        300..=399 => broken(&reason, address),
        400 | 413 | 422 => of_kind(call, Kind::Content, reason, None),
        401 | 403 => disconnected(&reason, RECONNECT),
        404 | 410 => broken(&reason, address),
        400..=499 => broken(&reason, address),
        _ => in_doubt(call, &reason),
    }
}

fn of_kind(call: Call, kind: Kind, reason: String, after: Option<Duration>) -> ProviderError {
    let ours = "this is a fault of NightOwl: please report it";
    match kind {
        Kind::Later => retry(after, &reason),
        Kind::Ambiguous => in_doubt(call, &reason),
        Kind::Credentials => disconnected(&reason, RECONNECT),
        Kind::Scope | Kind::Place if call == Call::Find => ProviderError::Cannot { reason },
        // The token works for everything else.
        Kind::Scope => broken(
            &reason,
            "at api.slack.com/apps open the app, then OAuth & Permissions: add this scope; then \
             Install App, Reinstall to Workspace",
        ),
        Kind::Place => broken(&reason, way_in(&reason)),
        Kind::Person => broken(&reason, "check the person's e-mail address and account"),
        Kind::Content => match call {
            Call::Post(Form::Rich) | Call::Update => ProviderError::Refused { reason },
            Call::Post(Form::Plain) | Call::Whisper | Call::OpenForm | Call::Find | Call::Read => {
                broken(&reason, ours)
            }
        },
        Kind::Deleted | Kind::Frozen => match call {
            Call::Update => ProviderError::Gone { reason, may_repost: kind == Kind::Deleted },
            Call::Post(_) | Call::Whisper | Call::OpenForm | Call::Find | Call::Read => {
                broken(&reason, ours)
            }
        },
        Kind::Thread => match call {
            Call::Update | Call::Post(_) => ProviderError::Gone { reason, may_repost: false },
            Call::Find => ProviderError::Cannot { reason },
            Call::Whisper | Call::OpenForm | Call::Read => {
                broken(&reason, "the message that it answers is gone, or takes no replies")
            }
        },
        Kind::Trigger => {
            broken(&reason, "a form opens within three seconds of a click: click again")
        }
    }
}

/// What to do about a channel.
fn way_in(reason: &str) -> &'static str {
    if reason.starts_with("restricted_action") || reason.starts_with("posting_to_") {
        return "only some people may post there: let the app post in the channel's settings, or \
                choose another channel";
    }
    match reason {
        "is_archived" => "unarchive the channel, or choose another",
        "not_in_channel" => "type /invite @nightowl in the channel",
        _ => {
            "check the channel's name; if it is private, type /invite @nightowl in it; if it is \
             archived, unarchive it"
        }
    }
}

fn in_doubt(call: Call, reason: &str) -> ProviderError {
    match call {
        Call::Post(_) | Call::Update | Call::Whisper | Call::OpenForm => {
            ProviderError::Unknown { reason: reason.to_owned() }
        }
        Call::Find | Call::Read => retry(None, reason),
    }
}

fn retry(after: Option<Duration>, reason: &str) -> ProviderError {
    ProviderError::Retry { after, reason: reason.to_owned() }
}

/// This channel, person or call.
pub(crate) fn broken(reason: &str, hint: &str) -> ProviderError {
    ProviderError::Broken { reason: reason.to_owned(), hint: hint.to_owned(), credentials: false }
}

/// The whole connection, wherever it goes.
pub(crate) fn disconnected(reason: &str, hint: &str) -> ProviderError {
    ProviderError::Broken { reason: reason.to_owned(), hint: hint.to_owned(), credentials: true }
}

#[cfg(test)]
mod tests;
