#![doc = include_str!("../README.md")]

mod action;
mod body;
mod command;
mod deadlines;
mod dialog;
mod directory;
mod drift;
mod event;
mod needs;
mod problem;
mod route;
mod sections;
mod tenants;
mod triggers;
mod words;

pub use body::BODY_BYTES_MAX;
pub use needs::{MattermostTenants, Needs};
pub use route::router;
