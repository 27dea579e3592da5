//! What the figures take from the template stands there.

use std::path::Path;

use nightowl_aws::METRICS;

use crate::assume;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_template_is_as_the_figures_take_it() {
    let template = read("template.yaml");
    let memory = format!("MemorySize: {}\n", assume::MEMORY_GB * 1024.0);
    assert!(template.contains(&memory), "the memory of the functions");
    assert!(template.contains("SystemLogLevel: !If [IsVerbose, INFO, WARN]"), "Lambda's own lines");
    let batches: Vec<&str> =
        template.lines().filter_map(|line| line.trim().strip_prefix("BatchSize: ")).collect();
    assert_eq!(batches, ["10", "1", "10"], "events, urgent, cards");
    assert_eq!(template.matches("Type: SQS\n").count() as f64, assume::QUEUES, "polled queues");
}

#[test]
fn what_is_watched_stays_within_what_is_free() {
    let operations = read("infra/operations.yaml");
    assert!(operations.matches("Type: AWS::CloudWatch::Alarm\n").count() <= 10);
    assert!(operations.matches("Type: AWS::CloudWatch::Dashboard\n").count() <= 3);
    assert!(METRICS.len() <= 10);
}
