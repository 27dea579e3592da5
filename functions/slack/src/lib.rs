#![doc = include_str!("../README.md")]

mod act;
mod body;
mod command;
mod event;
mod interaction;
mod learned;
mod needs;
mod person;
mod problem;
mod prove;
mod route;
mod tell;

pub use body::BODY_BYTES_MAX;
pub use needs::{Needs, SlackTenants};
pub use route::router;
