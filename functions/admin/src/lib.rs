#![doc = include_str!("../README.md")]

mod api;
mod console;
mod find;
pub mod guard;
mod health;
mod needs;
mod problem;
mod trials;
mod verb;
mod words;

use std::sync::Arc;

pub use guard::Reach;
pub use needs::{Chat, Console, Needs};

/// All routes of this function, complete with their paths.
pub fn router<N: Needs>(needs: Arc<N>) -> axum::Router {
    api::routes::<N>().merge(console::routes::<N>()).merge(health::routes::<N>()).with_state(needs)
}
