//! One router for the process: each function's routes, and `/healthz`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use nightowl_engine::ports::Store;

use crate::needs::Wiring;

pub(crate) fn all(wiring: &Arc<Wiring>) -> Router {
    let own = Router::new()
        .route("/healthz", get(health))
        .route("/", get(|| async { Redirect::to("/console/") }))
        .method_not_allowed_fallback(wrong_method)
        .with_state(Arc::clone(wiring));
    nightowl_fn_inbound::router(Arc::clone(wiring))
        .merge(nightowl_fn_slack::router(Arc::clone(wiring)))
        .merge(nightowl_fn_mattermost::router(Arc::clone(wiring)))
        .merge(nightowl_fn_admin::router(Arc::clone(wiring)))
        .merge(own)
        .fallback(nothing_here)
}

async fn nothing_here() -> Response {
    let detail = "there is no such route; README.md lists those there are";
    problem(StatusCode::NOT_FOUND, "no-route", "There is nothing here", detail)
}

async fn wrong_method() -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    problem(status, "method", "The method is not allowed", "this route takes GET")
}

/// RFC 9457.
fn problem(status: StatusCode, kind: &str, title: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": format!("urn:nightowl:problem:{kind}"),
        "title": title,
        "status": status.as_u16(),
        "detail": detail,
    });
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// Trouble of ours that a client should try again after.
pub(crate) fn retry_later(detail: &str) -> Response {
    let (status, title) = (StatusCode::SERVICE_UNAVAILABLE, "Temporarily unavailable");
    let answer = problem(status, "unavailable", title, detail);
    ([(RETRY_AFTER, "5")], answer).into_response()
}

/// 200 once alerts can be taken: the database answers.
async fn health(State(wiring): State<Arc<Wiring>>) -> Response {
    match wiring.store.read_sweep().await {
        Ok(_) => {
            let version = env!("CARGO_PKG_VERSION");
            Json(serde_json::json!({ "status": "ok", "version": version })).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            retry_later("the database does not answer; try again in some seconds")
        }
    }
}
