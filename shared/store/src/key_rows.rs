//! Whose a key is. A row is read one by one and often, so its attributes stand open.

use aws_sdk_dynamodb::types::TransactWriteItem;
use nightowl_engine::ports::{IntegrationRow, KeyChange, KeyRow, StoreError};

use crate::condition::Condition;
use crate::db::{Db, Table};
use crate::keys;
use crate::record::severity;
use crate::row::{Row, text};

const TENANT: &str = "tenant";
const INTEGRATION: &str = "integration";
const FORMAT: &str = "format";
const SEVERITY: &str = "severity";
/// Sealed.
const HMAC_SECRET: &str = "hmac";

/// A row without an integration is an API key's, or of a release that wrote the tenant only.
pub(crate) fn read(row: &Row) -> Result<KeyRow, StoreError> {
    let integration = match row.find_text(INTEGRATION) {
        None => None,
        Some(id) => Some(IntegrationRow {
            id: id.to_owned(),
            format: row.get_text(FORMAT)?.to_owned(),
            default_severity: severity(row.get_text(SEVERITY)?)?,
            hmac_secret: row.find_text(HMAC_SECRET).map(str::to_owned),
        }),
    };
    Ok(KeyRow { tenant: row.get_text(TENANT)?.to_owned(), integration })
}

/// The change as one part of a transaction.
pub(crate) fn part(db: &Db, change: &KeyChange) -> Result<TransactWriteItem, StoreError> {
    let row = Row::new(keys::key(change.hash()), keys::KEY.to_owned());
    let condition = Condition::absent_or_one_of(TENANT, change.holders().map(text));
    match change {
        KeyChange::Put { row: to, .. } => db.put_part(Table::Main, write(row, to), condition),
        KeyChange::Delete { .. } => db.delete_part(Table::Main, row, condition),
    }
}

fn write(row: Row, KeyRow { tenant, integration }: &KeyRow) -> Row {
    let row = row.text(TENANT, tenant);
    let Some(IntegrationRow { id, format, default_severity, hmac_secret }) = integration else {
        return row;
    };
    let row = row.text(INTEGRATION, id).text(FORMAT, format);
    let row = row.text(SEVERITY, default_severity.name());
    match hmac_secret {
        Some(sealed) => row.text(HMAC_SECRET, sealed),
        None => row,
    }
}
