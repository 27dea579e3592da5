//! Buttons and menus: what the integration is sent, and what its answer does.

mod common;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Caller, Integration, caller, caller_with};
use mattermost_double::{Got, Seed, Version};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::{Value, json};

const FAILED: &str = "api.post.do_action.action_integration.app_error";

fn button(id: &str, url: &str) -> Value {
    json!({"id": id, "type": "button", "name": "Ack",
        "integration": {"url": url, "context": {"secret": "s3cr3t", "n": 1, "nested": {"a": [1, 2]}}}})
}

async fn with_button(caller: &Caller, url: &str) -> String {
    caller.card(json!([{"text": "x", "actions": [button("ack", url)]}])).await.id()
}

async fn click(caller: &Caller, post: &str) -> Got {
    caller.double.click("bob", post, "ack").await.expect("a click")
}

#[tokio::test]
async fn the_body_is_the_real_servers_byte_for_byte() {
    let (caller, app) = (caller().await, Integration::start().await);
    let post = with_button(&caller, &app.json(json!({}))).await;
    let got = click(&caller, &post).await;
    assert_eq!((got.status, &got.body["status"]), (200, &json!("OK")));
    let heard = app.last();
    let body = heard.json();
    let trigger = body["trigger_id"].as_str().expect("text");
    let (bob, channel) = (caller.user("bob"), caller.channel("alerts"));
    let team = caller.get("/teams/name/ops").await["id"].as_str().expect("an id").to_owned();
    let expected = format!(
        concat!(
            r#"{{"user_id":"{}","user_name":"bob","channel_id":"{}","channel_name":"alerts","#,
            r#""team_id":"{}","team_domain":"ops","post_id":"{}","trigger_id":"{}","#,
            r#""type":"button","data_source":"","#,
            r#""context":{{"n":1,"nested":{{"a":[1,2]}},"secret":"s3cr3t"}}}}"#
        ),
        bob, channel, team, post, trigger
    );
    assert_eq!(heard.body, expected);
    assert_eq!(heard.headers["user-agent"], "Mattermost-Bot/1.1");
    assert_eq!(heard.headers["accept"], "application/json");
    assert_eq!(heard.headers["content-type"], "application/json");
    assert!(!heard.headers.contains_key("authorization"), "it proves nothing");
    let told = got.body["trigger_id"].as_str().expect("text");
    let decoded = String::from_utf8(STANDARD.decode(trigger).expect("base64")).expect("text");
    assert!(decoded.starts_with(&format!("{told}:{bob}:")), "clients get the id alone");
}

#[tokio::test]
async fn the_trigger_verifies_under_the_key_that_needs_no_login() {
    let (caller, app) = (caller().await, Integration::start().await);
    let post = with_button(&caller, &app.json(json!({}))).await;
    click(&caller, &post).await;
    let open = caller.with_token("");
    let config = open.get("/config/client?format=old").await;
    assert!(config.get("MaxPostSize").is_none(), "that needs a login");
    assert_eq!(caller.get("/config/client?format=old").await["MaxPostSize"], "16383");
    assert_eq!(open.error("GET", "/config/client", json!(null)).await.0, 400);
    let key = config["AsymmetricSigningPublicKey"].as_str().expect("text");
    let der = STANDARD.decode(key).expect("base64");
    assert_eq!(der.len(), 91, "a P-256 key");
    let trigger = app.last().json()["trigger_id"].as_str().expect("text").to_owned();
    let verify = |der: &[u8], trigger: &str| {
        let decoded = STANDARD.decode(trigger).expect("base64");
        let text = String::from_utf8(decoded).expect("text");
        let (data, signature) = text.rsplit_once(':').expect("four parts");
        let signature = STANDARD.decode(signature).expect("base64");
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &der[26..]);
        key.verify(format!("{data}:").as_bytes(), &signature).is_ok()
    };
    assert!(verify(&der, &trigger));
    let text = String::from_utf8(STANDARD.decode(&trigger).expect("base64")).expect("text");
    let forged = text.replace(&caller.user("bob"), &caller.user("alice"));
    assert!(!verify(&der, &STANDARD.encode(forged)));
    caller.double.change_key();
    let config = open.get("/config/client?format=old").await;
    let other = config["AsymmetricSigningPublicKey"].as_str().expect("text").to_owned();
    assert!(!verify(&STANDARD.decode(other).expect("base64"), &trigger));
    // A real server's key and trigger, so that the form is not only the double's own.
    let real = STANDARD.decode(REAL_KEY).expect("base64");
    assert_eq!((real.len(), &real[..26]), (91, &der[..26]));
    assert!(verify(&real, REAL_TRIGGER));
}

const REAL_KEY: &str = concat!(
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAerinsGaGNRrFwOR7SZ7uW3MPJOWMMEfgD3bKqRVWv1YePxii0QIRkCO",
    "CFln6E8EZFE0e1+Q7ZfVNru9/rlzUg=="
);
const REAL_TRIGGER: &str = concat!(
    "a2c1dGRxZXQ1anlnZm1oa2t1ZG5la2tlMXI6N2hkM2N0ZXFnYm5uemNqanNuNThiaXpocHI6MTc5NTI1Nzc1MjU5NDpN",
    "RVFDSURVNllWWTQ5aVQ3RjcvS1pyS3JUZDAzeFRUK3RrbUdyY3doQWtrajlmZm9BaUErQzZyRWoyYUs2WHYzVStIWnFI",
    "ZHdjTGpSbHgvMXFlMXZMUFFaYTVpVGdRPT0="
);

#[tokio::test]
async fn a_direct_message_has_no_team() {
    let (caller, app) = (caller().await, Integration::start().await);
    let ids = json!([caller.user("nightowl"), caller.user("bob")]);
    let channel = caller.send("POST", "/channels/direct", ids).await;
    let actions = json!([button("ack", &app.json(json!({})))]);
    let props = json!({"attachments": [{"actions": actions}]});
    let post = caller.create(json!({"channel_id": channel.id(), "props": props})).await.id();
    assert_eq!(click(&caller, &post).await.status, 200);
    let body = app.last().json();
    assert_eq!((&body["team_id"], &body["team_domain"]), (&json!(""), &json!("")));
    assert_eq!(body["channel_name"], channel.body["name"]);
}

#[tokio::test]
async fn only_200_with_json_or_nothing_is_success() {
    let (caller, app) = (caller().await, Integration::start().await);
    let cases = [
        (app.says(200, "application/json", "{}"), true),
        (app.says(200, "", ""), true),
        (app.says(200, "text/plain", "fine"), false),
        (app.says(200, "text/html", "<html></html>"), false),
        (app.says(202, "application/json", "{}"), false),
        (app.says(204, "", ""), false),
        (app.says(401, "application/json", "{}"), false),
        (app.says(429, "application/json", "{}"), false),
        (app.says(500, "application/json", "{}"), false),
        (app.says(302, "", ""), true),
        ("http://127.0.0.1:1/refused".to_owned(), false),
        ("ftp://127.0.0.1/x".to_owned(), false),
        ("http://127.0.0.2:1/x".to_owned(), false),
    ];
    for (url, fine) in cases {
        let post = with_button(&caller, &url).await;
        let got = click(&caller, &post).await;
        assert_eq!(got.status, if fine { 200 } else { 400 }, "{url}");
        if !fine {
            assert_eq!(got.body["id"], FAILED, "{url}");
        }
    }
    let followed = app.heard().into_iter().find(|heard| heard.path == "/redirected");
    assert_eq!(followed.expect("a followed redirect").method, "GET");
}

#[tokio::test]
async fn private_addresses_have_to_be_allowed() {
    let (caller, app) = (caller().await, Integration::start().await);
    let post = with_button(&caller, &app.json(json!({}))).await;
    for (allowed, status) in [
        ("", 400),
        ("10.0.0.0/8", 400),
        ("127.0.0.0/8", 200),
        ("localhost", 400),
        ("127.0.0.1", 200),
    ] {
        caller.double.configure(|config| {
            config.allowed_untrusted_internal_connections = allowed.to_owned();
        });
        assert_eq!(click(&caller, &post).await.status, status, "{allowed:?}");
    }
    assert_eq!(app.heard().len(), 2, "what is forbidden is not called");
}

#[tokio::test]
async fn an_integration_has_only_so_long() {
    let mut seed = Seed::default();
    seed.config.integration_timeout_millis = 50;
    let (caller, app) = (caller_with(seed).await, Integration::start().await);
    let post = with_button(&caller, &format!("{}/x?z_status=hang", app.url)).await;
    assert_eq!(click(&caller, &post).await.body["id"], FAILED);
}

#[tokio::test]
async fn an_old_server_wants_a_body() {
    let caller = caller_with(Seed { version: Version::V5_37, ..Seed::default() }).await;
    let app = Integration::start().await;
    let post = with_button(&caller, &app.says(200, "", "")).await;
    assert_eq!(click(&caller, &post).await.status, 400);
    let post = with_button(&caller, &app.json(json!({}))).await;
    assert_eq!(click(&caller, &post).await.status, 200);
}

#[tokio::test]
async fn ids_that_the_route_does_not_know_are_not_heard_of() {
    let (caller, app) = (caller().await, Integration::start().await);
    let url = app.json(json!({}));
    for id in ["add_kb", "add-kb", "a.b", "é"] {
        let post = caller.card(json!([{"actions": [button(id, &url)]}])).await.id();
        let got = caller.double.click("bob", &post, id).await.expect("a click");
        assert_eq!(got.body["id"], "api.context.404.app_error", "{id}");
        let path = format!("/posts/{post}/actions/{id}");
        let bob = caller.as_user("bob");
        assert_eq!(bob.error("POST", &path, json!({})).await.0, 404, "{id}");
        assert!(!caller.reading(&post).buttons[0].is_alive);
    }
    assert_eq!(app.heard().len(), 0);
    let long = "a".repeat(60);
    let post = caller.card(json!([{"actions": [button(&long, &url)]}])).await.id();
    let got = caller.double.click("bob", &post, &long).await.expect("a click");
    assert_eq!(got.status, 200);
}

#[tokio::test]
async fn invalid_actions_are_stored_and_warned_of() {
    let (caller, app) = (caller().await, Integration::start().await);
    let url = app.json(json!({}));
    let plain = |id: &str| json!({"id": id, "integration": {"url": url}});
    let actions = json!([plain("one"), plain("one"), {"id": "two"}, {"type": "button", "name": "x"},
        {"id": "three", "type": "button", "name": "x", "style": "blink",
            "integration": {"url": url}},
        {"id": "four", "type": "select", "name": "x", "integration": {"url": url}}]);
    let post = caller.card(json!([{"actions": actions}])).await;
    let stored = &post.body["props"]["attachments"][0]["actions"];
    assert_eq!(stored[3]["id"].as_str().map(str::len), Some(26), "an id is drawn");
    let id = post.id();
    for (action, status) in [("one", 200), ("two", 404), ("three", 200), ("four", 200)] {
        let got = caller.double.click("bob", &id, action).await.expect("a click");
        assert_eq!(got.status, status, "{action}");
    }
    let warnings = caller.double.warnings().join("\n");
    for what in [
        "no name",
        "unknown type",
        "there twice",
        "no integration",
        "no id",
        "unknown style",
        "without options",
    ] {
        assert!(warnings.contains(what), "{what}: {warnings}");
    }
}

#[tokio::test]
async fn who_may_click() {
    let (caller, app) = (caller().await, Integration::start().await);
    let post = with_button(&caller, &app.json(json!({}))).await;
    let path = format!("/posts/{post}/actions/ack");
    assert_eq!(caller.with_token("").error("POST", &path, json!({})).await.0, 401);
    let bob = caller.as_user("bob");
    let junk = bob.error("POST", &path, json!({"cookie": "junk"})).await;
    assert_eq!(junk.0, 400);
    let unknown = format!("/posts/{}/actions/ack", "u".repeat(26));
    assert_eq!(bob.error("POST", &unknown, json!({})).await.0, 403);
    let missing = (404, "api.post.do_action.action_id.app_error".to_owned());
    let path = format!("/posts/{post}/actions/nothing");
    assert_eq!(bob.error("POST", &path, json!({})).await, missing);
    caller.double.remove_member("alerts", "bob");
    assert_eq!(click(&caller, &post).await.status, 403);
    let gone = with_button(&caller, &app.json(json!({}))).await;
    caller.double.delete(&gone);
    let alice = caller.double.click("alice", &gone, "ack").await.expect("a click");
    assert_eq!((alice.status, &alice.body["id"]), (404, &json!("app.post.get.app_error")));
    assert_eq!(app.heard().len(), 0);
}

#[tokio::test]
async fn an_update_replaces_what_it_names() {
    let (caller, app) = (caller().await, Integration::start().await);
    let update = async |update: Value| {
        let post = with_button(&caller, &app.json(json!({"update": update}))).await;
        assert_eq!(click(&caller, &post).await.status, 200);
        caller.double.post(&post).expect("a post")
    };
    let kept = update(json!({"message": "m", "is_pinned": true, "user_id": "x"})).await;
    assert_eq!((kept.message.as_str(), kept.is_pinned), ("m", false));
    assert_eq!(kept.user_id, caller.user("nightowl"));
    assert!(kept.props.contains_key("attachments") && kept.edit_at > 0);
    let cleared = update(json!({"message": "m", "props": {}})).await;
    assert_eq!(json!(cleared.props), json!({}), "from_bot too");
    let props = json!({"delivery": "d", "override_username": "x", "from_webhook": "true"});
    let replaced = update(json!({"message": "m", "props": props})).await;
    assert_eq!(json!(replaced.props), json!({"delivery": "d"}));
}

#[tokio::test]
async fn an_update_that_fails_is_told_to_the_clicker() {
    let (caller, app) = (caller().await, Integration::start().await);
    let long = app.json(json!({"update": {"message": "x".repeat(2_000).repeat(9)}}));
    let post = with_button(&caller, &long).await;
    let got = click(&caller, &post).await;
    assert_eq!(got.body["id"], "model.post.is_valid.message_length.app_error");
    let post = with_button(&caller, &app.json(json!({"update": {"message": "m"}}))).await;
    caller.double.archive("alerts");
    let got = click(&caller, &post).await;
    let id = "api.post.update_post.can_not_update_post_in_deleted.error";
    assert_eq!((got.status, &got.body["id"]), (400, &json!(id)));
    assert_eq!(app.heard().len(), 2, "it was called all the same");
}

#[tokio::test]
async fn ephemeral_text_is_shown_to_the_clicker_and_errors_are_not() {
    let (caller, app) = (caller().await, Integration::start().await);
    let text = "<https://x.example|x> <!channel>";
    let answer = json!({"ephemeral_text": text, "error": {"message": "no"}, "goto_location": "y"});
    let post = with_button(&caller, &app.json(answer)).await;
    let got = click(&caller, &post).await;
    assert_eq!(got.status, 200, "an error field is ignored");
    assert_eq!(got.ephemerals.len(), 1);
    assert_eq!(got.ephemerals[0].message, "[x](https://x.example) <!channel>");
    let answer = json!({"ephemeral_text": text, "skip_slack_parsing": true});
    let post = with_button(&caller, &app.json(answer)).await;
    assert_eq!(click(&caller, &post).await.ephemerals[0].message, text);
}

#[tokio::test]
async fn a_menu_sends_what_was_chosen_unchecked() {
    let (caller, app) = (caller().await, Integration::start().await);
    let url = app.json(json!({}));
    let menu = json!({"id": "m", "type": "select", "name": "Menu",
        "options": [{"text": "One", "value": "1"}],
        "integration": {"url": url, "context": {"z": 1}}});
    let people = json!({"id": "p", "type": "select", "name": "Who", "data_source": "users",
        "integration": {"url": url}});
    let post = caller.card(json!([{"actions": [menu, people]}])).await.id();
    for chosen in ["1", "2"] {
        caller.double.choose("bob", &post, "m", chosen).await.expect("a choice");
        let body = app.last().json();
        assert_eq!(body["type"], "select");
        assert_eq!(body["context"], json!({"selected_option": chosen, "z": 1}));
    }
    caller.double.click("bob", &post, "m").await.expect("a click");
    assert_eq!(app.last().json()["context"], json!({"z": 1}), "no key without a choice");
    caller.double.choose("bob", &post, "p", &caller.user("carol")).await.expect("a choice");
    let body = app.last().json();
    assert_eq!(body["data_source"], "users");
    assert_eq!(body["context"], json!({"selected_option": caller.user("carol")}));
    let buttons = caller.reading(&post).buttons;
    assert_eq!(buttons[0].options, [("One".to_owned(), "1".to_owned())]);
    assert_eq!((buttons[1].kind.as_str(), buttons[1].data_source.as_str()), ("select", "users"));
}

#[tokio::test]
async fn numbers_go_through_floats() {
    let (caller, app) = (caller().await, Integration::start().await);
    let url = app.json(json!({}));
    let context = json!({"big": 9_007_199_254_740_993_i64, "one": 1.0, "half": 0.5, "t": "é",
        "yes": true, "no": null, "long": "x".repeat(20_000)});
    let action = json!({"id": "ack", "type": "button", "name": "x",
        "integration": {"url": url, "context": context}});
    let post = caller.card(json!([{"actions": [action]}])).await.id();
    assert_eq!(click(&caller, &post).await.status, 200);
    let body = app.last().body;
    assert!(body.contains(r#""big":9007199254740992,"half":0.5,"#), "{body}");
    assert!(body.contains(r#""no":null,"one":1,"t":"é","yes":true}"#), "{body}");
}

#[tokio::test]
async fn anybody_may_point_a_button_at_anybodys_address() {
    let (caller, app) = (caller().await, Integration::start().await);
    let url = app.json(json!({}));
    let props = json!({"attachments": [{"actions": [button("ack", &url)]}]});
    let forged = json!({"channel_id": caller.channel("alerts"), "props": props});
    let post = caller.as_user("alice").create(forged).await.id();
    assert_eq!(click(&caller, &post).await.status, 200);
    assert_eq!(app.last().json()["user_id"], json!(caller.user("bob")), "and his own trigger");
}
