//! `POST /api/v1/admin/alerts/{id}/{verb}`.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use http::{HeaderMap, Uri};
use nightowl_domain::{Actor, EventId, EventKind, Ignored, Occurrence, Outcome};
use nightowl_engine::{ApiRole, Clock, Config, Entropy, Ports};
use serde_json::Value;

use super::caller::Caller;
use super::wish::Wish;
use super::{body, show};
use crate::Needs;
use crate::problem::Problem;
use crate::verb::Verb;

/// A note may be long; a whole log file is not a note.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Answers the alert as it stands afterwards.
pub(crate) async fn act<N: Needs>(
    State(needs): State<Arc<N>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = Caller::of(&*needs, &headers, ApiRole::Responder).await?;
    let Path((id, verb)) = path.map_err(show::no_text)?;
    let Some(verb) = Verb::parse(&verb) else { return Err(Problem::no_route()) };
    if !body::is_of(&headers, &["application/json"]) {
        return Err(Problem::media_type("application/json"));
    }
    let body = body::read(body, BODY_BYTES_MAX).await?;
    let occurrence = show::find(&*needs, &caller, &id, &uri).await?;
    let now = needs.engine().ports().clock().now();
    let wish = Wish::read(verb, &body, now).map_err(|detail| Problem::invalid(&detail))?;
    let actor = actor(&*needs, &caller, &occurrence.tenant, wish.user.as_deref()).await?;
    apply(&*needs, &occurrence, wish.verb, wish.kind, &actor).await?;
    if let Some(text) = wish.note {
        apply(&*needs, &occurrence, Verb::Note, EventKind::Noted { text }, &actor).await?;
    }
    show::shown(&*needs, &occurrence).await.map(Json)
}

/// The person that the body names, who must be one of the tenant's; else the key itself.
async fn actor<N: Needs>(
    needs: &N,
    caller: &Caller,
    tenant: &str,
    user: Option<&str>,
) -> Result<Actor, Problem> {
    let Some(user) = user else { return Ok(caller.actor()) };
    let tenant = needs.engine().ports().config().tenant(tenant).await?;
    let known = tenant.as_ref().and_then(|tenant| tenant.user(user));
    let known = known.ok_or_else(|| Problem::invalid("`user` is not a user id of this tenant"))?;
    Ok(Actor::User { id: known.id.clone(), name: known.name.clone() })
}

async fn apply<N: Needs>(
    needs: &N,
    occurrence: &Occurrence,
    verb: Verb,
    kind: EventKind,
    actor: &Actor,
) -> Result<(), Problem> {
    let engine = needs.engine();
    let event = EventId::from(format!("api-{:032x}", engine.ports().entropy().draw()));
    let applied = engine.act(occurrence, kind, actor.clone(), event).await?;
    match applied.outcome {
        Outcome::Applied { .. } => Ok(()),
        Outcome::Ignored(Ignored::NoAlert) => Err(Problem::no_alert("it expired a moment ago")),
        Outcome::Ignored(reason) => {
            let alert = applied.alert.as_ref();
            let detail = crate::words::ignored(needs, verb, reason, alert, actor).await;
            Err(Problem::conflict(reason.code(), &detail))
        }
    }
}
