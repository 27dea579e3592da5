use nightowl_domain::{Alert, AlertFields, Clearing, LastFiring, Position, Snooze, Status};
use nightowl_engine::ports::StoreError;
use serde::{Deserialize, Serialize};

use super::actor::ActorRecord;
use super::send::SendRecord;
use super::timeline::EntryRecord;
use super::{Millis, ReceivedRecord, alert_id, is_false, is_zero, time, times};
use crate::columns::Columns;

/// All of an alert that its item's other attributes do not say.
#[derive(Serialize, Deserialize)]
pub(crate) struct AlertRecord {
    #[serde(rename = "k")]
    dedup_key: String,
    #[serde(rename = "o")]
    opened: ReceivedRecord,
    #[serde(rename = "d")]
    details: String,
    #[serde(rename = "h", default, skip_serializing_if = "is_false")]
    hidden: bool,
    #[serde(rename = "s")]
    status: StatusRecord,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    starts_at: Option<Millis>,
    #[serde(rename = "l")]
    last_firing: LastFiringRecord,
    #[serde(rename = "ca", default, skip_serializing_if = "Vec::is_empty")]
    clears_aside: Vec<ClearingRecord>,
    #[serde(rename = "nc", default, skip_serializing_if = "Option::is_none")]
    newest_clear: Option<ClearingRecord>,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    closed: Option<ReceivedRecord>,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    last_human: Option<ReceivedRecord>,
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    snooze_left: Option<SnoozeRecord>,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(rename = "pl")]
    plan: PositionRecord,
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    sends: Vec<SendRecord>,
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    card_rev: u64,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    owed_since: Option<Millis>,
    /// Event id and write id.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    seen: Vec<(String, String)>,
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    timeline: Vec<EntryRecord>,
    #[serde(rename = "tn", default, skip_serializing_if = "is_zero")]
    timeline_next: u64,
    #[serde(rename = "tf", default, skip_serializing_if = "is_zero")]
    timeline_flushed: u64,
    #[serde(rename = "wi")]
    write_id: String,
}

/// By whom and when, and whatever else belongs to it.
#[derive(Serialize, Deserialize)]
enum StatusRecord {
    #[serde(rename = "f")]
    Firing,
    #[serde(rename = "a")]
    Acknowledged(ActorRecord, Millis),
    /// Until when last.
    #[serde(rename = "z")]
    Snoozed(ActorRecord, Millis, Millis),
    #[serde(rename = "r")]
    Resolved(ActorRecord, Millis, Option<String>),
}

/// By whom, when, until when.
#[derive(Serialize, Deserialize)]
struct SnoozeRecord(ActorRecord, Millis, Millis);

#[derive(Serialize, Deserialize)]
struct LastFiringRecord {
    #[serde(rename = "e")]
    event: String,
    #[serde(rename = "r")]
    received: ReceivedRecord,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    starts_at: Option<Millis>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ClearingRecord {
    #[serde(rename = "e")]
    event: String,
    #[serde(rename = "r")]
    received: ReceivedRecord,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    starts_at: Option<Millis>,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<Millis>,
}

#[derive(Serialize, Deserialize)]
struct PositionRecord {
    #[serde(rename = "c")]
    config: String,
    #[serde(rename = "p")]
    policy: String,
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    round: u32,
    #[serde(rename = "t", default, skip_serializing_if = "is_zero")]
    tier: u32,
    #[serde(rename = "g", default, skip_serializing_if = "is_zero")]
    generation: u64,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    tick_due: Option<Millis>,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    exhausted: Option<Millis>,
    #[serde(rename = "m", default, skip_serializing_if = "is_false")]
    reminded: bool,
}

impl From<&Alert> for AlertRecord {
    fn from(alert: &Alert) -> Self {
        Self {
            dedup_key: alert.dedup_key.clone(),
            opened: alert.opened.into(),
            details: alert.details.clone(),
            hidden: alert.hidden,
            status: (&alert.status).into(),
            starts_at: alert.starts_at.map(|at| at.millis()),
            last_firing: LastFiringRecord {
                event: alert.last_firing.event.to_string(),
                received: alert.last_firing.received.into(),
                starts_at: alert.last_firing.starts_at.map(|at| at.millis()),
            },
            clears_aside: alert.clears_aside.iter().map(ClearingRecord::from).collect(),
            newest_clear: alert.newest_clear.as_ref().map(ClearingRecord::from),
            closed: alert.closed.map(ReceivedRecord::from),
            last_human: alert.last_human.map(ReceivedRecord::from),
            snooze_left: alert.snooze_left.as_ref().map(|snooze| {
                SnoozeRecord((&snooze.by).into(), snooze.at.millis(), snooze.until.millis())
            }),
            next: alert.next.map(|id| id.to_string()),
            previous: alert.previous.map(|id| id.to_string()),
            plan: (&alert.plan).into(),
            sends: alert.sends.iter().map(SendRecord::from).collect(),
            card_rev: alert.card_rev,
            owed_since: alert.owed_since.map(|at| at.millis()),
            seen: alert
                .seen
                .iter()
                .map(|(event, write)| (event.to_string(), write.to_string()))
                .collect(),
            timeline: alert.timeline.iter().map(EntryRecord::from).collect(),
            timeline_next: alert.timeline_next,
            timeline_flushed: alert.timeline_flushed,
            write_id: alert.write_id.to_string(),
        }
    }
}

impl AlertRecord {
    /// The alert, of this and of what the item's other attributes say.
    pub(crate) fn into_alert(self, columns: Columns) -> Result<Alert, StoreError> {
        let id = |text: Option<String>| text.as_deref().map(alert_id).transpose();
        let fields = AlertFields {
            id: columns.id,
            tenant: columns.tenant,
            integration: columns.integration,
            dedup_key: self.dedup_key,
            short_id: columns.short_id,
            opened: self.opened.into(),
            details: self.details,
            hidden: self.hidden,
            status: self.status.into(),
            title: columns.title,
            severity: columns.severity,
            starts_at: times(self.starts_at),
            count: columns.count,
            last_firing: LastFiring {
                event: self.last_firing.event.into(),
                received: self.last_firing.received.into(),
                starts_at: times(self.last_firing.starts_at),
            },
            clears_aside: self.clears_aside.into_iter().map(Clearing::from).collect(),
            newest_clear: self.newest_clear.map(Clearing::from),
            closed: self.closed.map(Into::into),
            last_human: self.last_human.map(Into::into),
            snooze_left: self.snooze_left.map(|SnoozeRecord(by, at, until)| Snooze {
                by: by.into(),
                at: time(at),
                until: time(until),
            }),
            next: id(self.next)?,
            previous: id(self.previous)?,
            plan: self.plan.into(),
            sends: self.sends.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            card_rev: self.card_rev,
            owed_since: times(self.owed_since),
            seen: self
                .seen
                .into_iter()
                .map(|(event, write)| (event.into(), write.into()))
                .collect(),
            timeline: self.timeline.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            timeline_next: self.timeline_next,
            timeline_flushed: self.timeline_flushed,
            version: columns.version,
            write_id: self.write_id.into(),
        };
        Ok(fields.into())
    }
}

impl From<&Status> for StatusRecord {
    fn from(status: &Status) -> Self {
        match status {
            Status::Firing => Self::Firing,
            Status::Acknowledged { by, at } => Self::Acknowledged(by.into(), at.millis()),
            Status::Snoozed { by, at, until } => {
                Self::Snoozed(by.into(), at.millis(), until.millis())
            }
            Status::Resolved { by, at, note } => {
                Self::Resolved(by.into(), at.millis(), note.clone())
            }
        }
    }
}

impl From<StatusRecord> for Status {
    fn from(record: StatusRecord) -> Self {
        match record {
            StatusRecord::Firing => Self::Firing,
            StatusRecord::Acknowledged(by, at) => {
                Self::Acknowledged { by: by.into(), at: time(at) }
            }
            StatusRecord::Snoozed(by, at, until) => {
                Self::Snoozed { by: by.into(), at: time(at), until: time(until) }
            }
            StatusRecord::Resolved(by, at, note) => {
                Self::Resolved { by: by.into(), at: time(at), note }
            }
        }
    }
}

impl From<&Clearing> for ClearingRecord {
    fn from(clearing: &Clearing) -> Self {
        Self {
            event: clearing.event.to_string(),
            received: clearing.received.into(),
            starts_at: clearing.starts_at.map(|at| at.millis()),
            ends_at: clearing.ends_at.map(|at| at.millis()),
        }
    }
}

impl From<ClearingRecord> for Clearing {
    fn from(record: ClearingRecord) -> Self {
        Self {
            event: record.event.into(),
            received: record.received.into(),
            starts_at: times(record.starts_at),
            ends_at: times(record.ends_at),
        }
    }
}

impl From<&Position> for PositionRecord {
    fn from(plan: &Position) -> Self {
        Self {
            config: plan.config.clone(),
            policy: plan.policy.clone(),
            round: plan.round,
            tier: plan.tier,
            generation: plan.generation,
            tick_due: plan.tick_due.map(|at| at.millis()),
            exhausted: plan.exhausted.map(|at| at.millis()),
            reminded: plan.reminded,
        }
    }
}

impl From<PositionRecord> for Position {
    fn from(record: PositionRecord) -> Self {
        Self {
            config: record.config,
            policy: record.policy,
            round: record.round,
            tier: record.tier,
            generation: record.generation,
            tick_due: times(record.tick_due),
            exhausted: times(record.exhausted),
            reminded: record.reminded,
        }
    }
}
