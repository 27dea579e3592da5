//! Lines and metrics on stdout, which is where AWS takes both from.

use std::io::stdout;

use nightowl_process::log::{log_panics, ours, short_lines};
use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::Environment;
use crate::metrics::Metrics;

/// Once in a process. Metrics are counted whatever the level of the lines is.
pub(crate) fn start(environment: &Environment) {
    let lines = short_lines(stdout).with_filter(ours(environment.level));
    let metrics = Metrics::new(&environment.metrics, &environment.stack, stdout);
    let started = tracing_subscriber::registry()
        .with(lines)
        .with(metrics.with_filter(ours(Level::INFO)))
        .try_init();
    // A second start finds the first, and its lines go there.
    if started.is_ok() {
        log_panics();
    }
}
