//! What happens, told once; what it asks of AWS is counted on the way.

use std::time::Duration;

use nightowl_domain::Time;

use crate::assume;
use crate::tally::Tally;
use crate::world::World;

/// A part of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) tally: Tally,
}

const MINUTE: Duration = Duration::from_secs(60);

/// How many incidents of a hundred nobody acknowledges before the second tier is paged.
pub(crate) const ESCALATED_PERCENT: f64 = 30.0;

/// Fired, paged, acknowledged by a click, resolved by its source, each some minutes after the
/// other. `escalated`: acknowledged only after the second tier was paged.
pub(crate) async fn incident(escalated: bool) -> Vec<Step> {
    let mut world = World::new().await;
    // A first one, so that what a process does once is not counted.
    one(&mut world, "first", escalated).await;
    world.pass(10 * MINUTE).await;
    let read_units = world.read_units_of_configuration().await * assume::asks_of_configuration();
    world.busy();
    let mut steps = one(&mut world, "second", escalated).await;
    let tally = Tally { read_units, ..Tally::default() };
    steps.push(Step { name: "Configuration, asked about each 50 seconds", tally });
    steps
}

async fn one(world: &mut World, name: &str, escalated: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut done = |name, tally: Tally| {
        assert_eq!(tally.refused, 0, "{name}: every request is answered");
        steps.push(Step { name, tally });
    };
    world.take();
    let starts = world.now() - MINUTE / 2;
    world.post(&body(name, 1, starts, None)).await;
    world.work_off().await;
    done("Taken in and opened", world.take());
    world.pass(MINUTE).await;
    done("Card posted, first tier paged", world.take());
    if escalated {
        world.pass(5 * MINUTE).await;
        done("Timed out, second tier paged", world.take());
    }
    world.acknowledge().await;
    done("Acknowledged by a click", world.take());
    world.pass(20 * MINUTE).await;
    done("Messages edited, timers that came in vain", world.take());
    let ends = world.now() - MINUTE / 4;
    world.post(&body(name, 1, starts, Some(ends))).await;
    world.work_off().await;
    done("Resolved by its source", world.take());
    world.pass(30 * MINUTE).await;
    done("Messages edited for the last time", world.take());
    world.expect_quiet().await;
    steps
}

/// One re-fired alert of `group`, on average, where each alert fires `times` times more, so far
/// apart. All alerts are open and acknowledged.
pub(crate) async fn fired_again(group: usize, times: u32, apart: Duration) -> Tally {
    let mut world = World::new().await;
    let firing = body("again", group, world.now() - MINUTE / 2, None);
    world.post(&firing).await;
    world.pass(2 * MINUTE).await;
    world.acknowledge_all().await;
    world.pass(30 * MINUTE).await;
    // What is warm on AWS is warm here.
    world.post(&firing).await;
    world.pass(10 * MINUTE).await;
    world.take();
    for _ in 0..times {
        world.post(&firing).await;
        world.pass(apart).await;
    }
    world.pass(10 * MINUTE).await;
    let alerts = f64::from(times) * group as f64;
    world.take().times(1.0 / alerts)
}

/// One minute in which nothing happens, on average.
pub(crate) async fn idle() -> Tally {
    const MINUTES: u32 = 10;
    let mut world = World::new().await;
    world.sweep().await;
    world.take();
    for _ in 0..MINUTES {
        world.pass(MINUTE).await;
        world.sweep().await;
    }
    world.take().times(1.0 / f64::from(MINUTES))
}

/// A body of Alertmanager, of the size that bodies have. `ends`: it is over.
fn body(name: &str, alerts: usize, starts: Time, ends: Option<Time>) -> String {
    let status = if ends.is_some() { "resolved" } else { "firing" };
    let ends = ends.map_or("0001-01-01T00:00:00Z".to_owned(), |at| at.to_string());
    let alerts: Vec<serde_json::Value> = (0..alerts)
        .map(|number| {
            serde_json::json!({
                "status": status,
                "labels": {
                    "alertname": "HighErrorRate", "severity": "critical", "service": "checkout",
                    "instance": format!("web-{number:02}.example.com:8080"), "incident": name,
                },
                "annotations": {
                    "summary": "checkout answers 12 % of requests with 500",
                    "description": "For five minutes more than a tenth of all requests failed.",
                    "runbook_url": "https://runbooks.example.com/checkout/high-error-rate",
                },
                "startsAt": starts.to_string(),
                "endsAt": ends,
                "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=rate&g0.tab=1",
                "fingerprint": format!("{name:0>12.12}{number:04}"),
            })
        })
        .collect();
    serde_json::json!({
        "receiver": "nightowl", "status": status, "alerts": alerts, "version": "4",
        "groupLabels": {"incident": name}, "commonLabels": {"service": "checkout"},
        "commonAnnotations": {}, "externalURL": "http://alertmanager.example.com:9093",
        "groupKey": format!("{{}}:{{incident=\"{name}\"}}"), "truncatedAlerts": 0,
    })
    .to_string()
}
