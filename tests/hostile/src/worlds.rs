//! The worlds that the functions' own tests have around their routers, and one for the webhooks.

#[path = "../../../functions/admin/tests/desk/mod.rs"]
pub(crate) mod admin;
pub(crate) mod inbound;
#[path = "../../../functions/mattermost/tests/world/mod.rs"]
pub(crate) mod mattermost;
#[path = "../../../functions/slack/tests/world/mod.rs"]
pub(crate) mod slack;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A request through a real router, in this process.
pub(crate) async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let Ok(response) = router.clone().oneshot(request).await;
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: parts.status, headers: parts.headers, text }
}

/// Drives what is asynchronous on this one thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(future)
}
