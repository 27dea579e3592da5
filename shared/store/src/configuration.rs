//! Configuration: immutable text under its hash, one pointer a tenant, and whose a key is.

use aws_sdk_dynamodb::types::TransactWriteItem;
use nightowl_engine::ports::{ConfigStore, KeyChange, KeyRow, StoreError};

use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::query::Query;
use crate::record::corrupt;
use crate::row::{Row, SK, text};
use crate::small::first;
use crate::{DynamoStore, body, key_rows, keys, parts};

/// The hash that a pointer points to.
const POINTS_TO: &str = "points_to";
/// What belongs to all tenants; no tenant itself.
const EVERYBODY: &str = "*";

impl ConfigStore for DynamoStore {
    async fn pointer(&self, tenant: &str) -> Result<Option<String>, StoreError> {
        let pk = keys::configuration(tenant);
        let row = self.db.get(Table::Main, &pk, keys::POINTER).await?;
        row.map(|row| row.get_text(POINTS_TO).map(str::to_owned)).transpose()
    }

    async fn last(&self, tenant: &str) -> Result<Option<String>, StoreError> {
        let pk = keys::configuration(tenant);
        let row = self.db.get(Table::Main, &pk, keys::LAST).await?;
        row.map(|row| row.get_text(POINTS_TO).map(str::to_owned)).transpose()
    }

    async fn flip(
        &self,
        tenant: &str,
        from: Option<&str>,
        to: Option<&str>,
        keys: &[KeyChange],
    ) -> Result<bool, StoreError> {
        let mut writes = self.pointer_parts(tenant, from, to)?;
        for change in keys {
            writes.push(key_rows::part(&self.db, change)?);
        }
        first(self.db.transact(writes).await)
    }

    async fn text(&self, tenant: &str, hash: &str) -> Result<Option<String>, StoreError> {
        let pk = keys::configuration(tenant);
        let query = Query::rows(Table::Main, &pk).begins(format!("H#{hash}#"));
        let rows = self.db.query_all(&query).await?;
        let Some(packed) = parts::join(&rows)? else { return Ok(None) };
        let text = String::from_utf8(body::unpack_bytes(&packed)?);
        text.map(Some).map_err(|_| corrupt("a configuration"))
    }

    async fn put_text(&self, tenant: &str, hash: &str, text: &str) -> Result<(), StoreError> {
        let rows = parts::cut(&body::pack_bytes(text.as_bytes()), |part| {
            Row::new(keys::configuration(tenant), format!("H#{hash}#{part:04}"))
        });
        // The first row says that all are there, so it is written last.
        for row in rows.into_iter().rev() {
            self.put_over(Table::Main, row).await?;
        }
        Ok(())
    }

    async fn pointers(&self) -> Result<Vec<String>, StoreError> {
        let rows = self.db.query_all(&Query::rows(Table::Main, keys::TENANTS)).await?;
        let names = rows.iter().map(|row| row.get_text(SK).map(str::to_owned));
        let names: Vec<String> = names.collect::<Result<_, _>>()?;
        Ok(names.into_iter().filter(|name| name != EVERYBODY).collect())
    }

    async fn key_row(&self, key_hash: &str) -> Result<Option<KeyRow>, StoreError> {
        let row = self.db.get(Table::Main, &keys::key(key_hash), keys::KEY).await?;
        row.map(|row| key_rows::read(&row)).transpose()
    }

    async fn put_leftover(&self, tenant: &str, hash: &str) -> Result<(), StoreError> {
        let row = Row::new(keys::LEFTOVERS.to_owned(), keys::leftover(tenant, hash));
        self.put_over(Table::Main, row).await
    }

    async fn leftovers(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self.db.query_all(&Query::rows(Table::Main, keys::LEFTOVERS)).await?;
        let read = |row: &Row| {
            let leftover = keys::parse_leftover(row.get_text(SK)?);
            leftover.ok_or_else(|| corrupt("a leftover of a configuration"))
        };
        rows.iter().map(read).collect()
    }

    async fn delete_leftover(&self, tenant: &str, hash: &str) -> Result<(), StoreError> {
        let sk = keys::leftover(tenant, hash);
        let delete = self.db.delete(Table::Main, (keys::LEFTOVERS, &sk), None).await;
        delete.map_err(Refused::into_error)
    }
}

impl DynamoStore {
    /// The pointer and the list of who has one move together or not at all.
    fn pointer_parts(
        &self,
        tenant: &str,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let condition = match from {
            None => Condition::absent(),
            Some(hash) => Condition::equal(POINTS_TO, text(hash)),
        };
        let (db, main) = (&self.db, Table::Main);
        if from == to {
            return Ok(vec![db.check_part(main, pointer(tenant), condition)?]);
        }
        let mut parts = match to {
            Some(hash) => vec![
                db.put_part(main, pointer(tenant).text(POINTS_TO, hash), condition)?,
                db.put_part(main, listed(tenant), Condition::not_newer())?,
            ],
            None => vec![
                db.delete_part(main, pointer(tenant), condition)?,
                db.delete_part(main, listed(tenant), Condition::not_newer())?,
            ],
        };
        if let (Some(hash), None) = (from, to) {
            let last = Row::new(keys::configuration(tenant), keys::LAST.to_owned());
            let last = last.text(POINTS_TO, hash);
            parts.push(db.put_part(main, last, Condition::not_newer())?);
        }
        Ok(parts)
    }
}

fn pointer(tenant: &str) -> Row {
    Row::new(keys::configuration(tenant), keys::POINTER.to_owned())
}

fn listed(tenant: &str) -> Row {
    Row::new(keys::TENANTS.to_owned(), tenant.to_owned())
}
