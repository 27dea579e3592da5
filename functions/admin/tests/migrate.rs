//! Rows of the system before us, and where they are read again; health; a console without a start.

mod desk;

use desk::{ACME, Browser, Desk, OPERATOR, RESPONDER, TOKEN, VIEWER};
use http::header;
use nightowl_domain::MessageRef;
use nightowl_engine::{Ports, Store};
use serde_json::{Value, json};

const MIGRATE: &str = "/api/v1/admin/migrate/slack-mappings";
const OLD: &str = "0b9c1f0e-8a52-4d4f-9c3e-5f6a7b8c9d0e";
const OTHER: &str = "7d1f5a3c-1111-4222-8333-944445555666";

fn row(line: u64, alert: &str, channel: &str, ts: &str) -> Value {
    json!({"line": line, "tenant": "acme", "alert_id": alert, "channel_id": channel,
           "message_ts": ts})
}

async fn migrate(desk: &Desk, rows: &[Value]) -> Value {
    let answer = desk.post(MIGRATE, OPERATOR, &json!({ "rows": rows }).to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn messages(desk: &Desk, alert: &str) -> Value {
    desk.get(&format!("/api/v1/admin/messages?alert={alert}"), VIEWER).await.json()["messages"]
        .clone()
}

#[tokio::test]
async fn rows_are_migrated_once_and_read_again() {
    let desk = Desk::new().await;
    let rows = [row(2, OLD, "C1", "1700000000.000100"), row(3, OLD, "C2", "1700000000.000200")];
    let first = migrate(&desk, &rows).await;
    assert_eq!(first, json!({"migrated": 2, "already_there": 0, "refused": []}));
    let again = migrate(&desk, &rows).await;
    assert_eq!(again, json!({"migrated": 0, "already_there": 2, "refused": []}));
    let message = |channel, message| json!({"tenant": "acme", "provider": "slack", "channel": channel, "message": message});
    let expected = [message("C1", "1700000000.000100"), message("C2", "1700000000.000200")];
    assert_eq!(messages(&desk, OLD).await, json!(expected));
    let path = format!("/api/v1/admin/messages?alert={OTHER}");
    desk.get(&path, VIEWER).await.problem(404, "no-alert");
    // Another tenant's key learns nothing of it, and neither does a name that the key may not say.
    let path = format!("/api/v1/admin/messages?alert={OLD}&tenant=zeta");
    desk.get(&path, OPERATOR).await.problem(404, "no-alert");
    desk.get(&path, ACME).await.problem(404, "no-tenant");
    desk.get("/api/v1/admin/messages", OPERATOR).await.problem(400, "bad-request");
}

#[tokio::test]
async fn what_stands_is_never_written_over() {
    let desk = Desk::new().await;
    let answer = migrate(
        &desk,
        &[
            row(2, OLD, "C1", "1700000000.000100"),
            row(3, OLD, "C1", "1700000000.000900"),
            row(4, OLD, "C1", "1700000000.000100"),
            json!({"line": 5, "tenant": "zeta", "alert_id": OLD, "channel_id": "C1",
                   "message_ts": "1700000000.000100"}),
            json!({"line": 6, "tenant": "nobody", "alert_id": OTHER, "channel_id": "C1",
                   "message_ts": "1700000000.000100"}),
            json!({"line": 7, "alert_id": OTHER, "channel_id": "C1"}),
        ],
    )
    .await;
    assert_eq!((&answer["migrated"], &answer["already_there"]), (&json!(1), &json!(1)));
    let why: Vec<(u64, &str)> = answer["refused"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| (row["line"].as_u64().expect("a line"), row["why"].as_str().expect("a reason")))
        .collect();
    let expected = [
        (3, "the alert is mapped to another message of this channel, \"1700000000.000100\""),
        (5, "the alert is noted for another tenant"),
        (6, "there is no tenant \"nobody\""),
        (7, "tenant is missing"),
    ];
    assert_eq!(why, expected);
    assert_eq!(messages(&desk, OLD).await.as_array().expect("a list").len(), 1);
    desk.get(&format!("/api/v1/admin/messages?alert={OTHER}"), OPERATOR)
        .await
        .problem(404, "no-alert");
}

#[tokio::test]
async fn the_messages_of_our_own_alerts_are_read_and_never_migrated() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let id = alert.id.to_string();
    let own = messages(&desk, &id).await;
    assert_eq!(own[0]["provider"], "inbox", "{own}");
    assert_eq!(messages(&desk, &alert.short_id).await, own, "also by its short id");
    let store = desk.needs.engine.ports().store();
    let card = MessageRef {
        provider: "slack".to_owned(),
        channel: "C1".to_owned(),
        message: "1700000000.000100".to_owned(),
    };
    store.put_mapping(&alert.occurrence(), &card).await.expect("the store works");
    let upper = id.to_uppercase();
    let answer = migrate(
        &desk,
        &[
            row(2, &id, "C1", "1700000000.000100"),
            row(3, &id, "C1", "1700000000.000900"),
            row(4, &id, "C2", "1700000000.000900"),
            row(5, &upper, "C2", "1700000000.000900"),
        ],
    )
    .await;
    assert_eq!((&answer["migrated"], &answer["already_there"]), (&json!(0), &json!(1)));
    assert_eq!(answer["refused"].as_array().expect("a list").len(), 3, "{answer}");
    assert_eq!(store.alerts().len(), 1);
    assert_eq!(messages(&desk, &id).await.as_array().expect("a list").len(), 2);
}

#[tokio::test]
async fn only_an_operators_admin_key_migrates_and_only_what_can_be_read() {
    let desk = Desk::new().await;
    let body = json!({ "rows": [row(2, OLD, "C1", "1700000000.000100")] }).to_string();
    for key in [VIEWER, RESPONDER, ACME] {
        desk.post(MIGRATE, key, &body).await.problem(403, "role");
    }
    desk.post(MIGRATE, "unknown", &body).await.problem(401, "no-key");
    let many: Vec<Value> = (0..501).map(|line| row(line, OLD, "C1", "1.000000")).collect();
    let many = json!({ "rows": many }).to_string();
    let detail = desk.post(MIGRATE, OPERATOR, &many).await.problem(422, "invalid");
    assert_eq!(detail, "a request may have 500 rows");
    for bad in ["", "[]", "{}", r#"{"rows":[{"line":1,"why":2}]}"#, r#"{"rows":[],"more":1}"#] {
        desk.post(MIGRATE, OPERATOR, bad).await.problem(422, "invalid");
    }
    let huge = "x".repeat(2 * 1024 * 1024 + 1);
    desk.post(MIGRATE, OPERATOR, &huge).await.problem(413, "too-large");
    desk.get(MIGRATE, OPERATOR).await.problem(405, "method");
    desk.get(&format!("/api/v1/admin/messages?alert={OLD}"), OPERATOR)
        .await
        .problem(404, "no-alert");
}

#[tokio::test]
async fn anybody_may_ask_whether_it_works_and_is_led_to_the_console() {
    let desk = Desk::new().await;
    let answer = desk.get("/healthz", "").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &json!("ok")));
    desk.post("/healthz", "", "").await.problem(405, "method");
    let answer = desk.get("/", "").await;
    assert_eq!((answer.status.as_u16(), answer.header(header::LOCATION)), (303, "/console/"));
    desk.needs.engine.ports().memory.trap.arm(0, nightowl_engine::testing::Spring::Fail);
    let answer = desk.get("/healthz", "").await;
    assert_eq!(answer.header(header::RETRY_AFTER), "5");
    answer.problem(503, "unavailable");
}

#[tokio::test]
async fn where_no_start_prints_a_token_a_key_is_the_way_in_and_the_page_says_so() {
    let desk = Desk::without_token().await;
    let mut browser = Browser::new(&desk);
    let token = format!("/console/login?token={TOKEN}");
    for path in ["/console/", "/console/login", "/console/login?token=", &token] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.headers.get(header::SET_COOKIE).is_none());
        for word in ["paste an API key", "Log in with an API key", "method=\"post\"", "password"] {
            assert!(answer.text.contains(word), "{path}: {word}: {}", answer.text);
        }
        for word in ["nightowl serve", "login token", "method=\"get\"", TOKEN] {
            assert!(!answer.text.contains(word), "{path}: {word}");
        }
    }
    let form = [("key", OPERATOR), ("next", "/console/")];
    let answer = browser.post("/console/login", &form).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header(header::LOCATION), "/console/", "no key in the address");
    assert!(!answer.header(header::SET_COOKIE).contains(OPERATOR));
    assert_eq!(browser.get("/console/").await.status, 200);
}
