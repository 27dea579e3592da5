//! What the store in memory holds.

use std::collections::{BTreeMap, BTreeSet};

use nightowl_domain::{
    Alert, AlertId, Details, Digest, Entry, MessageRef, Occurrence, SendKey, SeriesHash, Time,
};
use nightowl_messaging::LoggedMessage;

use crate::{KeyRow, Mapping, Report, StoreError, Write};

/// Tenant, series, number.
type Place = (String, SeriesHash, u32);

#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Items read and written.
    pub(super) reads: usize,
    pub(super) writes: usize,
    /// Whose rows the store never takes.
    pub(super) refused: BTreeSet<SeriesHash>,
    pub(super) alerts: BTreeMap<Place, Alert>,
    pub(super) digests: BTreeMap<Place, Digest>,
    /// Every version that was ever written, in order.
    pub(super) history: Vec<Alert>,
    pub(super) details: BTreeMap<(String, SeriesHash, String), Details>,
    pub(super) timeline: BTreeMap<(Occurrence, u64), Entry>,
    pub(super) short_ids: BTreeMap<(String, String), AlertId>,
    /// By alert, provider and channel.
    pub(super) mapping: BTreeMap<(String, String, String), Mapping>,
    pub(super) reverse: BTreeMap<MessageRef, (Occurrence, SendKey)>,
    pub(super) once: BTreeMap<String, Time>,
    pub(super) identities: BTreeMap<(String, String, String), String>,
    /// Tenant, provider, person: the way back.
    pub(super) faces: BTreeMap<(String, String, String), String>,
    pub(super) kept: BTreeMap<String, (String, Time)>,
    pub(super) sweep: Option<(Time, Option<String>)>,
    pub(super) intake: BTreeMap<u64, Report>,
    pub(super) intake_next: u64,
    pub(super) pointers: BTreeMap<String, Option<String>>,
    pub(super) last: BTreeMap<String, String>,
    pub(super) texts: BTreeMap<(String, String), String>,
    pub(super) keys: BTreeMap<String, KeyRow>,
    /// Tenant and hash.
    pub(super) leftovers: BTreeSet<(String, String)>,
    pub(super) log: BTreeMap<(String, String), Vec<LoggedMessage>>,
}

impl Rows {
    pub(super) fn newest(&self, tenant: &str, series: SeriesHash) -> Option<&Alert> {
        let place = |number| (tenant.to_owned(), series, number);
        self.alerts.range(place(0)..=place(u32::MAX)).next_back().map(|(_, alert)| alert)
    }

    pub(super) fn read(&self, occurrence: &Occurrence) -> Option<&Alert> {
        let id = occurrence.id;
        let place = (occurrence.tenant.clone(), id.series(), id.number());
        self.alerts.get(&place).filter(|alert| alert.id == id)
    }

    pub(super) fn newest_digest(&self, tenant: &str, series: SeriesHash) -> Option<&Digest> {
        let place = |number| (tenant.to_owned(), series, number);
        self.digests.range(place(0)..=place(u32::MAX)).next_back().map(|(_, digest)| digest)
    }

    pub(super) fn read_digest(&self, occurrence: &Occurrence) -> Option<&Digest> {
        let id = occurrence.id;
        let place = (occurrence.tenant.clone(), id.series(), id.number());
        self.digests.get(&place).filter(|digest| digest.id == id)
    }

    pub(super) fn write_digest(&mut self, digest: &Digest) -> Result<(), StoreError> {
        let place = (digest.tenant.clone(), digest.id.series(), digest.id.number());
        let is_expected = match self.digests.get(&place) {
            None => digest.version == 1,
            Some(standing) => standing.id == digest.id && standing.version + 1 == digest.version,
        };
        if !is_expected {
            return Err(StoreError::Conflict(None));
        }
        self.digests.insert(place, digest.clone());
        Ok(())
    }

    pub(super) fn face(&self, tenant: &str, provider: &str, user: &str) -> Option<String> {
        let key = |of: &str| (tenant.to_owned(), provider.to_owned(), of.to_owned());
        let user_ref = self.faces.get(&key(user))?;
        let is_still = self.identities.get(&key(user_ref)).is_some_and(|met| met == user);
        is_still.then(|| user_ref.clone())
    }

    pub(super) fn kept(&self, what: &str, now: Time) -> Option<String> {
        let kept = self.kept.get(what).filter(|(_, until)| *until > now);
        kept.map(|(text, _)| text.clone())
    }

    pub(super) fn write(&mut self, write: Write) -> Result<(), StoreError> {
        match write {
            Write::Update(alert) => {
                self.check_version(&alert)?;
                self.put(*alert);
            }
            Write::Open { alert, previous } => {
                if let Some(standing) = self.alerts.get(&place(&alert)) {
                    return Err(StoreError::Conflict(Some(Box::new(standing.clone()))));
                }
                if let Some(previous) = previous {
                    self.check_version(&previous)?;
                    self.writes += 1;
                    self.put(*previous);
                }
                self.put(*alert);
            }
        }
        Ok(())
    }

    fn check_version(&self, alert: &Alert) -> Result<(), StoreError> {
        match self.alerts.get(&place(alert)) {
            Some(standing) if standing.id == alert.id && standing.version + 1 == alert.version => {
                Ok(())
            }
            standing => Err(StoreError::Conflict(standing.cloned().map(Box::new))),
        }
    }

    fn put(&mut self, alert: Alert) {
        self.history.push(alert.clone());
        self.alerts.insert(place(&alert), alert);
    }
}

fn place(alert: &Alert) -> Place {
    (alert.tenant.clone(), alert.series(), alert.number())
}
