//! The same requests with the real provider behind them, and a Slack that checks what it is sent.

mod at_once;
mod world;

use std::sync::Arc;

use at_once::AtOnce;
use http::Method;
use nightowl_domain::SendState;
use nightowl_engine::Clock;
use nightowl_messaging::{FormState, Post, Provider, Secret, Setting, Settings};
use nightowl_slack::Slack;
use serde_json::json;
use slack_double::{
    Button, Double, Message, Seed, click_body, command_body, event_body, read_message, read_text,
    read_view, sign, submit_body,
};
use world::{Answer, World};

const CHANNEL: &str = "C0OPS00001";
const ALICE: &str = "U0ALICE001";
/// Tries to be a mention, a link and markup.
const HOSTILE: &str = "<!channel> <@U0BOB00001> <https://evil.example|click> *disk* full";

struct Real {
    world: World,
    double: Double,
    slack: Arc<Slack>,
}

impl Real {
    async fn start() -> Self {
        // A second install answers an error that means that it is done.
        drop(rustls::crypto::ring::default_provider().install_default());
        let double = Double::start(Seed::default()).await.expect("a port");
        let seed = double.seed();
        let text = |text: &str| Setting::Text(text.to_owned());
        let secret = |text: &str| Setting::Secret(Secret::new(text));
        let fields = [
            ("bot_token", secret(&seed.bot_token)),
            ("signing_secret", secret(&seed.signing_secret)),
            ("team_id", text(&seed.team_id)),
            ("app_id", text(&seed.app_id)),
            ("api_url", text(&double.url())),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
        let settings = Settings { provider: "slack".to_owned(), fields };
        let http = nightowl_slack::http_client().expect("a client");
        let slack = Arc::new(Slack::new(&settings, http).expect("good settings"));
        let world = World::new();
        world.set("acme", settings);
        world.ports.providers.set(Arc::new(AtOnce(slack.clone())));
        world.connect(slack.clone());
        Self { world, double, slack }
    }

    async fn send(&self, route: &str, body: String) -> Answer {
        let seconds = (self.world.ports.clock.now().millis() / 1000).to_string();
        let signed = sign(&self.double.seed().signing_secret, &seconds, body);
        let headers: Vec<(&str, &str)> =
            signed.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.world.send(Method::POST, route, &headers, signed.body.clone()).await
    }

    async fn click(&self, message: &Message, button: &Button, trigger: &str) {
        let body = click_body(&self.double.seed(), message, button, ALICE, trigger);
        self.send("interactions/acme", body).await.is_empty();
    }

    async fn type_in(&self, text: &str, trigger: &str) -> Answer {
        let body = command_body(&self.double.seed(), CHANNEL, text, ALICE, trigger);
        self.send("commands/acme", body).await
    }
}

fn button(message: &Message, action: &str) -> Button {
    let buttons = read_message(message).buttons;
    buttons.into_iter().find(|button| button.action_id == action).expect("the button is there")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_button_acts_and_a_real_whisper_comes_back() {
    let real = Real::start().await;
    let alert = real.world.fire_titled("acme", "disk", HOSTILE).await;
    let card = Post {
        to: nightowl_domain::Destination::Channel {
            provider: "slack".to_owned(),
            channel: CHANNEL.to_owned(),
        },
        ..real.world.owed_card(&alert).await
    };
    // Posted, and the worker died before it could say so.
    let at = real.slack.post(&card).await.expect("posted");
    let message = real.double.messages().pop().expect("the card");
    let acknowledge = button(&message, "ack");
    real.click(&message, &acknowledge, "100.1.x").await;
    let standing = real.world.read(&alert).await;
    assert_eq!(standing.status.name(), "acknowledged");
    let send = standing.send(&card.delivery).expect("the card");
    assert!(matches!(&send.state, SendState::Sent(shown) if shown.message == at));
    assert!(real.double.ephemerals().is_empty());

    real.click(&message, &acknowledge, "100.2.x").await;
    let told = real.double.ephemerals();
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((&*told.channel, &*told.user), (CHANNEL, ALICE));
    let reading = read_text(&told.text, false);
    assert!(reading.text.starts_with("You have acknowledged"), "{}", reading.text);
    assert!(reading.mentions.is_empty() && reading.links.is_empty(), "{reading:?}");
    assert!(reading.markup.is_empty(), "{reading:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_command_shows_is_text_and_nothing_else() {
    let real = Real::start().await;
    let alert = real.world.fire_titled("acme", "disk", HOSTILE).await;
    for (number, text) in
        ["ack", "ack <!here>", "<!channel>", &format!("resolve {}", alert.short_id)]
            .into_iter()
            .enumerate()
    {
        let answer = real.type_in(text, &number.to_string()).await;
        answer.said();
        let json = answer.json();
        let shown = Message {
            channel: CHANNEL.to_owned(),
            direct_to: None,
            ts: String::new(),
            thread_ts: None,
            user: String::new(),
            bot_id: String::new(),
            app_id: String::new(),
            text: json["text"].as_str().unwrap_or_default().to_owned(),
            blocks: json["blocks"].as_array().cloned().unwrap_or_default(),
            attachments: Vec::new(),
            metadata: None,
            edits: 0,
        };
        let reading = read_message(&shown);
        assert!(reading.mentions.is_empty() && reading.links.is_empty(), "{text}: {reading:?}");
    }
    assert_eq!(real.world.status(&alert).await, "resolved");
}

impl Real {
    /// The alert's card as it stands in Slack.
    async fn card(&self, title: &str) -> (nightowl_domain::Alert, Message) {
        let alert = self.world.fire_titled("acme", "disk", title).await;
        let card = Post {
            to: nightowl_domain::Destination::Channel {
                provider: "slack".to_owned(),
                channel: CHANNEL.to_owned(),
            },
            ..self.world.owed_card(&alert).await
        };
        self.slack.post(&card).await.expect("posted");
        (alert, self.double.messages().pop().expect("the card"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_form_opens_and_resolves() {
    let real = Real::start().await;
    let (alert, message) = real.card(HOSTILE).await;
    let resolve = button(&message, "resolve");
    real.click(&message, &resolve, &real.double.trigger(ALICE)).await;
    let views = real.double.views();
    let [open] = views.as_slice() else { panic!("{views:?} {:?}", real.double.calls()) };
    assert_eq!(open.user, ALICE);
    let reading = read_view(&open.view);
    assert!(reading.shown.text.contains("<!channel>"), "the title, as text: {reading:?}");
    assert!(reading.shown.mentions.is_empty() && reading.shown.links.is_empty(), "{reading:?}");
    let state = open.view["private_metadata"].as_str().and_then(FormState::decode);
    assert_eq!(state.map(|state| state.channel_id).as_deref(), Some(CHANNEL));
    let body = submit_body(&real.double.seed(), open, &[("note", "logs deleted")], "1.s");
    real.send("interactions/acme", body).await.is_empty();
    let standing = real.world.read(&alert).await;
    assert_eq!(standing.status.name(), "resolved");
    assert!(standing.timeline.iter().any(|entry| entry.text.contains("logs deleted")));
    assert_eq!(real.double.views().len(), 1);
}

/// Nobody has to click a second time for what they asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trigger_that_came_too_late_resolves_without_a_form() {
    let real = Real::start().await;
    let (alert, message) = real.card("disk").await;
    let trigger = real.double.trigger(ALICE);
    real.double.age_triggers(4);
    real.click(&message, &button(&message, "resolve"), &trigger).await;
    assert!(real.double.views().is_empty());
    assert_eq!(real.world.status(&alert).await, "resolved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_mention_is_answered_in_its_thread_and_a_tab_is_shown() {
    let real = Real::start().await;
    let (alert, message) = real.card("disk").await;
    let seed = real.double.seed();
    let text = format!("<@{}> list", seed.bot_user);
    let event = json!({"type": "app_mention", "user": ALICE, "channel": CHANNEL, "text": text,
        "ts": "9.1", "thread_ts": message.ts});
    real.send("events/acme", event_body(&seed, "Ev1", &event)).await.is_empty();
    let told = real.double.ephemerals();
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((&*told.user, told.thread_ts.as_deref()), (ALICE, Some(&*message.ts)));
    let id = alert.short_id.to_uppercase();
    assert!(told.text.contains(&id), "{told:?}");
    assert!(!told.blocks.is_empty(), "a list keeps its form");
    let event = json!({"type": "app_home_opened", "user": ALICE, "tab": "home", "channel": "D1"});
    real.send("events/acme", event_body(&seed, "Ev2", &event)).await.is_empty();
    let home = real.double.home(ALICE).expect("a view that Slack takes");
    assert!(!read_view(&home).shown.text.is_empty(), "{home}");
}
