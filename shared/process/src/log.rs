//! Logs go to stderr: for people at a terminal, JSON otherwise. `NIGHTOWL_LOG` is the level.

use std::any::Any;
use std::io::{IsTerminal, stderr};

use tracing::Level;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, filter, fmt};

/// Only our own crates speak below `warn`: a library's debug line may hold what it was sent.
///
/// `usual`: the level where `NIGHTOWL_LOG` names none.
pub fn start(usual: Level) {
    let level = std::env::var("NIGHTOWL_LOG")
        .ok()
        .and_then(|word| word.parse::<Level>().ok())
        .unwrap_or(usual);
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
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, why = literal(panic.payload()), "a bug: something panicked");
    }));
}

/// A panic's message if it stands so in the source: one that was put together may quote whatever
/// was worked on.
fn literal(payload: &(dyn Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("(not shown: it may quote data)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_in_the_source_is_shown_of_a_panic() {
        assert_eq!(literal(&"a literal"), "a literal");
        assert!(!literal(&format!("of {}", "xoxb-1")).contains("xoxb"));
    }
}
