//! `POST /api/v1/admin/migrate/slack-mappings`: where the system before us posted its alerts.
//!
//! Every row is judged alone, and the first that says something of an alert and channel stands:
//! what is there is never written over. So a call may be repeated after any failure.

mod row;

pub(crate) use row::is_id;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use futures::{StreamExt, TryStreamExt, stream};
use http::{HeaderMap, Uri};
use nightowl_engine::{ApiRole, Config, Mapping, Mappings, Ports, StoreError};
use serde::Deserialize;
use serde_json::{Value, json};

use self::row::Row;
use super::caller::Caller;
use super::{body, query};
use crate::Needs;
use crate::problem::Problem;

/// A gateway waits for half a minute, and each row is a write.
const ROWS_MAX: usize = 500;
/// Rows of the longest values that `nightowl migrate` sends, all of them escaped.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Rows that are written at the same time.
const CONCURRENT: usize = 16;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    rows: Vec<Row>,
}

/// What became of one row.
enum Fate {
    Migrated,
    AlreadyThere,
    Refused { line: u64, why: String },
}

/// With an operators' admin key: a tenant's own key could claim ids of another's alerts.
pub(crate) async fn slack_mappings<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = Caller::of(&*needs, &headers, ApiRole::Admin).await?;
    if caller.tenant.is_some() {
        return Err(Problem::operators_only());
    }
    let [] = query::read(uri.query(), [])?;
    if !body::is_of(&headers, &["application/json"]) {
        return Err(Problem::media_type("application/json"));
    }
    let rows = read(&body::read(body, BODY_BYTES_MAX).await?)?;
    let fates = migrate(&*needs, rows).await?;
    let (mut migrated, mut already_there, mut refused) = (0, 0, Vec::new());
    for fate in fates {
        match fate {
            Fate::Migrated => migrated += 1,
            Fate::AlreadyThere => already_there += 1,
            Fate::Refused { line, why } => refused.push(json!({ "line": line, "why": why })),
        }
    }
    let count = refused.len();
    tracing::info!(key = caller.id, migrated, already_there, refused = count, "rows migrated");
    Ok(Json(json!({
        "migrated": migrated,
        "already_there": already_there,
        "refused": refused,
    })))
}

fn read(body: &[u8]) -> Result<Vec<Row>, Problem> {
    let request: Request = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::invalid(&format!(
            "the body is expected to be `{{\"rows\": [{{\"line\": 2, \"tenant\": \"acme\", \
             \"alert_id\": \"…\", \"channel_id\": \"C…\", \"message_ts\": \"1700000000.000100\"}}]}}`; \
             it cannot be read at line {line}, column {column}"
        ))
    })?;
    if request.rows.len() > ROWS_MAX {
        return Err(Problem::invalid(&format!("a request may have {ROWS_MAX} rows")));
    }
    Ok(request.rows)
}

/// In the order of the rows.
async fn migrate<N: Needs>(needs: &N, rows: Vec<Row>) -> Result<Vec<Fate>, StoreError> {
    let ports = needs.engine().ports();
    let tenants = ports.config().tenants().await?;
    let (mut early, mut late, mut known) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut fates: Vec<(usize, Fate)> = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        let line = row.line;
        match row.mapping(&tenants) {
            Ok(mapping) => {
                let place = (mapping.alert.clone(), mapping.message.channel.clone());
                // Of rows about the same place the first has to be written first.
                let turn = if known.insert(place) { &mut early } else { &mut late };
                turn.push((index, line, mapping));
            }
            Err(why) => fates.push((index, Fate::Refused { line, why })),
        }
    }
    let put = |(index, line, mapping): (usize, u64, Mapping)| async move {
        put(ports.store(), line, mapping).await.map(|fate| (index, fate))
    };
    let done: Vec<_> = stream::iter(early).map(put).buffered(CONCURRENT).try_collect().await?;
    fates.extend(done);
    let done: Vec<_> = stream::iter(late).then(put).try_collect().await?;
    fates.extend(done);
    fates.sort_by_key(|(index, _)| *index);
    Ok(fates.into_iter().map(|(_, fate)| fate).collect())
}

async fn put<S: Mappings>(store: &S, line: u64, mapping: Mapping) -> Result<Fate, StoreError> {
    let refused = |why: String| Fate::Refused { line, why };
    // The rows of our own alerts are written as their messages are posted, by nobody else.
    let standing = if row::is_ours(&mapping.alert) {
        let rows = store.mappings(&mapping.alert.to_ascii_lowercase()).await?;
        let is_place = |row: &Mapping| {
            let (there, here) = (&row.message, &mapping.message);
            there.provider == here.provider && there.channel == here.channel
        };
        let Some(standing) = rows.into_iter().find(is_place) else {
            return Ok(refused(
                "this is an alert of this NightOwl, which notes its messages itself".to_owned(),
            ));
        };
        standing
    } else {
        let Some(standing) = store.put_mapping_once(&mapping).await? else {
            return Ok(Fate::Migrated);
        };
        standing
    };
    if standing.tenant != mapping.tenant {
        return Ok(refused("the alert is noted for another tenant".to_owned()));
    }
    if standing.message != mapping.message {
        let other = row::quoted(&standing.message.message);
        return Ok(refused(format!(
            "the alert is mapped to another message of this channel, {other}"
        )));
    }
    Ok(Fate::AlreadyThere)
}
