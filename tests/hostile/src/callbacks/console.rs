//! Keys of the API, sessions of the console, its forms, and the tokens that lead into it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, header};
use nightowl_engine::chat::Visitor;
use nightowl_engine::{Config, Ports, Providers};

use super::{Court, spoilt};
use crate::chance::Chance;
use crate::report::Line;
use crate::worlds::Answer;
use crate::worlds::admin::chat::{Mood, ScriptedChat};
use crate::worlds::admin::{ACME, Browser, CONFIG, Desk, HOST, OPERATOR, RESPONDER, TOKEN, VIEWER};
use crate::worlds::admin::{WEBHOOK, form_of};

const SESSION: &str = "nightowl_session";

fn writes(desk: &Desk) -> usize {
    desk.needs.engine.ports().memory.store.requests().1
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 401 | 403 | 404)
}

fn api(method: &Method, path: &str, key: &str, body: &str) -> Request<Body> {
    let kind = if method == Method::PUT { "application/yaml" } else { "application/json" };
    let request = Request::builder().method(method.clone()).uri(path);
    let request = request.header(header::CONTENT_TYPE, kind);
    let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
    request.body(Body::from(body.to_owned())).expect("a request")
}

pub(super) async fn api_keys(forgeries: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "API keys");
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let foreign = desk.fire("zeta", "disk", "zeta's own").await;
    let own = format!("/api/v1/admin/alerts/{}/acknowledge", alert.id);
    let zetas = format!("/api/v1/admin/alerts/{}/acknowledge", foreign.id);
    let config = "/api/v1/admin/config";
    let mut court = Court::new("API keys", writes(&desk));
    while court.line.inputs < forgeries {
        let (what, request) = match chance.below(5) {
            0 => (
                "a small role",
                api(&Method::PUT, config, chance.pick::<&str>(&[VIEWER, RESPONDER]), CONFIG),
            ),
            1 => ("a viewer acts", api(&Method::POST, &own, VIEWER, "{}")),
            2 => ("another tenant's alert", api(&Method::POST, &zetas, ACME, "{}")),
            3 => {
                let key = *chance.pick(&[WEBHOOK, TOKEN, "", " ", "*", "Bearer"]);
                ("no API key", api(&Method::POST, &own, key, "{}"))
            }
            _ => {
                let own_key = *chance.pick(&[OPERATOR, RESPONDER, ACME]);
                let key = spoilt(&mut chance, own_key);
                let path = if chance.one_in(2) { own.as_str() } else { config };
                let method = if path == config { Method::PUT } else { Method::POST };
                ("a guess", api(&method, path, &key, CONFIG))
            }
        };
        court.try_one(&desk.router, what, request, is_refused).await;
        if court.is_time_to_look() {
            court.look(writes(&desk));
        }
    }
    court.look(writes(&desk));
    let genuine = crate::worlds::ask(&desk.router, api(&Method::POST, &own, RESPONDER, "{}")).await;
    court.control(genuine.status == 200 && writes(&desk) != court.before, "key");
    court.done()
}

/// What a browser sends with a form of a page.
fn form(
    path: &str,
    cookie: &str,
    origin: Option<&str>,
    fields: &[(String, String)],
) -> Request<Body> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request = Request::post(path)
        .header(header::HOST, HOST)
        .header(header::COOKIE, format!("{SESSION}={cookie}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin);
    }
    request.body(Body::from(body)).expect("a request")
}

/// A session with the form that acknowledges.
struct Page {
    cookie: String,
    fields: Vec<(String, String)>,
    /// Of the session, which all of its other forms carry.
    token: String,
}

async fn page(desk: &Desk) -> Page {
    let mut browser = Browser::new(desk);
    let key = [("key", RESPONDER), ("next", "/console/")];
    browser.post("/console/login", &key).await;
    let page = browser.get("/console/").await.text;
    let fields = form_of(&page, "ack").into_iter().map(|(name, value)| (name.to_owned(), value));
    let mut small = form_of(&page, "small").into_iter();
    let token = small.find(|(name, _)| *name == "form_token").map(|(_, value)| value);
    Page {
        fields: fields.collect(),
        cookie: browser.cookies[SESSION].clone(),
        token: token.expect("every page has it"),
    }
}

const OWN: Option<&str> = Some("http://127.0.0.1:8080");

pub(super) async fn sessions(forgeries: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "sessions");
    let desk = Desk::new().await;
    desk.fire("acme", "disk", "disk full").await;
    let page = page(&desk).await;
    let mut court = Court::new("console sessions", writes(&desk));
    while court.line.inputs < forgeries {
        let cookie = match chance.below(4) {
            0 => page.cookie.replace("responder", "admin"),
            1 => page.cookie.split('.').next().unwrap_or_default().to_owned(),
            2 => format!("{}.{}", page.cookie, "0".repeat(64)),
            _ => spoilt(&mut chance, &page.cookie),
        };
        let request = form("/console/press", &cookie, OWN, &page.fields);
        court.try_one(&desk.router, "session", request, is_refused).await;
        if court.is_time_to_look() {
            court.look(writes(&desk));
        }
    }
    court.look(writes(&desk));
    // One that was good is over in the end.
    desk.pass(Duration::from_secs(13 * 3600));
    let request = form("/console/press", &page.cookie, OWN, &page.fields);
    court.try_one(&desk.router, "an old session", request, is_refused).await;
    court.look(writes(&desk));
    court.control(presses(&desk).await, "session");
    court.done()
}

/// A form of a new session works.
async fn presses(desk: &Desk) -> bool {
    let (page, before) = (page(desk).await, writes(desk));
    let request = form("/console/press", &page.cookie, OWN, &page.fields);
    crate::worlds::ask(&desk.router, request).await.status == 303 && writes(desk) != before
}

pub(super) async fn forms(forgeries: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "console forms");
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let act = format!("/console/alerts/{}/act", alert.id);
    let (page, other) = (page(&desk).await, page(&desk).await);
    let resolve = |token: String| {
        [("form_token", token), ("verb", "resolve".to_owned()), ("note", "x".to_owned())]
            .map(|(name, value)| (name.to_owned(), value))
    };
    let paths = [act.as_str(), "/console/logout", "/console/acting"];
    let mut court = Court::new("console forms", writes(&desk));
    while court.line.inputs < forgeries {
        let own = page.token.clone();
        let (what, token, origin) = match chance.below(4) {
            0 => (
                "another site",
                own,
                *chance.pick(&[
                    None,
                    Some("null"),
                    Some("https://evil.example"),
                    Some("http://127.0.0.1:8080.evil.example"),
                    Some("http://127.0.0.1:8081"),
                ]),
            ),
            1 => ("another session's form", other.token.clone(), OWN),
            2 => ("no token", String::new(), OWN),
            _ => ("a guess", spoilt(&mut chance, &own), OWN),
        };
        let path = *chance.pick(&paths);
        let request = form(path, &page.cookie, origin, &resolve(token));
        court.try_one(&desk.router, what, request, is_refused).await;
        if court.is_time_to_look() {
            court.look(writes(&desk));
        }
    }
    court.look(writes(&desk));
    let genuine = form(&act, &page.cookie, OWN, &resolve(page.token.clone()));
    let answer = crate::worlds::ask(&desk.router, genuine).await;
    court.control(answer.status == 303 && writes(&desk) != court.before, "form");
    court.done()
}

/// Tokens that log in, and tokens of links from chat.
pub(super) async fn tokens(forgeries: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "console tokens");
    let desk = Desk::new().await;
    desk.attach("acme", Arc::new(ScriptedChat::new("slack", Mood::Fine)));
    desk.fire("acme", "disk", "disk full").await;
    let link = linked(&desk).await;
    let page = page(&desk).await;
    let own = page.token.clone();
    let mut court = Court::new("console tokens", writes(&desk));
    let post = |token: String, form_token: &str| {
        let fields =
            [("t", token), ("form_token", form_token.to_owned()), ("user", "bob".to_owned())];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        form("/console/link", &page.cookie, OWN, &fields)
    };
    while court.line.inputs < forgeries {
        let (what, request) = if chance.one_in(2) {
            let guess = spoilt(&mut chance, TOKEN);
            let path = format!("/console/login?token={guess}");
            ("login", Request::get(path).body(Body::empty()).expect("a request"))
        } else {
            ("link", post(spoilt(&mut chance, &link), &own))
        };
        court.try_one(&desk.router, what, request, is_refused).await;
        if court.is_time_to_look() {
            court.look(writes(&desk));
        }
    }
    court.look(writes(&desk));
    let genuine = crate::worlds::ask(&desk.router, post(link.clone(), &own)).await;
    court.control(genuine.status == 200 && writes(&desk) != court.before, "link");
    court.begin_again(writes(&desk));
    court.try_one(&desk.router, "link, again", post(link, &own), is_refused).await;
    court.done()
}

/// The token of the link that somebody gets whom chat knows and we do not.
async fn linked(desk: &Desk) -> String {
    let ports = desk.needs.engine.ports();
    let tenant = ports.config().tenant("acme").await.expect("it works").expect("it is there");
    let provider = ports.providers().provider("acme", "slack").await.expect("it works");
    let provider = provider.expect("it is attached");
    let visitor = Visitor {
        tenant: &tenant,
        provider: &*provider,
        user_ref: "U9",
        user_name: "al",
        channel: "C1",
        thread: None,
        arrived: desk.now(),
    };
    let answer =
        Box::pin(desk.needs.engine.on_command(&visitor, "link", "typed-link".into())).await;
    let url = answer.link.expect("whoever is not known gets a link").url;
    url.split_once("t=").expect("it has a token").1.to_owned()
}
