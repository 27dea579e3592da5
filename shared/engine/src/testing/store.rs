//! The store in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nightowl_domain::{
    Alert, AlertId, Details, Digest, Entry, MessageRef, Occurrence, SendKey, SeriesHash, Time,
    digest_due_at, due_at,
};

use super::rows::Rows;
use super::trap::Trap;
use crate::ports::{Mapping, Mappings};
use crate::{Page, Report, Store, StoreError, Summary, Write};

const SHARDS: u8 = 4;

/// Implements `Store`, `ConfigStore` and `MessageLog`, and holds what an intake took.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    rows: Arc<Mutex<Rows>>,
    trap: Trap,
}

impl MemoryStore {
    pub fn new(trap: Trap) -> Self {
        Self { rows: Arc::default(), trap }
    }

    /// All alerts as they stand, hidden ones too, in the order of tenant, series, number.
    pub fn alerts(&self) -> Vec<Alert> {
        self.lock().alerts.values().cloned().collect()
    }

    /// All digests as they stand, in the order of tenant, series, number.
    pub fn digests(&self) -> Vec<Digest> {
        self.lock().digests.values().cloned().collect()
    }

    /// Every version of every alert that was written, in order.
    pub fn history(&self) -> Vec<Alert> {
        self.lock().history.clone()
    }

    /// What an intake took and nobody has finished, oldest first, each with its receipt.
    pub fn intake(&self) -> Vec<(u64, Report)> {
        self.lock().intake.iter().map(|(number, report)| (*number, report.clone())).collect()
    }

    /// The report was worked off.
    pub fn finish(&self, receipt: u64) {
        self.lock().intake.remove(&receipt);
    }

    /// From now on no row of this series is taken, as if it were too large.
    pub fn refuse(&self, series: SeriesHash) {
        self.lock().refused.insert(series);
    }

    /// Where this alert's cards are.
    pub fn cards(&self, occurrence: &Occurrence) -> Vec<MessageRef> {
        let rows = self.lock();
        let id = occurrence.id.to_string();
        let is_its = |row: &&Mapping| row.alert == id && row.tenant == occurrence.tenant;
        rows.mapping.values().filter(is_its).map(|row| row.message.clone()).collect()
    }

    pub(super) async fn with<T>(
        &self,
        effect: impl FnOnce(&mut Rows) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.trap
            .around(failure, || {
                let mut rows = self.lock();
                rows.writes += 1;
                effect(&mut rows)
            })
            .await
    }

    pub(super) async fn look<T>(
        &self,
        read: impl FnOnce(&Rows) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.trap
            .around(failure, || {
                let mut rows = self.lock();
                rows.reads += 1;
                read(&rows)
            })
            .await
    }

    /// Items read and written so far; a page of a list counts as one.
    pub fn requests(&self) -> (usize, usize) {
        let rows = self.lock();
        (rows.reads, rows.writes)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) const fn trap(&self) -> &Trap {
        &self.trap
    }
}

pub(super) fn failure(lost: bool) -> StoreError {
    if lost {
        StoreError::Unknown("the answer was lost".to_owned())
    } else {
        StoreError::Unavailable("the trap sprang".to_owned())
    }
}

/// What a mapping row is unique for.
fn place(mapping: &Mapping) -> (String, String, String) {
    let message = &mapping.message;
    (mapping.alert.clone(), message.provider.clone(), message.channel.clone())
}

impl Mappings for MemoryStore {
    async fn mappings(&self, alert: &str) -> Result<Vec<Mapping>, StoreError> {
        self.look(|rows| {
            let of_alert = rows.mapping.values().filter(|mapping| mapping.alert == alert);
            Ok(of_alert.cloned().collect())
        })
        .await
    }

    async fn put_mapping_once(&self, mapping: &Mapping) -> Result<Option<Mapping>, StoreError> {
        self.with(|rows| {
            if let Some(standing) = rows.mapping.get(&place(mapping)) {
                return Ok(Some(standing.clone()));
            }
            rows.mapping.insert(place(mapping), mapping.clone());
            Ok(None)
        })
        .await
    }
}

impl Store for MemoryStore {
    async fn newest(&self, tenant: &str, series: SeriesHash) -> Result<Option<Alert>, StoreError> {
        self.look(|rows| Ok(rows.newest(tenant, series).cloned())).await
    }

    async fn read(&self, occurrence: &Occurrence) -> Result<Option<Alert>, StoreError> {
        self.look(|rows| Ok(rows.read(occurrence).cloned())).await
    }

    async fn write(&self, write: Write) -> Result<(), StoreError> {
        self.with(|rows| rows.write(write)).await
    }

    async fn newest_digest(
        &self,
        tenant: &str,
        series: SeriesHash,
    ) -> Result<Option<Digest>, StoreError> {
        self.look(|rows| Ok(rows.newest_digest(tenant, series).cloned())).await
    }

    async fn read_digest(&self, digest: &Occurrence) -> Result<Option<Digest>, StoreError> {
        self.look(|rows| Ok(rows.read_digest(digest).cloned())).await
    }

    async fn write_digest(&self, digest: &Digest) -> Result<(), StoreError> {
        self.with(|rows| rows.write_digest(digest)).await
    }

    async fn put_details(&self, alert: &Alert, details: &Details) -> Result<(), StoreError> {
        let key = (alert.tenant.clone(), alert.series(), alert.details.clone());
        self.with(|rows| {
            if rows.refused.contains(&key.1) {
                return Err(StoreError::Corrupt("the row is too large".to_owned()));
            }
            rows.details.entry(key).or_insert_with(|| details.clone());
            Ok(())
        })
        .await
    }

    async fn read_details(&self, alert: &Alert) -> Result<Option<Details>, StoreError> {
        let key = (alert.tenant.clone(), alert.series(), alert.details.clone());
        self.look(|rows| Ok(rows.details.get(&key).cloned())).await
    }

    async fn put_timeline(&self, alert: &Alert, entries: &[Entry]) -> Result<(), StoreError> {
        let occurrence = alert.occurrence();
        self.with(|rows| {
            for entry in entries {
                rows.timeline.insert((occurrence.clone(), entry.seq), entry.clone());
            }
            Ok(())
        })
        .await
    }

    async fn read_timeline(&self, alert: &Alert) -> Result<Vec<Entry>, StoreError> {
        let (first, last) = ((alert.occurrence(), 0), (alert.occurrence(), u64::MAX));
        self.look(|rows| {
            Ok(rows.timeline.range(first..=last).map(|(_, entry)| entry.clone()).collect())
        })
        .await
    }

    async fn reserve_short_id(
        &self,
        occurrence: &Occurrence,
        short_id: &str,
    ) -> Result<bool, StoreError> {
        let key = (occurrence.tenant.clone(), short_id.to_owned());
        self.with(|rows| Ok(*rows.short_ids.entry(key).or_insert(occurrence.id) == occurrence.id))
            .await
    }

    async fn find_short_ids(
        &self,
        tenant: &str,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(String, AlertId)>, StoreError> {
        let first = (tenant.to_owned(), prefix.to_owned());
        self.look(|rows| {
            let from = rows.short_ids.range(first..);
            let matching =
                from.take_while(|((owner, id), _)| owner == tenant && id.starts_with(prefix));
            Ok(matching.take(limit).map(|((_, id), alert)| (id.clone(), *alert)).collect())
        })
        .await
    }

    async fn put_mapping(
        &self,
        occurrence: &Occurrence,
        message: &MessageRef,
    ) -> Result<(), StoreError> {
        let (tenant, alert) = (occurrence.tenant.clone(), occurrence.id.to_string());
        let mapping = Mapping { tenant, alert, message: message.clone() };
        self.with(|rows| {
            rows.mapping.insert(place(&mapping), mapping);
            Ok(())
        })
        .await
    }

    async fn put_reverse(
        &self,
        message: &MessageRef,
        occurrence: &Occurrence,
        key: &SendKey,
    ) -> Result<(), StoreError> {
        self.with(|rows| {
            rows.reverse.insert(message.clone(), (occurrence.clone(), key.clone()));
            Ok(())
        })
        .await
    }

    async fn read_reverse(
        &self,
        message: &MessageRef,
    ) -> Result<Option<(Occurrence, SendKey)>, StoreError> {
        self.look(|rows| Ok(rows.reverse.get(message).cloned())).await
    }

    async fn due(
        &self,
        shard: u8,
        before: Time,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<(Occurrence, Time)>, StoreError> {
        let key = |(occurrence, due): &(Occurrence, Time)| {
            format!("{:020} {} {}", due.millis(), occurrence.tenant, occurrence.id)
        };
        self.look(|rows| {
            let alerts = rows.alerts.values();
            let alerts = alerts.filter_map(|alert| Some((alert.occurrence(), due_at(alert)?)));
            let digests = rows.digests.values();
            let digests =
                digests.filter_map(|digest| Some((digest.occurrence(), digest_due_at(digest)?)));
            let mut all: Vec<(Occurrence, Time)> = alerts
                .chain(digests)
                .filter(|(of, due)| of.id.series().shard(SHARDS) == shard && *due <= before)
                .collect();
            all.sort_by_key(key);
            Ok(cut(all, cursor, limit, key))
        })
        .await
    }

    fn due_shards(&self) -> u8 {
        SHARDS
    }

    async fn list(
        &self,
        tenant: &str,
        status: Option<&str>,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Summary>, StoreError> {
        // The newest first, so moments count backwards.
        let key = |summary: &Summary| {
            format!("{:020} {}", i64::MAX - summary.fired_at.millis(), summary.id)
        };
        self.look(|rows| {
            let mut all: Vec<Summary> = rows
                .alerts
                .values()
                .filter(|alert| alert.tenant == tenant && !alert.hidden)
                .filter(|alert| status.is_none_or(|status| alert.status.name() == status))
                .map(summary)
                .collect();
            all.sort_by_key(key);
            Ok(cut(all, cursor, limit, key))
        })
        .await
    }

    async fn use_once(&self, what: &str, now: Time, seconds: u64) -> Result<bool, StoreError> {
        let until = now + std::time::Duration::from_secs(seconds);
        self.with(|rows| {
            if rows.once.get(what).is_some_and(|used| *used > now) {
                return Ok(false);
            }
            rows.once.insert(what.to_owned(), until);
            Ok(true)
        })
        .await
    }

    async fn read_identity(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
    ) -> Result<Option<String>, StoreError> {
        let key = (tenant.to_owned(), provider.to_owned(), user_ref.to_owned());
        self.look(|rows| Ok(rows.identities.get(&key).cloned())).await
    }

    async fn put_identity(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
        user: &str,
    ) -> Result<(), StoreError> {
        let key = (tenant.to_owned(), provider.to_owned(), user_ref.to_owned());
        let back = (tenant.to_owned(), provider.to_owned(), user.to_owned());
        self.with(|rows| {
            rows.faces.insert(back, user_ref.to_owned());
            rows.identities.insert(key, user.to_owned());
            Ok(())
        })
        .await
    }

    async fn read_face(
        &self,
        tenant: &str,
        provider: &str,
        user: &str,
    ) -> Result<Option<String>, StoreError> {
        self.look(|rows| Ok(rows.face(tenant, provider, user))).await
    }

    async fn keep(
        &self,
        what: &str,
        text: &str,
        now: Time,
        seconds: u64,
    ) -> Result<(), StoreError> {
        let until = now + std::time::Duration::from_secs(seconds);
        self.with(|rows| {
            rows.kept.insert(what.to_owned(), (text.to_owned(), until));
            Ok(())
        })
        .await
    }

    async fn kept(&self, what: &str, now: Time) -> Result<Option<String>, StoreError> {
        self.look(|rows| Ok(rows.kept(what, now))).await
    }

    async fn take_kept(&self, what: &str, now: Time) -> Result<Option<String>, StoreError> {
        self.with(|rows| {
            let kept = rows.kept(what, now);
            rows.kept.remove(what);
            Ok(kept)
        })
        .await
    }

    async fn read_sweep(&self) -> Result<Option<(Time, Option<String>)>, StoreError> {
        self.look(|rows| Ok(rows.sweep.clone())).await
    }

    async fn write_sweep(&self, at: Time, cursor: Option<String>) -> Result<(), StoreError> {
        self.with(|rows| {
            rows.sweep = Some((at, cursor));
            Ok(())
        })
        .await
    }
}

/// One page of what is sorted by `key`, which is also the cursor.
fn cut<T>(
    all: Vec<T>,
    cursor: Option<String>,
    limit: usize,
    key: impl Fn(&T) -> String,
) -> Page<T> {
    let mut items: Vec<T> = all
        .into_iter()
        .filter(|item| cursor.as_ref().is_none_or(|cursor| key(item) > *cursor))
        .collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let cursor = items.last().filter(|_| more).map(key);
    Page { items, cursor }
}

fn summary(alert: &Alert) -> Summary {
    Summary {
        id: alert.id,
        short_id: alert.short_id.clone(),
        tenant: alert.tenant.clone(),
        integration: alert.integration.clone(),
        status: alert.status.name().to_owned(),
        severity: alert.severity,
        title: alert.title.clone(),
        count: alert.count,
        fired_at: alert.opened.at,
        exhausted: alert.plan.exhausted.is_some(),
    }
}
