//! What Slack sends us: proved first, then parsed.
//!
//! The parsers take [`Verified`] bytes and nothing else, so that an unproved request cannot be
//! read. [`untrusted_hint`] is the one exception: it may choose whose secret to verify with.

mod command;
mod event;
mod hint;
mod interaction;
mod response_url;
mod verify;

pub use command::{Command, parse_command};
pub use event::{Envelope, Event, Said, What, parse_event};
pub use hint::{Hint, is_certificate_check, untrusted_hint};
pub use interaction::{Click, Clicker, Interaction, Submission, parse_interaction};
pub use response_url::ResponseUrl;
pub use verify::{SIGNATURE_HEADER, TIMESTAMP_HEADER, verify};

#[cfg(doc)]
use nightowl_messaging::Verified;

/// Genuine, but not of a form that we know. The text names the field, never its content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Slack request that we can read: {0}")]
pub struct Malformed(pub String);

#[cfg(test)]
mod tests;
