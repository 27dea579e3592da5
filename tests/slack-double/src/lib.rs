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
mod watch;
mod world;

pub use double::Double;
pub use fault::Fault;
pub use read::{Button, Field, Markup, Reading, ViewReading, read_message, read_text, read_view};
pub use seed::{Channel, Seed, User};
pub use sign::{
    SignedRequest, choose_body, click_body, command_body, event_body, sign, sign_json, submit_body,
};
pub use watch::{Arrival, Watch};
pub use world::{Call, Ephemeral, Message, OpenView};
