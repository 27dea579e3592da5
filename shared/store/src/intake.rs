//! What was accepted on a laptop and is not worked off yet. On AWS a queue does this.
//!
//! Reports that came together are packed into one row, or into several if they are long; the
//! first row counts the others and is written last, so that they are there all or not at all.

mod backlog;
mod laptop;

use std::collections::BTreeMap;
use std::time::Duration;

use nightowl_engine::ports::{Report, StoreError};

use crate::db::{Refused, Table};
use crate::query::Query;
use crate::record::{ReportRecord, corrupt};
use crate::row::{Attributes, PARTS, Row, SK, TTL};
use crate::small::in_seconds;
use crate::{DynamoStore, body, keys, parts};

pub use backlog::{Backlog, Bounds};
pub use laptop::LaptopIntake;

/// Rows that were never completed, or not all deleted, go by themselves after as long as parked
/// events are kept.
const KEPT: Duration = Duration::from_hours(15 * 24);

/// The rows of the intake are read once or never, soon and by us: speed before size.
const LEVEL: u8 = 1;

/// Reports as they were taken in, to be deleted by `key` once all are worked off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub key: String,
    pub reports: Vec<Report>,
    /// What they take as JSON, which is about what they take in memory.
    pub bytes: usize,
}

/// A part of what is stored.
#[derive(Debug)]
pub struct Page {
    pub taken: Vec<Taken>,
    /// Where the next page begins; `None`: this was the last.
    pub next: Option<Place>,
}

/// Between two pages.
#[derive(Clone, Debug)]
pub struct Place(Attributes);

/// Reports as JSON, without the brackets of a list.
struct Packed(Vec<u8>);

impl Packed {
    fn of(reports: &[Report]) -> Result<Self, StoreError> {
        let records: Vec<_> = reports.iter().map(ReportRecord::from).collect();
        let mut json = serde_json::to_vec(&records).map_err(|_| corrupt("accepted events"))?;
        json.pop();
        json.drain(..1);
        Ok(Self(json))
    }

    /// With the comma behind it.
    fn weight(&self) -> usize {
        self.0.len() + 1
    }

    fn list(parts: &[Self]) -> Vec<u8> {
        let lists: Vec<&[u8]> = parts.iter().map(|part| &part.0[..]).collect();
        [&b"["[..], &lists.join(&b","[..]), b"]"].concat()
    }
}

impl DynamoStore {
    /// Durable when it returns; all or none. The same reports again are the same rows.
    pub async fn put_intake(&self, reports: &[Report]) -> Result<(), StoreError> {
        let Some(key) = intake_key(reports) else { return Ok(()) };
        self.put_packed(&key, &Packed::list(&[Packed::of(reports)?])).await
    }

    async fn put_packed(&self, key: &str, json: &[u8]) -> Result<(), StoreError> {
        for row in intake_rows(key, json).into_iter().rev() {
            self.put_over(Table::Main, row).await?;
        }
        Ok(())
    }

    /// All that is not worked off yet, the oldest first. A row that cannot be read, because a
    /// newer release wrote it, is left where it is and does not keep others back.
    pub async fn list_intake(&self) -> Result<Vec<Taken>, StoreError> {
        let mut taken = Vec::new();
        let mut from = None;
        loop {
            let page = self.page_intake(from, usize::MAX).await?;
            taken.extend(page.taken);
            from = page.next;
            if from.is_none() {
                return Ok(taken);
            }
        }
    }

    /// Some of the same, from a place on: one request and, where it ends within a group, the rest of
    /// that group.
    pub async fn page_intake(
        &self,
        from: Option<Place>,
        rows_max: usize,
    ) -> Result<Page, StoreError> {
        let query = Query::rows(Table::Main, keys::INTAKE).limit(rows_max);
        let batch = self.db.query_readable_page(&query, from.map(|place| place.0)).await?;
        let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in batch.rows {
            let Some((key, _)) = row.get_text(SK)?.rsplit_once('#') else { continue };
            groups.entry(key.to_owned()).or_default().push(row);
        }
        let cut = batch.last.as_ref().and_then(|_| groups.keys().next_back().cloned());
        let mut taken = Vec::new();
        for (key, mut rows) in groups {
            // The next page would begin with rows that mean nothing without these, and leave them out.
            if cut.as_ref() == Some(&key) && begins(&rows)? {
                let whole = Query::rows(Table::Main, keys::INTAKE).begins(format!("{key}#"));
                rows = self.db.query_readable(&whole).await?;
            }
            match reports(&rows) {
                Ok(Some((reports, bytes))) => taken.push(Taken { key, reports, bytes }),
                // Being written, or never completed and so never accepted.
                Ok(None) => {}
                Err(error) => tracing::error!(%key, %error, "accepted events cannot be read"),
            }
        }
        Ok(Page { taken, next: batch.last.map(Place) })
    }

    /// Once all reports of it are worked off.
    pub async fn delete_intake(&self, key: &str) -> Result<(), StoreError> {
        let query = Query::rows(Table::Main, keys::INTAKE).begins(format!("{key}#"));
        // The first row goes first: without it the others mean nothing.
        for row in self.db.query_all(&query).await? {
            let sk = row.get_text(SK)?;
            let delete = self.db.delete(Table::Main, (keys::INTAKE, sk), None).await;
            delete.map_err(Refused::into_error)?;
        }
        Ok(())
    }

    /// Once all reports of it are worked off but `undone`, which are some of them in their order:
    /// they alone come back. Answers the key that they have then.
    pub async fn keep_undone(&self, key: &str, undone: &[Report]) -> Result<String, StoreError> {
        let Some(kept) = intake_key(undone) else {
            self.delete_intake(key).await?;
            return Ok(key.to_owned());
        };
        let rows = intake_rows(&kept, &Packed::list(&[Packed::of(undone)?]));
        // Rows of two lengths would be mixed up if we died between them.
        if kept == key && rows.len() > 1 {
            return Ok(kept);
        }
        for row in rows.into_iter().rev() {
            self.put_over(Table::Main, row).await?;
        }
        if kept != key {
            self.delete_intake(key).await?;
        }
        Ok(kept)
    }
}

/// Whether the first row of a group is among these.
fn begins(rows: &[Row]) -> Result<bool, StoreError> {
    let first = rows.first().map(|row| row.find_number(PARTS)).transpose()?;
    Ok(first.flatten().is_some())
}

fn intake_rows(key: &str, json: &[u8]) -> Vec<Row> {
    parts::cut(&body::pack_at(json, LEVEL), |part| {
        Row::new(keys::INTAKE.to_owned(), format!("{key}#{part:04}")).number(TTL, in_seconds(KEPT))
    })
}

/// With what they take as JSON.
fn reports(rows: &[Row]) -> Result<Option<(Vec<Report>, usize)>, StoreError> {
    let Some(packed) = parts::join(rows)? else { return Ok(None) };
    let json = body::unpack_bytes(&packed)?;
    let records: Vec<ReportRecord> =
        serde_json::from_slice(&json).map_err(|_| corrupt("accepted events"))?;
    let reports = records.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
    // One bracket is instead of a comma.
    Ok(Some((reports, json.len() - 1)))
}

/// The key of a group: its first report's reception and id, which no other group has.
fn intake_key(reports: &[Report]) -> Option<String> {
    let first = reports.first()?;
    Some(format!("{}#{}", keys::moment(first.event.received.at), first.event.id))
}
