//! `/console/link?t=…`: which of a tenant's people somebody in chat is.
//!
//! The token comes in an address that chat showed to one person. It is put into a cookie at once,
//! so that it stands in no further address: not in a `Referer`, not in the form that logs in.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri, header};
use nightowl_engine::chat::LinkOffer;
use nightowl_engine::{ApiRole, Config, Ports};
use nightowl_messaging::Secret;

use super::entry;
use super::form::{self, Form};
use super::page::{self, Frame, Plain};
use super::session;
use super::visit::{Refusal, Visit};
use crate::Needs;

const HERE: &str = "/console/link";

#[derive(Template)]
#[template(path = "link.html")]
struct Link {
    frame: Frame,
    token: String,
    user_name: String,
    provider: String,
    tenant: String,
    /// What is done for them after it.
    pending: Option<String>,
    /// Nobody is chosen beforehand: whoever presses the button half asleep would become the one
    /// that the console happens to act as.
    people: Vec<Person>,
}

struct Person {
    id: String,
    name: String,
}

/// Changes nothing but a cookie: chat programs look at addresses by themselves.
pub(crate) async fn show<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let given = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "t")
        .map(|(_, token)| Secret::new(token.into_owned()));
    if let Some(token) = given {
        let Some(line) = session::link_cookie(needs.console(), &token) else {
            return Ok(entry::unreferred(over()));
        };
        let to = if entry::is_cross_site(&headers) {
            entry::onward(HERE)
        } else {
            page::see_other(HERE)
        };
        return Ok(entry::unreferred(page::with_header(to, header::SET_COOKIE, &line)));
    }
    let visit = Visit::of(needs, &headers, Some(&uri)).await?;
    if visit.session.grant.role < ApiRole::Responder {
        return Ok(form::small_role());
    }
    let Some(token) = session::link(&headers) else { return Ok(over()) };
    let offer = offer(&visit, &token).await?;
    let frame = visit.frame(&headers, &uri, "Who is it?").await?;
    let page = view(&visit, frame, &token, offer).await?;
    Ok(visit.page(&page.frame, &page))
}

/// What the token still offers, if this session may take it.
async fn offer<N: Needs>(visit: &Visit<N>, token: &Secret) -> Result<LinkOffer, Refusal> {
    let offer = visit.needs.engine().link_offer(token.expose()).await?;
    let offer = offer.ok_or_else(over)?;
    if visit.session.grant.reaches(&offer.tenant) {
        return Ok(offer);
    }
    let text = "You logged in with a key of another tenant, so nothing was done. Log in with a key \
                of the tenant whose chat the link came from.";
    let page = Plain::new("This link is not for you", text);
    Err(page.answer(StatusCode::FORBIDDEN).into())
}

async fn view<N: Needs>(
    visit: &Visit<N>,
    frame: Frame,
    token: &Secret,
    offer: LinkOffer,
) -> Result<Link, Refusal> {
    let tenant = visit.needs.engine().ports().config().tenant(&offer.tenant).await?;
    let tenant = tenant.ok_or_else(over)?;
    let people =
        tenant.users.iter().map(|user| Person { id: user.id.clone(), name: user.name.clone() });
    Ok(Link {
        frame,
        token: token.expose().to_owned(),
        user_name: offer.user_name,
        provider: capitalized(&offer.provider),
        tenant: if tenant.name.is_empty() { tenant.slug.clone() } else { tenant.name.clone() },
        pending: offer.pending,
        people: people.collect(),
    })
}

/// `POST /console/link`: once.
pub(crate) async fn link<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (visit, form) = Form::read(needs, &headers, &body, ApiRole::Responder).await?;
    // Of the page that was shown: meanwhile the cookie may be another link's.
    let token = Secret::new(form.text("t"));
    let offer = offer(&visit, &token).await?;
    let tenant = visit.needs.engine().ports().config().tenant(&offer.tenant).await?;
    let user = form.text("user");
    if tenant.is_none_or(|tenant| tenant.user(user).is_none()) {
        let mut page = Plain::new("There is no such person", "Choose one of those in the list.");
        page.link = Some((HERE, "Back to the list"));
        return Ok(page.answer(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let linked = visit.needs.engine().link(token.expose(), user).await?;
    let linked = linked.ok_or_else(over)?;
    let key = visit.session.grant.key.as_deref().unwrap_or("console");
    tracing::info!(key, tenant = offer.tenant, user, "somebody in chat was linked");
    let mut page = Plain::new("That is done", &linked.said);
    page.link = Some(("/console/", "To the inbox"));
    let line = session::unlink_cookie(visit.console());
    Ok(page::with_header(page.answer(StatusCode::OK), header::SET_COOKIE, &line))
}

fn over() -> Response {
    let text = "A link works once and for 15 minutes, and this one is used or too old. Type this \
                in chat for another:";
    let mut page = Plain::new("This link is over", text);
    page.command = Some("/nightowl link");
    page.answer(StatusCode::NOT_FOUND)
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
