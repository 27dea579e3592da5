//! Configuration: immutable text under its hash, one pointer a tenant, and whose a key is.

use nightowl_engine::ports::{ConfigStore, StoreError};

use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::query::Query;
use crate::record::corrupt;
use crate::row::{Row, SK, text};
use crate::small::first;
use crate::{DynamoStore, body, keys, parts};

use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};

/// The hash that a pointer points to.
const POINTS_TO: &str = "points_to";
const TENANT: &str = "tenant";
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
    ) -> Result<bool, StoreError> {
        let condition = match from {
            None => Condition::absent(),
            Some(hash) => Condition::equal(POINTS_TO, text(hash)),
        };
        // The pointer and the list of who has one move together or not at all.
        let mut writes = match to {
            Some(hash) => vec![
                self.db.put_part(Table::Main, pointer(tenant).text(POINTS_TO, hash), condition)?,
                self.db.put_part(Table::Main, listed(tenant), Condition::not_newer())?,
            ],
            None => vec![
                self.delete_part(pointer(tenant), condition)?,
                self.delete_part(listed(tenant), Condition::not_newer())?,
            ],
        };
        if let (Some(hash), None) = (from, to) {
            let last = Row::new(keys::configuration(tenant), keys::LAST.to_owned());
            let last = last.text(POINTS_TO, hash);
            writes.push(self.db.put_part(Table::Main, last, Condition::not_newer())?);
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

    async fn key_tenant(&self, key_hash: &str) -> Result<Option<String>, StoreError> {
        let row = self.db.get(Table::Main, &keys::key(key_hash), "K").await?;
        row.map(|row| row.get_text(TENANT).map(str::to_owned)).transpose()
    }

    async fn put_key(&self, key_hash: &str, tenant: &str) -> Result<bool, StoreError> {
        let row = Row::new(keys::key(key_hash), "K".to_owned()).text(TENANT, tenant);
        let condition = Condition::absent_or_equal(TENANT, text(tenant));
        first(self.db.put(Table::Main, row, condition).await)
    }

    async fn delete_key(&self, key_hash: &str, tenant: &str) -> Result<(), StoreError> {
        let condition = Condition::equal(TENANT, text(tenant));
        let pk = keys::key(key_hash);
        let delete = self.db.delete(Table::Main, (&pk, "K"), Some(condition)).await;
        delete.or_else(Refused::unless_lost)
    }
}

impl DynamoStore {
    fn delete_part(&self, row: Row, condition: Condition) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(self.db.name(Table::Main))
            .set_key(Some(row.into_key()))
            .condition_expression(condition.expression())
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .build()
            .map_err(|_| corrupt("a part of a transaction"))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

fn pointer(tenant: &str) -> Row {
    Row::new(keys::configuration(tenant), keys::POINTER.to_owned())
}

fn listed(tenant: &str) -> Row {
    Row::new(keys::TENANTS.to_owned(), tenant.to_owned())
}
