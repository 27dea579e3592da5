//! Mattermost's failures as answers to "what now?".
//!
//! Two steps: [`Failure`] is what happened, [`Failure::error`] what it means to the call that it
//! happened to. A write that may have been done is a doubt; a read is simply asked again.

use std::time::Duration;

use nightowl_messaging::{Form, ProviderError};

use super::codes::{Kind, NOT_ALLOWED, kind_of};

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Post(Form),
    Update,
    Whisper,
    Dialog,
    Find,
    /// Asks for something and changes nothing, or makes what may be made twice.
    Read,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It never left: nothing was done.
    NotSent(&'static str),
    /// It left, and no readable answer came.
    NoAnswer(&'static str),
    /// A status that is no success, with a body that is not Mattermost's own: a proxy's page, or
    /// the plain text of its rate limit.
    Status { status: u16, retry_after: Option<Duration> },
    /// Mattermost answered with an error of its own.
    Said { status: u16, id: String },
}

impl Failure {
    pub(crate) fn is_said(&self, ids: &[&str]) -> bool {
        matches!(self, Self::Said { id, .. } if ids.contains(&id.as_str()))
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Said { status, id } => kind_of(id).or_else(|| kind_of_said(*status)),
            Self::Status { status: 400 | 413 | 422, .. } => Some(Kind::Content),
            Self::Status { .. } | Self::NotSent(_) | Self::NoAnswer(_) => None,
        }
    }

    /// Mattermost's own 403: not a member, no permission, or not there at all.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.is_said(&[NOT_ALLOWED])
    }

    /// Mattermost's own 404: what was asked for does not exist.
    pub(crate) fn is_missing(&self) -> bool {
        let is_404 = matches!(self, Self::Said { status: 404, .. });
        is_404 && self.kind() != Some(Kind::Server)
    }

    pub(crate) fn error(self, call: Call) -> ProviderError {
        let kind = self.kind();
        match self {
            Self::NotSent(why) => retry(None, why),
            Self::NoAnswer(why) => in_doubt(call, why),
            Self::Status { status, retry_after } => of_status(call, status, retry_after),
            Self::Said { status, id } => match kind {
                Some(kind) => of_kind(call, kind, id),
                None => of_status(call, status, None).because(id),
            },
        }
    }
}

/// What an id that we do not know means by its status.
fn kind_of_said(status: u16) -> Option<Kind> {
    match status {
        400 | 413 | 422 => Some(Kind::Content),
        401 => Some(Kind::Credentials),
        403 | 404 | 410 => Some(Kind::Place),
        501 => Some(Kind::Server),
        _ => None,
    }
}

fn of_status(call: Call, status: u16, retry_after: Option<Duration>) -> ProviderError {
    let reason = format!("HTTP {status}");
    let address = "check url, and any proxy between NightOwl and Mattermost";
    match status {
        429 => retry(retry_after, &reason),
        408 | 500..=599 => in_doubt(call, &reason),
        // Redirects are not followed: the token would go with them.
        300..=399 => unusable(&reason, "url must be where the server answers, with no redirect"),
        400 | 413 | 422 => of_kind(call, Kind::Content, reason),
        401 => of_kind(call, Kind::Credentials, reason),
        404 | 410 => unusable(&reason, address),
        400..=499 => broken(&reason, address),
        _ => in_doubt(call, &reason),
    }
}

fn of_kind(call: Call, kind: Kind, reason: String) -> ProviderError {
    match kind {
        Kind::Credentials => unusable(
            &reason,
            "make a new token for the bot: Integrations > Bot Accounts > Create New Token",
        ),
        Kind::Server => unusable(
            &reason,
            "this server cannot do it: check url, the server's version and its licence",
        ),
        Kind::Place => match call {
            Call::Find => ProviderError::Cannot { reason },
            Call::Post(_) | Call::Update | Call::Whisper | Call::Dialog | Call::Read => broken(
                &reason,
                "the channel does not exist, is archived, or the bot is not in it: \
                 add the bot to its team and to the channel",
            ),
        },
        Kind::Person => broken(&reason, "check the person's account on Mattermost"),
        Kind::Content => match call {
            Call::Post(Form::Rich) | Call::Update => ProviderError::Refused { reason },
            Call::Post(Form::Plain) | Call::Whisper | Call::Dialog | Call::Find | Call::Read => {
                broken(&reason, "this is a fault of NightOwl: please report it")
            }
        },
        Kind::Deleted | Kind::Frozen => match call {
            Call::Update => ProviderError::Gone { reason, may_repost: kind == Kind::Deleted },
            Call::Post(_) | Call::Whisper | Call::Dialog | Call::Find | Call::Read => {
                broken(&reason, "the message was deleted")
            }
        },
        Kind::Root => broken(&reason, "the message to reply to was deleted"),
        Kind::Trigger => broken(&reason, "a form opens within seconds of a click: click again"),
        Kind::Pending => in_doubt(call, &reason),
        Kind::Later => retry(None, &reason),
    }
}

fn in_doubt(call: Call, reason: &str) -> ProviderError {
    match call {
        Call::Post(_) | Call::Update | Call::Whisper | Call::Dialog => {
            ProviderError::Unknown { reason: reason.to_owned() }
        }
        Call::Find | Call::Read => retry(None, reason),
    }
}

pub(crate) fn retry(after: Option<Duration>, reason: &str) -> ProviderError {
    ProviderError::Retry { after, reason: reason.to_owned() }
}

/// This channel or this person does not work.
pub(crate) fn broken(reason: &str, hint: &str) -> ProviderError {
    let (reason, hint) = (reason.to_owned(), hint.to_owned());
    ProviderError::Broken { reason, hint, credentials: false }
}

/// Nothing works on this server.
pub(crate) fn unusable(reason: &str, hint: &str) -> ProviderError {
    let (reason, hint) = (reason.to_owned(), hint.to_owned());
    ProviderError::Broken { reason, hint, credentials: true }
}

trait Because {
    fn because(self, id: String) -> Self;
}

impl Because for ProviderError {
    /// The same, and Mattermost's own word for it.
    fn because(mut self, id: String) -> Self {
        match &mut self {
            Self::Retry { reason, .. }
            | Self::Unknown { reason }
            | Self::Refused { reason }
            | Self::Broken { reason, .. }
            | Self::Gone { reason, .. }
            | Self::Cannot { reason } => *reason = format!("{reason}, {id}"),
        }
        self
    }
}

#[cfg(test)]
mod tests;
