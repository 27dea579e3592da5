//! Which lines are shown, where they go, and what is shown of a panic.

use std::any::Any;
use std::io::{IsTerminal, stderr};

use tracing::{Level, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, filter, fmt};

/// Logs go to stderr: for people at a terminal, JSON otherwise. `NIGHTOWL_LOG` is the level.
///
/// `usual`: the level where `NIGHTOWL_LOG` names none.
pub fn start(usual: Level) {
    let level = std::env::var("NIGHTOWL_LOG")
        .ok()
        .and_then(|word| word.parse::<Level>().ok())
        .unwrap_or(usual);
    let layer = if stderr().is_terminal() {
        fmt::layer().with_writer(stderr).with_target(false).boxed()
    } else {
        json().with_writer(stderr).boxed()
    };
    tracing_subscriber::registry().with(layer.with_filter(ours(level))).init();
    log_panics();
}

/// Only our own crates speak below `warn`: a library's debug line may hold what it was sent.
pub fn ours(level: Level) -> filter::Targets {
    filter::Targets::new().with_default(Level::WARN).with_target("nightowl", level)
}

/// One line an event, for a machine that stamps each line with the time itself. The span's fields
/// are in it, so that a line can be understood alone.
pub fn short_lines<S, W>(writer: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    json().with_target(false).without_time().with_writer(writer)
}

/// A panic is a line like all others, and shows nothing of what was worked on.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, why = literal(panic.payload()), "a bug: something panicked");
    }));
}

type Json<S> = fmt::Layer<S, fmt::format::JsonFields, fmt::format::Format<fmt::format::Json>>;

fn json<S>() -> Json<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false)
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
