use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::layer::SubscriberExt;

use super::*;

/// What was written.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn lines(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let text = String::from_utf8(bytes).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON in each line")).collect()
    }
}

/// What is on the paper after `log`.
fn logged(log: impl FnOnce()) -> Vec<Value> {
    let paper = Paper::default();
    let writer = paper.clone();
    let metrics = Metrics::new("NightOwl", "owl", move || writer.clone());
    tracing::subscriber::with_default(tracing_subscriber::registry().with(metrics), log);
    paper.lines()
}

/// Checks a line against the format that CloudWatch specifies, and answers its metrics with their
/// units and values.
fn metrics(line: &Value) -> Vec<(String, String, u64)> {
    assert!(line["_aws"]["Timestamp"].as_u64().is_some_and(|at| at > 1_700_000_000_000), "{line}");
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().expect("directives");
    assert_eq!(directives.len(), 1);
    assert_eq!(directives[0]["Namespace"], "NightOwl");
    assert_eq!(directives[0]["Dimensions"], json!([["Stack"]]));
    assert_eq!(line["Stack"], "owl", "a dimension is a member of the root");
    let listed = directives[0]["Metrics"].as_array().expect("metrics");
    let metric = |listed: &Value| {
        let name = listed["Name"].as_str().expect("a name");
        let unit = listed["Unit"].as_str().expect("a unit");
        assert!(METRICS.contains(&name), "{name} is not in the list");
        assert!(["Count", "Milliseconds", "Seconds"].contains(&unit));
        let value = line[name].as_u64().expect("a value in the root");
        (name.to_owned(), unit.to_owned(), value)
    };
    let found: Vec<_> = listed.iter().map(metric).collect();
    let members = line.as_object().expect("an object").len();
    assert_eq!(members, found.len() + 2, "nothing else, since each byte costs: {line}");
    found
}

fn one(log: impl FnOnce()) -> Vec<(String, String, u64)> {
    let lines = logged(log);
    assert_eq!(lines.len(), 1, "{lines:?}");
    metrics(&lines[0])
}

fn sample(name: &str, unit: &str, value: u64) -> (String, String, u64) {
    (name.to_owned(), unit.to_owned(), value)
}

#[test]
fn spans_are_in_milliseconds() {
    let posted = one(|| tracing::info!(counter = "page.posted", millis = 812_u64, delivery = "d"));
    assert_eq!(posted, [sample("PageAge", "Milliseconds", 812)]);
    let ticked = one(|| tracing::info!(counter = "tick.done", millis = 40_u128, alert = "a"));
    assert_eq!(ticked, [sample("TickLateness", "Milliseconds", 40)]);
    let early = one(|| tracing::info!(counter = "tick.done", millis = -40_i64));
    assert_eq!(early, [sample("TickLateness", "Milliseconds", 0)]);
}

#[test]
fn what_is_counted_counts_one() {
    for (counter, name) in [
        ("page.maybe_duplicate", "PagesDoubted"),
        ("page.reposted", "PagesDoubted"),
        ("page.late_post", "PagesDoubted"),
        ("page.broken", "PagesBroken"),
        ("queue.failed", "MessagesFailed"),
        ("queue.postponed", "MessagesPostponed"),
    ] {
        let counted = one(|| tracing::warn!(counter, reason = "whatever", "words"));
        assert_eq!(counted, [sample(name, "Count", 1)]);
    }
    let counter = format!("inbound.dropped.{}", "too_large");
    let dropped = one(|| tracing::warn!(counter, "refused"));
    assert_eq!(dropped, [sample("EventsDropped", "Count", 1)]);
}

#[test]
fn a_sweep_is_a_heartbeat_and_says_what_is_wrong_only_if_something_is() {
    let quiet = one(|| {
        tracing::info!(counter = "sweep.done", oldest_seconds = 0_u64, woken = 3_usize);
    });
    assert_eq!(quiet, [sample("SweepDone", "Count", 1)]);
    let ill = one(|| tracing::info!(counter = "sweep.done", oldest_seconds = 95_u64));
    assert_eq!(ill, [sample("SweepDone", "Count", 1), sample("Overdue", "Seconds", 95)]);
    let parked =
        one(|| tracing::info!(counter = "dead_letters.done", parked = 2_usize, redriven = 1_usize));
    assert_eq!(parked, [sample("Parked", "Count", 2)]);
    assert_eq!(logged(|| tracing::info!(counter = "dead_letters.done", parked = 0_usize)).len(), 0);
}

#[test]
fn an_event_that_waits_for_long_is_overdue() {
    let postponed = |kind: &str, retries: u64| {
        one(|| tracing::warn!(counter = "queue.postponed", kind, retries, "words"))
    };
    let counted = sample("MessagesPostponed", "Count", 1);
    assert_eq!(postponed("reports", 5), std::slice::from_ref(&counted));
    assert_eq!(postponed("deliver", 9), std::slice::from_ref(&counted), "the sweep knows of it");
    assert_eq!(postponed("reports", 15), [counted, sample("Overdue", "Seconds", 600)]);
}

#[test]
fn whatever_counts_nothing_writes_nothing() {
    let lines = logged(|| {
        tracing::info!(millis = 1_u64, "no counter");
        tracing::info!(counter = "something.else", "an unknown one");
        tracing::info!(counter = "page.posted", "without its span");
    });
    assert_eq!(lines, Vec::<Value>::new());
}

#[test]
fn there_are_ten_metrics_at_most_and_none_twice() {
    assert!(METRICS.len() <= 10);
    let mut names = METRICS.to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), METRICS.len());
}
