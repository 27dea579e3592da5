//! What somebody must look at, the most overdue first.

use nightowl_domain::{Occurrence, Time};
use nightowl_engine::ports::{Page, StoreError};

use crate::columns::{DUE_AT, DUE_SHARD};
use crate::query::Query;
use crate::record::corrupt;
use crate::tables::DUE;
use crate::{DynamoStore, keys};

impl DynamoStore {
    pub(crate) async fn due_page(
        &self,
        shard: u8,
        before: Time,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<(Occurrence, Time)>, StoreError> {
        // A cursor is the last key of its page. `!` sorts before and `~` behind all that a key
        // can go on with.
        let from = cursor.map_or_else(|| "0".to_owned(), |last| format!("{last}!"));
        let to = format!("{}#~", keys::moment(before));
        if from > to {
            return Ok(Page { items: Vec::new(), cursor: None });
        }
        let shard = shard.to_string();
        let query = Query::index(DUE, (DUE_SHARD, &shard), DUE_AT).between(from, to).limit(limit);
        let batch = self.db.query(&query, None).await?;
        let last = batch.rows.last().and_then(|row| row.find_text(DUE_AT)).map(str::to_owned);
        let mut items = Vec::with_capacity(batch.rows.len());
        for row in &batch.rows {
            let item = keys::parse_due_at(row.get_text(DUE_AT)?);
            items.push(item.ok_or_else(|| corrupt("when an alert is due"))?);
        }
        Ok(Page { items, cursor: batch.last.and(last) })
    }
}
