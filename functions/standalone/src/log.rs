//! Logs go to stderr: for people at a terminal, JSON otherwise. `NIGHTOWL_LOG` is the level.

use std::io::{IsTerminal, stderr};

use tracing::Level;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, filter, fmt};

/// Only our own crates speak below `warn`: a library's debug line may hold what it was sent.
pub(crate) fn start() {
    let level = std::env::var("NIGHTOWL_LOG")
        .ok()
        .and_then(|word| word.parse::<Level>().ok())
        .unwrap_or(Level::INFO);
    let ours = filter::Targets::new()
        .with_default(LevelFilter::WARN.into_level().unwrap_or(Level::WARN))
        .with_target("nightowl", level);
    let layer = if stderr().is_terminal() {
        fmt::layer().with_writer(stderr).with_target(false).boxed()
    } else {
        fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .with_writer(stderr)
            .boxed()
    };
    tracing_subscriber::registry().with(layer.with_filter(ours)).init();
}
