//! Reading and writing the item of a digest: `N#{tenant}#digest#{channel}`, one row a digest.

use std::time::Duration;

use nightowl_domain::{Digest, Occurrence, SeriesHash, digest_due_at};
use nightowl_engine::ports::StoreError;

use crate::columns::{DUE_AT, DUE_SHARD, VERSION, as_number};
use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::query::Query;
use crate::record::{DigestRecord, corrupt};
use crate::row::{BODY, PK, Row, TTL, number, text};
use crate::{DynamoStore, body, keys};

/// Which digest it is: its number alone could be another one's, after the row was gone.
const ID: &str = "id";

/// How long a digest is kept once it owes nothing. An alert that is open for longer gets a card of
/// its own when it changes.
const KEPT: Duration = Duration::from_hours(90 * 24);

impl DynamoStore {
    pub(crate) async fn newest_digest_row(
        &self,
        tenant: &str,
        series: SeriesHash,
    ) -> Result<Option<Digest>, StoreError> {
        let pk = keys::digests(tenant, series);
        let query = Query::rows(Table::Main, &pk).begins(keys::OCCURRENCE).newest_first().limit(1);
        let batch = self.db.query(&query, None).await?;
        batch.rows.first().map(decode).transpose()
    }

    pub(crate) async fn read_digest_row(
        &self,
        digest: &Occurrence,
    ) -> Result<Option<Digest>, StoreError> {
        let (pk, sk) = keys::digest(digest);
        let found = self.db.get(Table::Main, &pk, &sk).await?.as_ref().map(decode).transpose()?;
        Ok(found.filter(|found| found.id == digest.id))
    }

    pub(crate) async fn write_digest_row(&self, digest: &Digest) -> Result<(), StoreError> {
        let condition = match digest.version {
            0 | 1 => Condition::absent(),
            version => Condition::equal(VERSION, number(as_number(version - 1)?)).and_equal(
                "i",
                ID,
                text(digest.id.to_string()),
            ),
        };
        let put = self.db.put(Table::Main, encode(digest)?, condition).await;
        put.map_err(|refused| match refused {
            Refused::Lost(_) | Refused::Busy => StoreError::Conflict(None),
            Refused::Failed(error) => error,
        })
    }
}

pub(crate) fn encode(digest: &Digest) -> Result<Row, StoreError> {
    let occurrence = digest.occurrence();
    let (pk, sk) = keys::digest(&occurrence);
    let row = Row::new(pk, sk)
        .number(VERSION, as_number(digest.version)?)
        .text(ID, digest.id.to_string())
        .bytes(BODY, body::pack(&DigestRecord::from(digest))?);
    Ok(match digest_due_at(digest) {
        Some(at) => row
            .text(DUE_SHARD, digest.id.series().shard(keys::DUE_SHARDS).to_string())
            .text(DUE_AT, keys::due_at(at, &occurrence)),
        None => row.number(TTL, (digest.opened + KEPT).millis().div_euclid(1000)),
    })
}

pub(crate) fn decode(row: &Row) -> Result<Digest, StoreError> {
    let record: DigestRecord = body::unpack(row.get_bytes(BODY)?)?;
    let tenant = row.get_text(PK)?.split('#').nth(1).ok_or_else(|| corrupt("a key"))?;
    let id = row.get_text(ID)?.parse().map_err(|()| corrupt("the id of a digest"))?;
    let version =
        u64::try_from(row.get_number(VERSION)?).map_err(|_| corrupt("the version of a digest"))?;
    record.into_digest(id, tenant.to_owned(), version)
}
