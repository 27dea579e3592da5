//! The four addresses, each with and without a tenant: read, prove, act, answer.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::routing::{MethodRouter, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderMap, header};
use nightowl_engine::{Clock, Ports};
use nightowl_mattermost::{action_answer, command_response};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::deadlines::Arrival;
use crate::directory::Directory;
use crate::needs::Needs;
use crate::problem::Problem;
use crate::triggers::Triggers;
use crate::{action, body, command, dialog, event};

/// Whoever sends clicks that are nobody's makes us ask a server that does not answer for no more
/// than so many at a time.
const DOUBTS_MAX: usize = 4;

/// What all requests share.
pub(crate) struct Desk<N> {
    pub(crate) needs: Arc<N>,
    pub(crate) triggers: Triggers,
    pub(crate) directory: Directory,
    /// For questions to a server that nobody has proved to have a reason for.
    pub(crate) doubts: Semaphore,
}

type Slug = Result<Option<Path<String>>, PathRejection>;
type Shared<N> = State<Arc<Desk<N>>>;

/// All routes of this function, complete with their paths.
pub fn router<N: Needs>(needs: Arc<N>) -> Router {
    let desk = Arc::new(Desk {
        needs,
        triggers: Triggers::default(),
        directory: Directory::default(),
        doubts: Semaphore::new(DOUBTS_MAX),
    });
    let routes: [(&str, MethodRouter<Arc<Desk<N>>>); 4] = [
        ("/api/v1/mattermost/commands", post(commands::<N>)),
        ("/api/v1/mattermost/actions", post(actions::<N>)),
        ("/api/v1/mattermost/dialogs", post(dialogs::<N>)),
        ("/api/v1/mattermost/events", post(events::<N>)),
    ];
    let mut router = Router::new();
    for (path, method) in routes {
        let method = method.fallback(wrong_method);
        router = router.route(path, method.clone()).route(&format!("{path}/{{tenant}}"), method);
    }
    router.with_state(desk)
}

async fn commands<N: Needs>(
    State(desk): Shared<N>,
    slug: Slug,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let (slug, headers, body, arrival) = read(&desk, slug, request).await?;
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let span = tracing::info_span!("mattermost command");
    let answered = command::answer(&desk, slug.as_deref(), authorization, &body, arrival);
    Ok(Json(command_response(&answered.instrument(span).await?)))
}

async fn actions<N: Needs>(
    State(desk): Shared<N>,
    slug: Slug,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let (slug, _, body, arrival) = read(&desk, slug, request).await?;
    let span = tracing::info_span!("mattermost click");
    let answered = action::answer(&desk, slug.as_deref(), &body, arrival).instrument(span).await?;
    Ok(Json(action_answer(answered.as_ref())))
}

async fn dialogs<N: Needs>(
    State(desk): Shared<N>,
    slug: Slug,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let (slug, _, body, arrival) = read(&desk, slug, request).await?;
    let span = tracing::info_span!("mattermost form");
    let answered = dialog::answer(&desk, slug.as_deref(), &body, arrival).instrument(span).await?;
    Ok(Json(answered))
}

async fn events<N: Needs>(
    State(desk): Shared<N>,
    slug: Slug,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let (slug, _, body, arrival) = read(&desk, slug, request).await?;
    let span = tracing::info_span!("mattermost mention");
    event::take(&desk, slug.as_deref(), &body, arrival).instrument(span).await?;
    Ok(Json(json!({})))
}

async fn read<N: Needs>(
    desk: &Desk<N>,
    slug: Slug,
    request: Request,
) -> Result<(Option<String>, HeaderMap, Bytes, Arrival), Problem> {
    let arrival = Arrival::now(desk.needs.engine().ports().clock().now());
    // What is no text is no tenant's name.
    let slug = slug.map_err(|_| Problem::Forged)?.map(|Path(slug)| slug);
    let (parts, body) = request.into_parts();
    Ok((slug, parts.headers, body::read(body).await?, arrival))
}

async fn wrong_method() -> Problem {
    Problem::WrongMethod
}
