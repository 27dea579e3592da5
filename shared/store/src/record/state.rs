use nightowl_domain::{ClaimMode, DropReason, MessageRef, Refresh, SendState, Shown};
use nightowl_engine::ports::StoreError;
use serde::{Deserialize, Serialize};

use super::{Millis, alert_id, corrupt, is_false, is_zero, time, times};

#[derive(Serialize, Deserialize)]
pub(super) enum StateRecord {
    #[serde(rename = "w")]
    Wanted(Option<Millis>),
    #[serde(rename = "c")]
    Claimed {
        #[serde(rename = "c")]
        claim: String,
        #[serde(rename = "m")]
        mode: ModeRecord,
        #[serde(rename = "l")]
        lease_until: Millis,
        #[serde(rename = "s")]
        since: Millis,
        #[serde(rename = "f", default, skip_serializing_if = "is_zero")]
        finds_failed: u8,
        #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
        finding_since: Option<Millis>,
    },
    #[serde(rename = "d")]
    InDoubt {
        #[serde(rename = "s")]
        since: Millis,
        #[serde(rename = "n")]
        not_before: Millis,
        #[serde(rename = "f", default, skip_serializing_if = "is_zero")]
        finds_failed: u8,
        #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
        finding_since: Option<Millis>,
    },
    #[serde(rename = "s")]
    Sent(ShownRecord),
    #[serde(rename = "x")]
    Dropped(String),
    /// Digest and revision.
    #[serde(rename = "n")]
    Folded(String, u64),
}

#[derive(Serialize, Deserialize)]
pub(super) enum ModeRecord {
    #[serde(rename = "p")]
    Post,
    #[serde(rename = "f")]
    FindThenPost,
    #[serde(rename = "o")]
    FindOnly,
    #[serde(rename = "a")]
    PostAnyway,
    #[serde(rename = "r")]
    Refresh,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ShownRecord {
    #[serde(rename = "a")]
    at: Millis,
    #[serde(rename = "m")]
    message: MessageRecord,
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    rev: u64,
    #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
    count: u32,
    #[serde(rename = "e")]
    edited_at: Millis,
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    refresh: Option<RefreshRecord>,
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    again_after: Option<Millis>,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    not_before: Option<Millis>,
    #[serde(rename = "x", default, skip_serializing_if = "is_false")]
    closed: bool,
}

/// Claim, end of the lease, start.
#[derive(Serialize, Deserialize)]
pub(super) struct RefreshRecord(String, Millis, Millis);

/// Provider, channel, message.
#[derive(Serialize, Deserialize)]
pub(super) struct MessageRecord(String, String, String);

impl From<&MessageRef> for MessageRecord {
    fn from(message: &MessageRef) -> Self {
        Self(message.provider.clone(), message.channel.clone(), message.message.clone())
    }
}

impl From<MessageRecord> for MessageRef {
    fn from(record: MessageRecord) -> Self {
        Self { provider: record.0, channel: record.1, message: record.2 }
    }
}

impl From<&SendState> for StateRecord {
    fn from(state: &SendState) -> Self {
        match state {
            SendState::Wanted { not_before } => Self::Wanted(not_before.map(|at| at.millis())),
            SendState::Claimed { claim, mode, lease_until, since, finds_failed, finding_since } => {
                Self::Claimed {
                    claim: claim.to_string(),
                    mode: (*mode).into(),
                    lease_until: lease_until.millis(),
                    since: since.millis(),
                    finds_failed: *finds_failed,
                    finding_since: finding_since.map(|at| at.millis()),
                }
            }
            SendState::InDoubt { since, not_before, finds_failed, finding_since } => {
                Self::InDoubt {
                    since: since.millis(),
                    not_before: not_before.millis(),
                    finds_failed: *finds_failed,
                    finding_since: finding_since.map(|at| at.millis()),
                }
            }
            SendState::Sent(shown) => Self::Sent(shown.into()),
            SendState::Dropped(reason) => Self::Dropped(reason.name().to_owned()),
            SendState::Folded { digest, rev } => Self::Folded(digest.to_string(), *rev),
        }
    }
}

impl TryFrom<StateRecord> for SendState {
    type Error = StoreError;

    fn try_from(record: StateRecord) -> Result<Self, StoreError> {
        Ok(match record {
            StateRecord::Wanted(not_before) => Self::Wanted { not_before: times(not_before) },
            StateRecord::Claimed {
                claim,
                mode,
                lease_until,
                since,
                finds_failed,
                finding_since,
            } => Self::Claimed {
                claim: claim.into(),
                mode: mode.into(),
                lease_until: time(lease_until),
                since: time(since),
                finds_failed,
                finding_since: times(finding_since),
            },
            StateRecord::InDoubt { since, not_before, finds_failed, finding_since } => {
                Self::InDoubt {
                    since: time(since),
                    not_before: time(not_before),
                    finds_failed,
                    finding_since: times(finding_since),
                }
            }
            StateRecord::Sent(shown) => Self::Sent(shown.into()),
            StateRecord::Dropped(word) => {
                let reason = DropReason::ALL.into_iter().find(|reason| reason.name() == word);
                Self::Dropped(reason.ok_or_else(|| corrupt("why a send was dropped"))?)
            }
            StateRecord::Folded(digest, rev) => Self::Folded { digest: alert_id(&digest)?, rev },
        })
    }
}

impl From<&Shown> for ShownRecord {
    fn from(shown: &Shown) -> Self {
        Self {
            at: shown.at.millis(),
            message: (&shown.message).into(),
            rev: shown.rev,
            count: shown.count,
            edited_at: shown.edited_at.millis(),
            refresh: shown.refresh.as_ref().map(|refresh| {
                RefreshRecord(
                    refresh.claim.to_string(),
                    refresh.lease_until.millis(),
                    refresh.started.millis(),
                )
            }),
            again_after: shown.again_after.map(|at| at.millis()),
            not_before: shown.not_before.map(|at| at.millis()),
            closed: shown.closed,
        }
    }
}

impl From<ShownRecord> for Shown {
    fn from(record: ShownRecord) -> Self {
        Self {
            at: time(record.at),
            message: record.message.into(),
            rev: record.rev,
            count: record.count,
            edited_at: time(record.edited_at),
            refresh: record.refresh.map(|RefreshRecord(claim, lease_until, started)| Refresh {
                claim: claim.into(),
                lease_until: time(lease_until),
                started: time(started),
            }),
            again_after: times(record.again_after),
            not_before: times(record.not_before),
            closed: record.closed,
        }
    }
}

impl From<ClaimMode> for ModeRecord {
    fn from(mode: ClaimMode) -> Self {
        match mode {
            ClaimMode::Post => Self::Post,
            ClaimMode::FindThenPost => Self::FindThenPost,
            ClaimMode::FindOnly => Self::FindOnly,
            ClaimMode::PostAnyway => Self::PostAnyway,
            ClaimMode::Refresh => Self::Refresh,
        }
    }
}

impl From<ModeRecord> for ClaimMode {
    fn from(record: ModeRecord) -> Self {
        match record {
            ModeRecord::Post => Self::Post,
            ModeRecord::FindThenPost => Self::FindThenPost,
            ModeRecord::FindOnly => Self::FindOnly,
            ModeRecord::PostAnyway => Self::PostAnyway,
            ModeRecord::Refresh => Self::Refresh,
        }
    }
}
