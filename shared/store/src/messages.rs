//! The built-in inbox's messages.
//!
//! Each has three rows in the partition of its channel: the message itself, under when it was
//! posted, so that the newest are one query; where that is, under its id; and its id, under its
//! delivery, so that a delivery can be appended only once.

use async_trait::async_trait;
use nightowl_domain::{SendKey, Time};
use nightowl_engine::ports::StoreError;
use nightowl_messaging::{LogError, LoggedMessage, MessageLog};
use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::query::Query;
use crate::record::corrupt;
use crate::row::{BODY, Row, TTL, number, text};
use crate::small::in_seconds;
use crate::{DynamoStore, body, keys};

const ID: &str = "id";
const PLACE: &str = "place";
const REVISION: &str = "rev";
const POSTED: &str = "P#";
/// Messages go after so long, which bounds what a channel holds.
const KEPT: std::time::Duration = std::time::Duration::from_hours(90 * 24);
/// A replacement that loses against so many others gives up.
const ATTEMPTS_MAX: u32 = 5;

/// What stays the same while the body is replaced stands beside it.
#[derive(Serialize, Deserialize)]
struct MessageRecord {
    channel: String,
    delivery: String,
    posted_at: i64,
    body: String,
}

#[async_trait]
impl MessageLog for DynamoStore {
    async fn append(&self, tenant: &str, message: LoggedMessage) -> Result<String, LogError> {
        self.append_message(tenant, &message).await.map_err(in_log)
    }

    async fn replace(
        &self,
        tenant: &str,
        channel: &str,
        id: &str,
        body: String,
    ) -> Result<bool, LogError> {
        self.replace_message(tenant, channel, id, body).await.map_err(in_log)
    }

    async fn list(
        &self,
        tenant: &str,
        channel: &str,
        limit: usize,
    ) -> Result<Vec<LoggedMessage>, LogError> {
        self.list_messages(tenant, channel, limit).await.map_err(in_log)
    }

    async fn find(
        &self,
        tenant: &str,
        channel: &str,
        delivery: &SendKey,
    ) -> Result<Option<String>, LogError> {
        self.find_delivery(tenant, channel, delivery).await.map_err(in_log)
    }
}

impl DynamoStore {
    async fn append_message(
        &self,
        tenant: &str,
        message: &LoggedMessage,
    ) -> Result<String, StoreError> {
        let pk = keys::inbox(tenant, &message.channel);
        let place = format!("{POSTED}{}#{}", keys::moment(message.posted_at), message.id);
        let record = MessageRecord {
            channel: message.channel.clone(),
            delivery: message.delivery.to_string(),
            posted_at: message.posted_at.millis(),
            body: message.body.clone(),
        };
        let ttl = in_seconds(KEPT);
        let revision = i64::try_from(message.revision).unwrap_or(i64::MAX);
        let named = Row::new(pk.clone(), by_delivery(&message.delivery)).number(TTL, ttl);
        let placed = Row::new(pk.clone(), by_id(&message.id)).number(TTL, ttl);
        let itself = Row::new(pk, place.clone())
            .text(ID, &message.id)
            .number(REVISION, revision)
            .bytes(BODY, body::pack(&record)?)
            .number(TTL, ttl);
        let writes = vec![
            self.db.put_part(Table::Main, named.text(ID, &message.id), Condition::absent())?,
            self.db.put_part(Table::Main, placed.text(PLACE, place), Condition::not_newer())?,
            self.db.put_part(Table::Main, itself, Condition::not_newer())?,
        ];
        match self.db.transact(writes).await {
            Ok(()) => Ok(message.id.clone()),
            Err(Refused::Lost(Some(row))) => Ok(row.get_text(ID)?.to_owned()),
            Err(refused) => Err(refused.into_error()),
        }
    }

    async fn replace_message(
        &self,
        tenant: &str,
        channel: &str,
        id: &str,
        body: String,
    ) -> Result<bool, StoreError> {
        let pk = keys::inbox(tenant, channel);
        let Some(row) = self.db.get(Table::Main, &pk, &by_id(id)).await? else {
            return Ok(false);
        };
        let place = row.get_text(PLACE)?;
        for _ in 0..ATTEMPTS_MAX {
            let Some(row) = self.db.get(Table::Main, &pk, place).await? else {
                return Ok(false);
            };
            let mut record: MessageRecord = body::unpack(row.get_bytes(BODY)?)?;
            record.body.clone_from(&body);
            let before = row.get_number(REVISION)?;
            let mut after = Row::new(pk.clone(), place.to_owned())
                .text(ID, id)
                .number(REVISION, before.saturating_add(1))
                .bytes(BODY, body::pack(&record)?);
            if let Some(ttl) = row.find_number(TTL)? {
                after = after.number(TTL, ttl);
            }
            let condition =
                Condition::equal(REVISION, number(before)).and_equal("id", ID, text(id));
            match self.db.put(Table::Main, after, condition).await {
                Ok(()) => return Ok(true),
                Err(Refused::Lost(_) | Refused::Busy) => {}
                Err(Refused::Failed(error)) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("too many writers are at this message".to_owned()))
    }

    async fn list_messages(
        &self,
        tenant: &str,
        channel: &str,
        limit: usize,
    ) -> Result<Vec<LoggedMessage>, StoreError> {
        let pk = keys::inbox(tenant, channel);
        let query = Query::rows(Table::Main, &pk).begins(POSTED).newest_first().limit(limit);
        let rows = self.db.query_all(&query).await?;
        rows.iter().take(limit).map(message).collect()
    }

    async fn find_delivery(
        &self,
        tenant: &str,
        channel: &str,
        delivery: &SendKey,
    ) -> Result<Option<String>, StoreError> {
        let pk = keys::inbox(tenant, channel);
        let row = self.db.get(Table::Main, &pk, &by_delivery(delivery)).await?;
        row.map(|row| row.get_text(ID).map(str::to_owned)).transpose()
    }
}

fn by_delivery(delivery: &SendKey) -> String {
    format!("D#{delivery}")
}

fn by_id(id: &str) -> String {
    format!("M#{id}")
}

fn message(row: &Row) -> Result<LoggedMessage, StoreError> {
    let record: MessageRecord = body::unpack(row.get_bytes(BODY)?)?;
    Ok(LoggedMessage {
        id: row.get_text(ID)?.to_owned(),
        channel: record.channel,
        delivery: record.delivery.into(),
        posted_at: Time::from_millis(record.posted_at),
        body: record.body,
        revision: u64::try_from(row.get_number(REVISION)?).map_err(|_| corrupt("a revision"))?,
    })
}

/// A log has two words for trouble.
fn in_log(error: StoreError) -> LogError {
    match error {
        StoreError::Unknown(reason) => LogError::Unknown(reason),
        StoreError::Unavailable(reason) => LogError::Unavailable(reason),
        StoreError::Conflict(_) | StoreError::NewerFormat { .. } | StoreError::Corrupt(_) => {
            LogError::Unavailable(error.to_string())
        }
    }
}
