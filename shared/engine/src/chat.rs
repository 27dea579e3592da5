//! What people do in chat, whichever platform they are on: commands, clicks, and who they are.
//!
//! A platform's function proves a callback and parses it; everything after that is here, so that
//! the same words and rules hold on every platform.

mod act;
mod all;
mod click;
mod command;
mod find;
mod form;
mod front;
mod here;
mod home;
mod hurry;
mod identify;
mod keep;
mod link;
mod list;
mod oncall;
mod parse;
#[cfg(test)]
mod tests;
mod when;
mod wish;
pub mod words;

pub use find::Found;
pub use front::Visitor;
pub use hurry::Deadlines;
pub use identify::{Identity, Stranger};
pub use link::{LinkOffer, Linked};
pub use parse::{Command, Unknown, parse};

/// What a person can do to an alert from chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Acknowledge,
    Unacknowledge,
    Escalate,
    Resolve,
    Snooze,
    Note,
}

impl Verb {
    pub const ALL: [Self; 6] = [
        Self::Acknowledge,
        Self::Unacknowledge,
        Self::Escalate,
        Self::Resolve,
        Self::Snooze,
        Self::Note,
    ];
}
