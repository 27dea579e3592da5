#![doc = include_str!("../README.md")]

mod clock;
mod connections;
mod http;
pub mod log;

pub use clock::{SystemClock, SystemEntropy};
pub use connections::Connections;
pub use http::{http_builder, install_tls};
