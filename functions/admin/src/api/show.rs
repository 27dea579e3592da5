//! `GET /api/v1/admin/alerts/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use http::{HeaderMap, Uri};
use nightowl_domain::Occurrence;
use nightowl_engine::ApiRole;
use serde_json::{Value, json};

use super::caller::Caller;
use super::query;
use crate::Needs;
use crate::find::{self, Candidate, Found};
use crate::problem::Problem;

/// `id`: an id, a short id or a prefix that fits one alert only.
pub(crate) async fn show<N: Needs>(
    State(needs): State<Arc<N>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Value>, Problem> {
    let caller = Caller::of(&*needs, &headers, ApiRole::Viewer).await?;
    let Path(id) = path.map_err(no_text)?;
    let occurrence = find(&*needs, &caller, &id, &uri).await?;
    shown(&*needs, &occurrence).await.map(Json)
}

/// A path that does not decode to text.
pub(crate) fn no_text(_: PathRejection) -> Problem {
    Problem::no_alert("no alert has a name that is not UTF-8 text")
}

/// The alert that the path and the `tenant` parameter name, within the caller's reach.
pub(crate) async fn find<N: Needs>(
    needs: &N,
    caller: &Caller,
    id: &str,
    uri: &Uri,
) -> Result<Occurrence, Problem> {
    let [tenant] = query::read(uri.query(), ["tenant"])?;
    let tenants = caller.tenants(needs, tenant.as_deref()).await?;
    match find::find(needs, &tenants, id).await? {
        Found::One(occurrence) => Ok(occurrence),
        Found::Several(alerts) => {
            let advice = "several alerts could be meant; type one character more, or say `tenant`";
            Err(unclear(advice, &alerts))
        }
        Found::Nothing(open) => {
            let advice = "no alert that this key reaches has this id, short id or prefix";
            Err(unclear(advice, &open))
        }
    }
}

/// The list stands in the sentence as well, for those who read only that.
fn unclear(advice: &str, candidates: &[Candidate]) -> Problem {
    let lines: Vec<String> = candidates.iter().map(Candidate::show).collect();
    let detail = match lines.as_slice() {
        [] => advice.to_owned(),
        lines => format!("{advice}. There are: {}", lines.join("; ")),
    };
    let list: Vec<Value> = candidates
        .iter()
        .map(|alert| {
            json!({
                "tenant": alert.tenant,
                "short_id": alert.short_id,
                "status": alert.status,
                "title": alert.title,
            })
        })
        .collect();
    Problem::no_alert(&detail).with("candidates", Value::Array(list))
}

/// The alert with its details and its whole timeline.
pub(crate) async fn shown<N: Needs>(needs: &N, occurrence: &Occurrence) -> Result<Value, Problem> {
    let shown = needs.engine().show(occurrence).await?;
    let shown = shown.ok_or_else(|| Problem::no_alert("it expired a moment ago"))?;
    Ok(super::json::alert(&shown.alert, &shown.details, &shown.timeline))
}
