use nightowl_domain::{Entry, EntryKind};
use nightowl_engine::ports::StoreError;
use serde::{Deserialize, Serialize};

use super::actor::ActorRecord;
use super::{Millis, corrupt, time};

/// One entry of the timeline, in the alert's tail or in a row of its own.
#[derive(Serialize, Deserialize)]
pub(crate) struct EntryRecord {
    #[serde(rename = "q")]
    seq: u64,
    #[serde(rename = "a")]
    at: Millis,
    #[serde(rename = "k")]
    kind: String,
    #[serde(rename = "w")]
    actor: ActorRecord,
    #[serde(rename = "t")]
    text: String,
}

impl From<&Entry> for EntryRecord {
    fn from(entry: &Entry) -> Self {
        Self {
            seq: entry.seq,
            at: entry.at.millis(),
            kind: entry.kind.name().to_owned(),
            actor: (&entry.actor).into(),
            text: entry.text.clone(),
        }
    }
}

impl TryFrom<EntryRecord> for Entry {
    type Error = StoreError;

    fn try_from(record: EntryRecord) -> Result<Self, StoreError> {
        let kind = EntryKind::ALL.into_iter().find(|kind| kind.name() == record.kind);
        Ok(Self {
            seq: record.seq,
            at: time(record.at),
            kind: kind.ok_or_else(|| corrupt("the kind of a timeline entry"))?,
            actor: record.actor.into(),
            text: record.text,
        })
    }
}
