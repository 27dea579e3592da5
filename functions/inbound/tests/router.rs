//! What a sender sees, and what reaches the intake.

mod world;

use bytes::Bytes;
use http::{Method, StatusCode};
use nightowl_domain::{Actor, EventKind, Severity, Time};
use nightowl_engine::StoreError;
use nightowl_fn_inbound::{BODY_BYTES_MAX, Why};
use nightowl_messaging::{Secret, verify::sign_hmac_sha256};
use serde_json::json;
use world::{GRAFANA_SECRET, World};

const MIXED: &str = include_str!("../../../events/alertmanager-group-mixed.json");
const UNUSABLE_MEMBERS: &str = include_str!("../../../events/alertmanager-unusable-members.json");
const GRAFANA: &str = include_str!("../../../events/grafana-firing.json");

#[tokio::test]
async fn a_group_is_taken_whole_and_in_order() {
    let world = World::default();
    let answer = world.post("/api/v1/webhook/alertmanager/prom-key-0123456789", MIXED).await;
    answer.is(StatusCode::ACCEPTED, json!({"status": "accepted", "events": 3, "refused": []}));
    let taken = world.taken();
    assert_eq!(taken.len(), 1, "one body is one call");
    let reports = &taken[0];
    let names: Vec<_> = reports.iter().map(|report| report.event.kind.name()).collect();
    assert_eq!(names, ["fired", "cleared", "fired"]);
    let positions: Vec<_> = reports.iter().map(|report| report.event.received.position).collect();
    assert_eq!(positions, [0, 1, 2]);
    for report in reports {
        assert_eq!((report.tenant.as_str(), report.alert), ("acme", None));
        assert_eq!(report.event.actor, Actor::Source);
        assert_eq!(report.event.received.at, world::NOW);
    }
    let mut ids: Vec<_> = reports.iter().map(|report| report.event.id.clone()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3, "each event has its own id");
    let EventKind::Cleared { clearing, integration, .. } = &reports[1].event.kind else {
        panic!("the second is a clear")
    };
    assert_eq!(integration, "prom");
    assert_eq!(clearing.event, reports[1].event.id);
    assert_eq!(clearing.received, reports[1].event.received);
    assert_eq!(clearing.ends_at, Time::parse("2026-11-21T12:45:06.5Z"));
}

#[tokio::test]
async fn the_path_without_a_format_is_the_same() {
    let world = World::default();
    world.post("/api/v1/webhook/prom-key-0123456789", MIXED).await.is_status(StatusCode::ACCEPTED);
    let answer = world.post("/api/v1/webhook/script-key-0123456789", r#"{"title":"x"}"#).await;
    answer.is(StatusCode::ACCEPTED, json!({"status": "accepted", "events": 1, "refused": []}));
    let taken = world.taken();
    let EventKind::Fired { firing, .. } = &taken[1][0].event.kind else { panic!("it fires") };
    assert_eq!(firing.severity, Severity::Error, "the integration's default");
}

#[tokio::test]
async fn refused_members_are_listed_and_told() {
    let world = World::default();
    let path = "/api/v1/webhook/alertmanager/prom-key-0123456789";
    let answer = world.post(path, UNUSABLE_MEMBERS).await;
    answer.is_status(StatusCode::ACCEPTED);
    assert_eq!(answer.json["events"], 1);
    let indices: Vec<_> =
        answer.json["refused"].as_array().unwrap().iter().map(|one| &one["index"]).collect();
    assert_eq!(indices, [0, 2, 3]);
    assert!(answer.json["refused"][1]["reason"].as_str().unwrap().contains("labels"));
    assert_eq!(world.dropped(), [Why::Members(3)]);
}

#[tokio::test]
async fn a_key_that_is_not_known_is_404() {
    let world = World::default();
    for path in [
        "/api/v1/webhook/nobodys-key-0123456789",
        "/api/v1/webhook/alertmanager/nobodys-key-0123456789",
        "/api/v1/webhook/no-such-format/nobodys-key-0123456789",
        "/api/v1/webhook/%FF%FE",
        // An API key is no webhook key.
        "/api/v1/webhook/api-key-0123456789",
    ] {
        let answer = world.post(path, "{}").await;
        answer.is_problem(StatusCode::NOT_FOUND, "unknown-key");
        assert!(!answer.text.contains("0123456789"), "a key is repeated: {}", answer.text);
    }
    let long = format!("/api/v1/webhook/{}", "k".repeat(5000));
    world.post(&long, "{}").await.is_problem(StatusCode::NOT_FOUND, "unknown-key");
    assert!(world.taken().is_empty());
}

#[tokio::test]
async fn a_format_that_is_not_the_keys_is_named() {
    let world = World::default();
    for path in ["grafana", "no<such>format"] {
        let path = format!("/api/v1/webhook/{path}/prom-key-0123456789");
        let answer = world.post(&path.replace('<', "%3C").replace('>', "%3E"), MIXED).await;
        answer.is_problem(StatusCode::BAD_REQUEST, "wrong-format");
        assert!(answer.text.contains("/api/v1/webhook/alertmanager/KEY"), "{}", answer.text);
        assert!(!answer.text.contains("no<such"), "{}", answer.text);
    }
    assert!(world.taken().is_empty());
}

#[tokio::test]
async fn an_unreadable_body_says_what_was_expected_and_where() {
    let world = World::default();
    let path = "/api/v1/webhook/generic/script-key-0123456789";
    let answer = world.post(path, "{\n  \"titel\": \"x\"}").await;
    answer.is_problem(StatusCode::BAD_REQUEST, "unreadable-body");
    assert_eq!((&answer.json["field"], &answer.json["line"]), (&"title".into(), &1.into()));
    let example = answer.json["example"].to_string();
    let why = &world.dropped()[0];
    assert!(matches!(why, Why::Unreadable(text) if text.contains("title")), "{why:?}");
    world.post(path, &example).await.is_status(StatusCode::ACCEPTED);

    let answer = world.post(path, "title=x").await;
    answer.is_problem(StatusCode::BAD_REQUEST, "unreadable-body");
    assert_eq!(answer.json["byte"], 1);
    let answer = world.post(path, "").await;
    assert!(answer.json["detail"].as_str().unwrap().contains("an empty body"));
    let answer = world.post(path, r#"[{"titel":1},2]"#).await;
    assert_eq!(answer.json["refused"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn trouble_of_ours_is_503_and_takes_nothing() {
    let path = "/api/v1/webhook/alertmanager/prom-key-0123456789";
    let down = || Some(StoreError::Unavailable("down".into()));
    let worlds = [
        World { intake_fails: down(), ..World::default() },
        World { intake_fails: Some(StoreError::Unknown("lost".into())), ..World::default() },
        World { keys_fail: down(), ..World::default() },
        World { panics: true, ..World::default() },
    ];
    for world in worlds {
        let answer = world.post(path, MIXED).await;
        answer.is_problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
        assert_eq!(answer.headers["retry-after"], "5");
        assert!(!answer.text.contains("down") && !answer.text.contains("lost"), "{}", answer.text);
        assert!(world.taken().is_empty() && world.dropped().is_empty());
    }
}

#[tokio::test]
async fn a_format_that_only_a_newer_release_reads_is_tried_again() {
    let world = World::default();
    let answer = world.post("/api/v1/webhook/newer-key-0123456789", "{}").await;
    answer.is_problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}

#[tokio::test]
async fn a_body_may_have_five_mebibytes() {
    let world = World::default();
    let path = "/api/v1/webhook/generic/script-key-0123456789";
    let body = |bytes: usize| {
        let frame = r#"{"title":"x","pad":""}"#.len();
        format!(r#"{{"title":"x","pad":"{}"}}"#, "p".repeat(bytes - frame))
    };
    world.post(path, &body(BODY_BYTES_MAX)).await.is_status(StatusCode::ACCEPTED);
    let answer = world.post(path, &body(BODY_BYTES_MAX + 1)).await;
    answer.is_problem(StatusCode::PAYLOAD_TOO_LARGE, "too-large");
    assert_eq!(world.dropped(), [Why::TooLarge { bytes_max: BODY_BYTES_MAX }]);
    // Also in small pieces, and whatever the header says.
    let pieces = vec![Bytes::from(vec![b' '; 1 << 16]); 100];
    let answer = world.post_pieces(path, pieces, None).await;
    answer.is_problem(StatusCode::PAYLOAD_TOO_LARGE, "too-large");
    let endless = vec![Bytes::from(vec![b' '; 1 << 20]); 1000];
    let answer = world.post_pieces(path, endless, None).await;
    answer.is_problem(StatusCode::PAYLOAD_TOO_LARGE, "too-large");
    assert!(world.pieces_read() < 300, "the rest of an endless body is not read");
    let answer = world.post_pieces(path, vec![Bytes::from_static(b"{}")], Some("1")).await;
    answer.is_problem(StatusCode::BAD_REQUEST, "unreadable-body");
}

#[tokio::test]
async fn a_connection_that_ends_early_takes_nothing() {
    let world = World::default();
    let path = "/api/v1/webhook/generic/script-key-0123456789";
    let answer = world.post_broken(path, r#"{"title":"x"}"#).await;
    answer.is_problem(StatusCode::BAD_REQUEST, "unreadable-body");
    assert!(world.taken().is_empty());
}

#[tokio::test]
async fn only_post_and_only_plain_bodies() {
    let world = World::default();
    let path = "/api/v1/webhook/generic/script-key-0123456789";
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS] {
        let answer = world.send(method, path, &[], "{}").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.headers["allow"], "POST");
    }
    let answer = world.send(Method::POST, path, &[("content-encoding", "gzip")], "\u{1f}").await;
    answer.is_problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-encoding");
    let told = world.dropped();
    assert!(
        matches!(&told[..], [Why::Unreadable(why)] if why.contains("Content-Encoding")),
        "{told:?}"
    );
    let plain = [("content-encoding", "identity"), ("content-type", "text/html")];
    let answer = world.send(Method::POST, path, &plain, r#"{"title":"x"}"#).await;
    answer.is_status(StatusCode::ACCEPTED);
}

#[tokio::test]
async fn grafanas_signature_is_checked_where_a_secret_is_set() {
    let world = World::default();
    let path = "/api/v1/webhook/grafana/grafana-key-0123456789";
    let secret = Secret::new(GRAFANA_SECRET);
    let header = "X-Grafana-Alerting-Signature";
    let send =
        async |headers: &[(&str, &str)]| world.send(Method::POST, path, headers, GRAFANA).await;
    let plain = sign_hmac_sha256(&secret, &[GRAFANA.as_bytes()]);
    send(&[(header, &plain)]).await.is_status(StatusCode::ACCEPTED);

    let now = (world::NOW.millis() / 1000).to_string();
    let signed_at =
        |seconds: &str| sign_hmac_sha256(&secret, &[seconds.as_bytes(), b":", GRAFANA.as_bytes()]);
    // The contact point may call the header as it likes.
    send(&[(header, &signed_at(&now)), ("X-Signed-At", &now)])
        .await
        .is_status(StatusCode::ACCEPTED);
    assert_eq!(world.taken().len(), 2);

    let old = (world::NOW.millis() / 1000 - 7200).to_string();
    let other = sign_hmac_sha256(&Secret::new("another"), &[GRAFANA.as_bytes()]);
    let refused: [&[(&str, &str)]; 6] = [
        &[],
        &[(header, "")],
        &[(header, "not hex")],
        &[(header, &other)],
        &[(header, &signed_at(&now))],
        &[(header, &signed_at(&old)), ("X-Signed-At", &old)],
    ];
    for headers in refused {
        send(headers).await.is_problem(StatusCode::UNAUTHORIZED, "signature");
    }
    assert_eq!(world.dropped(), vec![Why::NotSigned; 6]);
    assert_eq!(world.taken().len(), 2);
}

#[tokio::test]
async fn a_signature_covers_every_byte() {
    let world = World::default();
    let path = "/api/v1/webhook/grafana/grafana-key-0123456789";
    let secret = Secret::new(GRAFANA_SECRET);
    let signature = sign_hmac_sha256(&secret, &[GRAFANA.as_bytes()]);
    let headers = [("x-grafana-alerting-signature", signature.as_str())];
    let changed = GRAFANA.replacen("firing", "resolved", 1);
    let answer = world.send(Method::POST, path, &headers, &changed).await;
    answer.is_problem(StatusCode::UNAUTHORIZED, "signature");
}
