//! `GET /api/v1/admin/messages?alert=ID`: where an alert stands in chat.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, Uri};
use nightowl_engine::{ApiRole, Mapping, Mappings, Ports};
use serde_json::{Value, json};

use super::caller::Caller;
use super::{migrate, query};
use crate::Needs;
use crate::find::{self, Found};
use crate::problem::Problem;

/// `alert`: an id, a short id or a prefix that fits one alert only, or the whole id of an alert that
/// was migrated.
pub(crate) async fn messages<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Value>, Problem> {
    let caller = Caller::of(&*needs, &headers, ApiRole::Viewer).await?;
    let [alert, tenant] = query::read(uri.query(), ["alert", "tenant"])?;
    let alert = alert.ok_or_else(|| Problem::bad_request("say `alert=ID`"))?;
    let tenants = caller.tenants(&*needs, tenant.as_deref()).await?;
    if !migrate::is_id(&alert) {
        return Err(Problem::no_alert("no alert has an id like this"));
    }
    let store = needs.engine().ports().store();
    let mut rows = store.mappings(&alert).await?;
    rows.retain(|row| tenants.contains(&row.tenant));
    if !rows.is_empty() {
        return Ok(answer(&alert, &rows));
    }
    match find::find(&*needs, &tenants, &alert).await? {
        Found::One(occurrence) => {
            let id = occurrence.id.to_string();
            let rows = store.mappings(&id).await?;
            Ok(answer(&id, &rows))
        }
        Found::Several(_) => {
            Err(Problem::no_alert("several alerts could be meant; type one character more"))
        }
        Found::Nothing(_) => Err(Problem::no_alert(
            "no alert that this key reaches has this id, and no message of one is noted",
        )),
    }
}

fn answer(alert: &str, rows: &[Mapping]) -> Json<Value> {
    let messages: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "tenant": row.tenant,
                "provider": row.message.provider,
                "channel": row.message.channel,
                "message": row.message.message,
            })
        })
        .collect();
    Json(json!({ "alert": alert, "messages": messages }))
}
