//! What a storm's largest body costs to read: 1,000 alerts of one Alertmanager group.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use nightowl_domain::{Severity, Time};
use nightowl_inbound::{Context, alertmanager};

fn main() {
    divan::main();
}

const ALERTS: usize = 1_000;
const NOON: Time = Time::from_seconds(1_763_812_800);

fn body() -> Vec<u8> {
    let alert = |number: usize| {
        serde_json::json!({
            "status": "firing",
            "labels": {
                "alertname": "DiskFull", "severity": "critical", "cluster": "eu-1",
                "namespace": "shop", "job": "node", "instance": format!("node-{number}:9100"),
            },
            "annotations": {
                "summary": format!("The disk of node-{number} is full"),
                "description": "Less than 2 % is left, and it fills by 1 % an hour.",
                "runbook_url": "https://example.com/runbooks/disk-full",
            },
            "startsAt": "2025-11-22T11:58:00.123Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "https://prometheus.example.com/graph?g0.expr=disk",
            "fingerprint": format!("{number:016x}"),
        })
    };
    let body = serde_json::json!({
        "version": "4", "groupKey": "{}:{alertname=\"DiskFull\"}", "status": "firing",
        "receiver": "nightowl", "truncatedAlerts": 0,
        "groupLabels": { "alertname": "DiskFull" }, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "https://alertmanager.example.com",
        "alerts": (0..ALERTS).map(alert).collect::<Vec<_>>(),
    });
    body.to_string().into_bytes()
}

#[divan::bench]
fn alertmanager_1000(bencher: Bencher<'_, '_>) {
    let body = body();
    let context = Context { default_severity: Severity::Warning, received: NOON };
    let parsed = alertmanager::parse(&body, context).map(|parsed| parsed.taken.len());
    assert_eq!(parsed, Ok(ALERTS), "all of them are taken");
    bencher
        .counter(ItemsCount::new(ALERTS))
        .counter(BytesCount::new(body.len()))
        .bench(|| alertmanager::parse(divan::black_box(&body), context));
}
