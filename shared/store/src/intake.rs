//! What was accepted on a laptop and is not worked off yet. On AWS a queue does this.
//!
//! Reports that came together are packed into one row, or into several if they are long; the
//! first row counts the others and is written last, so that they are there all or not at all.

use std::collections::BTreeMap;
use std::time::Duration;

use nightowl_engine::ports::{Intake, Report, StoreError};

use crate::db::{Refused, Table};
use crate::query::Query;
use crate::record::ReportRecord;
use crate::row::{Row, SK, TTL};
use crate::small::in_seconds;
use crate::{DynamoStore, body, keys, parts};

/// Rows that were never completed, or not all deleted, go by themselves after as long as parked
/// events are kept.
const KEPT: Duration = Duration::from_hours(15 * 24);

/// Reports as they were taken in, to be deleted by `key` once all are worked off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub key: String,
    pub reports: Vec<Report>,
}

impl DynamoStore {
    /// Durable when it returns; all or none. The same reports again are the same rows.
    pub async fn put_intake(&self, reports: &[Report]) -> Result<(), StoreError> {
        let Some(key) = intake_key(reports) else { return Ok(()) };
        let records: Vec<_> = reports.iter().map(ReportRecord::from).collect();
        let rows = parts::cut(&body::pack(&records)?, |part| {
            Row::new(keys::INTAKE.to_owned(), format!("{key}#{part:04}"))
                .number(TTL, in_seconds(KEPT))
        });
        for row in rows.into_iter().rev() {
            self.put_over(Table::Main, row).await?;
        }
        Ok(())
    }

    /// All that is not worked off yet, the oldest first. A row that cannot be read, because a
    /// newer release wrote it, is left where it is and does not keep others back.
    pub async fn list_intake(&self) -> Result<Vec<Taken>, StoreError> {
        let rows = self.db.query_readable(&Query::rows(Table::Main, keys::INTAKE)).await?;
        let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in rows {
            let Some((key, _)) = row.get_text(SK)?.rsplit_once('#') else { continue };
            groups.entry(key.to_owned()).or_default().push(row);
        }
        let mut taken = Vec::new();
        for (key, rows) in groups {
            match reports(&rows) {
                Ok(Some(reports)) => taken.push(Taken { key, reports }),
                // Being written, or never completed and so never accepted.
                Ok(None) => {}
                Err(error) => tracing::error!(%key, %error, "accepted events cannot be read"),
            }
        }
        Ok(taken)
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
}

fn reports(rows: &[Row]) -> Result<Option<Vec<Report>>, StoreError> {
    let Some(packed) = parts::join(rows)? else { return Ok(None) };
    let records: Vec<ReportRecord> = body::unpack(&packed)?;
    records.into_iter().map(TryInto::try_into).collect::<Result<_, _>>().map(Some)
}

/// The intake of one process: stores, then nudges whoever works it off.
pub struct LaptopIntake<N> {
    store: DynamoStore,
    nudge: N,
}

impl<N: Fn(Taken) + Send + Sync + 'static> LaptopIntake<N> {
    /// `nudge` gets what was just stored, and must not block; if it loses it, the next look at
    /// [`DynamoStore::list_intake`] finds it.
    pub const fn new(store: DynamoStore, nudge: N) -> Self {
        Self { store, nudge }
    }
}

impl<N: Fn(Taken) + Send + Sync + 'static> Intake for LaptopIntake<N> {
    async fn take(&self, reports: Vec<Report>) -> Result<(), StoreError> {
        let Some(key) = intake_key(&reports) else { return Ok(()) };
        self.store.put_intake(&reports).await?;
        (self.nudge)(Taken { key, reports });
        Ok(())
    }
}

/// The key of a group: its first report's reception and id, which no other group has.
fn intake_key(reports: &[Report]) -> Option<String> {
    let first = reports.first()?;
    Some(format!("{}#{}", keys::moment(first.event.received.at), first.event.id))
}
