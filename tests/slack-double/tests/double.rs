//! The double is as strict, as forgetful and as broken as it says.

use reqwest::Client;
use serde_json::{Value, json};
use slack_double::{Double, Fault, Seed};

struct Caller {
    double: Double,
    http: Client,
    token: String,
}

async fn caller(seed: Seed) -> Caller {
    // A second install answers an error that means that it is done.
    drop(rustls::crypto::ring::default_provider().install_default());
    Caller {
        token: seed.bot_token.clone(),
        double: Double::start(seed).await.expect("a port"),
        http: Client::builder()
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(2))
            .build()
            .expect("a client"),
    }
}

impl Caller {
    async fn send(&self, method: &str, body: Value) -> Result<reqwest::Response, reqwest::Error> {
        let request = self.http.post(format!("{}{method}", self.double.url()));
        request.bearer_auth(&self.token).json(&body).send().await
    }

    async fn json(&self, method: &str, body: Value) -> Value {
        let response = self.send(method, body).await.expect("an answer");
        response.json().await.expect("JSON")
    }

    async fn form(&self, method: &str, fields: &[(&str, &str)]) -> Value {
        let request = self.http.post(format!("{}{method}", self.double.url()));
        let response = request.bearer_auth(&self.token).form(fields).send().await;
        response.expect("an answer").json().await.expect("JSON")
    }

    async fn post(&self, text: &str) -> Value {
        self.json("chat.postMessage", json!({"channel": "#ops-alerts", "text": text})).await
    }

    async fn error(&self, method: &str, body: Value) -> String {
        let answer = self.json(method, body).await;
        assert_eq!(answer["ok"], false, "{answer}");
        answer["error"].as_str().expect("an error").to_owned()
    }
}

#[tokio::test]
async fn a_token_is_needed_and_must_be_right() {
    let mut caller = caller(Seed::default()).await;
    let url = format!("{}auth.test", caller.double.url());
    let answer = caller.http.post(&url).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!(answer["error"], "not_authed");
    assert_eq!(caller.form("auth.test", &[]).await["team_id"], "T0ACME0001");
    caller.token.push('x');
    assert_eq!(caller.form("auth.test", &[]).await["error"], "invalid_auth");
}

#[tokio::test]
async fn messages_go_where_they_may() {
    let caller = caller(Seed::default()).await;
    let to = |channel: &str| json!({"channel": channel, "text": "x"});
    let posted = caller.json("chat.postMessage", to("#ops-alerts")).await;
    assert_eq!(posted["channel"], "C0OPS00001");
    let method = "chat.postMessage";
    assert_eq!(caller.error(method, to("#nowhere")).await, "channel_not_found");
    assert_eq!(caller.error(method, to("C0ARCHIVE1")).await, "is_archived");
    let private = to("private-without-us");
    assert_eq!(caller.error(method, private).await, "channel_not_found");
    assert_eq!(caller.json(method, to("C0PUBLIC01")).await["ok"], true);
    let direct = caller.json(method, to("U0ALICE001")).await;
    assert_eq!(direct["channel"], "D0DIRECT00");
    let open = caller.json("conversations.open", json!({"users": "U0ALICE001"}));
    assert_eq!(open.await["channel"]["id"], "D0DIRECT00", "the same");
    let bot = json!({"users": "U0OWL00001"});
    assert_eq!(caller.error("conversations.open", bot).await, "cannot_dm_bot");
    assert_eq!(caller.error(method, json!({"channel": "#ops-alerts"})).await, "no_text");
}

#[tokio::test]
async fn blocks_are_looked_at_as_slack_does() {
    let caller = caller(Seed::default()).await;
    let section =
        |text: String| json!({"type": "section", "text": {"type": "mrkdwn", "text": text}});
    let fields = |length: usize, count: usize| {
        let field = json!({"type": "mrkdwn", "text": "x".repeat(length)});
        json!({"type": "section", "fields": vec![field; count]})
    };
    let button = |length: usize| {
        json!({"type": "actions", "elements": [{"type": "button", "action_id": "a",
            "text": {"type": "plain_text", "text": "x".repeat(length)}}]})
    };
    let header = |length: usize| json!({"type": "header", "text": {"type": "plain_text", "text": "x".repeat(length)}});
    let cases = [
        (json!([section("x".repeat(3000))]), None),
        (json!([section("x".repeat(3001))]), Some("/blocks/0/text/text")),
        (json!([section("🦉".repeat(1501))]), Some("/blocks/0/text/text")),
        (json!([section(String::new())]), Some("/blocks/0/text/text")),
        (json!([fields(100, 10)]), None),
        (json!([fields(2001, 1)]), Some("/blocks/0/fields/0/text")),
        (json!([fields(1, 11)]), Some("/blocks/0/fields")),
        (json!([header(150)]), None),
        (json!([header(151)]), Some("/blocks/0/text/text")),
        (json!([button(75)]), None),
        (json!([button(76)]), Some("/blocks/0/elements/0/text/text")),
        (json!(vec![section("x".to_owned()); 50]), None),
        (json!(vec![section("x".to_owned()); 51]), Some("/blocks")),
        (json!([{"type": "bogus"}]), Some("/blocks/0/type")),
        (json!([{"type": "divider", "more": 1}]), Some("/blocks/0")),
    ];
    for (blocks, pointer) in cases {
        for inside in [false, true] {
            let mut body = json!({"channel": "#ops-alerts", "text": "x", "blocks": blocks});
            if inside {
                let attachments = json!([{"color": "#E01E5A", "blocks": blocks}]);
                body = json!({"channel": "#ops-alerts", "text": "x", "attachments": attachments});
            }
            let answer = caller.json("chat.postMessage", body).await;
            let Some(pointer) = pointer else {
                assert_eq!(answer["ok"], true, "{answer}");
                continue;
            };
            assert_eq!(answer["error"], "invalid_blocks", "{pointer}");
            let messages = answer["response_metadata"]["messages"].to_string();
            let prefix = if inside { "/attachments/0" } else { "" };
            let expected = format!("[json-pointer:{prefix}{pointer}]");
            assert!(messages.contains(&expected), "{expected}: {messages}");
        }
    }
    let same = json!([{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}]);
    let body = json!({"channel": "#ops-alerts", "text": "x", "blocks": same});
    assert_eq!(caller.error("chat.postMessage", body).await, "invalid_blocks");
    let long = json!(vec![section("x".repeat(2700)); 5]);
    let body = json!({"channel": "#ops-alerts", "text": "x", "blocks": long});
    assert_eq!(caller.error("chat.postMessage", body).await, "msg_blocks_too_long");
}

#[tokio::test]
async fn edits_replace_what_they_give() {
    let caller = caller(Seed::default()).await;
    let block = json!([{"type": "divider"}]);
    let metadata = json!({"event_type": "x", "event_payload": {"delivery": "d"}});
    let posted = caller
        .json(
            "chat.postMessage",
            json!({"channel": "C0OPS00001", "text": "a", "blocks": block, "metadata": metadata,
                "attachments": [{"color": "#000000", "blocks": block}]}),
        )
        .await;
    let ts = posted["ts"].clone();
    let at = |mut body: Value| {
        body["channel"] = "C0OPS00001".into();
        body["ts"] = ts.clone();
        body
    };
    let answer = caller.json("chat.update", at(json!({"text": "b"}))).await;
    assert_eq!(answer["ok"], true, "{answer}");
    let message = caller.double.messages().remove(0);
    assert_eq!(message.text, "b");
    assert!(message.blocks.is_empty(), "a text without blocks removes them");
    assert_eq!(message.attachments.len(), 1, "attachments stay");
    assert_eq!(message.metadata, Some(metadata), "metadata stays");
    assert_eq!(caller.error("chat.update", at(json!({}))).await, "no_text");
    let long = at(json!({"text": "x".repeat(4001)}));
    assert_eq!(caller.error("chat.update", long).await, "msg_too_long");
    let other = caller.double.say("ops-alerts", "other", None);
    let body = json!({"channel": "C0OPS00001", "ts": other, "text": "x"});
    assert_eq!(caller.error("chat.update", body).await, "cant_update_message");
    let body = json!({"channel": "C0OPS00001", "ts": "1.000001", "text": "x"});
    assert_eq!(caller.error("chat.update", body).await, "message_not_found");
    let name = json!({"channel": "#ops-alerts", "ts": ts, "text": "x"});
    assert_eq!(caller.error("chat.update", name).await, "channel_not_found");
}

#[tokio::test]
async fn history_has_pages_and_an_oldest() {
    let caller = caller(Seed::default()).await;
    let mut stamps = vec![];
    for number in 0..5 {
        let posted = caller.post(&format!("message {number}")).await;
        stamps.push(posted["ts"].as_str().expect("a ts").to_owned());
    }
    let channel = ("channel", "C0OPS00001");
    let first = caller.form("conversations.history", &[channel, ("limit", "2")]).await;
    assert_eq!(first["messages"][0]["text"], "message 4", "the newest first");
    let cursor = first["response_metadata"]["next_cursor"].as_str().expect("a cursor");
    let fields = [channel, ("limit", "2"), ("cursor", cursor)];
    let second = caller.form("conversations.history", &fields).await;
    assert_eq!(second["messages"][0]["text"], "message 2");
    let count = |answer: &Value| answer["messages"].as_array().map(Vec::len);
    let fields = [channel, ("oldest", stamps[2].as_str())];
    let since = caller.form("conversations.history", &fields).await;
    assert_eq!(count(&since), Some(2), "without the oldest itself");
    let fields = [channel, ("oldest", stamps[2].as_str()), ("inclusive", "true")];
    let since = caller.form("conversations.history", &fields).await;
    assert_eq!(count(&since), Some(3));
    let body = json!({"channel": "C0OPS00001"});
    let error = caller.error("conversations.history", body).await;
    assert_eq!(error, "channel_not_found", "JSON is passed over by a read");
    let fields = [("channel", "C0PUBLIC01")];
    let outside = caller.form("conversations.history", &fields).await;
    assert_eq!(outside["error"], "not_in_channel");
}

#[tokio::test]
async fn people_and_scopes() {
    let mut seed = Seed::default();
    seed.scopes.retain(|scope| scope != "groups:read");
    let caller = caller(seed).await;
    let email = |email: &'static str| [("email", email)];
    let found = caller.form("users.lookupByEmail", &email("ALICE@example.com")).await;
    assert_eq!(found["user"]["id"], "U0ALICE001");
    let gone = caller.form("users.lookupByEmail", &email("gone@example.com")).await;
    assert_eq!(gone["error"], "users_not_found");
    let info = caller.form("users.info", &[("user", "U0GONE0001")]).await;
    assert_eq!(info["user"]["deleted"], true);
    let types = [("types", "public_channel,private_channel")];
    let list = caller.form("conversations.list", &types).await;
    assert_eq!(
        (list["error"].as_str(), list["needed"].as_str()),
        (Some("missing_scope"), Some("groups:read"))
    );
    let types = [("types", "public_channel"), ("limit", "200")];
    let list = caller.form("conversations.list", &types).await;
    assert_ne!(list["response_metadata"]["next_cursor"], "");
}

/// Before its head or after it: the whole answer never comes.
async fn is_cut(answer: Result<reqwest::Response, reqwest::Error>) -> bool {
    match answer {
        Ok(head) => head.bytes().await.is_err(),
        Err(error) => !error.is_timeout() && !error.is_connect(),
    }
}

#[tokio::test]
async fn every_fault_does_what_its_name_says() {
    let caller = caller(Seed::default()).await;
    let body = || json!({"channel": "#ops-alerts", "text": "x"});
    let count = || caller.double.messages().len();
    let script = |fault: Fault| caller.double.script("chat.postMessage", fault);

    script(Fault::Status { status: 429, retry_after: Some(7) });
    let answer = caller.send("chat.postMessage", body()).await.expect("an answer");
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "7");
    script(Fault::Hang);
    let hung = caller.send("chat.postMessage", body()).await;
    assert!(hung.is_err_and(|error| error.is_timeout()));
    script(Fault::Cut);
    assert!(is_cut(caller.send("chat.postMessage", body()).await).await);
    assert_eq!(count(), 0, "nothing was done");

    script(Fault::Lost);
    assert!(is_cut(caller.send("chat.postMessage", body()).await).await);
    assert_eq!(count(), 1, "it landed");
    script(Fault::Late { after_millis: None });
    assert!(is_cut(caller.send("chat.postMessage", body()).await).await);
    assert_eq!(count(), 1, "not yet");
    caller.double.land();
    assert_eq!(count(), 2);
    assert_eq!(caller.post("fine").await["ok"], true, "a fault is for one call");
}

#[tokio::test]
async fn a_test_outside_drives_it_by_http() {
    let caller = caller(Seed::default()).await;
    let root = format!("http://{}/control/", caller.double.address());
    let post =
        |path: &str, body: Value| caller.http.post(format!("{root}{path}")).json(&body).send();
    let fault = json!({"method": "chat.postMessage", "times": 2,
        "fault": {"kind": "error", "error": "ratelimited", "retry_after": 1}});
    assert!(post("faults", fault).await.expect("an answer").status().is_success());
    assert_eq!(caller.post("a").await["error"], "ratelimited");
    assert_eq!(caller.post("a").await["error"], "ratelimited");
    let button = json!([{"type": "actions", "elements": [{"type": "button", "action_id": "ack",
        "value": "v", "text": {"type": "plain_text", "text": "Ack"}}]}]);
    let body = json!({"channel": "#ops-alerts", "text": "a", "blocks": button});
    let posted = caller.json("chat.postMessage", body).await;
    let messages = caller.http.get(format!("{root}messages")).send().await;
    let messages: Value = messages.expect("an answer").json().await.expect("JSON");
    assert_eq!(messages[0]["ts"], posted["ts"]);
    let click = json!({"channel": "C0OPS00001", "ts": posted["ts"], "action_id": "ack",
        "user": "U0ALICE001"});
    let signed = post("click", click).await.expect("an answer");
    let signed: slack_double::SignedRequest = signed.json().await.expect("a request");
    assert!(signed.body.starts_with("payload="));
    let calls = caller.http.get(format!("{root}calls")).send().await.expect("an answer");
    let calls = calls.text().await.expect("text");
    assert!(!calls.contains(&caller.token), "the token is not noted");
    assert!(post("reset", json!({})).await.expect("an answer").status().is_success());
    assert_eq!(caller.double.messages().len(), 0);
}

fn modal(blocks: Value) -> Value {
    json!({"type": "modal", "title": {"type": "plain_text", "text": "Resolve"},
        "submit": {"type": "plain_text", "text": "Send"}, "private_metadata": "state",
        "blocks": blocks})
}

fn input(id: &str) -> Value {
    json!({"type": "input", "block_id": id, "label": {"type": "plain_text", "text": "Note"},
        "element": {"type": "plain_text_input", "action_id": "value", "max_length": 3000}})
}

#[tokio::test]
async fn a_trigger_opens_one_form_within_three_seconds() {
    let caller = caller(Seed::default()).await;
    let open =
        |trigger: &str| json!({"trigger_id": trigger, "view": modal(json!([input("note")]))});
    let trigger = caller.double.trigger("U0ALICE001");
    let opened = caller.json("views.open", open(&trigger)).await;
    assert_eq!(opened["ok"], true, "{opened}");
    assert_eq!(caller.error("views.open", open(&trigger)).await, "exchanged_trigger_id");
    let late = caller.double.trigger("U0ALICE001");
    caller.double.age_triggers(4);
    assert_eq!(caller.error("views.open", open(&late)).await, "expired_trigger_id");
    assert_eq!(caller.error("views.open", open("1.2.abc")).await, "invalid_trigger_id");
    let views = caller.double.views();
    assert_eq!(views.len(), 1);
    assert_eq!(
        (&views[0].user[..], &views[0].view["private_metadata"]),
        ("U0ALICE001", &json!("state"))
    );
}

#[tokio::test]
async fn views_are_looked_at_as_slack_does() {
    let caller = caller(Seed::default()).await;
    let with = |field: &str, value: Value| {
        let mut view = modal(json!([input("note")]));
        view[field] = value;
        view
    };
    let text = |length: usize| json!({"type": "plain_text", "text": "x".repeat(length)});
    let element = |element: Value| {
        let mut block = input("note");
        block["element"] = element;
        modal(json!([block]))
    };
    let select = |value: String, count: usize| {
        let option = json!({"text": {"type": "plain_text", "text": "x"}, "value": value});
        json!({"type": "static_select", "action_id": "a", "options": vec![option; count]})
    };
    let no_submit = {
        let mut view = modal(json!([input("note")]));
        view.as_object_mut().expect("an object").remove("submit");
        view
    };
    let chosen = {
        let mut select = select("x".to_owned(), 1);
        select["initial_option"] = json!({"text": text(1), "value": "other"});
        select
    };
    let long = json!({"type": "plain_text_input", "action_id": "a", "max_length": 3001});
    let over = json!({"type": "plain_text_input", "action_id": "a", "max_length": 1,
        "initial_value": "ab"});
    let cases = [
        (with("title", text(24)), None),
        (with("title", text(25)), Some("/title/text")),
        (with("submit", text(25)), Some("/submit/text")),
        (with("private_metadata", "x".repeat(3000).into()), None),
        (with("private_metadata", "x".repeat(3001).into()), Some("/private_metadata")),
        (with("callback_id", "x".repeat(256).into()), Some("/callback_id")),
        (with("more", json!(1)), Some("")),
        (with("type", json!("home")), Some("/type")),
        (no_submit, Some("/submit")),
        (modal(json!(vec![json!({"type": "divider"}); 101])), Some("/blocks")),
        (modal(json!([input("a"), input("a")])), Some("/blocks/1/block_id")),
        (element(select("x".repeat(150), 100)), None),
        (element(select("x".repeat(151), 1)), Some("/blocks/0/element/options/0/value")),
        (element(select("x".to_owned(), 101)), Some("/blocks/0/element/options")),
        (element(select("x".to_owned(), 0)), Some("/blocks/0/element/options")),
        (element(chosen), Some("/blocks/0/element/initial_option")),
        (element(long), Some("/blocks/0/element/max_length")),
        (element(over), Some("/blocks/0/element/initial_value")),
        (element(json!({"type": "bogus"})), Some("/blocks/0/element/type")),
    ];
    for (view, pointer) in cases {
        let trigger = caller.double.trigger("U0ALICE001");
        let body = json!({"trigger_id": trigger, "view": view});
        let answer = caller.json("views.open", body).await;
        match pointer {
            None => assert_eq!(answer["ok"], true, "{answer}"),
            Some(pointer) => {
                assert_eq!(answer["error"], "invalid_arguments", "{pointer}: {view}");
                let messages = answer["response_metadata"]["messages"].to_string();
                let expected = format!("[json-pointer:{pointer}]");
                assert!(messages.contains(&expected), "{expected}: {messages}");
            }
        }
    }
    // What is filled in stands in no message, and in no Home tab.
    let body = json!({"channel": "#ops-alerts", "text": "x", "blocks": [input("note")]});
    assert_eq!(caller.error("chat.postMessage", body).await, "invalid_blocks");
    let home = |blocks: Value| json!({"user_id": "U0ALICE001", "view": {"type": "home", "blocks": blocks}});
    assert_eq!(
        caller.error("views.publish", home(json!([input("note")]))).await,
        "invalid_arguments"
    );
    assert_eq!(caller.json("views.publish", home(json!([{"type": "divider"}]))).await["ok"], true);
    assert_eq!(caller.double.home("U0ALICE001").expect("a tab")["blocks"][0]["type"], "divider");
}

#[tokio::test]
async fn replies_are_in_their_thread_and_nowhere_else() {
    let caller = caller(Seed::default()).await;
    let root = caller.post("root").await["ts"].as_str().expect("a ts").to_owned();
    let reply =
        |text: &str, root: &str| json!({"channel": "C0OPS00001", "text": text, "thread_ts": root});
    for text in ["first", "second"] {
        assert_eq!(caller.json("chat.postMessage", reply(text, &root)).await["ok"], true);
    }
    let nowhere = reply("x", "1.000001");
    assert_eq!(caller.error("chat.postMessage", nowhere).await, "thread_not_found");
    let texts = |answer: &Value| {
        let messages = answer["messages"].as_array().expect("messages").iter();
        messages.map(|m| m["text"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let channel = ("channel", "C0OPS00001");
    let history = caller.form("conversations.history", &[channel]).await;
    assert_eq!(texts(&history), ["root"]);
    let thread = caller.form("conversations.replies", &[channel, ("ts", &root)]).await;
    assert_eq!(texts(&thread), ["root", "first", "second"]);
    let none = caller.form("conversations.replies", &[channel, ("ts", "1.000001")]).await;
    assert_eq!(none["error"], "thread_not_found");
}

#[tokio::test]
async fn a_channel_is_described_and_archived_and_scopes_stand_in_a_header() {
    let caller = caller(Seed::default()).await;
    let info = caller.form("conversations.info", &[("channel", "C0OPS00001")]).await;
    assert_eq!(
        (&info["channel"]["is_member"], &info["channel"]["is_archived"]),
        (&json!(true), &json!(false))
    );
    let hidden = caller.form("conversations.info", &[("channel", "C0PRIVATE1")]).await;
    assert_eq!(hidden["error"], "channel_not_found");
    assert!(caller.double.archive("ops-alerts", true) && !caller.double.archive("nowhere", true));
    assert_eq!(caller.post("x").await["error"], "is_archived");
    assert!(caller.double.archive("C0OPS00001", false));
    assert_eq!(caller.post("x").await["ok"], true);
    let answer = caller.send("auth.test", json!({})).await.expect("an answer");
    let scopes = answer.headers()["x-oauth-scopes"].to_str().expect("text").to_owned();
    assert_eq!(scopes, Seed::default().scopes.join(","));
}

#[tokio::test]
async fn people_choose_fill_in_and_mention_by_http() {
    let caller = caller(Seed::default()).await;
    let root = format!("http://{}/control/", caller.double.address());
    let post = async |path: &str, body: Value| {
        let answer = caller.http.post(format!("{root}{path}")).json(&body).send().await;
        answer.expect("an answer")
    };
    let signed = async |path: &str, body: Value| -> slack_double::SignedRequest {
        post(path, body).await.json().await.expect("a request")
    };
    let option = |label: &str, value: &str| json!({"text": {"type": "plain_text", "text": label}, "value": value});
    let menu = json!([{"type": "actions", "elements": [{"type": "static_select",
        "action_id": "snooze", "placeholder": {"type": "plain_text", "text": "Snooze"},
        "options": [option("for 2 hours", "2h|v"), option("until", "until|v")]}]}]);
    let body = json!({"channel": "#ops-alerts", "text": "a", "blocks": menu});
    let posted = caller.json("chat.postMessage", body).await;
    let choose = |option: &str| {
        json!({"channel": "C0OPS00001", "ts": posted["ts"], "action_id": "snooze",
            "user": "U0ALICE001", "option": option})
    };
    let body = signed("choose", choose("for 2")).await.body;
    let payload = payload(&body);
    assert_eq!(payload["actions"][0]["selected_option"]["value"], "2h|v");
    assert_eq!(post("choose", choose("for ever")).await.status(), 404);
    // Its trigger is a real one.
    let trigger = payload["trigger_id"].as_str().expect("a trigger");
    let open = json!({"trigger_id": trigger, "view": modal(json!([input("note")]))});
    assert_eq!(caller.json("views.open", open).await["ok"], true);
    let body = signed("submit", json!({"values": {"note": "fixed"}})).await.body;
    let filled = self::payload(&body);
    assert_eq!(filled["type"], "view_submission");
    assert_eq!(filled["view"]["state"]["values"]["note"]["value"]["value"], "fixed");
    assert_eq!(filled["view"]["private_metadata"], "state");
    assert_eq!(filled["user"]["id"], "U0ALICE001");
    assert_eq!(post("submit", json!({"view": "V9"})).await.status(), 404);
    let said = json!({"channel": "C0OPS00001", "thread_ts": posted["ts"], "text": "ack",
        "user": "U0ALICE001"});
    let told = signed("mention", said).await;
    let event: Value = serde_json::from_str(&told.body).expect("JSON");
    assert_eq!(event["event"]["text"], "<@U0OWL00001> ack");
    assert_eq!(event["event"]["thread_ts"], posted["ts"]);
    assert_eq!(event["authorizations"][0]["user_id"], "U0OWL00001");
    let again = json!({"id": "Ev1", "event": {"type": "app_uninstalled"}});
    let told = signed("event", again).await;
    assert!(told.body.contains("\"Ev1\"") && told.body.contains("app_uninstalled"));
    let archived = json!({"channel": "ops-alerts"});
    assert!(post("archive", archived).await.status().is_success());
    assert_eq!(caller.post("x").await["error"], "is_archived");
}

/// The JSON in a form.
fn payload(body: &str) -> Value {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(body).expect("a form");
    let (_, payload) = pairs.into_iter().find(|(key, _)| key == "payload").expect("a payload");
    serde_json::from_str(&payload).expect("JSON")
}
