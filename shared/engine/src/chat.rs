//! What people do in chat, whichever platform they are on: commands, clicks, and who they are.
//!
//! A platform's function proves a callback and parses it; everything after that is here, so that
//! the same words and rules hold on every platform.

mod click;
mod command;
mod find;
mod identify;
mod list;
mod oncall;
mod parse;
#[cfg(test)]
mod tests;
pub mod words;

pub use find::Found;
pub use identify::{Identity, Stranger};
pub use parse::{Command, Unknown, parse};

/// What a person can do to an alert from chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Acknowledge,
    Unacknowledge,
    Escalate,
    Resolve,
}

impl Verb {
    pub const ALL: [Self; 4] =
        [Self::Acknowledge, Self::Unacknowledge, Self::Escalate, Self::Resolve];
}
