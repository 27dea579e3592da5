//! What is kept of the admin key that is made at deploy. It stands apart from the keys of the
//! configuration, so that applying one neither makes nor ends it.

use nightowl_domain::Time;
use nightowl_engine::ports::StoreError;

use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::row::Row;
use crate::small::first;
use crate::{DynamoStore, keys};

const HASH: &str = "hash";
const MADE: &str = "made";

/// A hash of the key, and when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployKey {
    pub hash: String,
    pub made: Time,
}

impl DynamoStore {
    /// # Errors
    /// The store's.
    pub async fn deploy_key(&self) -> Result<Option<DeployKey>, StoreError> {
        let (pk, sk) = place();
        let Some(row) = self.db.get(Table::Main, &pk, sk).await? else { return Ok(None) };
        let made = Time::from_millis(row.get_number(MADE)?);
        Ok(Some(DeployKey { hash: row.get_text(HASH)?.to_owned(), made }))
    }

    /// `over`: whether it takes the place of one that stands there. `false`: one does, and stays.
    ///
    /// # Errors
    /// The store's.
    pub async fn put_deploy_key(&self, key: &DeployKey, over: bool) -> Result<bool, StoreError> {
        let (pk, sk) = place();
        let row = Row::new(pk, sk.to_owned()).text(HASH, &key.hash).number(MADE, key.made.millis());
        let condition = if over { Condition::not_newer() } else { Condition::absent() };
        first(self.db.put(Table::Main, row, condition).await)
    }

    /// Also if there is none.
    ///
    /// # Errors
    /// The store's.
    pub async fn delete_deploy_key(&self) -> Result<(), StoreError> {
        let (pk, sk) = place();
        let delete = self.db.delete(Table::Main, (&pk, sk), Some(Condition::present())).await;
        delete.or_else(Refused::unless_lost)
    }
}

/// Beside what belongs to all tenants.
fn place() -> (String, &'static str) {
    (keys::configuration("*"), keys::DEPLOY_KEY)
}
