//! The same requests with the real provider behind them, and a Slack that checks what it is sent.

mod world;

use std::sync::Arc;

use http::Method;
use nightowl_domain::SendState;
use nightowl_engine::Clock;
use nightowl_messaging::{Post, Provider, Secret, Setting, Settings};
use nightowl_slack::Slack;
use slack_double::{
    Button, Double, Message, Seed, click_body, command_body, read_message, read_text, sign,
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
        world.ports.providers.set(slack.clone());
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

#[tokio::test]
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
    real.click(&message, &acknowledge, "100.1").await;
    let standing = real.world.read(&alert).await;
    assert_eq!(standing.status.name(), "acknowledged");
    let send = standing.send(&card.delivery).expect("the card");
    assert!(matches!(&send.state, SendState::Sent(shown) if shown.message == at));
    assert!(real.double.ephemerals().is_empty());

    real.click(&message, &acknowledge, "100.2").await;
    let told = real.double.ephemerals();
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((&*told.channel, &*told.user), (CHANNEL, ALICE));
    let reading = read_text(&told.text, false);
    assert!(reading.text.starts_with("You have acknowledged"), "{}", reading.text);
    assert!(reading.mentions.is_empty() && reading.links.is_empty(), "{reading:?}");
    assert!(reading.markup.is_empty(), "{reading:?}");
}

#[tokio::test]
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
