//! The three addresses, each with and without a tenant: read, prove, act, answer.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use nightowl_engine::{Clock, Ports};
use nightowl_slack::{command_response, inbound};
use serde_json::json;
use tracing::Instrument;

use crate::learned::Learned;
use crate::needs::Needs;
use crate::problem::Problem;
use crate::prove::{Proven, prove};
use crate::wait::Deadlines;
use crate::{body, command, event, interaction};

/// What all requests share.
pub(crate) struct Desk<N> {
    pub(crate) needs: Arc<N>,
    pub(crate) learned: Learned,
}

type Tenant = Result<Option<Path<String>>, PathRejection>;

/// All routes of this function, complete with their paths.
pub fn router<N: Needs>(needs: Arc<N>) -> Router {
    let desk = Arc::new(Desk { needs, learned: Learned::default() });
    let routes: [(&str, MethodRouter<Arc<Desk<N>>>); 3] = [
        ("/api/v1/slack/commands", post(commands::<N>)),
        ("/api/v1/slack/interactions", post(interactions::<N>)),
        ("/api/v1/slack/events", post(events::<N>)),
    ];
    let mut router = Router::new();
    for (path, method) in routes {
        let method = method.fallback(wrong_method);
        router = router.route(path, method.clone()).route(&format!("{path}/{{tenant}}"), method);
    }
    router.with_state(desk)
}

async fn commands<N: Needs>(
    State(desk): State<Arc<Desk<N>>>,
    tenant: Tenant,
    request: Request,
) -> Result<Response, Problem> {
    let deadlines = Deadlines::start();
    let (headers, body) = read(request).await?;
    if inbound::is_certificate_check(&body) {
        return Ok(StatusCode::OK.into_response());
    }
    let proven = proof(&desk, tenant, &headers, body).await?;
    let span = tracing::info_span!("slack command");
    let answer = command::answer(&desk, &proven, deadlines).instrument(span).await?;
    Ok(Json(command_response(&answer)).into_response())
}

async fn interactions<N: Needs>(
    State(desk): State<Arc<Desk<N>>>,
    tenant: Tenant,
    request: Request,
) -> Result<Response, Problem> {
    let deadlines = Deadlines::start();
    let (headers, body) = read(request).await?;
    let proven = proof(&desk, tenant, &headers, body).await?;
    let span = tracing::info_span!("slack interaction");
    Ok(match interaction::take(&desk, &proven, deadlines).instrument(span).await? {
        Some(answer) => Json(answer).into_response(),
        None => StatusCode::OK.into_response(),
    })
}

async fn events<N: Needs>(
    State(desk): State<Arc<Desk<N>>>,
    tenant: Tenant,
    request: Request,
) -> Result<Response, Problem> {
    let deadlines = Deadlines::start();
    let (headers, body) = read(request).await?;
    let proven = proof(&desk, tenant, &headers, body).await?;
    let span = tracing::info_span!("slack event");
    Ok(match event::take(&desk, &proven, deadlines).instrument(span).await? {
        Some(challenge) => Json(json!({ "challenge": challenge })).into_response(),
        None => StatusCode::OK.into_response(),
    })
}

async fn read(request: Request) -> Result<(HeaderMap, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    Ok((parts.headers, body::read(body).await?))
}

async fn proof<N: Needs>(
    desk: &Desk<N>,
    tenant: Tenant,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Proven, Problem> {
    // What is no text is no tenant's name.
    let tenant = tenant.map_err(|_| Problem::Forged)?.map(|Path(slug)| slug);
    let now = desk.needs.engine().ports().clock().now();
    prove(desk.needs.slack_tenants(), tenant.as_deref(), headers, body, now).await
}

async fn wrong_method() -> Problem {
    Problem::WrongMethod
}
