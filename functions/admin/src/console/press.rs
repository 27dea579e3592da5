//! `POST /console/press`: a button of a message.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, header};
use nightowl_engine::ApiRole;
use nightowl_inbox::inbound;
use nightowl_messaging::Forged;

use super::form::{self, Form};
use super::visit::Refusal;
use super::{page, session};
use crate::Needs;

const TOO_OLD: &str = "That page was too old, so nothing was done. Here is how it stands now.";

/// For a browser without JavaScript.
const DONE: &str = "It was taken. If the card does not show it yet, load the page again.";

pub(crate) async fn press<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (visit, form) = Form::read_signed(needs, &headers, &body, ApiRole::Responder).await?;
    let press = Bytes::copy_from_slice(form.text("press").as_bytes());
    let key = &visit.console().session_key;
    let presser = visit.presser();
    let verified = match inbound::verify(key, &presser, press, form.text("signature"), visit.now) {
        Ok(verified) => verified,
        Err(Forged::Stale) => {
            let line = session::say_cookie(visit.console(), TOO_OLD);
            let back = page::see_other(form.back());
            return Ok(page::with_header(back, header::SET_COOKIE, &line));
        }
        Err(
            reason @ (Forged::Missing | Forged::Malformed | Forged::Mismatch | Forged::NoSecret),
        ) => {
            tracing::info!(%reason, "a press was refused");
            return Err(form::foreign().into());
        }
    };
    let Some(action) = inbound::action(&verified, &presser) else {
        return Err(form::foreign().into());
    };
    let (engine, tenant, actor) = (visit.needs.engine(), &visit.tenant.slug, visit.actor());
    let answer = match engine.click(tenant, &action, &actor).await {
        Ok(answer) => answer,
        Err(error) if error.is_retryable() => {
            tracing::warn!(%error, "a press is kept for later");
            engine.click_later(tenant, &action, &actor).await?
        }
        Err(error) => return Err(error.into()),
    };
    let back = page::see_other(form.back());
    // The card changes a moment after; a page that does not update by itself would show nothing.
    let said = answer.ephemeral.map(|whisper| whisper.text);
    let said = said.or_else(|| is_navigation(&headers).then(|| DONE.to_owned()));
    Ok(match said {
        Some(text) => {
            let line = session::say_cookie(visit.console(), &text);
            page::with_header(back, header::SET_COOKIE, &line)
        }
        None => back,
    })
}

/// Whether a form was sent as a page: scripts send it in the background, which `Sec-Fetch-Mode`
/// (<https://www.w3.org/TR/fetch-metadata/>) tells apart.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
}
