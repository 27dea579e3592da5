#![doc = include_str!("../README.md")]

mod body;
mod command;
mod door;
mod event;
mod interaction;
mod learned;
mod needs;
mod problem;
mod prove;
mod route;
mod sections;
mod tell;
mod wait;

pub use body::BODY_BYTES_MAX;
pub use needs::{Listening, Needs, SlackTenants};
pub use route::router;
