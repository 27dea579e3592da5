//! Texts that are kept for a while and taken once.

use std::time::Duration;

use nightowl_domain::Time;
use nightowl_engine::ports::StoreError;

use crate::condition::Condition;
use crate::db::Table;
use crate::row::{Row, TTL, number};
use crate::small::{UNTIL, first};
use crate::{DynamoStore, keys};

const TEXT: &str = "text";

impl DynamoStore {
    pub(crate) async fn keep_row(
        &self,
        what: &str,
        text: &str,
        now: Time,
        seconds: u64,
    ) -> Result<(), StoreError> {
        let until = now + Duration::from_secs(seconds);
        let row = Row::new(keys::used(what), keys::KEPT.to_owned())
            .text(TEXT, text)
            .number(UNTIL, until.millis())
            .number(TTL, until.millis().div_euclid(1000).saturating_add(60));
        self.put_over(Table::Main, row).await
    }

    pub(crate) async fn read_kept_row(
        &self,
        what: &str,
        now: Time,
    ) -> Result<Option<String>, StoreError> {
        Ok(self.find_kept(what, now).await?.map(|(text, _)| text))
    }

    pub(crate) async fn take_kept_row(
        &self,
        what: &str,
        now: Time,
    ) -> Result<Option<String>, StoreError> {
        let Some((text, until)) = self.find_kept(what, now).await? else { return Ok(None) };
        let condition = Condition::equal(UNTIL, number(until));
        let key = keys::used(what);
        let deleted = self.db.delete(Table::Main, (&key, keys::KEPT), Some(condition)).await;
        Ok(first(deleted)?.then_some(text))
    }

    /// What stands there, and until when.
    async fn find_kept(&self, what: &str, now: Time) -> Result<Option<(String, i64)>, StoreError> {
        let row = self.db.get(Table::Main, &keys::used(what), keys::KEPT).await?;
        let Some(row) = row else { return Ok(None) };
        let until = row.get_number(UNTIL)?;
        // The table deletes what is over only some time later.
        let is_over = until <= now.millis();
        Ok(if is_over { None } else { Some((row.get_text(TEXT)?.to_owned(), until)) })
    }
}
