//! To the API and the console, by somebody who may: a key is no licence to break things.

use axum::body::Body;
use http::{HeaderValue, Method, Request, header};

use super::{Judge, dress, saved};
use crate::chance::Chance;
use crate::mutate::{Grammar, mutate};
use crate::report::Line;
use crate::worlds::admin::{Browser, Desk, HOST, OPERATOR, form_of};

/// What is put into force by one body must not decide about all the others.
const BODIES_A_DESK: usize = 100;

type Call = (Method, String, &'static str, Grammar, Vec<Vec<u8>>);

pub(super) async fn api(bodies: usize, seed: u64) -> Line {
    let mut judge = Judge::new("admin API", &[OPERATOR]);
    let mut chance = Chance::of(seed, "admin API");
    while judge.line.inputs < bodies {
        let desk = Desk::new().await;
        let alert = desk.fire("acme", "disk", "disk full").await;
        let calls = calls(&alert.id.to_string());
        for _ in 0..BODIES_A_DESK.min(bodies - judge.line.inputs) {
            let (method, path, kind, grammar, seeds) = chance.pick(&calls);
            let body = mutate(&mut chance, *grammar, seeds);
            let mut request = dress::post(&mut chance, path, body);
            *request.method_mut() = method.clone();
            let headers = request.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            let key = format!("Bearer {OPERATOR}");
            headers.insert(header::AUTHORIZATION, key.parse().expect("a key is a header"));
            judge.send(&desk.router, request).await;
        }
    }
    judge.done()
}

fn calls(alert: &str) -> Vec<Call> {
    let json = "application/json";
    let rows = r#"{"rows":[{"line":1,"tenant":"acme","alert_id":"a-1","channel_id":"C1","message_ts":"1700000000.000100"}]}"#;
    let acts = [r#"{"note":"x"}"#, r#"{"minutes":60}"#, r#"{"user":"bob","note":""}"#, "{}"];
    let acts: Vec<Vec<u8>> = acts.map(|act| act.as_bytes().to_vec()).into();
    let mut files = saved("config_yaml");
    files.push(crate::worlds::admin::CONFIG.as_bytes().to_vec());
    let mut calls: Vec<Call> = vec![
        (Method::PUT, "/api/v1/admin/config".to_owned(), "application/yaml", Grammar::Lines, files),
        (
            Method::POST,
            "/api/v1/admin/migrate/slack-mappings".to_owned(),
            json,
            Grammar::Json,
            vec![rows.as_bytes().to_vec()],
        ),
    ];
    for verb in ["acknowledge", "snooze", "resolve", "escalate", "note", "unacknowledge"] {
        let path = format!("/api/v1/admin/alerts/{alert}/{verb}");
        calls.push((Method::POST, path, json, Grammar::Json, acts.clone()));
    }
    calls
}

pub(super) async fn console(bodies: usize, seed: u64) -> Line {
    let mut judge = Judge::new("console", &[OPERATOR]);
    let mut chance = Chance::of(seed, "console");
    while judge.line.inputs < bodies {
        let desk = Desk::new().await;
        let alert = desk.fire("acme", "disk", "disk full").await;
        let mut browser = Browser::logged_in(&desk).await;
        let page = browser.get("/console/").await.text;
        let fields = form_of(&page, "ack");
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let act = format!("{form}&verb=resolve&note=done&minutes=60&user=bob&as=acme%2Fbob&t=x");
        let seeds = vec![form.into_bytes(), act.into_bytes(), b"key=x&next=%2F%2Fevil".to_vec()];
        let paths = [
            "/console/press".to_owned(),
            format!("/console/alerts/{}/act", alert.id),
            "/console/acting".to_owned(),
            "/console/link".to_owned(),
            "/console/login".to_owned(),
        ];
        let cookie = &browser.cookies["nightowl_session"];
        for _ in 0..BODIES_A_DESK.min(bodies - judge.line.inputs) {
            let body = mutate(&mut chance, Grammar::Form, &seeds);
            let path = chance.pick(&paths).clone();
            let request = from_page(dress::post(&mut chance, &path, body), cookie);
            judge.send(&desk.router, request).await;
        }
    }
    judge.done()
}

fn from_page(mut request: Request<Body>, cookie: &str) -> Request<Body> {
    let headers = request.headers_mut();
    let text = |text: String| text.parse::<HeaderValue>().expect("it is a header");
    headers.insert(header::HOST, HeaderValue::from_static(HOST));
    headers.insert(header::ORIGIN, text(format!("http://{HOST}")));
    headers.insert(header::COOKIE, text(format!("nightowl_session={cookie}")));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    request
}
