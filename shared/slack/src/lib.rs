#![doc = include_str!("../README.md")]

mod choice;
pub mod inbound;
mod manifest;
mod render;
mod send;
mod wire;

pub use manifest::{BOT_EVENTS, SCOPES, Scope, deep_link, manifest};
pub use render::{command_response, form_answer, whisper_response};
pub use send::{Slack, http_client};

/// The word of the configuration and of message references.
pub const NAME: &str = "slack";
