//! Posts: what is refused, what is taken, what is lost.

mod common;

use common::{caller, caller_with};
use mattermost_double::{Fault, Seed, Version};
use serde_json::{Value, json};

#[tokio::test]
async fn posts_go_where_one_is_a_member() {
    let caller = caller().await;
    assert_eq!(caller.post(&caller.channel("alerts"), "x").await.status, 201);
    let refused = (403, "api.context.permissions.app_error".to_owned());
    let absent = caller.error("POST", "/posts", json!({"message": "x"})).await;
    assert_eq!(absent, refused);
    for channel in
        [caller.channel("off-topic"), caller.channel("vault"), "c".repeat(26), "x".into()]
    {
        let body = json!({"channel_id": channel, "message": "x"});
        assert_eq!(caller.error("POST", "/posts", body).await, refused, "{channel}");
    }
    let body = json!({"channel_id": caller.channel("attic"), "message": "x"});
    let archived = (400, "api.post.create_post.can_not_post_to_deleted.error".to_owned());
    assert_eq!(caller.error("POST", "/posts", body).await, archived);
}

#[tokio::test]
async fn what_is_sent_is_looked_at() {
    let caller = caller().await;
    let channel = caller.channel("alerts");
    let with = |name: &str, value: Value| {
        let mut body = json!({"channel_id": channel, "message": "x"});
        body[name] = value;
        body
    };
    let cases = [
        (with("message", "🦉".repeat(16_383).into()), 201, ""),
        (with("message", "x".repeat(16_384).into()), 400, "model.post.is_valid.message_length"),
        (with("message", "".into()), 201, ""),
        (with("message", 1.into()), 400, "api.context.invalid_body_param"),
        (with("type", "system_join".into()), 400, "api.context.invalid_param"),
        (with("type", "bogus".into()), 400, "model.post.is_valid.type"),
        (with("type", "custom_x".into()), 201, ""),
        (with("unknown", json!({"x": 1})), 201, ""),
        (with("props", json!({"x": "y".repeat(290_000)})), 201, ""),
        (with("props", json!({"x": "y".repeat(300_000)})), 413, "api.context.request_body_too"),
        (with("props", json!("x")), 400, "api.context.invalid_body_param"),
        (with("metadata", json!({"priority": {"priority": "urgent"}})), 201, ""),
        (with("metadata", json!({"priority": {"requested_ack": true}})), 501, "license_error"),
    ];
    for (body, status, id) in cases {
        let got = caller.create(body.clone()).await;
        assert_eq!(got.status, status, "{}", got.text);
        assert!(got.body["id"].as_str().expect("an id").starts_with(id), "{}", got.text);
    }
    let body = json!({"channel_id": channel, "message": "x", "create_at": 1, "user_id": "me"});
    let got = caller.create(body).await;
    assert!(got.body["create_at"].as_i64() > Some(1));
    assert_eq!(got.body["user_id"], json!(caller.user("nightowl")));
    assert_eq!(got.body["props"]["from_bot"], "true");
    let bad = caller.request("POST", "/posts", "Bearer").body("{").send().await.expect("an answer");
    assert_eq!(bad.status(), 400);
}

#[tokio::test]
async fn an_old_server_takes_less() {
    let caller = caller_with(Seed { version: Version::V5_37, ..Seed::default() }).await;
    let channel = caller.channel("alerts");
    let long = json!({"channel_id": channel, "message": "x".repeat(16_384)});
    let id = "model.post.is_valid.msg.app_error".to_owned();
    assert_eq!(caller.error("POST", "/posts", long).await, (400, id));
    let props = |length: usize| json!({"channel_id": channel, "message": "x", "props": {"x": "y".repeat(length)}});
    assert_eq!(caller.create(props(7_900)).await.status, 201);
    let id = "model.post.is_valid.props.app_error".to_owned();
    assert_eq!(caller.error("POST", "/posts", props(8_000)).await, (400, id));
}

#[tokio::test]
async fn threads_have_roots() {
    let caller = caller().await;
    let channel = caller.channel("alerts");
    let reply = |channel: &str, root: &str| json!({"channel_id": channel, "message": "reply", "root_id": root});
    let root = caller.post(&channel, "root").await.id();
    let first = caller.create(reply(&channel, &root)).await;
    assert_eq!(first.status, 201);
    let wrong = (400, "api.post.create_post.root_id.app_error".to_owned());
    let gone = caller.post(&channel, "gone").await.id();
    assert!(caller.double.delete(&gone));
    for root in [first.id(), "u".repeat(26), "x".to_owned(), gone] {
        assert_eq!(caller.error("POST", "/posts", reply(&channel, &root)).await, wrong, "{root}");
    }
    let other = (400, "api.post.create_post.channel_root_id.app_error".to_owned());
    let elsewhere = reply(&caller.channel("town-square"), &root);
    assert_eq!(caller.error("POST", "/posts", elsewhere).await, other);
    let thread = caller.get(&format!("/posts/{}/thread", first.id())).await;
    assert_eq!(thread["order"], json!([root, first.id()]));
    let mut urgent = reply(&channel, &root);
    urgent["metadata"] = json!({"priority": {"priority": "urgent"}});
    assert_eq!(caller.error("POST", "/posts", urgent).await.0, 400, "only roots are urgent");
    assert!(caller.double.delete(&root));
    let path = format!("/posts/{}", first.id());
    assert_eq!(caller.error("GET", &path, json!(null)).await.0, 404, "replies go with the root");
}

#[tokio::test]
async fn a_pending_id_is_remembered_for_a_while_and_not_by_the_next_process() {
    let caller = caller().await;
    let channel = caller.channel("alerts");
    let post = |message: &str| json!({"channel_id": channel, "message": message, "pending_post_id": "key1"});
    let first = caller.create(post("one")).await;
    assert_eq!(first.body["pending_post_id"], "key1");
    let again = caller.create(post("two")).await;
    assert_eq!((again.status, again.id()), (201, first.id()));
    assert_eq!(
        (&again.body["message"], &again.body["pending_post_id"]),
        (&json!("one"), &json!(""))
    );
    let alice = caller.as_user("alice").create(post("mine")).await;
    assert_eq!(alice.id(), first.id(), "another user who may read it gets it too");
    caller.double.shift_clock(31_500);
    let later = caller.create(post("later")).await;
    assert_ne!(later.id(), first.id());
    assert!(caller.double.delete(&later.id()));
    let gone = (500, "api.post.deduplicate_create_post.failed_to_get".to_owned());
    assert_eq!(caller.error("POST", "/posts", post("x")).await, gone);
    caller.double.restart();
    assert_eq!(caller.create(post("x")).await.status, 201, "forgotten");
}

#[tokio::test]
async fn a_pending_id_of_another_place_does_not_count_and_failures_free_it() {
    let caller = caller().await;
    let at = |channel: &str, message: &str| {
        let channel = caller.channel(channel);
        json!({"channel_id": channel, "message": message, "pending_post_id": "key"})
    };
    let too_long = "x".repeat(20_000);
    assert_eq!(caller.create(at("alerts", &too_long)).await.status, 400);
    let secret = caller.create(at("war-room", "secret")).await;
    assert_eq!(secret.status, 201);
    let bob = caller.as_user("bob").create(at("alerts", "bob")).await;
    assert_eq!((bob.status, bob.body["message"].as_str()), (201, Some("bob")));
}

#[tokio::test]
async fn a_post_in_flight_keeps_its_key() {
    let caller = caller().await;
    let post = json!({"channel_id": caller.channel("alerts"), "message": "slow",
        "pending_post_id": "key"});
    caller.double.script("posts.create", Fault::Late { after_millis: None, in_flight: true });
    assert!(caller.try_send("POST", "/posts", post.clone()).await.is_err());
    let pending = (500, "api.post.deduplicate_create_post.pending".to_owned());
    assert_eq!(caller.error("POST", "/posts", post.clone()).await, pending);
    assert_eq!(caller.double.posts().len(), 0);
    caller.double.land().await;
    let found = caller.create(post).await;
    assert_eq!((found.status, caller.double.posts().len()), (201, 1));
}

#[tokio::test]
async fn wrong_attachments_are_lost_in_silence() {
    let caller = caller().await;
    for attachments in [json!("junk"), json!([1]), json!([{"text": 1}]), json!({"text": "x"})] {
        let post = caller.card(attachments.clone()).await;
        assert_eq!(post.body["props"]["attachments"], Value::Null, "{attachments}");
    }
    assert!(caller.double.warnings().len() >= 4);
    let post = caller.card(json!([{"text": "x", "unknown": 1}, {"fields": 1}])).await;
    let kept = &post.body["props"]["attachments"];
    assert_eq!(kept.as_array().map(Vec::len), Some(1));
    assert_eq!((&kept[0]["text"], &kept[0]["unknown"]), (&json!("x"), &Value::Null));
    assert_eq!(post.body["type"], "");
    assert_eq!(caller.card(json!(vec![json!({"text": "x"}); 150])).await.status, 201);
}

#[tokio::test]
async fn integrations_are_shown_to_nobody_but_through_a_permalink() {
    let caller = caller().await;
    let action = json!({"id": "ack", "type": "button", "name": "Ack",
        "integration": {"url": "http://127.0.0.1:1/x", "context": {"mac": "s3cret"}}});
    let post = caller.card(json!([{"text": "x", "actions": [action]}])).await;
    let (id, alice) = (post.id(), caller.as_user("alice"));
    assert!(!post.text.contains("s3cret"));
    for who in [&caller, &alice, &caller.as_user("admin")] {
        let channel = format!("/channels/{}/posts", caller.channel("alerts"));
        for path in [format!("/posts/{id}"), format!("/posts/{id}/thread"), channel] {
            let shown = who.get(&path).await.to_string();
            assert!(shown.contains("\"ack\"") && !shown.contains("s3cret"), "{path}: {shown}");
        }
    }
    let link = format!("{}/ops/pl/{id}", caller.double.url());
    let bob = caller.as_user("bob");
    let own = bob.send("POST", "/channels/direct", json!([bob.user("bob"), bob.user("bob")])).await;
    let leak = bob.post(&own.id(), &link).await;
    let data = &leak.body["metadata"]["embeds"][0]["data"];
    let action = &data["post"]["props"]["attachments"][0]["actions"][0];
    assert_eq!(action["integration"]["context"]["mac"], "s3cret", "{leak:?}");
    let again = bob.get(&format!("/posts/{}", leak.id())).await.to_string();
    assert!(again.contains("s3cret"), "each later reading leaks too");
    caller.double.configure(|config| config.enable_permalink_previews = false);
    let safe = bob.get(&format!("/posts/{}", leak.id())).await.to_string();
    assert!(!safe.contains("s3cret"));
    caller.double.configure(|config| config.enable_permalink_previews = true);
    let private = json!({"attachments": [{"text": "hidden"}]});
    let body = json!({"channel_id": caller.channel("war-room"), "props": private});
    let private = caller.create(body).await.id();
    let link = format!("{}/ops/pl/{private}", caller.double.url());
    assert!(!bob.post(&own.id(), &link).await.text.contains("hidden"), "bob is outside");
}

#[tokio::test]
async fn anybody_can_look_like_a_bot_unless_the_server_is_hardened() {
    let caller = caller().await;
    let body = json!({"channel_id": caller.channel("alerts"), "message": "x",
        "props": {"from_bot": "true", "override_username": "nightowl"}});
    let alice = caller.as_user("alice");
    assert_eq!(alice.create(body.clone()).await.body["props"]["from_bot"], "true");
    caller.double.configure(|config| config.hardened_mode = true);
    let refused = (400, "api.context.invalid_body_param.app_error".to_owned());
    assert_eq!(alice.error("POST", "/posts", body.clone()).await, refused);
    assert_eq!(caller.create(body).await.status, 201, "a bot may");
}

#[tokio::test]
async fn deleted_posts_are_gone() {
    let caller = caller().await;
    let id = caller.post(&caller.channel("alerts"), "x").await.id();
    let path = format!("/posts/{id}");
    assert_eq!(caller.as_user("alice").error("DELETE", &path, json!(null)).await.0, 403);
    assert_eq!(caller.send("DELETE", &path, json!(null)).await.status, 200);
    let gone = (404, "app.post.get.app_error".to_owned());
    assert_eq!(caller.error("DELETE", &path, json!(null)).await, gone);
    assert_eq!(caller.error("GET", &path, json!(null)).await, gone);
    let patch = caller.error("PUT", &format!("{path}/patch"), json!({"message": "y"})).await;
    assert_eq!(patch, (403, "api.context.permissions.app_error".to_owned()));
}

#[tokio::test]
async fn since_lists_changes_and_old_versions_by_update() {
    let caller = caller().await;
    let channel = caller.channel("alerts");
    let old = caller.post(&channel, "old").await.id();
    let quiet = caller.post(&channel, "quiet").await.id();
    let gone = caller.post(&channel, "gone").await.id();
    caller.double.shift_clock(60_000);
    let since = caller.double.now() - 1;
    let patch = format!("/posts/{old}/patch");
    assert_eq!(caller.send("PUT", &patch, json!({"message": "new"})).await.status, 200);
    assert!(caller.double.delete(&gone));
    let fresh = caller.post(&channel, "fresh").await.id();
    let path = format!("/channels/{channel}/posts?since={since}&per_page=1");
    let list = caller.get(&path).await;
    let posts = list["posts"].as_object().expect("posts");
    assert_eq!(posts.len(), 4, "pages do not count: {list}");
    assert_eq!(posts[&old]["message"], "new");
    assert!(posts[&gone]["delete_at"].as_i64() > Some(0));
    assert!(posts.contains_key(&fresh) && !posts.contains_key(&quiet));
    let version = posts.values().find(|post| post["original_id"] != "").expect("a version");
    assert_eq!((&version["original_id"], &version["message"]), (&json!(old), &json!("old")));
    assert!(version["delete_at"].as_i64() > Some(0));
    let listed = caller.get(&format!("/channels/{channel}/posts")).await;
    assert_eq!(listed["order"], json!([fresh, quiet, old]), "newest first, without the gone");
}

#[tokio::test]
async fn since_gives_the_oldest_thousand() {
    let caller = caller().await;
    let channel = caller.channel("alerts");
    let since = caller.double.now() - 1;
    for number in 0..1_001 {
        let text = number.to_string();
        let said = caller.double.say("bob", "alerts", &text, "", serde_json::Map::new()).await;
        said.expect("posted");
    }
    let list = caller.get(&format!("/channels/{channel}/posts?since={since}")).await;
    let posts = list["posts"].as_object().expect("posts");
    assert_eq!(posts.len(), 1_000);
    assert!(!posts.values().any(|post| post["message"] == "1000"), "the newest is left out");
    let page = caller.get(&format!("/channels/{channel}/posts?per_page=500")).await;
    assert_eq!(page["order"].as_array().map(Vec::len), Some(200));
    let last = page["prev_post_id"].as_str().expect("an id");
    let next = caller.get(&format!("/channels/{channel}/posts?page=1&per_page=200")).await;
    assert_eq!(next["order"][0], last);
    let first = page["order"][199].as_str().expect("an id");
    let before = caller.get(&format!("/channels/{channel}/posts?before={first}&per_page=1")).await;
    assert_eq!(before["order"], json!([last]));
}

#[tokio::test]
async fn reactions_and_search() {
    let caller = caller().await;
    let post = caller.card(json!([{"text": "needle", "fallback": "needle"}])).await.id();
    let said = caller.post(&caller.channel("alerts"), "a needle").await.id();
    let team = caller.get("/teams/name/ops").await["id"].as_str().expect("an id").to_owned();
    let path = format!("/teams/{team}/posts/search");
    let found = caller.send("POST", &path, json!({"terms": "needle"})).await;
    assert_eq!(found.body["order"], json!([said]), "only messages are searched");
    let react = json!({"user_id": caller.user("nightowl"), "post_id": post, "emoji_name": "eyes"});
    assert_eq!(caller.send("POST", "/reactions", react.clone()).await.status, 200);
    let listed = caller.get(&format!("/posts/{post}/reactions")).await;
    assert_eq!(listed[0]["emoji_name"], "eyes");
    assert!(caller.double.archive("alerts"));
    let archived = (403, "api.reaction.save.archived_channel.app_error".to_owned());
    assert_eq!(caller.error("POST", "/reactions", react).await, archived);
}

#[tokio::test]
async fn only_administrators_whisper() {
    let caller = caller().await;
    let body = json!({"user_id": caller.user("bob"),
        "post": {"channel_id": caller.channel("alerts"), "message": "psst"}});
    assert_eq!(caller.error("POST", "/posts/ephemeral", body.clone()).await.0, 403);
    let admin = caller.as_user("admin").send("POST", "/posts/ephemeral", body).await;
    assert_eq!(admin.status, 201);
    assert_eq!(caller.double.ephemerals()[0].message, "psst");
}
