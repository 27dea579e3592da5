//! API Gateway's requests through an axum router, as it is on a laptop.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt, service_fn};
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
        let answer = answer(request, async move {
            sealer.ensure().await;
            Some(router)
        });
        answer.then(sent)
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
            obeyed(done).then(sent).left_future()
        }
        None => answer(request, ready()).then(sent).right_future(),
    }))
    .await
}

/// What stands in an event that is no HTTP request. No request from outside can look like one: the
/// gateway wraps whatever it gets.
#[cfg(feature = "direct")]
fn order(request: &Request) -> Option<String> {
    match (request.request_context_ref(), request.body()) {
        (Some(RequestContext::PassThrough), lambda_http::Body::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

/// A request of the gateway that could not be read as one: it comes from outside, so nobody is told
/// how the function is called from inside. The answer is in the gateway's own words.
#[cfg(feature = "direct")]
fn unread(order: &str) -> Option<serde_json::Value> {
    let order: serde_json::Value = serde_json::from_slice(order.as_bytes()).ok()?;
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
        let from = address(&request);
        let mut request = request.map(bytes);
        if let Some(from) = from {
            // As a listener of our own would say it.
            request.extensions_mut().insert(ConnectInfo(from));
        }
        let Ok(response) = router.oneshot(request).await;
        response
    });
    Ok(answered.catch_unwind().await.unwrap_or_else(|_| unavailable()))
}

/// Who asks, by the gateway's own word, which no client can write.
fn address(request: &Request) -> Option<SocketAddr> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            let ip: IpAddr = context.http.source_ip.as_deref()?.parse().ok()?;
            Some(SocketAddr::new(ip, 0))
        }
        Some(_) | None => None,
    }
}

/// As it was sent: what came in base 64 was decoded by then.
fn bytes(body: lambda_http::Body) -> Body {
    match body {
        lambda_http::Body::Text(text) => Body::from(text),
        lambda_http::Body::Binary(bytes) => Body::from(bytes),
        _ => Body::empty(),
    }
}

/// An answer as the gateway gets it.
struct Sent(http::Response<lambda_http::Body>);

/// `lambda_http` would recode text by the character set that it names, and so bring the tables of
/// all that there are. Every text of ours is UTF-8.
impl lambda_http::IntoResponse for Sent {
    fn into_response(self) -> BoxFuture<'static, http::Response<lambda_http::Body>> {
        std::future::ready(self.0).boxed()
    }
}

/// What is no text, or packed text, goes to the gateway in base 64.
async fn sent(answer: Result<Response, lambda_http::Error>) -> Result<Sent, lambda_http::Error> {
    let (parts, body) = answer?.into_parts();
    let bytes = body.collect().await?.to_bytes();
    let body = match String::from_utf8(bytes.into()) {
        Ok(text) if !parts.headers.contains_key(header::CONTENT_ENCODING) => text.into(),
        Ok(packed) => packed.into_bytes().into(),
        Err(binary) => binary.into_bytes().into(),
    };
    Ok(Sent(http::Response::from_parts(parts, body)))
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
