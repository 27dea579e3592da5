//! `/api/v1/admin/config`: the whole configuration as one YAML text.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Uri, header};
use nightowl_config::{ApplyError, Scope, apply, check, redacted};
use nightowl_engine::ApiRole;
use serde_json::{Value, json};

use super::caller::Caller;
use super::{body, query};
use crate::Needs;
use crate::problem::Problem;

/// A thousand people with their schedules fit many times.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
const YAML: &str = "application/yaml";

/// An operators' key reads and writes the whole truth, a tenant's own admin key its own tenant.
fn scope(caller: &Caller) -> Scope {
    match &caller.tenant {
        None => Scope::Operators,
        Some(slug) => Scope::Tenant(slug.clone()),
    }
}

/// Secrets are `***`; put back so, the stored ones are kept.
pub(crate) async fn get<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let caller = Caller::of(&*needs, &headers, ApiRole::Admin).await?;
    let [] = query::read(uri.query(), [])?;
    let text = redacted(needs.config_store(), &scope(&caller)).await?;
    let text = text.ok_or_else(Problem::no_config)?;
    let headers = [(header::CONTENT_TYPE, YAML), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, text).into_response())
}

/// Nothing is applied by halves: either all of it is in force afterwards, or nothing of it.
pub(crate) async fn put<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = Caller::of(&*needs, &headers, ApiRole::Admin).await?;
    let [] = query::read(uri.query(), [])?;
    if !body::is_of(&headers, &[YAML, "application/x-yaml", "text/yaml"]) {
        return Err(Problem::media_type(YAML));
    }
    let body = body::read(body, BODY_BYTES_MAX).await?;
    let text = std::str::from_utf8(&body).map_err(|_| Problem::invalid("it is not UTF-8"))?;
    // Variables belong to whoever sends it: this process's own environment is none of theirs.
    let document = check("the body", text, &BTreeMap::new()).map_err(|found| mistakes(&found))?;
    // Even an attempt that failed, or was cut off, may have moved a pointer.
    let forget = Forget(&needs);
    let applied = apply(&document, needs.config_store(), needs.sealer(), &scope(&caller)).await;
    drop(forget);
    let applied = applied.map_err(refusal)?;
    tracing::info!(key = caller.id, changed = applied.changed, "configuration put into force");
    Ok(Json(json!({
        "config": applied.config_hash,
        "changed": applied.changed,
        "summary": applied.summary,
    })))
}

/// Has what is cached forgotten when it is dropped.
struct Forget<'n, N: Needs>(&'n Arc<N>);

impl<N: Needs> Drop for Forget<'_, N> {
    fn drop(&mut self) {
        self.0.config_changed();
    }
}

fn mistakes(found: &[nightowl_config::Problem]) -> Problem {
    let errors: Vec<Value> = found
        .iter()
        .map(|problem| {
            json!({
                "line": problem.line,
                "found": problem.found,
                "expected": problem.expected,
            })
        })
        .collect();
    let what = if errors.len() == 1 { "mistake" } else { "mistakes" };
    let detail = format!("the configuration has {} {what}; nothing was applied", errors.len());
    Problem::invalid(&detail).with("errors", Value::Array(errors))
}

fn refusal(error: ApplyError) -> Problem {
    match error {
        ApplyError::Problems(found) => mistakes(&found),
        ApplyError::Raced => Problem::conflict("raced", &error.to_string()),
        ApplyError::Seal(_) | ApplyError::Store(_) => {
            tracing::warn!(%error, "the configuration could not be applied");
            Problem::unavailable()
        }
    }
}
