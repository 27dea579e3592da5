use nightowl_domain::{Clearing, Event, EventKind, Firing};
use nightowl_engine::ports::{Report, StoreError};
use serde::{Deserialize, Serialize};

use super::actor::ActorRecord;
use super::alert::ClearingRecord;
use super::details::DetailsRecord;
use super::settle::SettleRecord;
use super::{Millis, ReceivedRecord, alert_id, severity, time, times};

/// An event on its way, in the intake of a laptop or in a queue. Fields that a newer release added
/// are left out.
#[derive(Serialize, Deserialize)]
pub struct ReportRecord {
    tenant: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alert: Option<String>,
    event: String,
    received: ReceivedRecord,
    actor: ActorRecord,
    kind: KindRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindRecord {
    Fired {
        integration: String,
        dedup_key: String,
        firing: FiringRecord,
    },
    Cleared {
        integration: String,
        dedup_key: String,
        clearing: ClearingRecord,
    },
    Acked,
    Unacked,
    Escalated {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<(u32, u32)>,
    },
    Snoozed {
        until: Millis,
    },
    Resolved {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    Noted {
        text: String,
    },
    Tick {
        generation: u64,
    },
    Claimed {
        keys: Vec<String>,
        claim: String,
        lease_until: Millis,
    },
    Settled {
        claim: String,
        settles: Vec<SettleRecord>,
    },
}

#[derive(Serialize, Deserialize)]
struct FiringRecord {
    title: String,
    severity: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    starts_at: Option<Millis>,
    details: DetailsRecord,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
}

impl From<&Report> for ReportRecord {
    fn from(report: &Report) -> Self {
        Self {
            tenant: report.tenant.clone(),
            alert: report.alert.map(|id| id.to_string()),
            event: report.event.id.to_string(),
            received: report.event.received.into(),
            actor: (&report.event.actor).into(),
            kind: (&report.event.kind).into(),
        }
    }
}

impl TryFrom<ReportRecord> for Report {
    type Error = StoreError;

    fn try_from(record: ReportRecord) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: record.tenant,
            alert: record.alert.as_deref().map(alert_id).transpose()?,
            event: Event {
                id: record.event.into(),
                received: record.received.into(),
                actor: record.actor.into(),
                kind: record.kind.try_into()?,
            },
        })
    }
}

impl From<&EventKind> for KindRecord {
    fn from(kind: &EventKind) -> Self {
        match kind.clone() {
            EventKind::Fired { integration, dedup_key, firing } => {
                Self::Fired { integration, dedup_key, firing: (&firing).into() }
            }
            EventKind::Cleared { integration, dedup_key, clearing } => {
                let clearing: &Clearing = &clearing;
                Self::Cleared { integration, dedup_key, clearing: clearing.into() }
            }
            EventKind::Acked => Self::Acked,
            EventKind::Unacked => Self::Unacked,
            EventKind::Escalated { seen } => Self::Escalated { seen },
            EventKind::Snoozed { until } => Self::Snoozed { until: until.millis() },
            EventKind::Resolved { note } => Self::Resolved { note },
            EventKind::Noted { text } => Self::Noted { text },
            EventKind::Tick { generation } => Self::Tick { generation },
            EventKind::Claimed { keys, claim, lease_until } => Self::Claimed {
                keys: keys.into_iter().map(Into::into).collect(),
                claim: claim.into(),
                lease_until: lease_until.millis(),
            },
            EventKind::Settled { claim, settles } => Self::Settled {
                claim: claim.into(),
                settles: settles.into_iter().map(SettleRecord::from).collect(),
            },
        }
    }
}

impl TryFrom<KindRecord> for EventKind {
    type Error = StoreError;

    fn try_from(record: KindRecord) -> Result<Self, StoreError> {
        Ok(match record {
            KindRecord::Fired { integration, dedup_key, firing } => {
                Self::Fired { integration, dedup_key, firing: firing.try_into()? }
            }
            KindRecord::Cleared { integration, dedup_key, clearing } => {
                Self::Cleared { integration, dedup_key, clearing: clearing.into() }
            }
            KindRecord::Acked => Self::Acked,
            KindRecord::Unacked => Self::Unacked,
            KindRecord::Escalated { seen } => Self::Escalated { seen },
            KindRecord::Snoozed { until } => Self::Snoozed { until: time(until) },
            KindRecord::Resolved { note } => Self::Resolved { note },
            KindRecord::Noted { text } => Self::Noted { text },
            KindRecord::Tick { generation } => Self::Tick { generation },
            KindRecord::Claimed { keys, claim, lease_until } => Self::Claimed {
                keys: keys.into_iter().map(Into::into).collect(),
                claim: claim.into(),
                lease_until: time(lease_until),
            },
            KindRecord::Settled { claim, settles } => Self::Settled {
                claim: claim.into(),
                settles: settles.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            },
        })
    }
}

impl From<&Firing> for FiringRecord {
    fn from(firing: &Firing) -> Self {
        Self {
            title: firing.title.clone(),
            severity: firing.severity.name().to_owned(),
            starts_at: firing.starts_at.map(|at| at.millis()),
            details: (&firing.details).into(),
            problems: firing.problems.clone(),
        }
    }
}

impl TryFrom<FiringRecord> for Firing {
    type Error = StoreError;

    fn try_from(record: FiringRecord) -> Result<Self, StoreError> {
        Ok(Self {
            title: record.title,
            severity: severity(&record.severity)?,
            starts_at: times(record.starts_at),
            details: record.details.try_into()?,
            problems: record.problems,
        })
    }
}
