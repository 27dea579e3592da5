//! What is Mattermost's own way, beyond what every provider has to do.

mod checks;
mod edits;
mod people;
mod posts;
mod server;
mod setup;
