//! Testing a connection, and how all of them are.

mod desk;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::response::Redirect;
use axum::routing::any;
use desk::chat::{Mood, ScriptedChat};
use desk::{ACME, Desk, OPERATOR, RESPONDER, VIEWER, WEBHOOK};
use nightowl_fn_admin::guard::Reach;
use nightowl_messaging::ProviderError;
use serde_json::{Value, json};

const TEST: &str = "/api/v1/admin/messaging/test";
const STATUS: &str = "/api/v1/admin/status";

/// The desk's own tenants with two platforms for `acme`. `URL` is where its Mattermost is.
fn config(url: &str, more: &str) -> String {
    let chat = format!(
        "    name: Acme\n    mattermost: {{ url: \"{url}\", bot_token: mm-stored, \
         default_channel_id: town }}\n    slack: {{ bot_token: xoxb-stored, signing_secret: \
         sign-stored, default_channel: \"#ops\" }}\n{more}"
    );
    desk::CONFIG.replacen("    name: Acme\n", &chat, 1)
}

async fn desk() -> Desk {
    Desk::with(&config("https://8.8.8.8", "")).await
}

async fn post(desk: &Desk, key: &str, body: &Value) -> Value {
    let answer = desk.post(TEST, key, &body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    for secret in ["mm-", "xoxb-", "sign-stored"] {
        assert!(!answer.text.contains(secret), "{secret} in {}", answer.text);
    }
    answer.json()
}

#[tokio::test]
async fn only_an_admin_tests_a_connection() {
    let desk = desk().await;
    let body = json!({ "provider": "mattermost", "tenant": "acme" }).to_string();
    for key in ["", "wrong", WEBHOOK] {
        desk.post(TEST, key, &body).await.problem(401, "no-key");
    }
    for key in [VIEWER, RESPONDER] {
        desk.post(TEST, key, &body).await.problem(403, "role");
    }
    assert!(desk.needs.chat.tried().is_empty());
    assert_eq!(desk.get(TEST, OPERATOR).await.status, 405);
}

#[tokio::test]
async fn a_stored_connection_is_tested_as_it_is() {
    let desk = desk().await;
    let found = post(&desk, ACME, &json!({ "provider": "mattermost" })).await;
    assert_eq!(
        found,
        json!({
            "ok": true,
            "workspace": "Wisbric",
            "bot_name": "nightowl",
            "checks": [
                { "name": "token", "ok": true, "detail": "the token is good" },
                { "name": "post", "ok": true, "detail": "a message was posted to town" },
            ],
        })
    );
    let tried = desk.needs.chat.tried();
    let [(tenant, settings, reach)] = tried.as_slice() else { panic!("{tried:?}") };
    assert_eq!((tenant.as_str(), *reach), ("acme", Reach::Anywhere));
    assert_eq!(settings.secret("bot_token").map(|token| token.expose()), Some("mm-stored"));
}

#[tokio::test]
async fn what_is_given_counts_more_than_what_is_stored() {
    let desk = desk().await;
    let body = json!({
        "provider": "mattermost",
        "tenant": "acme",
        "url": "https://1.1.1.1/",
        "bot_token": "mm-given",
        "default_channel_id": "square",
    });
    let found = post(&desk, OPERATOR, &body).await;
    assert_eq!(found["checks"][1]["detail"], "a message was posted to square");
    let (_, settings, reach) = desk.needs.chat.tried().remove(0);
    assert_eq!(reach, Reach::Public, "it is not where the tenant's own server is");
    assert_eq!(settings.secret("bot_token").map(|token| token.expose()), Some("mm-given"));
    assert_eq!(settings.text("url"), Some("https://1.1.1.1/"));
}

#[tokio::test]
async fn a_failed_check_says_what_to_click() {
    let desk = desk().await;
    let (name, hint) = ("member", "invite the bot: /invite @nightowl");
    let detail = "the bot is not in #ops (token xoxb-stored)".to_owned();
    desk.needs.chat.set(Ok(Mood::Fails { name, detail, hint }));
    let found = post(&desk, ACME, &json!({ "provider": "slack" })).await;
    assert_eq!(found["ok"], false);
    assert_eq!(found["error"], "the bot is not in #ops (token ***)");
    assert_eq!((&found["hint"], &found["workspace"]), (&json!(hint), &json!("Wisbric")));
    assert_eq!(found["checks"][2]["hint"], hint);
    assert_eq!(found["checks"][0].get("hint"), None);
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_is_an_answer_too() {
    let desk = desk().await;
    let body = json!({ "provider": "slack" });
    let broken = ProviderError::Broken {
        reason: "invalid_auth".to_owned(),
        hint: "paste the bot token again".to_owned(),
        credentials: true,
    };
    desk.needs.chat.set(Ok(Mood::Broken(broken)));
    let found = post(&desk, ACME, &body).await;
    let expected = json!({
        "ok": false,
        "error": "invalid_auth",
        "hint": "paste the bot token again",
        "checks": [],
    });
    assert_eq!(found, expected);
    desk.needs.chat.set(Err("bot_token has characters that no token has".to_owned()));
    let found = post(&desk, ACME, &body).await;
    assert_eq!(found["error"], "bot_token has characters that no token has");
    let retry = ProviderError::Retry { after: None, reason: "nothing listens".to_owned() };
    desk.needs.chat.set(Ok(Mood::Broken(retry)));
    let found = post(&desk, ACME, &body).await;
    assert_eq!((&found["ok"], &found["error"]), (&json!(false), &json!("nothing listens")));
}

#[tokio::test]
async fn without_a_channel_only_the_credentials_are_tried() {
    let desk = Desk::new().await;
    let body = json!({ "provider": "mattermost", "url": "https://8.8.8.8", "bot_token": "mm-1" });
    let found = post(&desk, ACME, &body).await;
    assert_eq!((&found["ok"], &found["workspace"]), (&json!(false), &json!("Wisbric")));
    assert_eq!(found["error"], "there is no channel to post to");
    assert_eq!(found["checks"][0]["ok"], true);
}

#[tokio::test]
async fn a_body_that_makes_no_sense_is_refused() {
    let desk = desk().await;
    let send = async |body: Value| desk.post(TEST, OPERATOR, &body.to_string()).await;
    for (body, expected) in [
        (json!([]), "a JSON object"),
        (json!({}), "`provider` is expected to be one of slack, mattermost, inbox"),
        (json!({ "provider": "none", "tenant": "acme" }), "`provider` is expected to be one of"),
        (json!({ "provider": 5 }), "`provider` is expected to be a text"),
        (json!({ "provider": "slack" }), "`tenant` is missing"),
        (json!({ "provider": "slack", "tenant": [] }), "`tenant` is expected to be a text"),
        (json!({ "provider": "slack", "tenant": "acme", "toekn": "x" }), "unknown field \"toekn\""),
        (json!({ "provider": "slack", "tenant": "acme", "url": "https://x" }), "unknown field"),
        (json!({ "provider": "slack", "tenant": "acme", "bot_token": "" }), "an empty text"),
        (json!({ "provider": "slack", "tenant": "acme", "api_url": "x" }), "an unusable address"),
        (json!({ "provider": "slack", "tenant": "zeta" }), "no bot_token"),
        (
            json!({ "provider": "slack", "tenant": "acme", "api_url": "https://evil.example/" }),
            "another address without its bot_token",
        ),
    ] {
        let detail = send(body.clone()).await.problem(422, "invalid");
        assert!(detail.contains(expected), "{body}: {detail}");
    }
    send(json!({ "provider": "slack", "tenant": "nowhere" })).await.problem(404, "no-tenant");
    let detail = desk.post(TEST, OPERATOR, "{\"bot_token\": \"xoxb-1\"").await;
    assert!(!detail.problem(422, "invalid").contains("xoxb"));
    let other = json!({ "provider": "inbox", "tenant": "zeta" }).to_string();
    desk.post(TEST, ACME, &other).await.problem(404, "no-tenant");
    assert!(desk.needs.chat.tried().is_empty(), "nothing was connected to");
}

#[tokio::test]
async fn a_test_does_not_reach_into_the_network_that_it_runs_in() {
    let desk = desk().await;
    for url in [
        "http://8.8.8.8",
        "https://127.0.0.1:8065",
        "https://localhost:8065",
        "https://2130706433",
        "https://[::1]",
        "https://[::ffff:10.0.0.1]",
        "https://169.254.169.254",
        "https://10.0.0.1",
        "https://100.100.100.200",
    ] {
        let body = json!({ "provider": "mattermost", "url": url, "bot_token": "mm-given" });
        let found = post(&desk, ACME, &body).await;
        assert_eq!(found["ok"], false, "{url}");
        assert!(found["hint"].as_str().is_some_and(|hint| hint.contains("allow_private")), "{url}");
    }
    assert!(desk.needs.chat.tried().is_empty(), "nothing was connected to");
}

/// A server on this machine: what it was asked for, and where it is.
async fn server(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{at}")
}

#[tokio::test]
async fn the_configuration_may_lead_into_it_and_a_redirect_may_not() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let inner = server(Router::new().fallback(any(move || {
        count.fetch_add(1, Ordering::SeqCst);
        std::future::ready("secrets")
    })))
    .await;
    let to = inner.clone();
    let redirect = Router::new()
        .fallback(any(move || std::future::ready(Redirect::temporary(&format!("{to}/inner")))));
    let redirect = server(redirect).await;

    // The very server that the tenant is configured with.
    let desk = Desk::with(&config(&inner, "")).await;
    desk.needs.chat.set(Ok(Mood::Asks));
    let found = post(&desk, ACME, &json!({ "provider": "mattermost" })).await;
    assert_eq!((&found["ok"], asked.load(Ordering::SeqCst)), (&json!(true), 1));
    let path = json!({ "provider": "mattermost", "url": format!("{inner}/"), "bot_token": "mm-1" });
    assert_eq!(post(&desk, ACME, &path).await["ok"], true);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    // Another port is another server.
    let given = json!({ "provider": "mattermost", "url": redirect, "bot_token": "mm-1" });
    assert_eq!(post(&desk, ACME, &given).await["ok"], false);

    // A tenant that allows it reaches other servers, and still follows none elsewhere.
    let config = config("https://8.8.8.8", "    allow_private_addresses: true\n");
    let desk = Desk::with(&config).await;
    desk.needs.chat.set(Ok(Mood::Asks));
    let found = post(&desk, ACME, &given).await;
    assert!(found["error"].as_str().is_some_and(|error| error.contains("307")), "{found}");
    assert_eq!(asked.load(Ordering::SeqCst), 2, "the redirect was not followed");
    let direct = json!({ "provider": "mattermost", "url": inner, "bot_token": "mm-1" });
    assert_eq!(post(&desk, ACME, &direct).await["ok"], true);
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_never_answers_is_not_waited_for() {
    let desk = desk().await;
    desk.needs.chat.set(Ok(Mood::Hangs));
    let found = post(&desk, ACME, &json!({ "provider": "slack" })).await;
    assert_eq!(found["error"], "the platform answers too slowly");
    let attach = |name, mood| desk.attach("acme", Arc::new(ScriptedChat::new(name, mood)));
    attach("slack", Mood::Hangs);
    attach("mattermost", Mood::Hangs);
    let began = tokio::time::Instant::now();
    let status = desk.get(STATUS, OPERATOR).await.json();
    assert_eq!(began.elapsed().as_secs(), 8, "for all of them together");
    assert_eq!(status["status"], "degraded");
    let providers = &status["tenants"][0]["providers"];
    assert_eq!(providers[1]["error"], "the platform answers too slowly");
    assert_eq!(providers[0]["ok"], true, "the inbox answered meanwhile");
}

#[tokio::test]
async fn the_status_asks_every_connection_of_every_tenant() {
    let desk = desk().await;
    for key in ["", WEBHOOK] {
        desk.get(STATUS, key).await.problem(401, "no-key");
    }
    desk.attach("acme", Arc::new(ScriptedChat::new("slack", Mood::Fine)));
    let broken = ProviderError::Broken {
        reason: "the token is revoked".to_owned(),
        hint: "paste another".to_owned(),
        credentials: true,
    };
    desk.attach("acme", Arc::new(ScriptedChat::new("mattermost", Mood::Broken(broken))));
    let answer = desk.get(STATUS, VIEWER).await;
    assert_eq!(answer.status, 200);
    let inbox = |workspace: &str| {
        json!({
            "provider": "inbox",
            "ok": true,
            "workspace": workspace,
            "bot_name": "NightOwl",
            "error": null,
            "hint": null,
        })
    };
    let expected = json!({
        "status": "degraded",
        "sweep": { "at": null },
        "tenants": [
            { "tenant": "acme", "providers": [
                inbox("Acme"),
                {
                    "provider": "mattermost",
                    "ok": false,
                    "workspace": null,
                    "bot_name": null,
                    "error": "the token is revoked",
                    "hint": "paste another",
                },
                {
                    "provider": "slack",
                    "ok": true,
                    "workspace": "Wisbric",
                    "bot_name": "nightowl",
                    "error": null,
                    "hint": null,
                },
            ] },
            { "tenant": "zeta", "providers": [inbox("Zeta")] },
        ],
    });
    assert_eq!(answer.json(), expected);

    desk.attach("acme", Arc::new(ScriptedChat::new("mattermost", Mood::Fine)));
    desk.needs.engine.sweep().await.expect("the store works");
    let status = desk.get(STATUS, OPERATOR).await.json();
    assert_eq!(status["status"], "ok");
    assert_eq!(status["sweep"]["at"], desk.now().to_string());
    let own = desk.get(STATUS, ACME).await.json();
    let names: Vec<&Value> =
        own["tenants"].as_array().expect("a list").iter().map(|one| &one["tenant"]).collect();
    assert_eq!(names, ["acme"], "a tenant's key shows its own");
}
