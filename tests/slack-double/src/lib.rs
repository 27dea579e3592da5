#![doc = include_str!("../README.md")]

mod api;
mod args;
mod check;
mod control;
mod double;
mod fault;
mod methods;
mod read;
mod seed;
mod sign;
mod world;

pub use double::Double;
pub use fault::Fault;
pub use read::{Button, Markup, Reading, read_message, read_text};
pub use seed::{Channel, Seed, User};
pub use sign::{SignedRequest, click_body, command_body, sign};
pub use world::{Call, Ephemeral, Message};
