//! Changing posts: what stays, what is replaced, what dies.

mod common;

use common::{Caller, Integration, caller, caller_with};
use mattermost_double::{Seed, Version};
use serde_json::{Map, Value, json};

fn card(url: &str) -> Value {
    json!({"delivery": "d1", "attachments": [{"text": "x", "actions": [
        {"id": "ack", "type": "button", "name": "Ack", "integration": {"url": url}}]}]})
}

async fn posted(caller: &Caller, url: &str) -> String {
    let channel_id = caller.channel("alerts");
    let body = json!({"channel_id": channel_id, "message": "m", "props": card(url)});
    caller.create(body).await.id()
}

fn patch(id: &str) -> String {
    format!("/posts/{id}/patch")
}

#[tokio::test]
async fn a_patch_keeps_what_it_does_not_name_and_replaces_props_whole() {
    let (caller, app) = (caller().await, Integration::start().await);
    let url = app.json(json!({}));
    let id = posted(&caller, &url).await;
    let changed = caller.send("PUT", &patch(&id), json!({"message": "n"})).await;
    assert_eq!((changed.status, &changed.body["message"]), (200, &json!("n")));
    assert!(changed.body["edit_at"].as_i64() > Some(0));
    assert_eq!(caller.double.click("bob", &id, "ack").await.expect("a click").status, 200);
    let props = json!({"props": {"other": 1}});
    let changed = caller.send("PUT", &patch(&id), props).await;
    assert_eq!(changed.body["props"], json!({"other": 1}), "from_bot is gone as well");
    assert_eq!(changed.body["message"], "n");
    assert_eq!(caller.send("PUT", &patch(&id), json!({})).await.status, 200);
}

#[tokio::test]
async fn other_props_change_without_an_edited_mark() {
    let caller = caller().await;
    let id = posted(&caller, "http://127.0.0.1:1").await;
    let mut props = card("http://127.0.0.1:1");
    props["other"] = true.into();
    let changed = caller.send("PUT", &patch(&id), json!({"props": props})).await;
    assert_eq!(changed.body["edit_at"], 0);
    props["attachments"][0]["text"] = "y".into();
    let changed = caller.send("PUT", &patch(&id), json!({"props": props})).await;
    assert!(changed.body["edit_at"].as_i64() > Some(0));
}

#[tokio::test]
async fn reading_and_writing_back_kills_the_buttons() {
    let (caller, app) = (caller().await, Integration::start().await);
    let url = app.json(json!({}));
    let id = posted(&caller, &url).await;
    let read = caller.get(&format!("/posts/{id}")).await;
    let back = json!({"props": read["props"]});
    assert_eq!(caller.send("PUT", &patch(&id), back).await.status, 200);
    let dead = caller.double.click("bob", &id, "ack").await.expect("a click");
    assert_eq!(dead.status, 404);
    assert_eq!(dead.body["id"], "api.post.do_action.action_id.app_error");
    assert!(!caller.reading(&id).buttons[0].is_alive);
    let right = json!({"props": card(&url)});
    assert_eq!(caller.send("PUT", &patch(&id), right).await.status, 200);
    assert_eq!(caller.double.click("bob", &id, "ack").await.expect("a click").status, 200);
    assert_eq!(app.heard().len(), 1);
}

#[tokio::test]
async fn an_old_server_panics_at_the_next_right_update() {
    let caller = caller_with(Seed { version: Version::V5_37, ..Seed::default() }).await;
    let id = posted(&caller, "http://127.0.0.1:1").await;
    let read = caller.get(&format!("/posts/{id}")).await;
    let back = json!({"props": read["props"]});
    assert_eq!(caller.send("PUT", &patch(&id), back).await.status, 200);
    let right = json!({"props": card("http://127.0.0.1:1")});
    assert!(caller.try_send("PUT", &patch(&id), right).await.is_err());
}

#[tokio::test]
async fn put_without_props_differs_by_version() {
    for (version, keeps) in
        [(Version::V11_6, true), (Version::V11_2, false), (Version::V5_37, false)]
    {
        let caller = caller_with(Seed { version, ..Seed::default() }).await;
        let id = posted(&caller, "http://127.0.0.1:1").await;
        let path = format!("/posts/{id}");
        let wrong = json!({"id": "u".repeat(26), "message": "n"});
        let id_mismatch = (400, "api.context.invalid_body_param.app_error".to_owned());
        assert_eq!(caller.error("PUT", &path, wrong).await, id_mismatch);
        let got = caller.send("PUT", &path, json!({"id": id, "message": "n"})).await;
        assert_eq!(got.body["props"].get("delivery").is_some(), keeps, "{version:?}");
        let cleared = caller.send("PUT", &path, json!({"id": id, "props": {}})).await;
        assert_eq!(cleared.body["props"], json!({}), "{version:?}");
        assert_eq!(cleared.body["message"], "", "{version:?}");
    }
}

#[tokio::test]
async fn only_ones_own_posts_in_ones_own_channels() {
    let caller = caller().await;
    let id = posted(&caller, "http://127.0.0.1:1").await;
    let refused = (403, "api.context.permissions.app_error".to_owned());
    let body = json!({"message": "n"});
    let alice = caller.as_user("alice");
    assert_eq!(alice.error("PUT", &patch(&id), body.clone()).await, refused, "foreign");
    let unknown = patch(&"u".repeat(26));
    assert_eq!(caller.error("PUT", &unknown, body.clone()).await, refused, "unknown");
    assert!(caller.double.remove_member("alerts", "nightowl"));
    assert_eq!(caller.error("PUT", &patch(&id), body.clone()).await, refused, "removed");
    let admin = caller.as_user("admin");
    let member = json!({"user_id": caller.user("nightowl")});
    let members = format!("/channels/{}/members", caller.channel("alerts"));
    assert_eq!(admin.send("POST", &members, member).await.status, 201);
    assert!(caller.double.archive("alerts"));
    let id_of = |what: &str| format!("api.post.{what}.can_not_update_post_in_deleted.error");
    let archived = caller.error("PUT", &patch(&id), body).await;
    assert_eq!(archived, (400, id_of("patch_post")));
}

#[tokio::test]
async fn the_time_limit_stops_edits() {
    let late = (400, "api.post.update_post.permissions_time_limit.app_error".to_owned());
    for (version, limits_props) in [(Version::V11_6, true), (Version::V11_2, false)] {
        let mut seed = Seed { version, ..Seed::default() };
        seed.config.post_edit_time_limit = 10;
        let (caller, app) = (caller_with(seed).await, Integration::start().await);
        let url = app.json(json!({"update": {"message": "clicked", "props": {}}}));
        let id = posted(&caller, &url).await;
        caller.double.shift_clock(11_000);
        let message = caller.error("PUT", &patch(&id), json!({"message": "n"})).await;
        assert_eq!(message, late, "{version:?}");
        let mut props = card(&url);
        props["other"] = true.into();
        let props = caller.send("PUT", &patch(&id), json!({"props": props})).await;
        assert_eq!(props.status == 400, limits_props, "{version:?}: {}", props.text);
        assert_eq!(caller.send("PUT", &patch(&id), json!({})).await.status, 200, "empty");
        assert_eq!(caller.double.click("bob", &id, "ack").await.expect("a click").status, 200);
        assert_eq!(caller.double.post(&id).expect("a post").message, "clicked");
        let path = format!("/posts/{id}");
        assert_eq!(caller.send("DELETE", &path, json!(null)).await.status, 200);
    }
}

#[tokio::test]
async fn the_history_is_the_authors_and_shows_integrations() {
    let caller = caller().await;
    let id = posted(&caller, "http://127.0.0.1:1/secret").await;
    caller.send("PUT", &patch(&id), json!({"message": "n"})).await;
    let path = format!("/posts/{id}/edit_history");
    let history = caller.get(&path).await;
    assert_eq!(history[0]["original_id"], json!(id));
    assert!(history.to_string().contains("/secret"));
    assert_eq!(caller.as_user("admin").error("GET", &path, json!(null)).await.0, 403);
}

#[tokio::test]
async fn mentions_count_when_posted_and_not_when_edited_in() {
    let caller = caller().await;
    let channel = caller.channel("alerts");
    let count = async || {
        let path = format!("/channels/{channel}/members/{}", caller.user("carol"));
        caller.get(&path).await["mention_count"].as_u64().expect("a number")
    };
    caller.post(&channel, "@carol and @channel").await;
    assert_eq!(count().await, 1);
    let id = caller.post(&channel, "nobody").await.id();
    caller.send("PUT", &patch(&id), json!({"message": "@carol"})).await;
    assert_eq!(count().await, 1);
    caller.double.say("carol", "alerts", "@channel", "", Map::new()).await.expect("posted");
    assert_eq!(count().await, 1, "one does not mention oneself");
}
