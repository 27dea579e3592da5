//! Dialogs: who may open them, and who may send them.

mod common;

use common::{Caller, Integration, caller, caller_with};
use mattermost_double::{Seed, Sent, Version};
use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

fn dialog() -> Value {
    json!({"callback_id": "resolve", "title": "Resolve", "state": "STATE",
        "notify_on_cancel": true, "elements": [
            {"display_name": "Note", "name": "note", "type": "textarea"},
            {"display_name": "Level", "name": "level", "type": "select",
                "options": [{"text": "One", "value": "1"}]}]})
}

async fn open(caller: &Caller, url: &str) {
    let trigger = caller.double.trigger(&caller.user("bob"), caller.double.now()).trigger_id;
    let body = json!({"trigger_id": trigger, "url": url, "dialog": dialog()});
    let opened = caller.with_token("").send("POST", "/actions/dialogs/open", body).await;
    assert_eq!(opened.body, json!({"status": "OK"}), "no login is needed");
}

fn answer(user: &str, submission: Value) -> Sent {
    let submission = object(submission);
    Sent {
        user: user.to_owned(),
        channel: Some("alerts".to_owned()),
        submission,
        ..Sent::default()
    }
}

#[tokio::test]
async fn a_trigger_opens_for_a_while_and_more_than_once() {
    let caller = caller().await;
    let id = |what: &str| (400, format!("interactive_message.decode_trigger_id.{what}"));
    let (bob, now) = (caller.user("bob"), caller.double.now());
    let try_open = async |trigger: &str| {
        let body = json!({"trigger_id": trigger, "url": "http://127.0.0.1:1", "dialog": dialog()});
        let got = caller.send("POST", "/actions/dialogs/open", body).await;
        (got.status, got.body["id"].as_str().unwrap_or_default().to_owned())
    };
    let trigger = caller.double.trigger(&bob, now - 25_000).trigger_id;
    assert_eq!(try_open(&trigger).await.0, 200);
    assert_eq!(try_open(&trigger).await.0, 200, "again");
    let late = caller.double.trigger(&bob, now - 31_000).trigger_id;
    assert_eq!(try_open(&late).await, id("expired"));
    for junk in ["", "junk"] {
        assert_eq!(try_open(junk).await, id("missing_data"), "{junk:?}");
    }
    caller.double.change_key();
    assert_eq!(try_open(&trigger).await, id("verify_signature_failed"));
    let no_url = json!({"trigger_id": trigger, "dialog": dialog()});
    let wrong = (400, "api.context.invalid_body_param.app_error".to_owned());
    assert_eq!(caller.error("POST", "/actions/dialogs/open", no_url).await, wrong);
    assert_eq!(caller.double.dialogs().len(), 2);
    assert_eq!(caller.double.dialogs()[0].user_id, bob);
}

#[tokio::test]
async fn an_old_server_gives_three_seconds() {
    let caller = caller_with(Seed { version: Version::V5_37, ..Seed::default() }).await;
    let now = caller.double.now();
    for (age, status) in [(1_000, 200), (4_000, 400)] {
        let trigger = caller.double.trigger(&caller.user("bob"), now - age).trigger_id;
        let body = json!({"trigger_id": trigger, "url": "http://127.0.0.1:1", "dialog": {}});
        assert_eq!(caller.send("POST", "/actions/dialogs/open", body).await.status, status);
    }
}

#[tokio::test]
async fn content_is_not_looked_at_but_warned_of() {
    let caller = caller().await;
    let trigger = caller.double.trigger(&caller.user("bob"), caller.double.now()).trigger_id;
    let element = json!({"name": "a", "display_name": "A", "type": "file"});
    let wild = json!({"title": "x".repeat(25), "elements": [element, element]});
    let body = json!({"trigger_id": trigger, "url": "http://127.0.0.1:1", "dialog": wild});
    assert_eq!(caller.send("POST", "/actions/dialogs/open", body).await.status, 200);
    let warnings = caller.double.warnings().join("\n");
    for what in ["title", "there twice", "unknown type"] {
        assert!(warnings.contains(what), "{what}: {warnings}");
    }
}

#[tokio::test]
async fn the_submission_is_the_real_servers_byte_for_byte() {
    let (caller, app) = (caller().await, Integration::start().await);
    open(&caller, &app.json(json!({}))).await;
    let submission = json!({"b": true, "m": ["1", "2"], "note": "hi", "num": 3, "sev": "1"});
    let got = caller.double.submit(answer("bob", submission)).await.expect("sent");
    assert_eq!((got.status, got.dialogs.len()), (200, 0), "it closes");
    let team = caller.get("/teams/name/ops").await["id"].as_str().expect("an id").to_owned();
    let expected = format!(
        concat!(
            r#"{{"type":"dialog_submission","callback_id":"resolve","state":"STATE","#,
            r#""user_id":"{}","channel_id":"{}","team_id":"{}","submission":"#,
            r#"{{"b":true,"m":["1","2"],"note":"hi","num":3,"sev":"1"}},"cancelled":false}}"#
        ),
        caller.user("bob"),
        caller.channel("alerts"),
        team
    );
    assert_eq!(app.last().body, expected);
    assert!(!app.last().headers.contains_key("authorization"), "it proves nothing");
    open(&caller, &app.json(json!({}))).await;
    let cancel = Sent { cancel: true, ..answer("bob", json!({})) };
    caller.double.submit(cancel).await.expect("sent");
    assert!(app.last().body.ends_with(r#""submission":null,"cancelled":true}"#));
    assert_eq!(caller.double.dialogs().len(), 0);
}

#[tokio::test]
async fn errors_keep_the_form_open_and_another_form_replaces_it() {
    let (caller, app) = (caller().await, Integration::start().await);
    open(&caller, &app.json(json!({"errors": {"note": "too short"}, "other": 1}))).await;
    let got = caller.double.submit(answer("bob", json!({"note": ""}))).await.expect("sent");
    assert_eq!(got.body, json!({"errors": {"note": "too short"}}), "the rest is not passed on");
    assert_eq!(got.dialogs.len(), 1);
    let form = json!({"type": "form", "form": {"title": "Next", "state": "S2"}});
    open(&caller, &app.json(form)).await;
    let got = caller.double.submit(answer("bob", json!({}))).await.expect("sent");
    assert_eq!(got.dialogs.last().expect("a dialog").dialog["title"], "Next");
}

#[tokio::test]
async fn what_an_integration_may_answer() {
    let (caller, app) = (caller().await, Integration::start().await);
    let invalid = "app.submit_interactive_dialog.invalid_response";
    let decode = "app.submit_interactive_dialog.decode_json_error";
    let failed = "api.post.do_action.action_integration.app_error";
    let cases = [
        (app.says(200, "", ""), 200, None),
        (app.json(json!({})), 200, None),
        (app.json(json!({"error": ""})), 200, None),
        (app.json(json!({"type": "navigate"})), 200, None),
        (app.json(json!({"type": "bogus"})), 400, Some(invalid)),
        (app.json(json!({"type": "form"})), 400, Some(invalid)),
        (app.says(200, "text/html", "<html>"), 500, Some(decode)),
        (app.says(500, "application/json", "{}"), 400, Some(failed)),
        (app.says(204, "", ""), 400, Some(failed)),
        ("http://127.0.0.1:1/".to_owned(), 400, Some(failed)),
    ];
    for (url, status, id) in cases {
        open(&caller, &url).await;
        let got = caller.double.submit(answer("bob", json!({}))).await.expect("sent");
        assert_eq!(got.status, status, "{url}: {}", got.body);
        assert_eq!(got.body["id"].as_str(), id, "{url}");
    }
}

#[tokio::test]
async fn anybody_may_send_any_state_anywhere() {
    let (caller, app) = (caller().await, Integration::start().await);
    let url = app.json(json!({}));
    let forged = Sent {
        url: Some(url.clone()),
        state: Some("stolen".to_owned()),
        callback_id: Some("resolve".to_owned()),
        ..answer("carol", json!({"note": "evil"}))
    };
    assert_eq!(caller.double.submit(forged).await.expect("sent").status, 200);
    let body = app.last().json();
    assert_eq!((&body["state"], &body["submission"]["note"]), (&json!("stolen"), &json!("evil")));
    let team = caller.get("/teams/name/ops").await["id"].clone();
    let alerts = caller.channel("alerts");
    let send = |channel: &str, team: &Value| {
        json!({"url": url, "user_id": caller.user("alice"), "channel_id": channel,
            "team_id": team, "submission": {}, "state": "s", "type": "anything"})
    };
    let carol = caller.as_user("carol");
    let path = "/actions/dialogs/submit";
    assert_eq!(carol.send("POST", path, send(&alerts, &team)).await.status, 200);
    let body = app.last().json();
    assert_eq!(body["user_id"], json!(caller.user("carol")), "but the user is the session's");
    assert_eq!(body["type"], "dialog_submission");
    let mut refresh = send(&alerts, &team);
    refresh["type"] = "refresh".into();
    assert_eq!(carol.send("POST", path, refresh).await.status, 200);
    assert_eq!(app.last().json()["type"], "refresh");
    assert_eq!(carol.error("POST", path, send(&alerts, &json!(""))).await.0, 403);
    assert_eq!(carol.error("POST", path, send(&caller.channel("vault"), &team)).await.0, 403);
    let missing = (404, "app.channel.get.existing.app_error".to_owned());
    assert_eq!(carol.error("POST", path, send("", &team)).await, missing);
    let nobody = caller.with_token("");
    assert_eq!(nobody.error("POST", path, send(&alerts, &team)).await.0, 401);
}

#[tokio::test]
async fn a_lookup_asks_for_options() {
    let (caller, app) = (caller().await, Integration::start().await);
    let items = json!({"items": [{"text": "Al", "value": "1"}]});
    let body = json!({"url": app.json(items.clone()), "callback_id": "c", "state": "s",
        "channel_id": caller.channel("alerts"),
        "team_id": caller.get("/teams/name/ops").await["id"],
        "submission": {"query": "al", "selected_field": "dy"}});
    let bob = caller.as_user("bob");
    let got = bob.send("POST", "/actions/dialogs/lookup", body).await;
    assert_eq!(got.body, items);
    assert_eq!(app.last().json()["type"], "dialog_lookup");
    assert_eq!(app.last().json()["submission"]["query"], "al");
}
