//! What is sent: bodies as an Alertmanager makes them.

use serde_json::{Value, json};

/// Which alerts a body holds and which integration sends it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) group: u64,
    /// Alerts that differ; `None`: every alert is one of its own.
    pub(crate) series: Option<u64>,
    pub(crate) lanes: u64,
}

impl Shape {
    /// The alerts of this body by number. A series is always in a body of the same lane.
    pub(crate) fn members(&self, body: u64) -> impl Iterator<Item = u64> + use<> {
        let (group, first) = (self.group, self.block(body) * self.group);
        let within = self.series.map_or(group, |series| group.min(series - first.min(series - 1)));
        (0..group).map(move |member| first + member % within)
    }

    pub(crate) fn lane(&self, body: u64) -> u64 {
        self.block(body) % self.lanes
    }

    fn block(&self, body: u64) -> u64 {
        self.series.map_or(body, |series| body % series.div_ceil(self.group).max(1))
    }
}

/// How an alert is called in its messages, so that they are found again.
pub(crate) fn name(series: u64) -> String {
    format!("load-{series}-x")
}

/// The number in a message, if one of ours is in it.
pub(crate) fn number(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once("load-")?;
    rest.split_once("-x")?.0.parse().ok()
}

/// As Alertmanager 0.25 writes it. `starts_at` is a moment in RFC 3339.
pub(crate) fn body(members: impl Iterator<Item = u64>, starts_at: &str) -> Vec<u8> {
    let alerts: Vec<Value> = members.map(|series| alert(series, starts_at)).collect();
    let body = json!({
        "receiver": "nightowl",
        "status": "firing",
        "alerts": alerts,
        "groupLabels": {"alertname": "Load"},
        "commonLabels": {"alertname": "Load", "severity": "critical"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.com:9093",
        "version": "4",
        "groupKey": "{}:{alertname=\"Load\"}",
        "truncatedAlerts": 0,
    });
    body.to_string().into_bytes()
}

fn alert(series: u64, starts_at: &str) -> Value {
    let name = name(series);
    json!({
        "status": "firing",
        "labels": {
            "alertname": "Load", "cluster": "production-de-01", "instance": name,
            "job": "node", "namespace": "customer-api", "severity": "critical",
        },
        "annotations": {
            "summary": format!("{name} is under load"),
            "description": format!("The process on {name} has had no idle second for ten minutes."),
            "runbook_url": "https://runbooks.example.com/load",
        },
        "startsAt": starts_at,
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=load&g0.tab=1",
        "fingerprint": format!("{series:016x}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(shape: Shape, body: u64) -> Vec<u64> {
        shape.members(body).collect()
    }

    #[test]
    fn every_alert_is_its_own_unless_series_are_asked_for() {
        let own = Shape { group: 3, series: None, lanes: 2 };
        assert_eq!(members(own, 0), [0, 1, 2]);
        assert_eq!(members(own, 5), [15, 16, 17]);
        assert_eq!([own.lane(4), own.lane(5)], [0, 1]);
    }

    #[test]
    fn a_series_is_always_sent_by_the_same_lane() {
        for (group, series) in [(1, 1), (1, 7), (10, 1), (10, 25), (3, 4)] {
            let shape = Shape { group, series: Some(series), lanes: 4 };
            let mut lanes = std::collections::BTreeMap::new();
            for body in 0..100 {
                for member in shape.members(body) {
                    assert!(member < series, "{member} of {series}");
                    assert_eq!(*lanes.entry(member).or_insert(shape.lane(body)), shape.lane(body));
                }
                assert_eq!(shape.members(body).count() as u64, group);
            }
            assert_eq!(lanes.len() as u64, series, "every series is sent");
        }
    }

    #[test]
    fn a_message_tells_which_alert_it_is_of() {
        let body = String::from_utf8(body(std::iter::once(42), "2026-11-21T12:00:00Z"));
        assert_eq!(number(&body.expect("text")), Some(42));
        assert_eq!(number("nothing of ours"), None);
    }
}
