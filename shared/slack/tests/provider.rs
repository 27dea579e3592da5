//! What is Slack's alone and not in the suite of all providers.

use std::sync::OnceLock;

use nightowl_domain::{Destination, Severity};
use nightowl_messaging::conformance::alert;
use nightowl_messaging::{
    ChatUser, Form, Message, Post, Provider, ProviderError, Secret, Setting, Settings,
};
use nightowl_slack::{Slack, http_client};
use serde_json::json;
use slack_double::{Double, Fault, Seed};

fn client() -> reqwest::Client {
    static CLIENT: OnceLock<()> = OnceLock::new();
    CLIENT.get_or_init(|| {
        // A second install answers an error that means that it is done.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
    http_client().expect("a client")
}

fn settings(url: &str, team: &str) -> Settings {
    let seed = Seed::default();
    let fields = [
        ("bot_token", Setting::Secret(Secret::new(seed.bot_token))),
        ("team_id", Setting::Text(team.to_owned())),
        ("api_url", Setting::Text(url.to_owned())),
    ];
    Settings {
        provider: nightowl_slack::NAME.to_owned(),
        fields: fields.map(|(name, value)| (name.to_owned(), value)).into(),
    }
}

async fn connected() -> (Double, Slack) {
    let double = Double::start(Seed::default()).await.expect("a port");
    let settings = settings(&double.url(), "T0ACME0001");
    let slack = Slack::new(&settings, client()).expect("good settings");
    (double, slack)
}

fn post_to(to: Destination) -> Post {
    Post {
        to,
        under: None,
        delivery: "d".into(),
        message: Message::Alert(alert("disk full", None)),
        form: Form::Rich,
    }
}

fn channel(name: &str) -> Destination {
    Destination::Channel { provider: "slack".to_owned(), channel: name.to_owned() }
}

fn calls(double: &Double, method: &str) -> usize {
    let calls = double.calls();
    calls.iter().filter(|call| call.method == method).count()
}

#[tokio::test]
async fn settings_are_checked() {
    let error = |field: &str, setting: Option<Setting>| {
        let mut settings = settings("http://127.0.0.1:9/", "T1");
        settings.fields.remove(field);
        settings.fields.extend(setting.map(|s| (field.to_owned(), s)));
        let made = Slack::new(&settings, client());
        made.map(|_| ()).expect_err("bad settings")
    };
    assert!(error("bot_token", None).contains("bot_token"));
    let newline = Setting::Secret(Secret::new("xoxb-1\nx"));
    assert!(!error("bot_token", Some(newline)).contains("xoxb"));
    let url = Setting::Text("ftp://slack.example/".to_owned());
    assert!(error("api_url", Some(url)).contains("api_url"));
}

#[tokio::test]
async fn names_people_and_direct_channels_are_asked_for_once() {
    let (double, slack) = connected().await;
    let alice = ChatUser {
        user: "alice".to_owned(),
        email: Some("Alice@Example.com".to_owned()),
        ..ChatUser::default()
    };
    for _ in 0..3 {
        let found = slack.look_up_user(&alice).await;
        assert_eq!(found, Ok(Some("U0ALICE001".to_owned())));
        slack.post(&post_to(channel("#ops-alerts"))).await.expect("a card");
        // Slack's id, our own id once looked up, and an address all reach the same person.
        for user in ["U0ALICE001", "alice", "alice@example.com"] {
            let to = Destination::Person { provider: "slack".to_owned(), user: user.to_owned() };
            let at = slack.post(&post_to(to)).await.expect("a page");
            assert_eq!(at.channel, "D0DIRECT00");
        }
    }
    assert_eq!(calls(&double, "users.lookupByEmail"), 1);
    assert_eq!(calls(&double, "conversations.open"), 1);
    assert_eq!(calls(&double, "conversations.list"), 2, "two pages, once");
    let nobody = Destination::Person { provider: "slack".to_owned(), user: "zoe".to_owned() };
    let refused = slack.post(&post_to(nobody)).await;
    assert!(matches!(refused, Err(ProviderError::Broken { .. })), "{refused:?}");
}

/// As a person who was renamed or whose channel was made anew would need it.
#[tokio::test]
async fn a_kept_name_that_fails_is_asked_for_again() {
    let (double, slack) = connected().await;
    slack.post(&post_to(channel("ops-alerts"))).await.expect("a card");
    let gone = Fault::Error {
        error: "channel_not_found".to_owned(),
        messages: vec![],
        needed: None,
        retry_after: None,
    };
    double.script("chat.postMessage", gone);
    let failed = slack.post(&post_to(channel("ops-alerts"))).await;
    assert!(matches!(failed, Err(ProviderError::Broken { .. })), "{failed:?}");
    slack.post(&post_to(channel("ops-alerts"))).await.expect("a card");
    assert_eq!(calls(&double, "conversations.list"), 4);
}

#[tokio::test]
async fn an_edit_that_is_refused_is_made_in_plain_text() {
    let (double, slack) = connected().await;
    let at = slack.post(&post_to(channel("ops-alerts"))).await.expect("a card");
    let refused = Fault::Error {
        error: "invalid_blocks".to_owned(),
        messages: vec!["[ERROR] no [json-pointer:/blocks/0/text]".to_owned()],
        needed: None,
        retry_after: None,
    };
    double.script("chat.postMessage", refused.clone());
    double.script("chat.update", refused);
    let again = slack.post(&post_to(channel("ops-alerts"))).await;
    let reason = "invalid_blocks (/blocks/0/text)".to_owned();
    assert_eq!(again, Err(ProviderError::Refused { reason }), "says where");
    let mut card = alert("quiet again", None);
    card.severity = Severity::Info;
    assert_eq!(slack.update(&at, &Message::Alert(card)).await, Ok(()));
    let message = double.messages().remove(0);
    assert!(message.text.contains("quiet again"));
    assert!(message.blocks.is_empty() && message.attachments.is_empty());
    let metadata = message.metadata.expect("it keeps its delivery id");
    assert_eq!(metadata["event_payload"], json!({"delivery": "d"}));
}

#[tokio::test]
async fn nothing_is_sent_that_slack_could_expand() {
    let (double, slack) = connected().await;
    slack.post(&post_to(channel("ops-alerts"))).await.expect("a card");
    let calls = double.calls();
    let post = calls.iter().find(|call| call.method == "chat.postMessage");
    let args = &post.expect("a post").args;
    assert_eq!((&args["unfurl_links"], &args["unfurl_media"]), (&json!(false), &json!(false)));
    for field in ["link_names", "parse", "username", "token"] {
        assert!(args.get(field).is_none(), "{field}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (double, slack) = connected().await;
    double.script("auth.test", Fault::Status { status: 307, retry_after: None });
    let refused = slack.connect().await;
    assert!(matches!(refused, Err(ProviderError::Broken { .. })), "{refused:?}");
    assert_eq!(calls(&double, "redirected"), 0);
}

#[tokio::test]
async fn a_token_of_another_workspace_is_noticed() {
    let double = Double::start(Seed::default()).await.expect("a port");
    let settings = settings(&double.url(), "T0OTHER001");
    let slack = Slack::new(&settings, client()).expect("good settings");
    let refused = slack.connect().await;
    assert!(matches!(refused, Err(ProviderError::Broken { .. })), "{refused:?}");
}

/// Without the scope for private channels, public ones are still found.
#[tokio::test]
async fn a_smaller_scope_finds_public_channels() {
    let mut seed = Seed::default();
    seed.scopes.retain(|scope| scope != "groups:read");
    let double = Double::start(seed).await.expect("a port");
    let settings = settings(&double.url(), "T0ACME0001");
    let slack = Slack::new(&settings, client()).expect("good settings");
    let found = slack.resolve_channel("#OPS-alerts").await;
    assert_eq!(found, Ok("C0OPS00001".to_owned()));
}
