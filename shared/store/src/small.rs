//! Rows of a few attributes each.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nightowl_domain::{AlertId, MessageRef, Occurrence, SendKey, Time};
use nightowl_engine::ports::StoreError;

use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::query::Query;
use crate::record::corrupt;
use crate::row::{Row, SK, TTL, text};
use crate::{DynamoStore, keys};

const ALERT: &str = "alert";
pub(crate) const TENANT: &str = "tenant";
const SEND: &str = "send";
const PERSON: &str = "person";
pub(crate) const UNTIL: &str = "until";
const SWEPT: &str = "swept";
const CURSOR: &str = "cursor";

/// How long rows are kept that cannot know when their alert goes: short ids, messages, entries of
/// long timelines.
pub(crate) const LONG: Duration = Duration::from_hours(400 * 24);

/// A moment to expire at, counted from now. Only expiry reads the clock here: nothing that is
/// decided depends on it.
pub(crate) fn in_seconds(span: Duration) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from((now + span).as_secs()).unwrap_or(i64::MAX)
}

impl DynamoStore {
    pub(crate) async fn reserve(
        &self,
        occurrence: &Occurrence,
        short_id: &str,
    ) -> Result<bool, StoreError> {
        let id = occurrence.id.to_string();
        let row = Row::new(keys::short_ids(&occurrence.tenant), short_id.to_owned())
            .text(ALERT, &id)
            .number(TTL, in_seconds(LONG));
        let condition = Condition::absent_or_equal(ALERT, text(id));
        first(self.db.put(Table::Main, row, condition).await)
    }

    pub(crate) async fn find_reserved(
        &self,
        tenant: &str,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(String, AlertId)>, StoreError> {
        let pk = keys::short_ids(tenant);
        let query = Query::rows(Table::Main, &pk).begins(prefix).limit(limit);
        let rows = self.db.query_all(&query).await?;
        let found = |row: &Row| {
            let id = row.get_text(ALERT)?.parse().map_err(|()| corrupt("an alert id"))?;
            Ok((row.get_text(SK)?.to_owned(), id))
        };
        rows.iter().take(limit).map(found).collect()
    }

    pub(crate) async fn put_reverse_row(
        &self,
        message: &MessageRef,
        occurrence: &Occurrence,
        key: &SendKey,
    ) -> Result<(), StoreError> {
        let row = Row::new(keys::reverse(message), "R".to_owned())
            .text(TENANT, &occurrence.tenant)
            .text(ALERT, occurrence.id.to_string())
            .text(SEND, key.as_str())
            .number(TTL, in_seconds(LONG));
        self.put_over(Table::Messages, row).await
    }

    pub(crate) async fn read_reverse_row(
        &self,
        message: &MessageRef,
    ) -> Result<Option<(Occurrence, SendKey)>, StoreError> {
        let row = self.db.get(Table::Messages, &keys::reverse(message), "R").await?;
        let Some(row) = row else { return Ok(None) };
        let id = row.get_text(ALERT)?.parse().map_err(|()| corrupt("an alert id"))?;
        let occurrence = Occurrence { tenant: row.get_text(TENANT)?.to_owned(), id };
        Ok(Some((occurrence, row.get_text(SEND)?.into())))
    }

    pub(crate) async fn use_row_once(
        &self,
        what: &str,
        now: Time,
        seconds: u64,
    ) -> Result<bool, StoreError> {
        let until = now + Duration::from_secs(seconds);
        // A minute of slack, since the row may only go once nobody can ask any more.
        let row = Row::new(keys::used(what), "X".to_owned())
            .number(UNTIL, until.millis())
            .number(TTL, until.millis().div_euclid(1000).saturating_add(60));
        let condition = Condition::absent_or_at_most(UNTIL, now.millis());
        first(self.db.put(Table::Main, row, condition).await)
    }

    pub(crate) async fn read_identity_row(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
    ) -> Result<Option<String>, StoreError> {
        self.read_person(tenant, &keys::identity(provider, user_ref)).await
    }

    /// The way back first: once the identity is there, nobody puts either again.
    pub(crate) async fn put_identity_rows(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
        user: &str,
    ) -> Result<(), StoreError> {
        let pk = keys::identities(tenant);
        let back = Row::new(pk.clone(), keys::face(provider, user)).text(PERSON, user_ref);
        self.put_over(Table::Main, back).await?;
        let row = Row::new(pk, keys::identity(provider, user_ref));
        self.put_over(Table::Main, row.text(PERSON, user)).await
    }

    pub(crate) async fn read_face_row(
        &self,
        tenant: &str,
        provider: &str,
        user: &str,
    ) -> Result<Option<String>, StoreError> {
        let Some(user_ref) = self.read_person(tenant, &keys::face(provider, user)).await? else {
            return Ok(None);
        };
        let met = self.read_person(tenant, &keys::identity(provider, &user_ref)).await?;
        Ok((met.as_deref() == Some(user)).then_some(user_ref))
    }

    async fn read_person(&self, tenant: &str, sk: &str) -> Result<Option<String>, StoreError> {
        let row = self.db.get(Table::Main, &keys::identities(tenant), sk).await?;
        row.map(|row| row.get_text(PERSON).map(str::to_owned)).transpose()
    }

    pub(crate) async fn read_sweep_row(
        &self,
    ) -> Result<Option<(Time, Option<String>)>, StoreError> {
        let row = self.db.get(Table::Main, keys::SWEEP.0, keys::SWEEP.1).await?;
        let Some(row) = row else { return Ok(None) };
        let at = Time::from_millis(row.get_number(SWEPT)?);
        Ok(Some((at, row.find_text(CURSOR).map(str::to_owned))))
    }

    pub(crate) async fn write_sweep_row(
        &self,
        at: Time,
        cursor: Option<String>,
    ) -> Result<(), StoreError> {
        let row = Row::new(keys::SWEEP.0.to_owned(), keys::SWEEP.1.to_owned());
        let row = row.number(SWEPT, at.millis());
        let row = match cursor {
            Some(cursor) => row.text(CURSOR, cursor),
            None => row,
        };
        self.put_over(Table::Main, row).await
    }

    /// The newest wins, unless what stands there is of a newer format.
    pub(crate) async fn put_over(&self, table: Table, row: Row) -> Result<(), StoreError> {
        self.db.put(table, row, Condition::not_newer()).await.map_err(Refused::into_error)
    }
}

/// Whether the write was the one that its condition let through.
pub(crate) fn first(put: Result<(), Refused>) -> Result<bool, StoreError> {
    match put {
        Ok(()) => Ok(true),
        Err(Refused::Lost(_)) => Ok(false),
        Err(refused @ (Refused::Busy | Refused::Failed(_))) => Err(refused.into_error()),
    }
}
