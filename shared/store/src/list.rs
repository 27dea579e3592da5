//! A tenant's alerts, the newest first: month by month, each month from four shards at once.
//!
//! Which months there are is noted in rows of their own, so that listing needs no clock and a
//! quiet year costs nothing.

use futures::future::try_join_all;
use nightowl_domain::Time;
use nightowl_engine::ports::{Page, StoreError, Summary};

use crate::columns::{LIST_SHARD, OPENED_AT, STATUS, summary};
use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::query::Query;
use crate::row::{Row, SK};
use crate::tables::LIST;
use crate::{DynamoStore, keys};

/// How many months one listing walks back.
const MONTHS_MAX: usize = 24;
/// How often one page asks all four shards: beyond it the page is short and has a cursor.
const ROUNDS_MAX: usize = 12;
/// A cursor beyond every key.
const NEWEST: &str = "~";

impl DynamoStore {
    /// Notes that the tenant has alerts of this month; once a process.
    pub(crate) async fn note_month(&self, tenant: &str, at: Time) -> Result<(), StoreError> {
        let known = (tenant.to_owned(), keys::month(at));
        let is_known = |months: &std::collections::BTreeSet<_>| months.contains(&known);
        if self.months.lock().is_ok_and(|months| is_known(&months)) {
            return Ok(());
        }
        let row = Row::new(keys::months(tenant), known.1.clone());
        let put = self.db.put(Table::Main, row, Condition::absent()).await;
        put.or_else(Refused::unless_lost)?;
        if let Ok(mut months) = self.months.lock() {
            months.insert(known);
        }
        Ok(())
    }

    /// A cursor is a sort key of the index: everything older than it is still to come.
    pub(crate) async fn list_page(
        &self,
        tenant: &str,
        status: Option<&str>,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Summary>, StoreError> {
        let mut below = match cursor.as_deref().map(reveal) {
            None => NEWEST.to_owned(),
            Some(Some(key)) => key,
            // Nobody was ever given that one, so nothing follows it.
            Some(None) => return Ok(Page { items: Vec::new(), cursor: None }),
        };
        let mut items = Vec::new();
        let mut rounds = 0;
        for month in self.months_of(tenant).await? {
            let Some(start) = month_start(&month) else { continue };
            if start >= below {
                continue;
            }
            loop {
                if items.len() >= limit.max(1) || rounds >= ROUNDS_MAX {
                    return Ok(Page { items, cursor: Some(conceal(&below)) });
                }
                rounds += 1;
                let wanted = limit.max(1) - items.len();
                let found = self.merge(tenant, &month, status, &below, wanted).await?;
                items.extend(found.items);
                match found.rest {
                    Some(rest) => below = rest,
                    None => break,
                }
            }
            below = start;
        }
        Ok(Page { items, cursor: None })
    }

    /// The newest first.
    async fn months_of(&self, tenant: &str) -> Result<Vec<String>, StoreError> {
        let pk = keys::months(tenant);
        let query = Query::rows(Table::Main, &pk).newest_first().limit(MONTHS_MAX);
        let rows = self.db.query_all(&query).await?;
        rows.iter().map(|row| row.get_text(SK).map(str::to_owned)).collect()
    }

    /// At most `wanted` of one month below a key.
    async fn merge(
        &self,
        tenant: &str,
        month: &str,
        status: Option<&str>,
        below: &str,
        wanted: usize,
    ) -> Result<Merged, StoreError> {
        let ask = |shard: u8| async move {
            let shard = keys::list_shard(tenant, month, shard);
            let mut query = Query::index(LIST, (LIST_SHARD, &shard), OPENED_AT)
                .below(below.to_owned())
                .newest_first()
                .limit(wanted);
            if let Some(status) = status {
                query = query.only(STATUS, status);
            }
            self.db.query(&query, None).await
        };
        let batches = try_join_all((0..keys::LIST_SHARDS).map(ask)).await?;
        let mut rows = Vec::new();
        let mut complete_to: Option<String> = None;
        for batch in batches {
            let last = batch.last.map(Row::read).transpose()?;
            let last = last.as_ref().map(|row| row.get_text(OPENED_AT)).transpose()?;
            // Behind the newest of the keys that shards stopped at, some shard is unread.
            complete_to = complete_to.max(last.map(str::to_owned));
            for row in batch.rows {
                rows.push((row.get_text(OPENED_AT)?.to_owned(), row));
            }
        }
        rows.sort_by(|(a, _), (b, _)| b.cmp(a));
        let is_complete = |key: &String| complete_to.as_ref().is_none_or(|to| key >= to);
        let sure = rows.iter().take_while(|(key, _)| is_complete(key)).count();
        let taken = sure.min(wanted);
        let rest = if taken < sure { Some(rows[taken - 1].0.clone()) } else { complete_to };
        let items = rows[..taken].iter().map(|(_, row)| summary(row));
        Ok(Merged { items: items.collect::<Result<_, _>>()?, rest })
    }
}

struct Merged {
    items: Vec<Summary>,
    /// The key that the month goes on below.
    rest: Option<String>,
}

/// The sort key that a month begins with.
fn month_start(month: &str) -> Option<String> {
    Time::parse(&format!("{month}-01T00:00:00Z")).map(keys::moment)
}

/// Opaque, so that nobody builds on its form.
fn conceal(key: &str) -> String {
    fast32::base32::CROCKFORD_LOWER.encode(key.as_bytes())
}

fn reveal(cursor: &str) -> Option<String> {
    let bytes = fast32::base32::CROCKFORD_LOWER.decode_str(cursor).ok()?;
    let key = String::from_utf8(bytes).ok()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '#' || c == '~';
    (!key.is_empty() && key.len() <= 64 && key.chars().all(is_plain)).then_some(key)
}
