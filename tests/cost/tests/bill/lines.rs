//! What the functions write to their log, as it is written on AWS.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use nightowl_aws::metrics::Metrics;
use nightowl_process::log::{ours, short_lines};
use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;

/// Clones write to the same log.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Lines at `info` and metrics, as `nightowl_aws::log::start` has them.
    pub(crate) fn listen(&self) -> DefaultGuard {
        let (lines, metrics) = (self.clone(), self.clone());
        let lines = short_lines(move || lines.clone()).with_filter(ours(Level::INFO));
        let metrics = Metrics::new("NightOwl", "nightowl", move || metrics.clone());
        let metrics = metrics.with_filter(ours(Level::INFO));
        let subscriber = tracing_subscriber::registry().with(lines).with(metrics);
        tracing::subscriber::set_default(subscriber)
    }

    /// Everything since the last time, by lines.
    pub(crate) fn take(&self) -> Vec<String> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8(std::mem::take(&mut *bytes)).expect("a log is text");
        text.lines().map(str::to_owned).collect()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
