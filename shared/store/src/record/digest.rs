use nightowl_domain::{AlertId, Digest};
use nightowl_engine::ports::StoreError;
use serde::{Deserialize, Serialize};

use super::send::SendRecord;
use super::{Millis, alert_id, is_zero, time, times};

/// All of a digest that its item's other attributes do not say.
#[derive(Serialize, Deserialize)]
pub(crate) struct DigestRecord {
    #[serde(rename = "o")]
    opened: Millis,
    #[serde(rename = "a")]
    members: Vec<String>,
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    sends: Vec<SendRecord>,
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    rev: u64,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    owed_since: Option<Millis>,
    #[serde(rename = "wi")]
    write_id: String,
}

impl From<&Digest> for DigestRecord {
    fn from(digest: &Digest) -> Self {
        Self {
            opened: digest.opened.millis(),
            members: digest.members.iter().map(AlertId::to_string).collect(),
            sends: digest.sends.iter().map(SendRecord::from).collect(),
            rev: digest.rev,
            owed_since: digest.owed_since.map(|at| at.millis()),
            write_id: digest.write_id.to_string(),
        }
    }
}

impl DigestRecord {
    pub(crate) fn into_digest(
        self,
        id: AlertId,
        tenant: String,
        version: u64,
    ) -> Result<Digest, StoreError> {
        Ok(Digest {
            id,
            tenant,
            opened: time(self.opened),
            members: self
                .members
                .iter()
                .map(|member| alert_id(member))
                .collect::<Result<_, _>>()?,
            sends: self.sends.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            rev: self.rev,
            owed_since: times(self.owed_since),
            version,
            write_id: self.write_id.into(),
        })
    }
}
