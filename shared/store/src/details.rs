//! What is read only to show an alert: its details, and the part of its timeline that grew out of
//! its item.

use futures::future::try_join_all;
use nightowl_domain::{Alert, Details, Entry};
use nightowl_engine::ports::StoreError;

use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::query::Query;
use crate::record::{DetailsRecord, EntryRecord};
use crate::row::{BODY, Row, TTL, number};
use crate::small::{LONG, in_seconds};
use crate::{DynamoStore, body, keys, parts};

/// The number of the newest alert that shows these details.
const LAST: &str = "last";

impl DynamoStore {
    pub(crate) async fn put_details_rows(
        &self,
        alert: &Alert,
        details: &Details,
    ) -> Result<(), StoreError> {
        let pk = keys::series(&alert.tenant, alert.series());
        let packed = body::pack(&DetailsRecord::from(details))?;
        let rows = parts::cut(&packed, |part| {
            let row = Row::new(pk.clone(), part_key(&alert.details, part));
            if part == 0 { row.number(LAST, i64::from(alert.number())) } else { row }
        });
        // The first row says that all are there, so it is written last.
        for (part, row) in rows.into_iter().enumerate().rev() {
            let condition = if part == 0 { Condition::absent() } else { Condition::not_newer() };
            match self.db.put(Table::Main, row, condition).await {
                Ok(()) => {}
                Err(Refused::Lost(_)) if part == 0 => {}
                Err(refused) => return Err(refused.into_error()),
            }
        }
        Ok(())
    }

    pub(crate) async fn read_details_rows(
        &self,
        alert: &Alert,
    ) -> Result<Option<Details>, StoreError> {
        if alert.details.is_empty() {
            return Ok(None);
        }
        let pk = keys::series(&alert.tenant, alert.series());
        let query = Query::rows(Table::Main, &pk).begins(&alert.details);
        let rows = self.db.query_all(&query).await?;
        let Some(packed) = parts::join(&rows)? else { return Ok(None) };
        body::unpack::<DetailsRecord>(&packed)?.try_into().map(Some)
    }

    /// Before an alert opens that shows the details of the one before it, so that these do not go
    /// with that one.
    pub(crate) async fn share_details(
        &self,
        alert: &Alert,
        previous: Option<&Alert>,
    ) -> Result<(), StoreError> {
        let shared = previous.is_some_and(|previous| previous.details == alert.details);
        if !shared || alert.details.is_empty() {
            return Ok(());
        }
        let pk = keys::series(&alert.tenant, alert.series());
        let condition = Condition::present()
            .naming("last", LAST)
            .naming("ttl", TTL)
            .valuing("last", number(i64::from(alert.number())));
        let set = "SET #last = :last REMOVE #ttl";
        let update = self.db.update(Table::Main, (&pk, &alert.details), set, condition).await;
        // There are none to keep.
        update.or_else(Refused::unless_lost)
    }

    /// Lets the details go a day after the alert, unless a newer alert shows them too.
    pub(crate) async fn expire_details(&self, alert: &Alert, at: i64) -> Result<(), StoreError> {
        if alert.details.is_empty() {
            return Ok(());
        }
        let pk = keys::series(&alert.tenant, alert.series());
        let condition = Condition::equal(LAST, number(i64::from(alert.number())))
            .naming("ttl", TTL)
            .valuing("ttl", number(at + 86_400));
        let set = "SET #ttl = :ttl";
        let first = (pk.as_str(), alert.details.as_str());
        let update = self.db.update(Table::Main, first, set, condition).await;
        update.or_else(Refused::unless_lost)
    }

    pub(crate) async fn put_timeline_rows(
        &self,
        alert: &Alert,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        let pk = keys::series(&alert.tenant, alert.series());
        let put = |entry: &Entry| {
            let sk = format!("{}{:010}", keys::timeline(alert), entry.seq);
            let packed = body::pack(&EntryRecord::from(entry));
            let row = Row::new(pk.clone(), sk).number(TTL, in_seconds(LONG));
            async move {
                let row = row.bytes(BODY, packed?);
                let put = self.db.put(Table::Main, row, Condition::not_newer()).await;
                put.map_err(Refused::into_error)
            }
        };
        try_join_all(entries.iter().map(put)).await.map(|_| ())
    }

    pub(crate) async fn read_timeline_rows(&self, alert: &Alert) -> Result<Vec<Entry>, StoreError> {
        let pk = keys::series(&alert.tenant, alert.series());
        let query = Query::rows(Table::Main, &pk).begins(keys::timeline(alert));
        let rows = self.db.query_all(&query).await?;
        let entry = |row: &Row| body::unpack::<EntryRecord>(row.get_bytes(BODY)?)?.try_into();
        rows.iter().map(entry).collect()
    }
}

/// The first part has the key itself, so that short details are one row under it.
fn part_key(details: &str, part: usize) -> String {
    if part == 0 { details.to_owned() } else { format!("{details}#{part:04}") }
}
