//! Calls that the server makes to integrations, and what it does with their answers.

mod action;
mod asking;
mod command;
pub(crate) mod outgoing;
mod response;
mod slack;

pub use action::ActionBody;
pub use command::CommandBody;

pub(crate) use action::click;
pub(crate) use asking::{Question, ask};
pub(crate) use command::{Typed, execute, request};
pub(crate) use response::answer_later;
