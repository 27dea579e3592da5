//! Whoever sends too much is asked to come again, and nobody else is.

mod world;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use nightowl_fn_inbound::{Limits, router_limited};
use serde_json::Value;
use tower::ServiceExt;
use world::World;

const GOOD: &str = "/api/v1/webhook/script-key-0123456789";
const UNKNOWN: &str = "/api/v1/webhook/nobodys-key-0123456789";
const SIGNED: &str = "/api/v1/webhook/grafana-key-0123456789";
const BODY: &str = r#"{"title":"x"}"#;

struct Sender<'a> {
    router: &'a Router,
    address: u8,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    json: Value,
}

impl Sender<'_> {
    async fn post(&self, path: &str, body: &str) -> Answer {
        let mut request = Request::post(path).body(Body::from(body.to_owned())).expect("a request");
        let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, self.address));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 4000)));
        // No header says where somebody is.
        let forged = "198.51.100.7".parse().expect("a header");
        request.headers_mut().insert("x-forwarded-for", forged);
        let (parts, body) =
            self.router.clone().oneshot(request).await.expect("it answers").into_parts();
        let bytes = body.collect().await.expect("it is whole").to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, json }
    }
}

#[track_caller]
fn is_to_wait(answer: &Answer, seconds: &str) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.json);
    assert_eq!(answer.headers["retry-after"], seconds);
    assert_eq!(answer.json["type"], "urn:nightowl:problem:too-many");
}

#[tokio::test]
async fn a_key_that_sends_too_much_waits_and_no_other_key_does() {
    let world = World::default();
    let router = router_limited(Arc::new(world.clone()), Limits::of(10, 10));
    let sender = Sender { router: &router, address: 1 };
    for _ in 0..30 {
        assert_eq!(sender.post(GOOD, BODY).await.status, StatusCode::ACCEPTED);
    }
    is_to_wait(&sender.post(GOOD, BODY).await, "1");
    assert_eq!(world.taken().len(), 30, "what was refused did not reach the table");
    let other = "/api/v1/webhook/prom-key-0123456789";
    let group = include_str!("../../../events/alertmanager-group-mixed.json");
    assert_eq!(sender.post(other, group).await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_body_is_taken_whole_and_what_it_had_too_much_is_asked_of_the_next() {
    let world = World::default();
    let router = router_limited(Arc::new(world.clone()), Limits::of(10, 10));
    let sender = Sender { router: &router, address: 1 };
    let group = format!("[{}]", vec![BODY; 100].join(","));
    assert_eq!(sender.post(GOOD, &group).await.json["events"], 100);
    is_to_wait(&sender.post(GOOD, BODY).await, "8");
    assert_eq!(world.taken().len(), 1);
}

#[tokio::test]
async fn an_address_that_guesses_keys_asks_the_table_no_more() {
    let world = World::default();
    let router = router_limited(Arc::new(world.clone()), Limits::of(1000, 2));
    let (honest, guesser) =
        (Sender { router: &router, address: 1 }, Sender { router: &router, address: 2 });
    // An honest sender behind the same proxy as the one who guesses.
    assert_eq!(guesser.post(GOOD, BODY).await.status, StatusCode::ACCEPTED);
    let mut looked_up = 0;
    for number in 0..1000 {
        let answer = guesser.post(&format!("{UNKNOWN}{number}"), BODY).await;
        looked_up += usize::from(answer.status == StatusCode::NOT_FOUND);
    }
    assert_eq!(looked_up, 20, "ten seconds' worth, at a standing clock");
    is_to_wait(&guesser.post(UNKNOWN, BODY).await, "1");
    assert_eq!(guesser.post(GOOD, BODY).await.status, StatusCode::ACCEPTED, "it is known");
    assert_eq!(honest.post(GOOD, BODY).await.status, StatusCode::ACCEPTED, "another address");
    assert_eq!(honest.post(UNKNOWN, BODY).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn wrong_signatures_count_as_guesses() {
    let world = World::default();
    let router = router_limited(Arc::new(world.clone()), Limits::of(1000, 2));
    let sender = Sender { router: &router, address: 1 };
    for _ in 0..20 {
        assert_eq!(sender.post(SIGNED, BODY).await.status, StatusCode::UNAUTHORIZED);
    }
    is_to_wait(&sender.post(SIGNED, BODY).await, "1");
    assert_eq!(world.dropped().len(), 20, "operators are told of what was refused for good");
}

#[tokio::test]
async fn a_storm_of_ten_thousand_alerts_passes() {
    let world = World::default();
    let router = router_limited(Arc::new(world.clone()), Limits::default());
    let sender = Sender { router: &router, address: 1 };
    for _ in 0..10_000 {
        assert_eq!(sender.post(GOOD, BODY).await.status, StatusCode::ACCEPTED);
    }
    let group = format!("[{}]", vec![BODY; 1000].join(","));
    for _ in 0..10 {
        assert_eq!(sender.post(GOOD, &group).await.json["events"], 1000);
    }
}
