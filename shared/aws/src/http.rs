//! API Gateway's requests through an axum router, as it is on a laptop.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::{HeaderValue, StatusCode, header};
use lambda_http::{Request, service_fn};
use serde_json::json;
use tower::ServiceExt;

use crate::LateSealer;

/// What a monitoring tool or a platform waits before it tries again.
const RETRY_AFTER_SECONDS: u16 = 5;

/// Serves until the function is taken away. What is missing of the sealing keys is loaded before
/// each request.
///
/// # Errors
/// The Runtime API's.
pub async fn serve(router: Router, sealer: Arc<LateSealer>) -> Result<(), lambda_http::Error> {
    lambda_http::run(service_fn(move |request: Request| {
        let (router, sealer) = (router.clone(), Arc::clone(&sealer));
        answer(request, async move {
            sealer.ensure().await;
            Some(router)
        })
    }))
    .await
}

/// The same for a function that can also be called without HTTP, which only somebody with rights
/// in the account can do. `ready`: the router, once it can be made; until then requests are
/// answered with 503.
///
/// # Errors
/// The Runtime API's.
#[cfg(feature = "direct")]
pub async fn serve_and_obey<R, D>(
    ready: impl Fn() -> R,
    obey: impl Fn(String) -> D,
) -> Result<(), lambda_http::Error>
where
    R: Future<Output = Option<Router>> + Send + 'static,
    D: Future<Output = serde_json::Value> + Send + 'static,
{
    lambda_http::run(service_fn(move |request: Request| match order(&request) {
        Some(order) => {
            let done = match unread(&order) {
                Some(answer) => std::future::ready(answer).left_future(),
                None => obey(order).right_future(),
            };
            obeyed(done).left_future()
        }
        None => answer(request, ready()).right_future(),
    }))
    .await
}

/// What stands in an event that is no HTTP request. No request from outside can look like one: the
/// gateway wraps whatever it gets.
#[cfg(feature = "direct")]
fn order(request: &Request) -> Option<String> {
    use lambda_http::RequestExt;
    use lambda_http::request::RequestContext;
    match (request.request_context_ref(), request.body()) {
        (Some(RequestContext::PassThrough), lambda_http::Body::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

/// A request of the gateway that could not be read as one: it comes from outside, so nobody is told
/// how the function is called from inside. The answer is in the gateway's own words.
#[cfg(feature = "direct")]
fn unread(order: &str) -> Option<serde_json::Value> {
    let order: serde_json::Value = serde_json::from_str(order).ok()?;
    order.get("requestContext")?;
    tracing::warn!("a request of the gateway could not be read");
    let problem = json!({
        "type": "urn:nightowl:problem:bad-request",
        "title": "The request cannot be read",
        "status": StatusCode::BAD_REQUEST.as_u16(),
        "detail": "expected an HTTP request whose path, query and headers are valid",
    });
    Some(json!({
        "statusCode": StatusCode::BAD_REQUEST.as_u16(),
        "headers": {"content-type": "application/problem+json", "cache-control": "no-store"},
        "body": problem.to_string(),
    }))
}

/// The answer of a call without HTTP is the JSON itself.
#[cfg(feature = "direct")]
async fn obeyed(
    answer: impl Future<Output = serde_json::Value>,
) -> Result<Response, lambda_http::Error> {
    let caught = AssertUnwindSafe(answer).catch_unwind().await;
    let value = caught.unwrap_or_else(|_| json!({"error": "a bug: it panicked"}));
    Ok(([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response())
}

/// One request. A panic is one answer of 503, and the process lives on.
///
/// # Errors
/// None: what goes wrong is an answer.
pub async fn answer(
    request: Request,
    router: impl Future<Output = Option<Router>> + Send,
) -> Result<Response, lambda_http::Error> {
    let answered = AssertUnwindSafe(async move {
        let Some(router) = router.await else { return unavailable() };
        let Ok(response) = router.oneshot(request.map(bytes)).await;
        response
    });
    Ok(answered.catch_unwind().await.unwrap_or_else(|_| unavailable()))
}

/// As it was sent: what came in base 64 was decoded by then.
fn bytes(body: lambda_http::Body) -> Body {
    match body {
        lambda_http::Body::Text(text) => Body::from(text),
        lambda_http::Body::Binary(bytes) => Body::from(bytes),
        _ => Body::empty(),
    }
}

fn unavailable() -> Response {
    let problem = json!({
        "type": "urn:nightowl:problem:unavailable",
        "title": "Temporarily unavailable",
        "status": StatusCode::SERVICE_UNAVAILABLE.as_u16(),
        "detail": "NightOwl cannot answer just now; try again",
    });
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, problem.to_string()).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/problem+json");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    response
}

#[cfg(test)]
mod tests;
