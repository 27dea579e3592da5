//! The command that sets a Mattermost server up.

mod pasted;
mod server;
pub(crate) mod setup;
