#![doc = include_str!("../README.md")]

mod api;
mod attachments;
mod control;
mod double;
mod error;
mod fault;
mod hands;
mod ids;
mod integration;
mod limit;
mod lint;
mod look;
mod read;
mod seed;
mod serve;
mod trigger;
mod watch;
mod world;

pub use api::dialogs::DialogBody;
pub use double::Double;
pub use fault::Fault;
pub use hands::{Got, Sent};
pub use integration::{ActionBody, CommandBody};
pub use read::{Button, Markup, Reading, read_text};
pub use seed::{Config, RateLimit, Seed, SeedChannel, SeedCommand, SeedTeam, SeedUser, Version};
pub use trigger::{Trigger, TriggerKey};
pub use watch::{Arrival, Watch};
pub use world::{Call, Ephemeral, OpenDialog, Post, User};
