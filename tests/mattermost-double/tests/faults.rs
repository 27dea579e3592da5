//! Calls that go wrong, and the hands of tests outside the process.

mod common;

use common::{Caller, Integration, caller};
use mattermost_double::Fault;
use serde_json::{Value, json};

async fn control(caller: &Caller, method: &str, path: &str, body: Value) -> (u16, Value) {
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
    let url = format!("{}/control/{path}", caller.double.url());
    let mut request = caller.http.request(method, url);
    if !body.is_null() {
        request = request.json(&body);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("text");
    (status, serde_json::from_str(&text).unwrap_or_default())
}

#[tokio::test]
async fn faults_come_once_and_for_their_route() {
    let caller = caller().await;
    let channel = caller.channel("alerts");
    let status = Fault::Status { status: 503, retry_after: Some(7) };
    caller.double.script("posts.create", status);
    assert_eq!(caller.send("GET", "/users/me", json!(null)).await.status, 200);
    let got = caller.post(&channel, "x").await;
    assert_eq!((got.status, got.text.as_str()), (503, ""));
    assert_eq!(got.headers["retry-after"], "7");
    assert!(got.headers.contains_key("date") && got.headers.contains_key("x-version-id"));
    assert_eq!(caller.post(&channel, "x").await.status, 201);
    let limited = Fault::RateLimited { retry_after: Some(1) };
    caller.double.script("posts.*", limited);
    let got = caller.post(&channel, "x").await;
    assert_eq!((got.status, got.text.as_str()), (429, "limit exceeded\n"));
    let id = "api.context.permissions.app_error".to_owned();
    let error = Fault::Error { status: 403, id: id.clone(), message: String::new() };
    caller.double.script("*", error);
    assert_eq!(caller.error("GET", "/users/me", json!(null)).await, (403, id));
    caller.double.script("*", Fault::Page { status: 502 });
    let got = caller.send("GET", "/users/me", json!(null)).await;
    assert!(got.status == 502 && got.text.starts_with("<html>"));
    caller.double.script("*", Fault::Nonsense);
    assert_eq!(caller.send("GET", "/users/me", json!(null)).await.status, 200);
    assert_eq!(caller.double.posts().len(), 1);
}

#[tokio::test]
async fn lost_is_done_and_late_lands_when_told() {
    let caller = caller().await;
    let channel = caller.channel("alerts");
    let body = |message: &str| json!({"channel_id": channel, "message": message});
    caller.double.script("posts.create", Fault::Lost);
    assert!(caller.try_send("POST", "/posts", body("lost")).await.is_err());
    assert_eq!(caller.double.posts().len(), 1);
    let late = Fault::Late { after_millis: None, in_flight: false };
    caller.double.script("posts.create", late);
    assert!(caller.try_send("POST", "/posts", body("late")).await.is_err());
    assert_eq!(caller.double.posts().len(), 1);
    caller.double.land().await;
    assert_eq!(caller.double.posts()[1].message, "late");
    caller.double.script("posts.create", Fault::Cut);
    assert!(caller.try_send("POST", "/posts", body("x")).await.is_err());
    caller.double.script("posts.create", Fault::Hang);
    let request = caller.request("POST", "/posts", "Bearer").json(&body("x"));
    let patience = std::time::Duration::from_millis(200);
    assert!(request.timeout(patience).send().await.is_err());
    assert_eq!(caller.double.posts().len(), 2);
}

#[tokio::test]
async fn an_echo_repeats_secrets_and_calls_hold_none() {
    let caller = caller().await;
    caller.double.script("posts.create", Fault::Echo);
    let got = caller.post(&caller.channel("alerts"), "hello").await;
    assert!(got.text.contains(&caller.token) && got.text.contains("hello"));
    let calls = serde_json::to_string(&caller.double.calls()).expect("JSON");
    assert!(!calls.contains(&caller.token), "{calls}");
    let call = &caller.double.calls()[0];
    assert_eq!((call.route.as_str(), call.status), ("posts.create", 500));
    assert_eq!(call.body["message"], "hello");
    assert_eq!(call.user_id, caller.user("nightowl"));
}

#[tokio::test]
async fn a_redirect_leads_back_where_it_is_seen() {
    let caller = caller().await;
    caller.double.script("*", Fault::Status { status: 307, retry_after: None });
    let got = caller.send("GET", "/users/me", json!(null)).await;
    assert_eq!(got.status, 307);
    assert_eq!(got.headers["location"], "/api/v4/redirected");
}

#[tokio::test]
async fn a_test_outside_the_process_sees_and_does_the_same() {
    let (caller, app) = (caller().await, Integration::start().await);
    let (_, made) = control(
        &caller,
        "POST",
        "commands",
        json!({"trigger": "owl", "url": app.json(json!({"text": "hi"})), "token": "t1"}),
    )
    .await;
    assert_eq!(made["token"], "t1");
    let typed = json!({"user": "bob", "channel": "alerts", "text": "/owl list"});
    let (status, got) = control(&caller, "POST", "command", typed).await;
    assert_eq!((status, &got["status"]), (200, &json!(200)));
    assert_eq!(got["ephemerals"][0]["message"], "hi");
    let trigger = app.last().field("trigger_id");
    let dialog = json!({"trigger_id": trigger, "url": app.json(json!({})),
        "dialog": {"title": "T", "callback_id": "c", "state": "s"}});
    assert_eq!(caller.send("POST", "/actions/dialogs/open", dialog).await.status, 200);
    let (_, open) = control(&caller, "GET", "dialogs", json!(null)).await;
    assert_eq!(open[0]["dialog"]["title"], "T");
    let sent = json!({"user": "bob", "submission": {"note": "n"}});
    let (_, got) = control(&caller, "POST", "submit", sent.clone()).await;
    assert_eq!((&got["status"], &got["dialogs"]), (&json!(200), &json!([])));
    assert_eq!(app.last().json()["channel_id"], json!(caller.channel("alerts")), "where he was");
    assert_eq!(control(&caller, "POST", "submit", sent).await.0, 404, "no form is open");
    let action = json!({"id": "ack", "type": "button", "name": "Ack",
        "integration": {"url": app.json(json!({"ephemeral_text": "done"}))}});
    let post = caller.card(json!([{"text": "**x**", "actions": [action]}])).await.id();
    let click = json!({"user": "bob", "post": post, "action": "ack"});
    let (_, got) = control(&caller, "POST", "click", click).await;
    assert_eq!(got["ephemerals"][0]["message"], "done");
    let (_, read) = control(&caller, "GET", "read", json!(null)).await;
    let last = &read[read.as_array().map_or(0, Vec::len) - 1];
    assert_eq!((&last["channel"], &last["user"]), (&json!("alerts"), &json!("nightowl")));
    assert_eq!(last["read"]["buttons"][0]["name"], "Ack");
    let say = json!({"user": "alice", "channel": "alerts", "text": "hello", "root_id": post});
    let (_, said) = control(&caller, "POST", "say", say).await;
    let (_, messages) = control(&caller, "GET", "messages", json!(null)).await;
    assert_eq!(messages[1]["id"], said["id"]);
    assert_eq!(control(&caller, "POST", "delete", json!({"post": said["id"]})).await.0, 204);
    assert_eq!(control(&caller, "POST", "delete", json!({"post": said["id"]})).await.0, 404);
}

#[tokio::test]
async fn operators_change_the_world() {
    let caller = caller().await;
    let act = async |path: &str, body: Value| control(&caller, "POST", path, body).await.0;
    assert_eq!(act("deactivate", json!({"user": "bob"})).await, 204);
    assert!(caller.get("/users/username/bob").await["delete_at"].as_i64() > Some(0));
    assert_eq!(act("deactivate", json!({"user": "bob", "undo": true})).await, 204);
    assert_eq!(caller.get("/users/username/bob").await["delete_at"], 0);
    assert_eq!(act("archive", json!({"channel": "alerts"})).await, 204);
    assert_eq!(caller.post(&caller.channel("alerts"), "x").await.status, 400);
    assert_eq!(act("archive", json!({"channel": "alerts", "undo": true})).await, 204);
    assert_eq!(act("rename", json!({"channel": "alerts", "name": "pages"})).await, 204);
    let renamed = caller.get("/teams/name/ops/channels/name/pages").await;
    assert_eq!(renamed["id"], json!(caller.channel("alerts")));
    assert_eq!(act("remove", json!({"channel": "pages", "user": "nightowl"})).await, 204);
    assert_eq!(caller.post(&caller.channel("alerts"), "x").await.status, 403);
    assert_eq!(act("archive", json!({"channel": "nowhere"})).await, 404);
    let fault = json!({"route": "users.*", "fault": {"kind": "status", "status": 500}, "times": 2});
    assert_eq!(act("faults", fault).await, 204);
    assert_eq!(caller.send("GET", "/users/me", json!(null)).await.status, 500);
    assert_eq!(control(&caller, "DELETE", "faults", json!(null)).await.0, 204);
    assert_eq!(caller.send("GET", "/users/me", json!(null)).await.status, 200);
    let (_, config) = control(&caller, "GET", "config", json!(null)).await;
    let mut changed = config.clone();
    changed["show_email_address"] = false.into();
    assert_eq!(control(&caller, "PUT", "config", changed).await.0, 204);
    assert_eq!(caller.get("/users/username/alice").await["email"], "");
    let before = caller.double.now();
    let (_, shifted) = control(&caller, "POST", "shift", json!({"millis": 60_000})).await;
    assert!(shifted["now"].as_i64() >= Some(before + 60_000));
    for path in ["restart", "land", "key"] {
        assert_eq!(act(path, json!(null)).await, 204, "{path}");
    }
    let (_, tokens) = control(&caller, "GET", "tokens", json!(null)).await;
    assert_eq!(tokens["public_key"], json!(caller.double.public_key()));
    assert_eq!(act("revoke", json!({"token": caller.token})).await, 204);
    assert_eq!(caller.send("GET", "/users/me", json!(null)).await.status, 401);
    assert_eq!(act("reset", json!(null)).await, 204);
    assert_eq!(caller.get("/teams/name/ops/channels/name/alerts").await["name"], "alerts");
}
