#![doc = include_str!("../README.md")]

pub mod inbound;
mod render;
mod send;
mod signer;
mod wire;

pub use render::{action_answer, command_response};
pub use send::{Home, Mattermost, ServerFacts, http_client};
pub use signer::Signer;

/// As the configuration and message references say it.
pub const NAME: &str = "mattermost";
