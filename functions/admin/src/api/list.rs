//! `GET /api/v1/admin/alerts`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use futures::{StreamExt, TryStreamExt, stream};
use http::{HeaderMap, Uri};
use nightowl_domain::Occurrence;
use nightowl_engine::{ApiRole, Ports, Store, Summary};
use serde_json::{Value, json};

use super::caller::Caller;
use super::{json, query};
use crate::Needs;
use crate::problem::Problem;

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 200;
/// Pages of the store may be short; one request asks for no more of them than this.
const READS_MAX: usize = 20;
/// Alerts that are read at the same time.
const CONCURRENT_READS: usize = 8;
const STATUSES: [&str; 4] = ["firing", "acknowledged", "snoozed", "resolved"];

/// Tenant by tenant, in each the newest first.
pub(crate) async fn list<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Value>, Problem> {
    let caller = Caller::of(&*needs, &headers, ApiRole::Viewer).await?;
    let [tenant, status, limit, cursor] =
        query::read(uri.query(), ["tenant", "status", "limit", "cursor"])?;
    let status = read_status(status)?;
    let limit = read_limit(limit)?;
    let tenants = caller.tenants(&*needs, tenant.as_deref()).await?;
    let (summaries, next) = page(&*needs, &tenants, status, limit, read_cursor(cursor)?).await?;
    let store = needs.engine().ports().store();
    let read = |summary: Summary| async move {
        let Some(alert) = store.read(&Occurrence::new(&summary.tenant, summary.id)).await? else {
            return Ok::<_, Problem>(None);
        };
        let details = store.read_details(&alert).await?.unwrap_or_default();
        Ok(Some(json::alert(&alert, &details, &alert.timeline.to_vec())))
    };
    let alerts: Vec<Option<Value>> =
        stream::iter(summaries).map(read).buffered(CONCURRENT_READS).try_collect().await?;
    // An alert may expire between the index and its item.
    let alerts: Vec<Value> = alerts.into_iter().flatten().collect();
    Ok(Json(json!({ "alerts": alerts, "next_cursor": next.as_ref().map(Place::encode) })))
}

/// Where a list goes on: in which tenant, and where in the store's list of it.
struct Place {
    tenant: String,
    cursor: Option<String>,
}

impl Place {
    fn encode(&self) -> String {
        let cursor = self.cursor.as_deref().unwrap_or_default();
        BASE64.encode(format!("{} {cursor}", self.tenant))
    }

    fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
        let (tenant, cursor) = text.split_once(' ')?;
        let cursor = (!cursor.is_empty()).then(|| cursor.to_owned());
        Some(Self { tenant: tenant.to_owned(), cursor })
    }
}

async fn page<N: Needs>(
    needs: &N,
    tenants: &[String],
    status: Option<&'static str>,
    limit: usize,
    from: Option<Place>,
) -> Result<(Vec<Summary>, Option<Place>), Problem> {
    let store = needs.engine().ports().store();
    let mut found = Vec::new();
    let mut place = match from {
        // A cursor of a tenant out of reach goes on behind it and shows nothing of it.
        Some(place) => tenants.iter().find(|slug| **slug >= place.tenant).map(|slug| Place {
            cursor: place.cursor.filter(|_| *slug == place.tenant),
            tenant: slug.clone(),
        }),
        None => tenants.first().map(|slug| Place { tenant: slug.clone(), cursor: None }),
    };
    for _ in 0..READS_MAX {
        let Some(Place { tenant, cursor }) = place else { return Ok((found, None)) };
        let page = store.list(&tenant, status, cursor, limit - found.len()).await?;
        found.extend(page.items);
        place = match page.cursor {
            Some(cursor) => Some(Place { tenant, cursor: Some(cursor) }),
            None => tenants
                .iter()
                .find(|slug| **slug > tenant)
                .map(|slug| Place { tenant: slug.clone(), cursor: None }),
        };
        if found.len() >= limit {
            break;
        }
    }
    Ok((found, place))
}

fn read_status(status: Option<String>) -> Result<Option<&'static str>, Problem> {
    let Some(status) = status else { return Ok(None) };
    let known = STATUSES.into_iter().find(|known| *known == status);
    known.map(Some).ok_or_else(|| {
        Problem::bad_request("`status` is one of firing, acknowledged, snoozed, resolved")
    })
}

fn read_limit(limit: Option<String>) -> Result<usize, Problem> {
    let Some(limit) = limit else { return Ok(LIMIT_DEFAULT) };
    limit
        .parse()
        .ok()
        .filter(|limit| (1..=LIMIT_MAX).contains(limit))
        .ok_or_else(|| Problem::bad_request(&format!("`limit` is a number from 1 to {LIMIT_MAX}")))
}

fn read_cursor(cursor: Option<String>) -> Result<Option<Place>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let place = Place::decode(&cursor);
    place.map(Some).ok_or_else(|| {
        Problem::bad_request("`cursor` is not one that this list answered as `next_cursor`")
    })
}
