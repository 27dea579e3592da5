//! Slash commands: what the integration is sent, and what its answer does.

mod common;

use common::{Caller, Integration, caller, caller_with};
use mattermost_double::{Got, Seed, SeedCommand, Version};
use serde_json::{Value, json};

async fn with_command(url: &str) -> Caller {
    let command = SeedCommand {
        trigger: "owl".to_owned(),
        url: url.to_owned(),
        token: "commandtokenqx7h3k9wz5m1c8".to_owned(),
    };
    caller_with(Seed { commands: vec![command], ..Seed::default() }).await
}

async fn typed(caller: &Caller, text: &str) -> Got {
    caller.double.command("bob", "alerts", "", text).await.expect("a command")
}

#[tokio::test]
async fn the_form_is_the_real_servers() {
    let app = Integration::start().await;
    let caller = with_command(&app.json(json!({}))).await;
    let got = typed(&caller, "/owl ack INC-1 @admin @carol ~alerts é&x  two").await;
    assert_eq!(got.status, 200);
    let heard = app.last();
    let names: Vec<String> = heard.form().into_iter().map(|(name, _)| name).collect();
    let expected = [
        "channel_id",
        "channel_mentions",
        "channel_mentions_ids",
        "channel_name",
        "command",
        "response_url",
        "root_id",
        "team_domain",
        "team_id",
        "text",
        "token",
        "trigger_id",
        "user_id",
        "user_mentions",
        "user_mentions",
        "user_mentions_ids",
        "user_mentions_ids",
        "user_name",
    ];
    assert_eq!(names, expected);
    let text = "&text=ack+INC-1+%40admin+%40carol+~alerts+%C3%A9%26x++two&";
    assert!(heard.body.contains(text), "{}", heard.body);
    assert!(heard.body.contains("&command=%2Fowl&"), "{}", heard.body);
    assert_eq!(heard.field("token"), "commandtokenqx7h3k9wz5m1c8");
    assert_eq!(heard.field("root_id"), "");
    assert_eq!(heard.headers["authorization"], "Token commandtokenqx7h3k9wz5m1c8");
    assert_eq!(heard.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(heard.headers["user-agent"], "Mattermost-Bot/1.1");
    assert_eq!(heard.headers["accept"], "application/json");
    let place = heard.field("response_url");
    assert!(place.starts_with(&format!("{}/hooks/commands/", caller.double.url())), "{place}");
    let root = caller.post(&caller.channel("alerts"), "root").await.id();
    let in_thread = caller.double.command("bob", "alerts", &root, "/OWL").await;
    assert_eq!(in_thread.expect("a command").status, 200, "in any case");
    assert_eq!(app.last().field("root_id"), root);
}

#[tokio::test]
async fn a_command_by_get_has_its_fields_in_the_address() {
    let (caller, app) = (caller().await, Integration::start().await);
    let body = |team: &Value| json!({"team_id": team, "trigger": "cget", "method": "G", "url": app.json(json!({}))});
    let team = caller.get("/teams/name/ops").await["id"].clone();
    let made = caller.as_user("admin").send("POST", "/commands", body(&team)).await;
    assert_eq!(made.status, 201);
    assert_eq!(typed(&caller, "/cget hello").await.status, 200);
    let heard = app.last();
    assert_eq!((heard.method.as_str(), heard.body.as_str()), ("GET", ""));
    assert!(heard.query.contains("&text=hello&"), "{}", heard.query);
    let token = format!("Token {}", made.body["token"].as_str().expect("a token"));
    assert_eq!(heard.headers["authorization"], token.as_str());
}

#[tokio::test]
async fn an_old_server_says_nothing_of_threads() {
    let app = Integration::start().await;
    let seed = Seed { version: Version::V5_37, ..Seed::default() };
    let caller = caller_with(seed).await;
    caller.double.add_command("owl", &app.json(json!({})), "");
    typed(&caller, "/owl").await;
    assert!(!app.last().body.contains("root_id"));
}

#[tokio::test]
async fn only_200_with_json_or_text_is_an_answer() {
    let app = Integration::start().await;
    let text = json!({"text": "hi"}).to_string();
    let (failed, resp) = ("failed", "failed_resp");
    let cases = [
        (app.says(200, "application/json; charset=utf-8", &text), Ok(Some("hi"))),
        (app.says(200, "text/html", "<b>hi</b>"), Ok(Some("<b>hi</b>"))),
        (app.says(200, "", ""), Ok(None)),
        (app.says(200, "application/json", "{}"), Ok(None)),
        (app.says(200, "application/json", ""), Err(failed)),
        (app.says(200, "application/json", "["), Err(failed)),
        (app.says(201, "application/json", &text), Err(resp)),
        (app.says(204, "", ""), Err(resp)),
        (app.says(401, "application/json", &text), Err(resp)),
        (app.says(500, "application/json", &text), Err(resp)),
        ("http://127.0.0.1:1".to_owned(), Err(failed)),
    ];
    for (url, expected) in cases {
        let caller = with_command(&url).await;
        let got = typed(&caller, "/owl").await;
        match expected {
            Ok(shown) => {
                assert_eq!(got.status, 200, "{url}");
                let seen = got.ephemerals.first().map(|one| one.message.as_str());
                assert_eq!(seen, shown, "{url}");
            }
            Err(what) => {
                let id = format!("api.command.execute_command.{what}.app_error");
                assert_eq!((got.status, &got.body["id"]), (500, &json!(id)), "{url}");
            }
        }
    }
}

#[tokio::test]
async fn redirects_are_followed_with_the_token() {
    let app = Integration::start().await;
    let caller = with_command(&app.says(302, "", "")).await;
    assert_eq!(typed(&caller, "/owl secret").await.status, 200);
    let heard = app.last();
    assert_eq!((heard.method.as_str(), heard.path.as_str()), ("GET", "/redirected"));
    assert_eq!(heard.headers["authorization"], "Token commandtokenqx7h3k9wz5m1c8");
    assert!(heard.headers.contains_key("referer") && heard.body.is_empty());
}

#[tokio::test]
async fn answers_are_parsed_as_slacks_unless_told_not_to() {
    let app = Integration::start().await;
    let text = "<!channel> <https://x.example|t> <@X> & <b>";
    let caller = with_command(&app.json(json!({"text": text}))).await;
    let got = typed(&caller, "/owl").await;
    assert_eq!(got.body["text"], "@channel <https://x.example|t> <@X> & <b>");
    assert_eq!(got.ephemerals[0].message, "@channel [t](https://x.example) <@X> & <b>");
    let answer = json!({"text": text, "skip_slack_parsing": true});
    let caller = with_command(&app.json(answer)).await;
    let got = typed(&caller, "/owl").await;
    assert_eq!((&got.body["text"], got.ephemerals[0].message.as_str()), (&json!(text), text));
}

#[tokio::test]
async fn an_answer_in_the_channel_is_the_callers_own_post() {
    let app = Integration::start().await;
    let answer = json!({"response_type": "in_channel", "text": "all", "username": "owl",
        "props": {"own": 1, "from_webhook": "false", "from_bot": "x"},
        "attachments": [{"text": "card"}],
        "extra_responses": [{"text": "one"}, {"text": "two", "response_type": "in_channel"}]});
    let caller = with_command(&app.json(answer)).await;
    let got = typed(&caller, "/owl").await;
    let posts = caller.double.posts();
    assert_eq!(posts.len(), 2);
    let post = &posts[0];
    assert_eq!((&post.user_id, post.kind.as_str()), (&caller.user("bob"), "slack_attachment"));
    assert_eq!((&post.props["own"], &post.props["from_bot"]), (&json!(1), &json!("x")));
    assert_eq!(post.props["from_webhook"], "true");
    assert!(!post.props.contains_key("override_username"), "not enabled");
    assert_eq!(got.ephemerals.len(), 1);
    assert_eq!(got.ephemerals[0].message, "one");
}

#[tokio::test]
async fn what_is_refused_of_an_answer() {
    let app = Integration::start().await;
    let id = "api.command.execute_command.create_post_failed.app_error";
    let vault = caller().await.channel("vault");
    for answer in
        [json!({"text": "x", "type": "system_join"}), json!({"text": "x", "channel_id": vault})]
    {
        let caller = with_command(&app.json(answer)).await;
        let got = typed(&caller, "/owl").await;
        assert_eq!((got.status, &got.body["id"]), (500, &json!(id)));
    }
    let answer = json!({"goto_location": "javascript:alert(1)", "unknown": 1});
    let caller = with_command(&app.json(answer)).await;
    let body = typed(&caller, "/owl").await.body;
    assert_eq!(body["goto_location"], "javascript:alert(1)", "nobody looks at it");
    assert!(body.get("unknown").is_none(), "{body}");
}

#[tokio::test]
async fn who_may_type_where() {
    let app = Integration::start().await;
    let caller = with_command(&app.json(json!({}))).await;
    let unknown = typed(&caller, "/nothing").await;
    let id = "api.command.execute_command.not_found.app_error";
    assert_eq!((unknown.status, &unknown.body["id"]), (404, &json!(id)));
    let outside = caller.double.command("bob", "vault", "", "/owl").await.expect("a command");
    assert_eq!(outside.status, 403);
    let ids = json!([caller.user("bob"), caller.user("nightowl")]);
    let direct = caller.send("POST", "/channels/direct", ids).await;
    let got = caller.double.command("bob", &direct.id(), "", "/owl dm").await.expect("a command");
    assert_eq!(got.status, 200);
    assert_eq!(json!(app.last().field("channel_name")), direct.body["name"]);
    let no_team = json!({"channel_id": direct.id(), "command": "/owl"});
    let bob = caller.as_user("bob");
    assert_eq!(bob.error("POST", "/commands/execute", no_team).await.0, 403);
    let alerts = json!({"channel_id": caller.channel("alerts"), "command": "/owl\nnext"});
    assert_eq!(bob.send("POST", "/commands/execute", alerts.clone()).await.status, 200);
    assert_eq!(caller.send("POST", "/commands/execute", alerts).await.status, 200, "a bot too");
    assert_eq!(app.last().field("user_name"), "nightowl");
}

#[tokio::test]
async fn a_response_url_succeeds_five_times() {
    let app = Integration::start().await;
    let caller = with_command(&app.json(json!({}))).await;
    typed(&caller, "/owl").await;
    let place = app.last().field("response_url");
    let post = async |body: &'static str, kind: &str| {
        let request = caller.http.post(&place).header("content-type", kind).body(body);
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("text");
        let id = serde_json::from_str(&text).unwrap_or(Value::Null)["id"].clone();
        (status, id, text)
    };
    let bad = post("[", "application/json").await;
    assert_eq!((bad.0, bad.1), (400, json!("web.command_webhook.parse.app_error")));
    for _ in 0..4 {
        let good = post(r#"{"text":"later"}"#, "application/json").await;
        assert_eq!((good.0, good.2.as_str()), (200, "ok"));
    }
    assert_eq!(post("plain", "text/plain").await.0, 200);
    let over = post(r#"{"text":"later"}"#, "application/json").await;
    assert_eq!((over.0, over.1), (400, json!("web.command_webhook.general.app_error")));
    let shown = caller.double.ephemerals();
    assert_eq!((shown.len(), shown[4].message.as_str()), (5, "plain"));
    let unknown = format!("/hooks/commands/{}", "u".repeat(26));
    let unknown = caller.error("POST", &unknown, json!({"text": "x"})).await;
    assert_eq!(unknown, (404, "web.command_webhook.general.app_error".to_owned()));
    typed(&caller, "/owl").await;
    let path = app.last().field("response_url").replace(&caller.double.url(), "");
    caller.double.shift_clock(31 * 60 * 1_000);
    assert_eq!(caller.error("POST", &path, json!({"text": "x"})).await.0, 404, "expired");
}

#[tokio::test]
async fn commands_are_made_by_administrators_and_checked() {
    let caller = caller().await;
    let admin = caller.as_user("admin");
    let team = caller.get("/teams/name/ops").await["id"].clone();
    let body = |trigger: &str, url: &str, method: &str| json!({"team_id": team, "trigger": trigger, "url": url, "method": method});
    let url = "https://owl.example.com/x";
    assert_eq!(caller.error("POST", "/commands", body("owl", url, "P")).await.0, 403);
    let made = admin.send("POST", "/commands", body("Night-Owl", url, "P")).await;
    assert_eq!((made.status, &made.body["trigger"]), (201, &json!("night-owl")));
    let long = "x".repeat(129);
    let cases = [
        (body("", url, "P"), "model.command.is_valid.trigger.app_error"),
        (body("/owl", url, "P"), "model.command.is_valid.trigger.app_error"),
        (body("o wl", url, "P"), "model.command.is_valid.trigger.app_error"),
        (body(&long, url, "P"), "model.command.is_valid.trigger.app_error"),
        (body("owl", "ftp://x", "P"), "model.command.is_valid.url_http.app_error"),
        (body("owl", url, "X"), "model.command.is_valid.method.app_error"),
        (body("help", url, "P"), "api.command.duplicate_trigger.app_error"),
        (body("night-owl", url, "P"), "api.command.duplicate_trigger.app_error"),
    ];
    for (body, id) in cases {
        assert_eq!(admin.error("POST", "/commands", body).await, (400, id.to_owned()));
    }
    let path = format!("/commands/{}", made.id());
    assert_eq!(admin.get(&path).await["token"], made.body["token"]);
    assert_eq!(caller.error("GET", &path, json!(null)).await.0, 404);
    let list = format!("/commands?team_id={}&custom_only=true", team.as_str().expect("an id"));
    assert_eq!(caller.error("GET", &list, json!(null)).await.0, 403);
    assert_eq!(admin.get(&list).await[0]["url"], url);
    let renewed = admin.send("PUT", &format!("{path}/regen_token"), json!(null)).await;
    assert_eq!(renewed.status, 200);
    assert_ne!(renewed.body["token"], made.body["token"]);
    let mut changed = admin.get(&path).await;
    changed["url"] = "https://other.example.com".into();
    changed["auto_complete"] = true.into();
    assert_eq!(admin.send("PUT", &path, changed).await.status, 200);
    let path_of_list = format!("/teams/{}/commands/autocomplete", team.as_str().expect("an id"));
    let shown = caller.get(&path_of_list).await;
    assert_eq!((&shown[0]["trigger"], &shown[0]["url"]), (&json!("night-owl"), &json!("")));
    assert_eq!(shown[0]["token"], "");
    assert_eq!(admin.send("DELETE", &path, json!(null)).await.status, 200);
    assert_eq!(admin.error("GET", &path, json!(null)).await.0, 404);
}
