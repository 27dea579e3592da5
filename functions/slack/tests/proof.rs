//! Who is believed, and what everybody else is answered.

mod world;

use axum::body::Body;
use http::{Method, StatusCode};
use nightowl_engine::Clock;
use nightowl_engine::chat::words;
use nightowl_fn_slack::BODY_BYTES_MAX;
use nightowl_messaging::ActionId;
use serde_json::json;
use slack_double::sign;
use world::{APP, OTHER_SECRET, Press, SECRET, TEAM, Typed, World, form, settings};

const ROUTES: [&str; 6] =
    ["commands", "commands/acme", "interactions", "interactions/acme", "events", "events/acme"];

#[tokio::test]
async fn what_is_not_signed_for_the_tenant_is_refused_without_a_word() {
    let world = World::new();
    let (alert, card) = world.posted("disk").await;
    let now = world.ports.clock.now().millis() / 1000;
    let text = format!("ack {}", alert.short_id);
    for route in ROUTES {
        let body = match route {
            _ if route.starts_with("commands") => Typed { text: &text, ..Typed::default() }.body(),
            _ if route.starts_with("interactions") => {
                Press::new(&card, ActionId::Acknowledge, "t1").body()
            }
            _ => json!({"type": "event_callback", "team_id": TEAM, "api_app_id": APP,
                "event": {"type": "app_mention"}})
            .to_string(),
        };
        world.send(Method::POST, route, &[], body.clone()).await.is_forged();
        world.post(route, OTHER_SECRET, &body).await.is_forged();
        world.post(route, "", &body).await.is_forged();
        for seconds in [now - 301, now + 301, 0, i64::MAX] {
            world.post_at(route, SECRET, seconds, &body).await.is_forged();
        }
        let signed = sign(SECRET, &now.to_string(), body.clone());
        let headers: Vec<(&str, &str)> =
            signed.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        world.send(Method::POST, route, &headers, format!("{body}&x=1")).await.is_forged();
        let later = (now + 1).to_string();
        let moved = [headers[0], ("X-Slack-Request-Timestamp", &*later)];
        world.send(Method::POST, route, &moved, body.clone()).await.is_forged();
        let junk = [("X-Slack-Signature", "v0=zz"), ("X-Slack-Request-Timestamp", "né")];
        world.send(Method::POST, route, &junk, body.clone()).await.is_forged();
        assert_eq!(world.status(&alert).await, "firing", "{route}");
        assert!(world.whispers().is_empty() && world.responses().is_empty());
        // The same request, signed, is taken.
        let taken = world.post_at(route, SECRET, now - 299, &body).await;
        assert_eq!(taken.status, StatusCode::OK, "{route}: {}", taken.text);
        world.type_as("Ualice", &format!("escalate {}", alert.short_id), route).await;
    }
}

#[tokio::test]
async fn a_tenant_that_is_not_there_looks_like_a_wrong_secret() {
    let world = World::new();
    world.set("no-secret", settings("", None, None));
    let body = Typed::default().body();
    let wrong = world.post("commands/acme", "wrong", &body).await;
    for tenant in ["nobody", "*", "no-secret", "..%2F..%2Facme", "%FF", "acme%00"] {
        let answer = world.post(&format!("commands/{tenant}"), SECRET, &body).await;
        answer.is_forged();
        assert_eq!(answer.text, wrong.text, "{tenant}");
    }
    let answer = world.post("commands/no-secret", "", &body).await;
    answer.is_forged();
}

#[tokio::test]
async fn a_tenant_that_claims_anothers_workspace_shuts_nobody_out() {
    let world = World::new();
    let body = Typed::default().body();
    world.set("acme", settings(SECRET, None, None));
    world.set("thief", settings(OTHER_SECRET, Some(TEAM), Some(APP)));
    assert_eq!(world.post("commands", SECRET, &body).await.status, StatusCode::OK);
    // One that says its workspace goes before one that says none, and it is one answer.
    world.set("thief", settings(SECRET, None, None));
    world.set("acme", settings(SECRET, Some(TEAM), None));
    let answer = world.post("commands", SECRET, &body).await;
    assert!(!answer.text.contains(words::WHICH_TENANT), "{}", answer.text);
}

#[tokio::test]
async fn while_one_tenants_secret_cannot_be_had_slack_is_asked_to_try_again() {
    let world = World::new();
    world.let_wait("other");
    let body = Typed::default().body();
    assert_eq!(world.post("commands", SECRET, &body).await.status, StatusCode::OK);
    let answer = world.post("commands", OTHER_SECRET, &body).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
    world.post("commands/acme", OTHER_SECRET, &body).await.is_forged();
}

#[tokio::test]
async fn slack_asks_whether_the_address_is_ours() {
    let world = World::new();
    let body = json!({"type": "url_verification", "token": "x", "challenge": "c-1"}).to_string();
    for route in ["events", "events/acme"] {
        let answer = world.post(route, SECRET, &body).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"challenge": "c-1"})));
        assert_eq!(answer.headers["content-type"], "application/json");
        world.post(route, "wrong", &body).await.is_forged();
    }
}

#[tokio::test]
async fn other_events_are_acknowledged() {
    let world = World::new();
    let event = |team: &str| {
        json!({"type": "event_callback", "team_id": team, "api_app_id": APP, "event_id": "Ev1",
            "event": {"type": "app_mention", "text": "hello"}})
        .to_string()
    };
    world.post("events/acme", SECRET, &event(TEAM)).await.is_empty();
    world.post("events/acme", SECRET, &event("T0OTHER")).await.is_forged();
    let limited = json!({"type": "app_rate_limited", "team_id": TEAM, "api_app_id": APP});
    world.post("events/acme", SECRET, &limited.to_string()).await.is_empty();
}

#[tokio::test]
async fn a_certificate_check_does_nothing() {
    let world = World::new();
    let alert = world.fire("disk").await;
    let text = format!("ack {}", alert.short_id);
    let command = Typed { text: &text, ..Typed::default() }.body();
    let body = format!("{command}&ssl_check=1");
    for route in ["commands", "commands/acme"] {
        world.send(Method::POST, route, &[], body.clone()).await.is_empty();
        world.post(route, SECRET, &body).await.is_empty();
    }
    assert_eq!(world.status(&alert).await, "firing");
    // Elsewhere it is no way around the signature.
    let body = format!("{}&ssl_check=1", form(&[("payload", "{}")]));
    world.send(Method::POST, "interactions/acme", &[], body).await.is_forged();
}

#[tokio::test]
async fn what_slack_does_not_document_is_said_to_be_unreadable() {
    let world = World::new();
    let bodies = ["", "payload=", "payload=%7B%7D", "payload=[]", "text=ack", "{}", "[1", "\u{0}"];
    let half = form(&[("payload", r#"{"type":"view_submission","view":{}}"#)]);
    let answer = world.post("interactions/acme", SECRET, &half).await;
    answer.is_problem(StatusCode::BAD_REQUEST, "malformed");
    for route in ["commands/acme", "interactions/acme", "events/acme"] {
        for body in bodies {
            let answer = world.post(route, SECRET, body).await;
            answer.is_problem(StatusCode::BAD_REQUEST, "malformed");
        }
    }
    // Known to Slack, not to us.
    for kind in ["view_closed", "shortcut", "message_action"] {
        let payload = json!({"type": kind, "team": {"id": TEAM}, "user": {"id": "U1"}});
        let body = form(&[("payload", &payload.to_string())]);
        world.post("interactions/acme", SECRET, &body).await.is_empty();
    }
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_refused() {
    let world = World::new();
    let just = "x".repeat(BODY_BYTES_MAX);
    world.send(Method::POST, "commands/acme", &[], just.clone()).await.is_forged();
    let answer = world.send(Method::POST, "commands/acme", &[], just + "x").await;
    answer.is_problem(StatusCode::PAYLOAD_TOO_LARGE, "too-large");
}

#[tokio::test]
async fn only_posts_are_taken() {
    let world = World::new();
    for route in ROUTES {
        let answer = world.send(Method::GET, route, &[], Body::empty()).await;
        answer.is_problem(StatusCode::METHOD_NOT_ALLOWED, "method");
        assert_eq!(answer.headers["allow"], "POST");
    }
}

#[tokio::test]
async fn without_a_configuration_nothing_can_be_proved() {
    let world = World::new();
    world.set_down();
    for route in ROUTES {
        let answer = world.post(route, SECRET, &Typed::default().body()).await;
        answer.is_problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
        assert_eq!(answer.headers["retry-after"], "5");
    }
}
