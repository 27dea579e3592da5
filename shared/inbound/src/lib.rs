#![doc = include_str!("../README.md")]

pub mod alertmanager;
mod bad_body;
mod draft;
mod fingerprint;
mod format;
pub mod generic;
pub mod grafana;
mod group;
mod json;
mod links;
mod members;
mod parsed;
mod problems;
mod reader;
mod text;

pub use bad_body::{BadBody, Place};
pub use format::Format;
pub use parsed::{Context, Parsed, Refused, Said, Taken};
