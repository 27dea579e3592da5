//! `POST /console/acting`: which person the session acts as.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use nightowl_engine::{ApiRole, Config, Ports};

use super::form::Form;
use super::page::{self, Plain};
use super::visit::Refusal;
use crate::Needs;

pub(crate) async fn choose<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    // Looking at it as somebody is no act.
    let (visit, form) = Form::read(needs, &headers, &body, ApiRole::Viewer).await?;
    let (slug, user) = form.text("as").split_once('/').unwrap_or_default();
    let is_reached = visit.tenants.iter().any(|known| known == slug);
    let tenant = visit.needs.engine().ports().config().tenant(slug).await?;
    let tenant = tenant.filter(|_| is_reached);
    let is_known = tenant.is_some_and(|tenant| {
        tenant.user(user).is_some() || (user.is_empty() && tenant.users.is_empty())
    });
    if !is_known {
        let text = "The configuration may have changed meanwhile.";
        let mut page = Plain::new("There is no such person", text);
        page.link = Some(("/console/", "To the inbox"));
        return Ok(page.answer(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let line = visit.session.acting(slug, user).set_cookie(visit.console());
    // Another tenant has other alerts: its inbox is where everything begins.
    let to = if slug == visit.tenant.slug { form.back() } else { "/console/" };
    Ok(page::with_header(page::see_other(to), header::SET_COOKIE, &line))
}
