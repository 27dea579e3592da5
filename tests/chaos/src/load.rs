//! The senders: Alertmanager and a script, alone and in groups, who send again until they read a
//! 202, sometimes twice, and who say later that some of it is over.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::clock::{label, now, shown};
use crate::desk::{Desk, pause};
use crate::kills::Cause;
use crate::place::{Format, Lane};
use crate::records::{Clear, Label, Millis, Sent};

const ANSWER_WAIT: Duration = Duration::from_secs(4);
const ACCEPTED: u16 = 202;
/// Of ten alerts in a row, those which the source ends itself, and those that people act on. What
/// is left has to be paged as the policy says.
const CLEARED: [usize; 2] = [8, 9];
const ACTED_ON: usize = 5;

pub(crate) fn may_be_acted_on(number: usize) -> bool {
    number % 10 < ACTED_ON
}

/// One lane's senders, until the run stops; returns when all that was begun was accepted.
pub(crate) async fn run(desk: Arc<Desk>, lane: Lane) {
    let part = 1_000 + u64::try_from(lane.index).unwrap_or_default();
    let mut chance = desk.chance(part);
    let mut clears = JoinSet::new();
    pause(&mut chance, 0..3_000).await;
    while !desk.is_over() {
        let burst = Burst::draw(&desk, &lane, &mut chance);
        if burst.is_twice {
            let twin = (desk.clone(), burst.clone(), chance.fork());
            clears.spawn(async move {
                send(&twin.0, &twin.1, false, twin.2).await;
            });
        }
        if send(&desk, &burst, false, chance.fork()).await {
            let later = (desk.clone(), burst.over(), chance.fork());
            clears.spawn(async move { end(later.0, later.1, later.2).await });
        }
        pause(&mut chance, 8_000..20_000).await;
    }
    while clears.join_next().await.is_some() {}
}

/// The alerts of one body.
#[derive(Clone)]
struct Burst {
    lane: Lane,
    format: Format,
    labels: Vec<Label>,
    starts: Millis,
    /// A second sender says the same.
    is_twice: bool,
}

impl Burst {
    fn draw(desk: &Desk, lane: &Lane, chance: &mut Rng) -> Self {
        let format = if chance.bool() { Format::Alertmanager } else { Format::Generic };
        let size = if chance.u8(0..4) == 0 { chance.usize(2..6) } else { 1 };
        let (starts, mut sent) = (now(), desk.sent());
        let labels = (0..size).map(|_| {
            let label = label(sent.len());
            let people = lane.paged();
            sent.push(Sent { label: label.clone(), people, first: starts, ..Sent::default() });
            label
        });
        let labels = labels.collect();
        Self { lane: lane.clone(), format, labels, starts, is_twice: chance.u8(0..10) == 0 }
    }

    /// Those that the source ends.
    fn over(&self) -> Self {
        let is_cleared = |label: &&Label| {
            crate::clock::number(label).is_some_and(|number| CLEARED.contains(&(number % 10)))
        };
        let labels = self.labels.iter().filter(is_cleared).cloned().collect();
        Self { labels, ..self.clone() }
    }

    fn body(&self, is_over: bool) -> Value {
        let status = if is_over { "resolved" } else { "firing" };
        let (starts, ends) = (shown(self.starts), shown(now()));
        let ends = is_over.then_some(ends);
        let each = self.labels.iter().map(|label| match self.format {
            Format::Generic => json!({"title": format!("{label} is slow"), "dedup_key": label,
                "status": status, "starts_at": starts, "ends_at": ends}),
            Format::Alertmanager => json!({"status": status, "startsAt": starts,
                "endsAt": ends.as_deref().unwrap_or("0001-01-01T00:00:00Z"),
                "labels": {"alertname": label, "severity": "critical"},
                "annotations": {"summary": format!("{label} is down")}}),
        });
        let each: Vec<Value> = each.collect();
        match self.format {
            Format::Generic if each.len() == 1 => each.into_iter().next().unwrap_or_default(),
            Format::Generic => json!({ "alerts": each }),
            Format::Alertmanager => {
                json!({"version": "4", "status": status, "receiver": "nightowl",
                "groupKey": "{}", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
                "externalURL": "http://alertmanager.example.com", "truncatedAlerts": 0,
                "alerts": each})
            }
        }
    }
}

async fn end(desk: Arc<Desk>, burst: Burst, mut chance: Rng) {
    if burst.labels.is_empty() {
        return;
    }
    pause(&mut chance, 500..8_000).await;
    each(&desk, &burst, |sent| sent.clear = Some(Clear { first: now(), accepted: None }));
    send(&desk, &burst, true, chance).await;
}

/// Sends until it is accepted. `false`: the run was given up before.
async fn send(desk: &Desk, burst: &Burst, is_over: bool, mut chance: Rng) -> bool {
    let path = match burst.format {
        Format::Alertmanager => "alertmanager/",
        Format::Generic => "",
    };
    let url = format!("{}/api/v1/webhook/{path}{}", desk.url, burst.lane.key(burst.format));
    let body = burst.body(is_over);
    // A minute and a half of refusals is more than any restart takes.
    for _ in 0..300 {
        each(desk, burst, |sent| sent.attempts += 1);
        let asked = desk.http.post(&url).timeout(ANSWER_WAIT).json(&body).send().await;
        if asked.is_ok_and(|answer| answer.status().as_u16() == ACCEPTED) {
            let at = now();
            desk.kills.happened(Cause::Accepted);
            each(desk, burst, |sent| match &mut sent.clear {
                Some(clear) if is_over => clear.accepted = clear.accepted.or(Some(at)),
                Some(_) | None => sent.accepted = sent.accepted.or(Some(at)),
            });
            return true;
        }
        pause(&mut chance, 100..500).await;
    }
    false
}

fn each(desk: &Desk, burst: &Burst, change: impl Fn(&mut Sent)) {
    let mut sent = desk.sent();
    for label in &burst.labels {
        let row = crate::clock::number(label).and_then(|number| sent.get_mut(number));
        row.map(&change).unwrap_or_default();
    }
}
