//! Reading and writing the item of an alert.

use nightowl_domain::{Alert, Occurrence, SeriesHash};
use nightowl_engine::ports::StoreError;

use crate::columns::{OPENED_AT, VERSION, as_number, decode, encode, expires};
use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::query::Query;
use crate::row::{Row, number, text};
use crate::{DynamoStore, keys};

impl DynamoStore {
    pub(crate) async fn newest_alert(
        &self,
        tenant: &str,
        series: SeriesHash,
    ) -> Result<Option<Alert>, StoreError> {
        let pk = keys::series(tenant, series);
        let query = Query::rows(Table::Main, &pk).begins(keys::OCCURRENCE).newest_first().limit(1);
        let batch = self.db.query(&query, None).await?;
        batch.rows.first().map(decode).transpose()
    }

    pub(crate) async fn read_alert(
        &self,
        occurrence: &Occurrence,
    ) -> Result<Option<Alert>, StoreError> {
        let (pk, sk) = keys::occurrence(occurrence);
        let alert = self.db.get(Table::Main, &pk, &sk).await?.as_ref().map(decode).transpose()?;
        Ok(alert.filter(|alert| alert.id == occurrence.id))
    }

    pub(crate) async fn update_alert(&self, alert: &Alert) -> Result<(), StoreError> {
        let put = self.db.put(Table::Main, encode(alert)?, unmoved(alert)?).await;
        put.map_err(conflict)?;
        self.forget_details(alert).await;
        Ok(())
    }

    pub(crate) async fn open_alert(
        &self,
        alert: &Alert,
        previous: Option<&Alert>,
    ) -> Result<(), StoreError> {
        // First, so that an alert that exists is always found by whoever lists.
        if !alert.hidden {
            self.note_month(&alert.tenant, alert.opened.at).await?;
        }
        self.share_details(alert, previous).await?;
        let row = encode(alert)?;
        match previous {
            None => {
                let put = self.db.put(Table::Main, row, Condition::absent()).await;
                put.map_err(conflict)?;
            }
            Some(previous) => {
                let open = self.db.put_part(Table::Main, row, Condition::absent())?;
                let moved = encode(previous)?;
                let moved = self.db.put_part(Table::Main, moved, unmoved(previous)?)?;
                self.db.transact(vec![open, moved]).await.map_err(conflict)?;
                self.forget_details(previous).await;
            }
        }
        self.forget_details(alert).await;
        Ok(())
    }

    /// Once the alert itself has a day on which it goes, so have its details. It is no part of
    /// the write: if it fails, a row stays that nobody asks for.
    async fn forget_details(&self, alert: &Alert) {
        if let Some(at) = expires(alert)
            && let Err(error) = self.expire_details(alert, at).await
        {
            tracing::warn!(alert = %alert.id, %error, "details were not marked to expire");
        }
    }
}

/// The very alert, at the version before.
fn unmoved(alert: &Alert) -> Result<Condition, StoreError> {
    let before = as_number(alert.version.saturating_sub(1))?;
    let opened = keys::opened_at(alert.opened.at, alert.id);
    let condition = Condition::equal(VERSION, number(before));
    Ok(condition.and_equal("o", OPENED_AT, text(opened)))
}

/// Somebody was first: what stands there now, if the answer told.
fn conflict(refused: Refused) -> StoreError {
    let winner = |row: &Row| decode(row).map(Box::new);
    match refused {
        Refused::Lost(row) => match row.as_ref().map(winner).transpose() {
            Ok(winner) => StoreError::Conflict(winner),
            Err(error) => error,
        },
        Refused::Busy => StoreError::Conflict(None),
        Refused::Failed(error) => error,
    }
}
