//! Outgoing webhooks.

mod common;

use common::{Caller, Integration, caller};
use serde_json::{Map, Value, json};

async fn with_hook(url: &str, more: Value) -> (Caller, common::Got) {
    let caller = caller().await;
    let team = caller.get("/teams/name/ops").await["id"].clone();
    let mut body = json!({"team_id": team, "trigger_words": ["owl"], "callback_urls": [url],
        "content_type": "application/x-www-form-urlencoded", "display_name": "owl"});
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let made = caller.as_user("admin").send("POST", "/hooks/outgoing", body).await;
    (caller, made)
}

async fn say(caller: &Caller, channel: &str, text: &str, root: &str) -> String {
    caller.double.say("bob", channel, text, root, Map::new()).await.expect("posted")
}

#[tokio::test]
async fn the_form_is_the_real_servers() {
    let app = Integration::start().await;
    let (caller, made) = with_hook(&app.json(json!({})), json!({})).await;
    assert_eq!(made.status, 201);
    let post = say(&caller, "alerts", "owl two", "").await;
    let heard = app.last();
    let seconds = caller.double.post(&post).expect("a post").create_at / 1_000;
    let team = made.body["team_id"].as_str().expect("text");
    let token = made.body["token"].as_str().expect("text");
    let (channel, bob) = (caller.channel("alerts"), caller.user("bob"));
    let expected = format!(
        "channel_id={channel}&channel_name=alerts&file_ids=&post_id={post}&team_domain=ops&\
         team_id={team}&text=owl+two&timestamp={seconds}&token={token}&trigger_word=owl&\
         user_id={bob}&user_name=bob"
    );
    assert_eq!(heard.body, expected);
    assert_eq!(heard.headers["content-type"], "application/x-www-form-urlencoded");
    assert!(!heard.headers.contains_key("authorization"));
}

#[tokio::test]
async fn json_counts_in_milliseconds() {
    let app = Integration::start().await;
    let more = json!({"content_type": "application/json"});
    let (caller, made) = with_hook(&app.json(json!({})), more).await;
    let post = say(&caller, "alerts", "owl do it @carol", "").await;
    let millis = caller.double.post(&post).expect("a post").create_at;
    let expected = format!(
        concat!(
            r#"{{"token":"{}","team_id":"{}","team_domain":"ops","channel_id":"{}","#,
            r#""channel_name":"alerts","timestamp":{},"user_id":"{}","user_name":"bob","#,
            r#""post_id":"{}","text":"owl do it @carol","trigger_word":"owl","file_ids":""}}"#
        ),
        made.body["token"].as_str().expect("text"),
        made.body["team_id"].as_str().expect("text"),
        caller.channel("alerts"),
        millis,
        caller.user("bob"),
        post
    );
    assert_eq!(app.last().body, expected);
}

#[tokio::test]
async fn only_public_posts_with_the_word_fire() {
    let app = Integration::start().await;
    let (caller, _) = with_hook(&app.json(json!({})), json!({})).await;
    for (channel, text) in [("alerts", "no owl"), ("alerts", "owls"), ("war-room", "owl")] {
        say(&caller, channel, text, "").await;
    }
    let mut props = Map::new();
    props.insert("from_webhook".to_owned(), "true".into());
    caller.double.say("bob", "alerts", "owl", "", props).await.expect("posted");
    assert_eq!(app.heard().len(), 0);
    let root = say(&caller, "alerts", "root", "").await;
    say(&caller, "alerts", "owl in a thread", &root).await;
    assert!(!app.last().body.contains("root_id"), "no thread is told");
    say(&caller, "town-square", "owl everywhere", "").await;
    assert_eq!(app.heard().len(), 2);
}

#[tokio::test]
async fn posts_by_the_api_fire_too() {
    let app = Integration::start().await;
    let (caller, _) = with_hook(&app.json(json!({})), json!({"trigger_when": 1})).await;
    assert_eq!(caller.post(&caller.channel("alerts"), "owls fly").await.status, 201);
    while app.heard().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(app.last().field("user_name"), "nightowl", "a bot's as well");
}

#[tokio::test]
async fn an_answer_is_a_reply_of_the_hooks_creator() {
    let app = Integration::start().await;
    let url = app.json(json!({"text": "done", "response_type": "comment"}));
    let (caller, _) = with_hook(&url, json!({})).await;
    let post = say(&caller, "alerts", "owl", "").await;
    let reply = caller.double.posts().pop().expect("a post");
    assert_eq!((reply.message.as_str(), &reply.root_id), ("done", &post));
    assert_eq!(reply.user_id, caller.user("admin"));
}

#[tokio::test]
async fn hooks_are_made_by_administrators_and_checked() {
    let (caller, made) = with_hook("ftp://x", json!({})).await;
    assert_eq!(made.body["id"], "model.outgoing_hook.is_valid.callback.app_error");
    let (_, made) = with_hook("http://x.example", json!({"trigger_words": []})).await;
    assert_eq!(made.body["id"], "api.webhook.create_outgoing.triggers.app_error");
    let private = json!({"channel_id": caller.channel("war-room")});
    let (_, made) = with_hook("http://x.example", private).await;
    assert_eq!(made.status, 403);
    let (caller, made) = with_hook("http://x.example", json!({})).await;
    let path = format!("/hooks/outgoing/{}", made.id());
    assert_eq!(caller.as_user("admin").get(&path).await["token"], made.body["token"]);
    assert_eq!(caller.error("GET", &path, json!(null)).await.0, 403);
}

/// The server replaces a hook as a whole and keeps neither its token nor anything else.
#[tokio::test]
async fn an_update_replaces_the_token_too() {
    let (caller, made) = with_hook("http://127.0.0.1:9/old", json!({})).await;
    let id = made.body["id"].as_str().expect("text").to_owned();
    let path = format!("/hooks/outgoing/{id}");
    let admin = caller.as_user("admin");
    let mut body = json!({"id": id, "trigger_words": ["owl"], "token": made.body["token"],
        "callback_urls": ["http://127.0.0.1:9/new"]});
    let kept = admin.send("PUT", &path, body.clone()).await;
    assert_eq!((kept.status, &kept.body["token"]), (200, &made.body["token"]));
    assert_eq!(kept.body["callback_urls"], json!(["http://127.0.0.1:9/new"]));
    body["token"] = json!(null);
    let lost = admin.send("PUT", &path, body.clone()).await;
    assert_eq!((lost.status, &lost.body["token"]), (200, &json!("")));
    body["id"] = json!("other");
    assert_eq!(admin.send("PUT", &path, body).await.status, 400);
}
