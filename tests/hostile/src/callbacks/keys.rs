//! Keys of webhooks, and signatures over their bodies.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use http::Request;
use nightowl_messaging::Secret;
use nightowl_messaging::verify::sign_hmac_sha256;

use super::{Court, spoilt};
use crate::chance::Chance;
use crate::report::Line;
use crate::worlds::inbound::{
    ALERTMANAGER, API, GENERIC, GRAFANA, OTHER, OTHER_SECRET, SECRET, START, World,
};

const BODY: &str = include_str!("../../../../events/grafana-firing.json");

fn taken(world: &World) -> usize {
    world.taken.load(Ordering::SeqCst)
}

fn post(path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).expect("a request")
}

pub(super) async fn webhook_keys(forgeries: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "webhook keys");
    let world = World::new(false);
    let router = world.router();
    let mut court = Court::new("webhook keys", taken(&world));
    while court.line.inputs < forgeries {
        let own = *chance.pick(&[ALERTMANAGER, GRAFANA, GENERIC, OTHER]);
        let key = match chance.below(6) {
            0 => API.to_owned(),
            1 => own.to_ascii_uppercase(),
            2 => format!("%20{own}"),
            3 => format!("{own}%00"),
            _ => spoilt(&mut chance, own),
        };
        let key = if key.is_empty() { "x" } else { &key };
        let format = chance.pick(&["", "generic/", "grafana/"]);
        let request = post(&format!("/api/v1/webhook/{format}{key}"), &[], BODY);
        court.try_one(&router, "key", request, |answer| answer.status == 404).await;
        if court.is_time_to_look() {
            court.look(taken(&world));
        }
    }
    court.look(taken(&world));
    let genuine = post(&format!("/api/v1/webhook/{GRAFANA}"), &[], BODY);
    court.control(crate::worlds::ask(&router, genuine).await.status == 202, "key");
    court.done()
}

pub(super) async fn webhook_signatures(forgeries: usize, seed: u64) -> Line {
    let mut chance = Chance::of(seed, "webhook signatures");
    let world = World::new(true);
    let router = world.router();
    let mut court = Court::new("webhook signatures", taken(&world));
    while court.line.inputs < forgeries {
        let (what, request) = forge(&mut chance, &world);
        court.try_one(&router, what, request, |answer| answer.status == 401).await;
        world.pass(Duration::from_millis(1));
        if court.is_time_to_look() {
            court.look(taken(&world));
        }
    }
    court.look(taken(&world));
    let now = now(&world).to_string();
    for at in [None, Some(now.as_str())] {
        let request = signed(GRAFANA, SECRET, at, BODY);
        court.control(crate::worlds::ask(&router, request).await.status == 202, "signature");
    }
    court.done()
}

/// The moment that the world's clock will say, in seconds.
fn now(world: &Arc<World>) -> i64 {
    use nightowl_engine::Clock;
    world.now().millis().max(START) / 1000
}

fn signature(secret: &str, at: Option<&str>, body: &str) -> String {
    let secret = Secret::new(secret);
    match at {
        Some(at) => sign_hmac_sha256(&secret, &[at.as_bytes(), b":", body.as_bytes()]),
        None => sign_hmac_sha256(&secret, &[body.as_bytes()]),
    }
}

const HEADER: &str = "x-grafana-alerting-signature";

fn signed(key: &str, secret: &str, at: Option<&str>, body: &str) -> Request<Body> {
    let signature = signature(secret, at, body);
    let mut headers = vec![(HEADER, signature.as_str())];
    headers.extend(at.map(|at| ("x-signed-at", at)));
    post(&format!("/api/v1/webhook/{key}"), &headers, body)
}

fn forge(chance: &mut Chance, world: &Arc<World>) -> (&'static str, Request<Body>) {
    let (now, path) = (now(world), format!("/api/v1/webhook/{GRAFANA}"));
    match chance.below(7) {
        0 => ("unsigned", post(&path, &[], BODY)),
        1 => ("another tenant's secret", signed(GRAFANA, OTHER_SECRET, None, BODY)),
        2 => ("our secret at another tenant", signed(OTHER, SECRET, None, BODY)),
        3 => {
            let changed = spoilt(chance, BODY);
            let right = signature(SECRET, None, BODY);
            ("body", post(&path, &[(HEADER, &right)], &changed))
        }
        4 => {
            let apart = 3_700 + i64::try_from(chance.below(1_000_000)).unwrap_or(0);
            let at = (now - apart).to_string();
            ("replayed", signed(GRAFANA, SECRET, Some(&at), BODY))
        }
        5 => {
            let (at, moved) = (now.to_string(), (now + 7).to_string());
            let right = signature(SECRET, Some(&at), BODY);
            ("moment", post(&path, &[(HEADER, &right), ("x-signed-at", &moved)], BODY))
        }
        _ => {
            let wrong = spoilt(chance, &signature(SECRET, None, BODY));
            ("signature", post(&path, &[(HEADER, &wrong)], BODY))
        }
    }
}
