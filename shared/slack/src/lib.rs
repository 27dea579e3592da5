#![doc = include_str!("../README.md")]

pub mod inbound;
mod render;
mod send;
mod wire;

pub use render::command_response;
pub use send::{Slack, http_client};

/// The word of the configuration and of message references.
pub const NAME: &str = "slack";
