//! One router for the process: each function's routes.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use nightowl_fn_inbound::Limits;

use crate::needs::Wiring;

pub(crate) fn all(wiring: &Arc<Wiring>, limits: Limits) -> Router {
    nightowl_fn_inbound::router_limited(Arc::clone(wiring), limits)
        .merge(nightowl_fn_slack::router(Arc::clone(wiring)))
        .merge(nightowl_fn_mattermost::router(Arc::clone(wiring)))
        .merge(nightowl_fn_admin::router(Arc::clone(wiring)))
        .fallback(nothing_here)
}

async fn nothing_here() -> Response {
    let detail = "there is no such route; README.md lists those there are";
    problem(StatusCode::NOT_FOUND, "no-route", "There is nothing here", detail)
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
