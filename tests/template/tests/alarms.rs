//! What tells that NightOwl is ill.

use std::collections::BTreeSet;

use nightowl_test_template::template::{Template, list, named, read};
use serde_json::Value;

/// The metrics that the functions write, as their source lists them.
fn metrics() -> BTreeSet<String> {
    let source = read("shared/aws/src/metrics.rs");
    let listed = source.split("pub const METRICS: &[&str] = &[").nth(1).unwrap();
    let names = listed.split(']').next().unwrap().split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(|name| {
            let line = format!("pub const {name}: &str = \"");
            let value = source.split(&line).nth(1).unwrap_or_else(|| panic!("{name}"));
            value.split('"').next().unwrap().to_owned()
        })
        .collect()
}

/// Metrics that filters make of log lines, with their namespaces.
fn filtered(template: &Template) -> BTreeSet<(String, String)> {
    let filters = template.of_type("AWS::Logs::MetricFilter");
    let all = filters.values().flat_map(|filter| list(&filter["MetricTransformations"]));
    all.map(|one| (text(&one["MetricNamespace"]), text(&one["MetricName"]))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().or_else(|| value["Fn::Sub"].as_str()).unwrap().to_owned()
}

fn is_known(namespace: &str, metric: &str, template: &Template) -> bool {
    namespace.starts_with("AWS/")
        || namespace == "NightOwl" && metrics().contains(metric)
        || filtered(template).contains(&(namespace.to_owned(), metric.to_owned()))
}

#[test]
fn there_are_ten_alarms_and_each_watches_what_is_really_written() {
    let template = Template::operations();
    let alarms = template.of_type("AWS::CloudWatch::Alarm");
    assert!(alarms.len() <= 10, "ten are free: {:?}", alarms.keys());
    for (name, alarm) in &alarms {
        let (namespace, metric) = (text(&alarm["Namespace"]), text(&alarm["MetricName"]));
        assert!(is_known(&namespace, &metric, &template), "{name}: {namespace} {metric}");
        if namespace == "NightOwl" {
            assert_eq!(alarm["Dimensions"][0]["Name"], "Stack", "{name}");
            assert_eq!(named(&alarm["Dimensions"][0]["Value"]), Some("Installation"), "{name}");
        }
        assert_eq!(named(&alarm["AlarmActions"][0]), Some("Topic"), "{name}");
        assert_eq!(text(&alarm["AlarmName"]), format!("${{Installation}}-{name}"));
    }
}

#[test]
fn every_dead_letter_queue_has_its_alarm() {
    let (main, operations) = (Template::main(), Template::operations());
    for queue in main.of_type("AWS::SQS::Queue").into_keys().filter(|name| name.ends_with("Dead")) {
        assert_eq!(named(&main.properties("Operations")["Parameters"][queue]), Some(queue));
        let alarm = operations.properties(&format!("{queue}Letters"));
        assert_eq!(alarm["MetricName"], "ApproximateNumberOfMessagesVisible");
        assert_eq!(named(&alarm["Dimensions"][0]["Value"]), Some(queue));
        assert_eq!(alarm["Threshold"], 1);
    }
}

#[test]
fn silence_of_the_sweep_is_an_alarm() {
    let template = Template::operations();
    let alarm = template.properties("SweepMissing");
    assert_eq!(alarm["MetricName"], "SweepDone");
    assert_eq!(alarm["TreatMissingData"], "breaching");
    assert_eq!(alarm["ComparisonOperator"], "LessThanThreshold");
}

#[test]
fn the_guide_has_a_section_for_each_alarm() {
    let guide = read("docs/operations.md");
    for name in Template::operations().of_type("AWS::CloudWatch::Alarm").into_keys() {
        assert!(guide.contains(&format!("### {name}\n")), "docs/operations.md has no {name}");
    }
}

#[test]
fn the_dashboard_is_json_over_metrics_that_are_written() {
    let template = Template::operations();
    let boards = template.of_type("AWS::CloudWatch::Dashboard");
    assert_eq!(boards.len(), 1);
    let body = text(&boards.values().next().unwrap()["DashboardBody"]);
    let body: Value = serde_json::from_str(&body).unwrap();
    let mut shown = BTreeSet::new();
    for widget in body["widgets"].as_array().unwrap() {
        let mut before = (String::new(), String::new());
        for metric in list(&widget["properties"]["metrics"]) {
            if metric[0]["expression"].is_string() {
                continue;
            }
            let [namespace, name] = [0, 1].map(|at| metric[at].as_str().unwrap().to_owned());
            // A dot repeats what stands above it.
            if namespace != "." {
                before.0 = namespace;
            }
            if name != "." {
                before.1 = name;
            }
            assert!(is_known(&before.0, &before.1, &template), "{before:?}");
            shown.insert(before.1.clone());
        }
    }
    let hidden: Vec<_> = metrics().difference(&shown).cloned().collect();
    assert!(hidden.is_empty(), "nobody sees {hidden:?}");
}
