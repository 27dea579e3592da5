//! The two paths of a webhook.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::FutureExt;
use http::{HeaderValue, StatusCode, header};
use nightowl_engine::Clock;
use nightowl_messaging::Secret;
use serde_json::json;
use tracing::Instrument;

use crate::accept::{Accepted, accept};
use crate::limit::{Limiter, Limits, Visitor};
use crate::needs::Needs;
use crate::problem::{Problem, refused_list};
use crate::sender;

/// What all requests share.
pub(crate) struct Door<N> {
    pub(crate) needs: Arc<N>,
    pub(crate) limiter: Limiter,
}

/// All routes of this function, complete with their paths.
pub fn router<N: Needs>(needs: Arc<N>) -> Router {
    router_limited(needs, Limits::default())
}

/// The same with other limits. An address has one only where the listener says it, as
/// [`ConnectInfo`] in a request's extensions.
pub fn router_limited<N: Needs>(needs: Arc<N>, limits: Limits) -> Router {
    let door = Arc::new(Door { needs, limiter: Limiter::new(limits) });
    Router::new()
        .route("/api/v1/webhook/{key}", post(by_key::<N>).fallback(wrong_method))
        .route("/api/v1/webhook/{format}/{key}", post(by_format::<N>).fallback(wrong_method))
        .layer(middleware::from_fn(caught))
        .with_state(door)
}

async fn by_key<N: Needs>(
    State(door): State<Arc<Door<N>>>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    // What is no text cannot be a key.
    let Ok(Path(key)) = path else { return Problem::unknown_key().into_response() };
    answer(&door, None, key, request).await
}

async fn by_format<N: Needs>(
    State(door): State<Arc<Door<N>>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path((format, key))) = path else { return Problem::unknown_key().into_response() };
    answer(&door, Some(format), key, request).await
}

async fn answer<N: Needs>(
    door: &Door<N>,
    format: Option<String>,
    key: String,
    request: Request,
) -> Response {
    match take(door, format, Secret::new(key), request).await {
        Ok(accepted) => accepted.into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn take<N: Needs>(
    door: &Door<N>,
    format: Option<String>,
    key: Secret,
    request: Request,
) -> Result<Accepted, Problem> {
    let (needs, limiter) = (&*door.needs, &door.limiter);
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let visitor = Visitor::new(from.map(|ConnectInfo(from)| from.ip()), key.expose());
    let now = needs.clock().now();
    limiter.enter(&visitor, now).map_err(Problem::too_many)?;
    let sender = sender::find(needs, key).await.inspect_err(|problem| {
        if problem.is_unknown_key() {
            limiter.failed(&visitor, now);
        }
    })?;
    if let Some(format) = format
        && format != sender.format.name()
    {
        return Err(Problem::wrong_format(&format, sender.format));
    }
    let span = tracing::info_span!(
        "webhook",
        tenant = sender.tenant,
        integration = sender.integration,
        format = sender.format.name()
    );
    let name = sender.name();
    if let Err(wait) = limiter.may_send(&name, now) {
        tracing::warn!(counter = "inbound.too_many", tenant = sender.tenant, "one sends too much");
        return Err(Problem::too_many(wait));
    }
    let (parts, body) = request.into_parts();
    let taken = accept(needs, &sender, &parts.headers, body).instrument(span).await;
    limiter.sent(&name, taken.as_ref().map_or(1, |taken| taken.events), now);
    match &taken {
        Err(problem) if problem.is_not_signed() => limiter.failed(&visitor, now),
        Ok(_) | Err(_) => limiter.succeeded(&visitor),
    }
    taken
}

async fn wrong_method() -> Problem {
    Problem::wrong_method()
}

/// A bug of ours answers 503, so that the sender tries again; a 500 says nothing better and some
/// senders drop on it.
async fn caught(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a webhook request panicked");
            Problem::unavailable().into_response()
        }
    }
}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        let refused = refused_list(&self.refused);
        let body = json!({"status": "accepted", "events": self.events, "refused": refused});
        let mut response = (StatusCode::ACCEPTED, body.to_string()).into_response();
        let kind = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
