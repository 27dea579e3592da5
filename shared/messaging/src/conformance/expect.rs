//! Which answers are right for which failure.

use crate::ProviderError;

use super::{Fault, Verb};

/// A result without its particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It succeeded.
    Done,
    Retry,
    Unknown,
    Refused,
    Broken,
    Gone,
    Cannot,
}

impl Class {
    pub fn of<T>(result: &Result<T, ProviderError>) -> Self {
        match result {
            Ok(_) => Self::Done,
            Err(ProviderError::Retry { .. }) => Self::Retry,
            Err(ProviderError::Unknown { .. }) => Self::Unknown,
            Err(ProviderError::Refused { .. }) => Self::Refused,
            Err(ProviderError::Broken { .. }) => Self::Broken,
            Err(ProviderError::Gone { .. }) => Self::Gone,
            Err(ProviderError::Cannot { .. }) => Self::Cannot,
        }
    }
}

use Class::{Broken, Cannot, Done, Gone, Refused, Retry, Unknown};

/// What an HTTP status may mean to a verb. Where several are allowed, platforms differ; the
/// provider's own tests say which it is.
pub(super) fn of_status(verb: Verb, status: u16) -> &'static [Class] {
    match status {
        // An empty success is not the platform's: the post may have been done by something.
        200..=299 if verb.writes() => &[Unknown],
        200..=299 => &[Retry],
        // Never followed: a redirect would carry the token to another place.
        300..=399 => &[Broken],
        401 | 403 if verb == Verb::Find => &[Broken, Cannot],
        401 | 403 => &[Broken],
        404 | 410 => match verb {
            Verb::Update => &[Gone, Broken],
            Verb::LookUpUser | Verb::DescribeUser => &[Done, Broken],
            Verb::Find => &[Cannot, Broken],
            Verb::Post | Verb::ResolveChannel | Verb::Whisper | Verb::Connect | Verb::OpenForm => {
                &[Broken]
            }
        },
        408 if verb.writes() => &[Unknown],
        408 | 429 => &[Retry],
        // `Done`: an edit may fall back to plain text by itself.
        400 | 413 | 422 => match verb {
            Verb::Update => &[Refused, Broken, Done],
            Verb::Post | Verb::Whisper | Verb::OpenForm => &[Refused, Broken],
            Verb::Find
            | Verb::LookUpUser
            | Verb::DescribeUser
            | Verb::ResolveChannel
            | Verb::Connect => &[Broken],
        },
        400..=499 => &[Broken],
        // A gateway cannot know how far the server behind it came.
        500..=599 if verb.writes() => &[Unknown],
        _ => &[Retry],
    }
}

/// What a failure other than a status means to a verb; `None` where it does not apply.
pub(super) fn of_fault(verb: Verb, fault: &Fault) -> Option<&'static [Class]> {
    let in_doubt: &[Class] = if verb.writes() { &[Unknown] } else { &[Retry] };
    match fault {
        Fault::Status { status, .. } => Some(of_status(verb, *status)),
        Fault::RateLimited { .. } | Fault::Unreachable => Some(&[Retry]),
        Fault::LostAnswer | Fault::Hangs | Fault::Nonsense | Fault::BrokeInside => Some(in_doubt),
        Fault::LandsLate => verb.writes().then_some(in_doubt),
        Fault::RefusesContent => match verb {
            Verb::Post => Some(&[Refused]),
            Verb::Update => Some(&[Refused, Done]),
            Verb::Whisper | Verb::OpenForm => Some(&[Refused, Broken]),
            Verb::Find
            | Verb::LookUpUser
            | Verb::DescribeUser
            | Verb::ResolveChannel
            | Verb::Connect => None,
        },
        Fault::BadCredentials => Some(&[Broken]),
        Fault::NoPermission if verb == Verb::Find => Some(&[Cannot]),
        Fault::NoPermission => Some(&[Broken]),
        Fault::NoChannel => match verb {
            Verb::Post | Verb::Whisper => Some(&[Broken]),
            Verb::Update => Some(&[Broken, Gone]),
            Verb::Find => Some(&[Cannot, Broken]),
            Verb::LookUpUser
            | Verb::DescribeUser
            | Verb::ResolveChannel
            | Verb::Connect
            | Verb::OpenForm => None,
        },
        Fault::NoMessage => (verb == Verb::Update).then_some(&[Gone]),
        Fault::Echo => None,
    }
}
