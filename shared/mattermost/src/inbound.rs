//! What Mattermost sends us: proved first, then believed.
//!
//! A command and a mention carry a token, and their parsers take [`Verified`] bytes. A click and a
//! form carry no credential of the server, so they are claims that say nothing until their parts
//! are proved: [`ClickClaim`] by the button's MAC and by the trigger that the server signed for
//! whoever pressed it, [`FormClaim`] by the state that we sealed for one person in one channel.

mod action;
mod command;
mod dialog;
mod mention;
mod trigger;

pub use action::{Button, Click, ClickClaim, Presser};
pub use command::{Command, command_tokens, parse_command};
pub use dialog::{Filled, FormClaim, FormRefused, Submitted};
pub use mention::{Mention, mention_token, parse_mention};
pub use trigger::{AGE_MAX, AHEAD_MAX, TriggerRefused};

#[cfg(doc)]
use nightowl_messaging::Verified;

/// Not of a form that we know. The text names the field, never its content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Mattermost request that we can read: {0}")]
pub struct Malformed(pub String);

/// Whether a text can be an id of Mattermost's. Ids go into addresses and signed texts, so nothing
/// else is taken for one.
fn is_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn need_ids(ids: &[(&str, &str)]) -> Result<(), Malformed> {
    match ids.iter().find(|(_, id)| !is_id(id)) {
        Some((name, _)) => Err(Malformed(format!("{name} is not an id"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
