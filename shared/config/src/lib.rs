#![doc = include_str!("../README.md")]

mod apply;
mod check;
mod demo;
mod document;
mod hash;
mod key_rows;
mod live;
mod problem;
mod read;
mod redacted;
mod seal;
mod shape;
mod stored;
mod suggest;
mod tree;
mod trial;

pub use apply::{Applied, ApplyError, Scope, apply};
pub use check::{check, expand};
pub use demo::{DEMO, DemoKeys, demo};
pub use document::Document;
pub use key_rows::KeyRows;
pub use live::Live;
pub use problem::Problem;
pub use redacted::redacted;
pub use seal::KeyFileSealer;
pub use trial::{Trial, provider_names};
