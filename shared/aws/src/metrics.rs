//! What is counted, as lines in the embedded metric format: CloudWatch makes metrics of them and
//! no request is needed. They are made of the `counter` events that the code logs anyway.

use std::fmt;
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;

/// All there are. Each one that is seen within an hour costs, so what is zero is not sent but for
/// the heartbeat of the sweep; how many pages there were is the sample count of their ages.
pub const METRICS: &[&str] = &[
    PAGE_AGE,
    PAGES_DOUBTED,
    PAGES_BROKEN,
    EVENTS_DROPPED,
    TICK_LATENESS,
    SWEEP_DONE,
    OVERDUE,
    PARKED,
    MESSAGES_FAILED,
    MESSAGES_POSTPONED,
];

/// From the alert being due to page until the platform had it, in milliseconds.
pub const PAGE_AGE: &str = "PageAge";
/// Pages that may have been posted twice.
pub const PAGES_DOUBTED: &str = "PagesDoubted";
/// Sends that a platform refused for good.
pub const PAGES_BROKEN: &str = "PagesBroken";
/// What a sender sent and will not send again, refused.
pub const EVENTS_DROPPED: &str = "EventsDropped";
/// From the moment a tier timed out until that was acted on, in milliseconds.
pub const TICK_LATENESS: &str = "TickLateness";
/// One for each sweep that ended.
pub const SWEEP_DONE: &str = "SweepDone";
/// How long the most overdue alert has been due, or an event has waited to be applied, in seconds.
pub const OVERDUE: &str = "Overdue";
/// Messages that stay in the dead-letter queues.
pub const PARKED: &str = "Parked";
/// Messages that went back to their queue.
pub const MESSAGES_FAILED: &str = "MessagesFailed";
/// Messages that were sent again because the store was in trouble.
pub const MESSAGES_POSTPONED: &str = "MessagesPostponed";

/// An event that cannot be applied is tried so often within little more than a minute, and then
/// about once in a minute.
const RETRIES_SOON: u64 = 5;
const RETRY_SECONDS: u64 = 60;

const DIMENSION: &str = "Stack";

/// Writes a line for each event that counts.
pub struct Metrics<W> {
    namespace: String,
    stack: String,
    writer: W,
}

impl<W> Metrics<W> {
    /// `stack` is the one dimension: what tells two installations apart.
    pub fn new(namespace: &str, stack: &str, writer: W) -> Self {
        Self { namespace: namespace.to_owned(), stack: stack.to_owned(), writer }
    }

    fn line(&self, samples: &[Sample], millis: u64) -> String {
        let listed: Vec<Value> =
            samples.iter().map(|of| json!({"Name": of.name, "Unit": of.unit})).collect();
        let directive = json!({
            "Namespace": self.namespace, "Dimensions": [[DIMENSION]], "Metrics": listed,
        });
        let mut line = Map::new();
        let head = json!({"Timestamp": millis, "CloudWatchMetrics": [directive]});
        line.insert("_aws".to_owned(), head);
        line.insert(DIMENSION.to_owned(), json!(self.stack));
        for sample in samples {
            line.insert(sample.name.to_owned(), json!(sample.value));
        }
        format!("{}\n", Value::Object(line))
    }
}

impl<S, W> Layer<S> for Metrics<W>
where
    S: Subscriber,
    W: for<'writer> MakeWriter<'writer> + 'static,
{
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut said = Said::default();
        event.record(&mut said);
        let samples = said.samples();
        if samples.is_empty() {
            return;
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let line = self.line(&samples, millis);
        // Nobody could be told that a line was lost.
        let _ = self.writer.make_writer().write_all(line.as_bytes());
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sample {
    name: &'static str,
    unit: &'static str,
    value: u64,
}

impl Sample {
    const fn one(name: &'static str) -> Self {
        Self { name, unit: "Count", value: 1 }
    }
}

/// The fields of an event that count.
#[derive(Debug, Default)]
struct Said {
    counter: String,
    kind: String,
    retries: u64,
    millis: Option<u64>,
    oldest: u64,
    parked: u64,
}

impl Said {
    fn samples(&self) -> Vec<Sample> {
        let lasted = |name| {
            self.millis.map(|value| Sample { name, unit: "Milliseconds", value }).into_iter()
        };
        match self.counter.as_str() {
            "page.posted" | "page.waiting" => lasted(PAGE_AGE).collect(),
            "page.maybe_duplicate" | "page.reposted" | "page.late_post" => {
                vec![Sample::one(PAGES_DOUBTED)]
            }
            "page.broken" => vec![Sample::one(PAGES_BROKEN)],
            "tick.done" => lasted(TICK_LATENESS).collect(),
            "sweep.done" => self.swept(),
            "dead_letters.done" if self.parked > 0 => {
                vec![Sample { name: PARKED, unit: "Count", value: self.parked }]
            }
            "queue.failed" => vec![Sample::one(MESSAGES_FAILED)],
            "queue.postponed" => self.postponed(),
            counter if counter.starts_with("inbound.dropped.") => {
                vec![Sample::one(EVENTS_DROPPED)]
            }
            _ => Vec::new(),
        }
    }

    fn swept(&self) -> Vec<Sample> {
        let mut samples = vec![Sample::one(SWEEP_DONE)];
        if self.oldest > 0 {
            samples.push(Sample { name: OVERDUE, unit: "Seconds", value: self.oldest });
        }
        samples
    }

    /// Whatever else is postponed, the sweep knows of: no alert bears an event that waits.
    fn postponed(&self) -> Vec<Sample> {
        let mut samples = vec![Sample::one(MESSAGES_POSTPONED)];
        let value = self.retries.saturating_sub(RETRIES_SOON).saturating_mul(RETRY_SECONDS);
        if self.kind == "reports" && value > 0 {
            samples.push(Sample { name: OVERDUE, unit: "Seconds", value });
        }
        samples
    }

    fn number(&mut self, field: &Field, value: u64) {
        match field.name() {
            "millis" => self.millis = Some(value),
            "oldest_seconds" => self.oldest = value,
            "parked" => self.parked = value,
            "retries" => self.retries = value,
            _ => {}
        }
    }
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "counter" => value.clone_into(&mut self.counter),
            "kind" => value.clone_into(&mut self.kind),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.number(field, value);
    }

    /// A clock that went back makes a span of less than nothing.
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.number(field, u64::try_from(value).unwrap_or(0));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.number(field, u64::try_from(value).unwrap_or(u64::MAX));
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}

#[cfg(test)]
mod tests;
