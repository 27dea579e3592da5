//! What anybody may ask: whether NightOwl works, and where its console is.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use axum::routing::get;
use axum::{Json, Router};
use nightowl_engine::{Ports, Store};
use serde_json::{Value, json};

use crate::Needs;
use crate::problem::Problem;

pub(crate) fn routes<N: Needs>() -> Router<Arc<N>> {
    Router::new()
        .route("/healthz", get(health::<N>))
        .route("/", get(|| async { Redirect::to("/console/") }))
        .method_not_allowed_fallback(|| async { Problem::wrong_method() })
}

/// 200 once alerts can be taken: the database answers.
async fn health<N: Needs>(State(needs): State<Arc<N>>) -> Result<Json<Value>, Problem> {
    match needs.engine().ports().store().read_sweep().await {
        Ok(_) => Ok(Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            Err(Problem::no_database())
        }
    }
}
