#![doc = include_str!("../README.md")]

mod accept;
mod body;
mod limit;
mod needs;
mod problem;
mod route;
mod sender;
mod signature;

pub use body::BODY_BYTES_MAX;
pub use limit::{Limits, Rate};
pub use needs::{Dropped, Needs, Why};
pub use route::{router, router_limited};
