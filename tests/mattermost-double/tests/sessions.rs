//! Who one is, whom one finds, and where one may go.

mod common;

use common::{Caller, caller, caller_with};
use mattermost_double::{RateLimit, Seed};
use serde_json::json;

#[tokio::test]
async fn every_bad_token_is_answered_alike() {
    let caller = caller().await;
    let expired = (401, "api.context.session_expired.app_error".to_owned());
    for token in ["", "wrong", "gonestokenqx7h3k9wz5m1c8ry"] {
        let other = caller.with_token(token);
        assert_eq!(other.error("GET", "/users/me", json!(null)).await, expired, "{token:?}");
    }
    assert_eq!(caller.get("/users/me").await["username"], "nightowl");
    caller.double.revoke(&caller.token);
    assert_eq!(caller.error("GET", "/users/me", json!(null)).await, expired, "revoked");
    let admin = caller.as_user("admin");
    let bot = &admin.get("/users/username/nightowl").await["id"];
    let path = format!("/users/{}/tokens", bot.as_str().expect("an id"));
    let made = admin.send("POST", &path, json!({"description": "x"})).await;
    assert_eq!(made.status, 200);
    let again = caller.with_token(made.body["token"].as_str().expect("a token"));
    assert_eq!(again.get("/users/me").await["username"], "nightowl");
    let listed = admin.get(&path).await;
    assert!(listed[0].get("token").is_none(), "a token is told once: {listed}");
    let disable = json!({"token_id": made.body["id"]});
    assert_eq!(admin.send("POST", "/users/tokens/disable", disable).await.status, 200);
    assert_eq!(again.error("GET", "/users/me", json!(null)).await, expired, "disabled");
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case_and_never_from_the_query() {
    let caller = caller().await;
    for scheme in ["Bearer", "BEARER", "Token", "token"] {
        let request = caller.request("GET", "/users/me", scheme).send().await.expect("an answer");
        assert_eq!(request.status(), 200, "{scheme}");
    }
    let path = format!("/users/me?access_token={}", caller.token);
    let other = caller.with_token("");
    assert_eq!(other.error("GET", &path, json!(null)).await.0, 401);
}

#[tokio::test]
async fn a_login_gives_a_session() {
    let caller = caller().await.with_token("");
    let login = json!({"login_id": "alice@example.com", "password": "alice-password"});
    let answer = caller.send("POST", "/users/login", login).await;
    let token = answer.headers["token"].to_str().expect("text").to_owned();
    let alice = caller.with_token(&token);
    assert_eq!(alice.get("/users/me").await["username"], "alice");
    assert_eq!(alice.send("POST", "/users/logout", json!({})).await.status, 200);
    assert_eq!(alice.error("GET", "/users/me", json!(null)).await.0, 401);
    let wrong = json!({"login_id": "alice", "password": "x"});
    assert_eq!(caller.error("POST", "/users/login", wrong).await.0, 401);
}

#[tokio::test]
async fn an_empty_server_is_set_up_from_nothing() {
    let seed = Seed { users: vec![], teams: vec![], channels: vec![], ..Seed::default() };
    let nobody = caller_with(seed).await.with_token("");
    let person = |name: &str, password: &str| json!({"username": name, "email": format!("{name}@example.com"), "password": password});
    let short = nobody.error("POST", "/users", person("root", "1234567")).await;
    assert_eq!(short, (400, "model.user.is_valid.pwd_min_length.app_error".to_owned()));
    assert_eq!(nobody.send("POST", "/users", person("root", "12345678")).await.status, 201);
    let second = nobody.send("POST", "/users", person("second", "12345678")).await;
    assert_eq!(second.body["roles"], "system_user");
    let login = json!({"login_id": "root", "password": "12345678"});
    let login = nobody.send("POST", "/users/login", login).await;
    let root = nobody.with_token(login.headers["token"].to_str().expect("text"));
    let team = json!({"name": "ops", "display_name": "Ops", "type": "O"});
    let team = root.send("POST", "/teams", team).await;
    assert_eq!(team.status, 201);
    let channel = json!({"team_id": team.body["id"], "name": "alerts", "display_name": "A",
        "type": "O"});
    let channel = root.send("POST", "/channels", channel).await;
    assert_eq!(channel.status, 201);
    let bot = json!({"username": "nightowl", "display_name": "NightOwl"});
    let bot = root.send("POST", "/bots", bot).await;
    assert_eq!(bot.status, 201);
    let again = json!({"username": "nightowl"});
    assert_eq!(root.send("POST", "/bots", again).await.status, 400, "the name is taken");
    let id = bot.body["user_id"].as_str().expect("an id");
    let token = format!("/users/{id}/tokens");
    let token = root.send("POST", &token, json!({"description": "x"})).await;
    let bot = nobody.with_token(token.body["token"].as_str().expect("a token"));
    let (team, channel) = (team.id(), channel.id());
    let join = format!("/channels/{channel}/members");
    let me = json!({"user_id": id});
    assert_eq!(bot.error("POST", &join, me.clone()).await.0, 403, "outside the team");
    let member = json!({"team_id": team, "user_id": id});
    let members = format!("/teams/{team}/members");
    assert_eq!(root.send("POST", &members, member).await.status, 201);
    assert_eq!(bot.send("POST", &join, me).await.status, 201, "public channels are open");
    assert_eq!(bot.post(&channel, "hello").await.status, 201);
}

#[tokio::test]
async fn people_are_found_by_address_name_and_id() {
    let caller = caller().await;
    let found = caller.get("/users/email/ALICE@example.com").await;
    assert_eq!(found["username"], "alice");
    assert_eq!(caller.get("/users/username/Alice").await["id"], found["id"]);
    let path = format!("/users/{}", found["id"].as_str().expect("an id"));
    assert_eq!(caller.get(&path).await["email"], "alice@example.com");
    let gone = caller.get("/users/email/gone@example.com").await;
    assert!(gone["delete_at"].as_i64() > Some(0), "{gone}");
    let missing = (404, "app.user.missing_account.const".to_owned());
    assert_eq!(caller.error("GET", "/users/email/x@example.com", json!(null)).await, missing);
    let missing = (404, "app.user.get_by_username.app_error".to_owned());
    assert_eq!(caller.error("GET", "/users/username/nobody", json!(null)).await, missing);
    let names = caller.send("POST", "/users/usernames", json!(["alice", "nobody"])).await;
    assert_eq!(names.body.as_array().map(Vec::len), Some(1), "unknown ones are left out");
    assert_eq!(caller.error("POST", "/users/ids", json!([])).await.0, 400);
    caller.double.configure(|config| config.show_email_address = false);
    let refused = (403, "api.user.get_user_by_email.permissions.app_error".to_owned());
    assert_eq!(caller.error("GET", "/users/email/alice@example.com", json!(null)).await, refused);
    assert_eq!(caller.get("/users/username/alice").await["email"], "");
    let admin = caller.as_user("admin");
    assert_eq!(admin.get("/users/email/alice@example.com").await["email"], "alice@example.com");
}

#[tokio::test]
async fn channels_are_found_by_name_and_joined_by_whom_they_are_open_to() {
    let caller = caller().await;
    let id = |name: &str| caller.channel(name);
    let team = caller.get("/teams/name/ops").await["id"].as_str().expect("an id").to_owned();
    let by_id = caller.get(&format!("/teams/{team}/channels/name/alerts")).await;
    let by_name = caller.get("/teams/name/ops/channels/name/alerts").await;
    assert_eq!((&by_id["id"], &by_name["id"]), (&json!(id("alerts")), &json!(id("alerts"))));
    let missing = (404, "app.channel.get_by_name.missing.app_error".to_owned());
    for name in ["nowhere", "vault", "attic"] {
        let path = format!("/teams/name/ops/channels/name/{name}");
        assert_eq!(caller.error("GET", &path, json!(null)).await, missing, "{name}");
    }
    let path = "/teams/name/ops/channels/name/attic?include_deleted=true";
    assert!(caller.get(path).await["delete_at"].as_i64() > Some(0));
    let public = caller.get(&format!("/teams/{team}/channels?per_page=2&page=1")).await;
    assert_eq!(public.as_array().map(Vec::len), Some(1), "three are public: {public}");
    let me = json!({"user_id": caller.get("/users/me").await["id"]});
    for (name, status) in [("off-topic", 201), ("vault", 403)] {
        let path = format!("/channels/{}/members", id(name));
        assert_eq!(caller.send("POST", &path, me.clone()).await.status, status, "{name}");
    }
    assert_eq!(caller.post(&id("off-topic"), "joined").await.status, 201);
}

#[tokio::test]
async fn direct_channels_are_one_for_two_people() {
    let caller = caller().await;
    let id = |name: &str| caller.user(name);
    let open = async |ids: [String; 2]| caller.send("POST", "/channels/direct", json!(ids)).await;
    let first = open([id("nightowl"), id("alice")]).await;
    assert_eq!((first.status, first.body["type"].as_str()), (201, Some("D")));
    assert_eq!(open([id("alice"), id("nightowl")]).await.id(), first.id());
    let mut ids = [id("alice"), id("nightowl")];
    ids.sort();
    assert_eq!(first.body["name"], ids.join("__"));
    assert_eq!(open([id("alice"), id("bob")]).await.status, 403, "two others");
    let gone = open([id("nightowl"), id("gone")]).await;
    assert_eq!(gone.status, 201, "a deactivated user too");
    assert_eq!(caller.post(&gone.id(), "hello?").await.status, 201);
    let unknown = json!([id("nightowl"), "u".repeat(26)]);
    let expected = (400, "api.channel.create_direct_channel.invalid_user.app_error".to_owned());
    assert_eq!(caller.error("POST", "/channels/direct", unknown).await, expected);
}

#[tokio::test]
async fn direct_messages_can_be_kept_within_teams() {
    let mut seed = Seed::default();
    seed.config.restrict_direct_message = true;
    seed.teams[0].members.retain(|name| name != "bob");
    let caller = caller_with(seed).await;
    let ids = |name: &str| json!([caller.user("nightowl"), caller.user(name)]);
    assert_eq!(caller.send("POST", "/channels/direct", ids("alice")).await.status, 201);
    let id = "api.channel.create_channel.direct_channel.team_restricted_error".to_owned();
    assert_eq!(caller.error("POST", "/channels/direct", ids("bob")).await, (403, id));
    caller.double.configure(|config| config.restrict_direct_message = false);
    assert_eq!(caller.send("POST", "/channels/direct", ids("bob")).await.status, 201);
    caller.double.configure(|config| config.restrict_direct_message = true);
    assert_eq!(caller.send("POST", "/channels/direct", ids("bob")).await.status, 201, "open");
}

#[tokio::test]
async fn answers_carry_the_servers_clock_and_version() {
    let caller = caller().await.with_token("");
    let before = caller.send("GET", "/system/ping", json!(null)).await;
    assert_eq!(before.body["status"], "OK");
    assert!(before.headers["x-version-id"].to_str().expect("text").starts_with("11.6.0."));
    caller.double.shift_clock(3_600_000);
    let after = caller.send("GET", "/system/ping", json!(null)).await;
    let date = |answer: &common::Got| {
        let text = answer.headers["date"].to_str().expect("text").to_owned();
        jiff::fmt::rfc2822::parse(&text).expect("a date").timestamp().as_second()
    };
    let moved = date(&after) - date(&before);
    assert!((3_600..3_660).contains(&moved), "{moved}");
    assert_eq!(caller.send("HEAD", "/system/ping", json!(null)).await.status, 404);
    let unknown = caller.send("GET", "/nothing", json!(null)).await;
    assert_eq!(unknown.body["id"], "api.context.404.app_error");
    assert!(unknown.body.get("request_id").is_none());
}

#[tokio::test]
async fn the_limiter_answers_plain_text() {
    let mut seed = Seed::default();
    seed.config.rate_limit = Some(RateLimit { per_second: 1, burst: 2 });
    let caller: Caller = caller_with(seed).await;
    let alice = caller.as_user("alice");
    for who in [&caller, &alice, &caller] {
        assert_eq!(who.send("GET", "/users/me", json!(null)).await.status, 200);
    }
    let over = alice.send("GET", "/users/me", json!(null)).await;
    assert_eq!((over.status, over.text.as_str()), (429, "limit exceeded\n"), "one bucket");
    assert_eq!(over.headers["retry-after"], "1");
    assert_eq!(over.headers["x-ratelimit-limit"], "3");
    assert_eq!(over.headers["x-ratelimit-remaining"], "0");
    assert!(over.headers["content-type"].to_str().expect("text").starts_with("text/plain"));
    caller.double.shift_clock(10_000);
    assert_eq!(alice.send("GET", "/users/me", json!(null)).await.status, 200);
}

#[tokio::test]
async fn roles_open_channels_but_not_their_posts() {
    let caller = caller().await;
    let (channel, bot) = (caller.channel("off-topic"), caller.user("nightowl"));
    assert_eq!(caller.post(&channel, "x").await.status, 403);
    let roles = json!({"roles": "system_user system_post_all"});
    let path = format!("/users/{bot}/roles");
    assert_eq!(caller.send("PUT", &path, roles.clone()).await.status, 403);
    assert_eq!(caller.as_user("admin").send("PUT", &path, roles).await.status, 200);
    let post = caller.post(&channel, "x").await;
    assert_eq!(post.status, 201);
    let patch = format!("/posts/{}/patch", post.id());
    assert_eq!(caller.error("PUT", &patch, json!({"message": "y"})).await.0, 403);
}
