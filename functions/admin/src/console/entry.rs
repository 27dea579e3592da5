//! Getting in and out.
//!
//! On a laptop by the token that a start prints, once; from anywhere by an API key, typed into a
//! form. The key's role and tenant become the session's.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use nightowl_domain::Hash;
use nightowl_engine::{ApiRole, Clock, Entropy, Ports, Store};
use nightowl_messaging::Secret;
use subtle::ConstantTimeEq;

use super::form::Form;
use super::page::{self, Plain};
use super::session::{self, Grant, Session};
use super::visit::{Refusal, Visit};
use crate::api::caller::Caller;
use crate::{Console, Needs};

/// A used token stays used for longer than any process lives.
const TOKEN_SECONDS: u64 = 10 * 365 * 86_400;

const HOW: &str = "Start NightOwl again: it prints a new address with a login token. On this \
                   machine, type:";
const COMMAND: &str = "nightowl serve";
const HOW_BY_KEY: &str = "Type or paste an API key of this NightOwl below. The configuration names \
                          the keys, and what each may do; whoever set NightOwl up has the first \
                          one.";

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
    if token.is_none() && !is_in() {
        return Ok(no_session(needs.console(), &headers, None));
    }
    let next = next(&headers);
    let Some(token) = token.filter(|token| is_ours(&*needs, token)) else {
        let told = if is_in() { onward(next) } else { wrong_token(needs.console()) };
        return Ok(unreferred(told));
    };
    let name = Hash::of(&[b"console login", token.expose().as_bytes()]).text(20);
    let what = format!("login#{name}");
    if !needs.engine().ports().store().use_once(&what, now, TOKEN_SECONDS).await? {
        // Going back in the browser, or loading twice, is no reason to lock anybody out.
        let told = if is_in() { onward(next) } else { used_token() };
        return Ok(unreferred(told));
    }
    let session = Session::new(needs.engine().ports().entropy().draw(), now, Grant::START);
    let line = session.set_cookie(needs.console());
    Ok(unreferred(page::with_header(onward(next), header::SET_COOKIE, &line)))
}

/// Whoever followed a link from chat before they logged in goes on there.
fn next(headers: &HeaderMap) -> &'static str {
    if session::link(headers).is_some() { "/console/link" } else { "/console/" }
}

/// `POST /console/login`: with an API key.
pub(crate) async fn login_with_key<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    body: bytes::Bytes,
) -> Result<Response, Refusal> {
    let form = Form::read_first(needs.console(), &headers, &body)?;
    let key = Secret::new(form.text("key").trim());
    let Some(owner) = Caller::owner(&*needs, &key).await? else {
        tracing::info!("a login with an unknown key was refused");
        let mut page = Plain::new("This key is not known", "It may be mistyped, or taken back.");
        page.login = Some(form.text("next"));
        return Ok(page.answer(StatusCode::UNAUTHORIZED));
    };
    tracing::info!(key = owner.id, "somebody logged in to the console");
    let grant = Grant { role: owner.role, tenant: owner.tenant, key: Some(owner.id) };
    let ports = needs.engine().ports();
    let session = Session::new(ports.entropy().draw(), ports.clock().now(), grant);
    let line = session.set_cookie(needs.console());
    Ok(page::with_header(page::see_other(form.text("next")), header::SET_COOKIE, &line))
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
pub(crate) fn unreferred(mut response: Response) -> Response {
    let policy = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(header::REFERRER_POLICY, policy);
    response
}

/// A page of ours that leads on by itself. Browsers keep back a `SameSite=Strict` cookie from a
/// request that another site caused, redirects included; from this page on the request is ours.
pub(crate) fn onward(to: &str) -> Response {
    let mut page = Plain::new("Welcome", "The console opens.");
    page.onward = Some(to);
    page.link = Some((to, "Go on"));
    page.answer(StatusCode::OK)
}

/// Whether a start prints a token. Where nothing starts by hand, an API key is the only way in.
const fn has_token(console: &Console) -> bool {
    console.login_token.is_some()
}

fn wrong_token(console: &Console) -> Response {
    if !has_token(console) {
        let mut page = Plain::new("This address logs nobody in", HOW_BY_KEY);
        page.login = Some("/console/");
        return page.answer(StatusCode::UNAUTHORIZED);
    }
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
pub(crate) fn no_session(console: &Console, headers: &HeaderMap, here: Option<&Uri>) -> Response {
    let here = here.and_then(Uri::path_and_query).map(|path| path.as_str());
    if let (true, Some(here)) = (is_cross_site(headers), here) {
        return onward(here);
    }
    let mut page = Plain::new("You are not logged in", HOW_BY_KEY);
    if has_token(console) {
        page.text = "Your session has ended, or you have not logged in on this browser. Open the \
                     address with the login token that NightOwl printed when it started; if that \
                     was used already, start NightOwl again and it prints a new one. On this \
                     machine, type:";
        page.command = Some(COMMAND);
    }
    page.login = Some(here.unwrap_or("/console/"));
    page.answer(StatusCode::UNAUTHORIZED)
}

/// Whether another site led here, so that the browser kept back the session's cookie.
pub(crate) fn is_cross_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|from| from == "cross-site")
}

pub(crate) fn no_tenants(console: &Console) -> Response {
    let text = "NightOwl has no tenant yet. Write a configuration file and put it into force:";
    let mut page = Plain::new("Nothing is configured", text);
    page.command = Some(if has_token(console) {
        "nightowl apply -f nightowl.yaml"
    } else {
        "nightowl apply -f nightowl.yaml --url URL --key KEY"
    });
    page.answer(StatusCode::OK)
}

pub(crate) async fn logout<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    body: bytes::Bytes,
) -> Result<Response, Refusal> {
    let (visit, _) = Form::read(needs, &headers, &body, ApiRole::Viewer).await?;
    let page = Plain::new("You are logged out", "Close this page, or log in again.");
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
