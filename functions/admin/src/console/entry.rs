//! Getting in and out.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use nightowl_domain::Hash;
use nightowl_engine::{Clock, Entropy, Ports, Store};
use nightowl_messaging::Secret;
use subtle::ConstantTimeEq;

use super::form::Form;
use super::page::{self, Plain};
use super::session::{self, Session};
use super::visit::{Refusal, Visit};
use crate::Needs;

/// A used token stays used for longer than any process lives.
const TOKEN_SECONDS: u64 = 10 * 365 * 86_400;

const HOW: &str = "Start NightOwl again: it prints a new address with a login token. On this \
                   machine, type:";
const COMMAND: &str = "nightowl serve";

/// `GET /console/login?token=…`.
pub(crate) async fn login<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let token = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, token)| Secret::new(token.into_owned()));
    let now = needs.engine().ports().clock().now();
    let is_in = || Session::read(needs.console(), &headers, now).is_some();
    let Some(token) = token.filter(|token| is_ours(&*needs, token)) else {
        let told = if is_in() { onward("/console/") } else { wrong_token() };
        return Ok(unreferred(told));
    };
    let name = Hash::of(&[b"console login", token.expose().as_bytes()]).text(20);
    let what = format!("login#{name}");
    if !needs.engine().ports().store().use_once(&what, now, TOKEN_SECONDS).await? {
        // Going back in the browser, or loading twice, is no reason to lock anybody out.
        let told = if is_in() { onward("/console/") } else { used_token() };
        return Ok(unreferred(told));
    }
    let session = Session::new(needs.engine().ports().entropy().draw(), now);
    let line = session.set_cookie(needs.console());
    Ok(unreferred(page::with_header(onward("/console/"), header::SET_COOKIE, &line)))
}

/// Compares hashes, in constant time: neither the content nor the length shows.
fn is_ours<N: Needs>(needs: &N, token: &Secret) -> bool {
    let hash = |secret: &Secret| Hash::of(&[b"token", secret.expose().as_bytes()]);
    needs
        .console()
        .login_token
        .as_ref()
        .filter(|ours| !ours.is_empty())
        .is_some_and(|ours| hash(ours).bytes().ct_eq(hash(token).bytes()).into())
}

/// The token stands in this address, so nothing may learn the address from it.
fn unreferred(mut response: Response) -> Response {
    let policy = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(header::REFERRER_POLICY, policy);
    response
}

/// A page of ours that leads on by itself. Browsers keep back a `SameSite=Strict` cookie from a
/// request that another site caused, redirects included; from this page on the request is ours.
fn onward(to: &str) -> Response {
    let mut page = Plain::new("Welcome", "The console opens.");
    page.onward = Some(to);
    page.link = Some((to, "Go on"));
    page.answer(StatusCode::OK)
}

fn wrong_token() -> Response {
    let mut page = Plain::new("This login token is not known", HOW);
    page.command = Some(COMMAND);
    page.answer(StatusCode::UNAUTHORIZED)
}

fn used_token() -> Response {
    let text = "A login token works once, and this one was used. If that was not you, somebody \
                else has opened the console. Start NightOwl again: it prints a new address. On \
                this machine, type:";
    let mut page = Plain::new("This login token was used already", text);
    page.command = Some(COMMAND);
    page.answer(StatusCode::UNAUTHORIZED)
}

/// For a request without a session: how to get one, or a second try for a link from elsewhere.
pub(crate) fn no_session(headers: &HeaderMap, here: Option<&Uri>) -> Response {
    let from = headers.get("sec-fetch-site").and_then(|from| from.to_str().ok());
    let here = here.and_then(Uri::path_and_query).map(|path| path.as_str());
    if let (Some("cross-site"), Some(here)) = (from, here) {
        return onward(here);
    }
    let mut page = Plain::new("You are not logged in", HOW);
    page.text = "Your session has ended, or you have not logged in on this browser. Open the \
                 address with the login token that NightOwl printed when it started; if that was \
                 used already, start NightOwl again and it prints a new one. On this machine, type:";
    page.command = Some(COMMAND);
    page.answer(StatusCode::UNAUTHORIZED)
}

pub(crate) fn no_tenants() -> Response {
    let text = "NightOwl has no tenant yet. Write a configuration file and put it into force:";
    let mut page = Plain::new("Nothing is configured", text);
    page.command = Some("nightowl apply -f nightowl.yaml");
    page.answer(StatusCode::OK)
}

pub(crate) async fn logout<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    body: bytes::Bytes,
) -> Result<Response, Refusal> {
    let (visit, _) = Form::read(needs, &headers, &body).await?;
    let page = Plain::new("You are logged out", "Close this page, or log in with a new token.");
    let line = session::end_cookie(visit.console());
    Ok(page::with_header(page.answer(StatusCode::OK), header::SET_COOKIE, &line))
}

pub(crate) async fn nowhere<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    Visit::of(needs, &headers, None).await?;
    let mut page = Plain::new("There is no such page", "The address may be misspelt.");
    page.link = Some(("/console/", "To the inbox"));
    Ok(page.answer(StatusCode::NOT_FOUND))
}
