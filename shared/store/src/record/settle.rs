use nightowl_domain::{Settle, Settlement};
use nightowl_engine::ports::StoreError;
use serde::{Deserialize, Serialize};

use super::state::MessageRecord;
use super::{Millis, alert_id, time};

#[derive(Serialize, Deserialize)]
pub(super) struct SettleRecord {
    key: String,
    settlement: SettlementRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SettlementRecord {
    Sent {
        at: Millis,
        message: MessageRecord,
        rev: u64,
        count: u32,
        found: bool,
    },
    Refreshed {
        at: Millis,
        rev: u64,
        count: u32,
    },
    Unknown {
        started: Millis,
        retry_at: Millis,
    },
    FindFailed {
        retry_at: Millis,
    },
    NotPosted {
        retry_at: Millis,
    },
    Retry {
        at: Millis,
        reason: String,
    },
    Broken {
        at: Millis,
        reason: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        credentials: bool,
    },
    Gone {
        at: Millis,
    },
    EditRefused {
        at: Millis,
        reason: String,
    },
    Folded {
        digest: String,
        rev: u64,
    },
    Unfolded,
}

impl From<Settle> for SettleRecord {
    fn from(settle: Settle) -> Self {
        Self { key: settle.key.into(), settlement: settle.settlement.into() }
    }
}

impl TryFrom<SettleRecord> for Settle {
    type Error = StoreError;

    fn try_from(record: SettleRecord) -> Result<Self, StoreError> {
        Ok(Self { key: record.key.into(), settlement: record.settlement.try_into()? })
    }
}

impl From<Settlement> for SettlementRecord {
    fn from(settlement: Settlement) -> Self {
        match settlement {
            Settlement::Sent { at, message, rev, count, found } => {
                Self::Sent { at: at.millis(), message: (&message).into(), rev, count, found }
            }
            Settlement::Refreshed { at, rev, count } => {
                Self::Refreshed { at: at.millis(), rev, count }
            }
            Settlement::Unknown { started, retry_at } => {
                Self::Unknown { started: started.millis(), retry_at: retry_at.millis() }
            }
            Settlement::FindFailed { retry_at } => Self::FindFailed { retry_at: retry_at.millis() },
            Settlement::NotPosted { retry_at } => Self::NotPosted { retry_at: retry_at.millis() },
            Settlement::Retry { at, reason } => Self::Retry { at: at.millis(), reason },
            Settlement::Broken { at, reason, credentials } => {
                Self::Broken { at: at.millis(), reason, credentials }
            }
            Settlement::Gone { at } => Self::Gone { at: at.millis() },
            Settlement::EditRefused { at, reason } => Self::EditRefused { at: at.millis(), reason },
            Settlement::Folded { digest, rev } => Self::Folded { digest: digest.to_string(), rev },
            Settlement::Unfolded => Self::Unfolded,
        }
    }
}

impl TryFrom<SettlementRecord> for Settlement {
    type Error = StoreError;

    fn try_from(record: SettlementRecord) -> Result<Self, StoreError> {
        Ok(match record {
            SettlementRecord::Sent { at, message, rev, count, found } => {
                Self::Sent { at: time(at), message: message.into(), rev, count, found }
            }
            SettlementRecord::Refreshed { at, rev, count } => {
                Self::Refreshed { at: time(at), rev, count }
            }
            SettlementRecord::Unknown { started, retry_at } => {
                Self::Unknown { started: time(started), retry_at: time(retry_at) }
            }
            SettlementRecord::FindFailed { retry_at } => {
                Self::FindFailed { retry_at: time(retry_at) }
            }
            SettlementRecord::NotPosted { retry_at } => {
                Self::NotPosted { retry_at: time(retry_at) }
            }
            SettlementRecord::Retry { at, reason } => Self::Retry { at: time(at), reason },
            SettlementRecord::Broken { at, reason, credentials } => {
                Self::Broken { at: time(at), reason, credentials }
            }
            SettlementRecord::Gone { at } => Self::Gone { at: time(at) },
            SettlementRecord::EditRefused { at, reason } => {
                Self::EditRefused { at: time(at), reason }
            }
            SettlementRecord::Folded { digest, rev } => {
                Self::Folded { digest: alert_id(&digest)?, rev }
            }
            SettlementRecord::Unfolded => Self::Unfolded,
        })
    }
}
