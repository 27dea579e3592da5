//! An alert in JSON.

use nightowl_domain::{Alert, Details, Entry, EntryKind, Link, Status, Time};
use serde_json::{Value, json};

/// Round and tier count from 1, as people read them and as `seen` takes them. People and keys are
/// shown by name (`Alice`, `api:ops`). In a list the timeline is its newest part.
pub(crate) fn alert(alert: &Alert, details: &Details, timeline: &[Entry]) -> Value {
    let acknowledged = acknowledged(alert, timeline);
    let resolved = match &alert.status {
        Status::Resolved { by, at, note } => Some((by.show(), *at, note.clone())),
        Status::Firing | Status::Acknowledged { .. } | Status::Snoozed { .. } => None,
    };
    let snoozed_until = match &alert.status {
        Status::Snoozed { until, .. } => Some(time(*until)),
        Status::Firing | Status::Acknowledged { .. } | Status::Resolved { .. } => None,
    };
    json!({
        "id": alert.id.to_string(),
        "short_id": alert.short_id,
        "tenant": alert.tenant,
        "integration": alert.integration,
        "dedup_key": alert.dedup_key,
        "status": alert.status.name(),
        "severity": alert.severity.name(),
        "title": alert.title,
        "description": details.description,
        "labels": details.labels,
        "annotations": details.annotations,
        "count": alert.count,
        "fired_at": time(alert.opened.at),
        "starts_at": alert.starts_at.map(time),
        "acknowledged_at": acknowledged.as_ref().map(|(_, at)| time(*at)),
        "acknowledged_by": acknowledged.as_ref().map(|(by, _)| by),
        "resolved_at": resolved.as_ref().map(|(_, at, _)| time(*at)),
        "resolved_by": resolved.as_ref().map(|(by, _, _)| by),
        "resolution": resolved.as_ref().and_then(|(_, _, note)| note.as_ref()),
        "snoozed_until": snoozed_until,
        "policy": alert.plan.policy,
        "round": alert.plan.round + 1,
        "tier": alert.plan.tier + 1,
        "next_step_at": alert.plan.tick_due.map(time),
        "exhausted_at": alert.plan.exhausted.map(time),
        "previous": alert.previous.map(|id| id.to_string()),
        "next": alert.next.map(|id| id.to_string()),
        "links": details.links.iter().map(link).collect::<Vec<_>>(),
        "timeline": timeline.iter().map(entry).collect::<Vec<_>>(),
    })
}

/// Who took it, and when. Of an alert that was resolved since, the timeline tells.
fn acknowledged(alert: &Alert, timeline: &[Entry]) -> Option<(String, Time)> {
    match &alert.status {
        Status::Acknowledged { by, at } => Some((by.show(), *at)),
        Status::Firing | Status::Snoozed { .. } => None,
        Status::Resolved { .. } => {
            let is_change = |entry: &&Entry| {
                matches!(entry.kind, EntryKind::Acknowledged | EntryKind::Unacknowledged)
            };
            let newest = timeline.iter().rev().find(is_change);
            newest
                .filter(|entry| entry.kind == EntryKind::Acknowledged)
                .map(|entry| (entry.actor.show(), entry.at))
        }
    }
}

fn link(link: &Link) -> Value {
    json!({ "kind": link.kind.name(), "text": link.text, "url": link.url })
}

fn entry(entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "at": time(entry.at),
        "kind": entry.kind.name(),
        "actor": entry.actor.show(),
        "actor_id": entry.actor.id(),
        "text": entry.text,
    })
}

fn time(time: Time) -> String {
    time.to_string()
}
