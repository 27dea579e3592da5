//! Rows of one partition, of a table or an index, in order.

use std::collections::HashMap;

use nightowl_engine::ports::StoreError;

use crate::db::{Db, Table};
use crate::error::{Kind, broke_off, failed};
use crate::row::{Attributes, PK, Row, SK, text};

#[derive(Clone, Debug)]
pub(crate) struct Query<'a> {
    table: Table,
    index: Option<&'a str>,
    partition: (&'a str, &'a str),
    sort: &'a str,
    range: Range,
    newest_first: bool,
    limit: Option<usize>,
    only: Option<(&'a str, &'a str)>,
    is_eventual: bool,
}

#[derive(Clone, Debug)]
enum Range {
    All,
    Begins(String),
    /// Both included.
    Between(String, String),
    Below(String),
}

/// What one request brought.
pub(crate) struct Batch {
    pub(crate) rows: Vec<Row>,
    /// There may be more behind this key.
    pub(crate) last: Option<Attributes>,
}

impl<'a> Query<'a> {
    pub(crate) fn rows(table: Table, pk: &'a str) -> Self {
        Self {
            table,
            index: None,
            partition: (PK, pk),
            sort: SK,
            range: Range::All,
            newest_first: false,
            limit: None,
            only: None,
            is_eventual: false,
        }
    }

    pub(crate) fn index(name: &'a str, partition: (&'a str, &'a str), sort: &'a str) -> Self {
        Self { index: Some(name), partition, sort, ..Self::rows(Table::Main, "") }
    }

    pub(crate) fn begins(self, prefix: impl Into<String>) -> Self {
        let prefix = prefix.into();
        // An empty prefix is refused by the service.
        let range = if prefix.is_empty() { Range::All } else { Range::Begins(prefix) };
        Self { range, ..self }
    }

    pub(crate) fn between(self, from: String, to: String) -> Self {
        Self { range: Range::Between(from, to), ..self }
    }

    pub(crate) fn below(self, end: String) -> Self {
        Self { range: Range::Below(end), ..self }
    }

    pub(crate) fn newest_first(self) -> Self {
        Self { newest_first: true, ..self }
    }

    /// How many rows are looked at, before `only` leaves some out.
    pub(crate) fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// At half the price, perhaps without what was written a moment ago.
    pub(crate) fn eventually(self) -> Self {
        Self { is_eventual: true, ..self }
    }

    pub(crate) fn only(self, name: &'a str, value: &'a str) -> Self {
        Self { only: Some((name, value)), ..self }
    }
}

impl Db {
    /// One request.
    pub(crate) async fn query(
        &self,
        query: &Query<'_>,
        from: Option<Attributes>,
    ) -> Result<Batch, StoreError> {
        let (items, last) = self.ask(query, from).await?;
        let rows = items.into_iter().map(Row::read).collect::<Result<_, _>>()?;
        Ok(Batch { rows, last })
    }

    async fn ask(
        &self,
        query: &Query<'_>,
        from: Option<Attributes>,
    ) -> Result<(Vec<Attributes>, Option<Attributes>), StoreError> {
        let mut names = HashMap::from([("#p".to_owned(), query.partition.0.to_owned())]);
        let mut values = HashMap::from([(":p".to_owned(), text(query.partition.1))]);
        let mut keys = "#p = :p".to_owned();
        let mut bind = |condition: &str, bounds: &[(&str, &String)]| {
            names.insert("#s".to_owned(), query.sort.to_owned());
            keys.push_str(condition);
            for (name, value) in bounds {
                values.insert((*name).to_owned(), text(*value));
            }
        };
        match &query.range {
            Range::All => {}
            Range::Begins(prefix) => bind(" AND begins_with(#s, :a)", &[(":a", prefix)]),
            Range::Between(a, b) => bind(" AND #s BETWEEN :a AND :b", &[(":a", a), (":b", b)]),
            Range::Below(end) => bind(" AND #s < :a", &[(":a", end)]),
        }
        let filter = query.only.map(|(name, value)| {
            names.insert("#o".to_owned(), name.to_owned());
            values.insert(":o".to_owned(), text(value));
            "#o = :o"
        });
        let request = self
            .client
            .query()
            .table_name(self.name(query.table))
            .set_index_name(query.index.map(str::to_owned))
            // An index cannot be read consistently.
            .consistent_read(query.index.is_none() && !query.is_eventual)
            .key_condition_expression(keys)
            .set_filter_expression(filter.map(str::to_owned))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .scan_index_forward(!query.newest_first)
            .set_limit(query.limit.map(|limit| i32::try_from(limit.max(1)).unwrap_or(i32::MAX)))
            .set_exclusive_start_key(from);
        let answer = match Box::pin(request.clone().send()).await {
            Err(error) if broke_off(&error) => Box::pin(request.send()).await,
            answer => answer,
        };
        let answer = answer.map_err(|error| failed(&error, Kind::Read))?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }

    /// One request. Rows of a newer format are left out.
    pub(crate) async fn query_readable_page(
        &self,
        query: &Query<'_>,
        from: Option<Attributes>,
    ) -> Result<Batch, StoreError> {
        let (items, last) = self.ask(query, from).await?;
        Ok(Batch {
            rows: items.into_iter().filter_map(|item| Row::read(item).ok()).collect(),
            last,
        })
    }

    /// As many requests as it takes. Rows of a newer format are left out.
    pub(crate) async fn query_readable(&self, query: &Query<'_>) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        let mut from = None;
        loop {
            let batch = self.query_readable_page(query, from).await?;
            rows.extend(batch.rows);
            from = batch.last;
            if from.is_none() {
                return Ok(rows);
            }
        }
    }

    /// As many requests as it takes.
    pub(crate) async fn query_all(&self, query: &Query<'_>) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        let mut from = None;
        loop {
            let batch = self.query(query, from).await?;
            rows.extend(batch.rows);
            if batch.last.is_none() || query.limit.is_some_and(|limit| rows.len() >= limit) {
                return Ok(rows);
            }
            from = batch.last;
        }
    }
}
