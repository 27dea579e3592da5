//! The provider, and the double as its platform.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Time};
use nightowl_messaging::conformance::{
    Callbacks, Fault, Markup, Seen, SeenButton, SeenField, SeenForm, Subject, Verb, Whispered,
    World, button_of,
};
use nightowl_messaging::{
    ActionId, ButtonValue, ChatUser, Opener, Provider, Secret, Setting, Settings, Snooze,
};
use nightowl_slack::Slack;
use slack_double::{
    Double, Fault as Wrong, OpenView, Reading, Seed, read_message, read_text, read_view,
};

use super::callbacks::SlackCallbacks;

/// `#ops-alerts` of the seed.
pub(crate) const CHANNEL: &str = "C0OPS00001";

pub(crate) struct SlackSubject {
    double: Double,
    slack: Slack,
    callbacks: SlackCallbacks,
}

/// One for all tests, because building it reads the system's certificates. It keeps no connection,
/// because each test has a runtime of its own.
fn client() -> reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        // A second install answers an error that means that it is done.
        drop(rustls::crypto::ring::default_provider().install_default());
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client")
    });
    client.clone()
}

fn settings(seed: &Seed, url: &str) -> Settings {
    let text = |text: &str| Setting::Text(text.to_owned());
    let secret = |text: &str| Setting::Secret(Secret::new(text));
    let fields = [
        ("bot_token", secret(&seed.bot_token)),
        ("signing_secret", secret(&seed.signing_secret)),
        ("default_channel", text("#ops-alerts")),
        ("team_id", text(&seed.team_id)),
        ("app_id", text(&seed.app_id)),
        ("api_url", text(url)),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    Settings { provider: "slack".to_owned(), fields: fields.into() }
}

const fn method_of(verb: Verb) -> &'static str {
    match verb {
        Verb::Post => "chat.postMessage",
        Verb::Update => "chat.update",
        Verb::Find => "conversations.history",
        Verb::LookUpUser => "users.lookupByEmail",
        Verb::DescribeUser => "users.info",
        Verb::ResolveChannel => "conversations.list",
        Verb::Whisper => "chat.postEphemeral",
        Verb::Connect => "auth.test",
        Verb::OpenForm => "views.open",
    }
}

fn said(error: &str) -> Wrong {
    Wrong::Error { error: error.to_owned(), messages: vec![], needed: None, retry_after: None }
}

fn wrong(fault: Fault) -> Option<Wrong> {
    Some(match fault {
        Fault::Status { status, retry_after } => Wrong::Status { status, retry_after },
        Fault::RateLimited { retry_after } => Wrong::Error {
            error: "ratelimited".to_owned(),
            messages: vec![],
            needed: None,
            retry_after,
        },
        Fault::LostAnswer => Wrong::Lost,
        Fault::LandsLate => Wrong::Late { after_millis: None },
        Fault::Hangs => Wrong::Hang,
        Fault::Unreachable => return None,
        Fault::Nonsense => Wrong::Nonsense,
        Fault::BrokeInside => said("internal_error"),
        Fault::RefusesContent => said("invalid_blocks"),
        Fault::BadCredentials => said("token_revoked"),
        Fault::NoPermission => said("missing_scope"),
        Fault::NoChannel => said("channel_not_found"),
        Fault::NoMessage => said("message_not_found"),
        Fault::Echo => Wrong::Echo,
    })
}

fn markup(reading: &Reading) -> Vec<Markup> {
    let runs = reading.markup.iter().map(|run| Markup { kind: run.kind, text: run.text.clone() });
    runs.collect()
}

#[async_trait]
impl Subject for SlackSubject {
    async fn fresh() -> Self {
        let double = Double::start(Seed::default()).await.expect("a port");
        let settings = settings(&double.seed(), &double.url());
        let slack = Slack::new(&settings, client()).expect("good settings");
        Self {
            slack: slack.within(Duration::from_secs(2)),
            callbacks: SlackCallbacks(double.seed()),
            double,
        }
    }

    fn provider(&self) -> &dyn Provider {
        &self.slack
    }

    fn world(&self) -> World {
        let seed = self.double.seed();
        let person = |user: &str, email: &str, name: &str| ChatUser {
            user: user.to_owned(),
            email: Some(email.to_owned()),
            name: name.to_owned(),
            is_gone: false,
            ..ChatUser::default()
        };
        World {
            channel: "#ops-alerts".to_owned(),
            channel_id: CHANNEL.to_owned(),
            no_channel: Some("#nowhere".to_owned()),
            person: person("alice", "alice@example.com", "Alice Adams"),
            person_ref: "U0ALICE001".to_owned(),
            stranger: Some(person("zoe", "zoe@example.com", "Zoe")),
            workspace: seed.team_id,
            secrets: vec![seed.bot_token, seed.signing_secret],
        }
    }

    async fn script(&self, verb: Verb, fault: Fault) -> bool {
        // Listing tries again without private channels, so it has to lack its scope twice.
        let times = match (verb, &fault) {
            (Verb::ResolveChannel, Fault::NoPermission) => 2,
            _ => 1,
        };
        match wrong(fault) {
            Some(wrong) => {
                for _ in 0..times {
                    self.double.script(method_of(verb), wrong.clone());
                }
            }
            None => self.double.stop().await,
        }
        true
    }

    async fn land(&self) {
        self.double.land();
    }

    async fn somebody_else_posts(&self, to: &Destination, delivery: &SendKey) -> bool {
        let Destination::Channel { channel, .. } = to else {
            return false;
        };
        let metadata = serde_json::json!({"event_type": "nightowl_delivery",
            "event_payload": {"delivery": delivery.as_str()}});
        self.double.say(channel, "forged", Some(metadata));
        true
    }

    async fn delete(&self, at: &MessageRef) -> bool {
        self.double.delete(&at.channel, &at.message)
    }

    async fn seen(&self) -> Vec<Seen> {
        let messages = self.double.messages();
        messages.iter().map(seen).collect()
    }

    async fn seen_at(&self, at: &MessageRef) -> Vec<Seen> {
        let mut messages = self.double.messages();
        messages.retain(|message| message.channel == at.channel && message.ts == at.message);
        messages.iter().map(seen).collect()
    }

    async fn whispered(&self) -> Vec<Whispered> {
        let whispers = self.double.ephemerals().into_iter().map(|ephemeral| {
            let reading = whispered(&ephemeral);
            Whispered {
                channel: ephemeral.channel,
                user_ref: ephemeral.user,
                markup: markup(&reading),
                text: reading.text,
                mentions: reading.mentions,
                links: reading.links,
            }
        });
        whispers.collect()
    }

    async fn opener(&self) -> Option<Opener> {
        let user_ref = self.world().person_ref;
        Some(Opener {
            trigger: Secret::new(self.double.trigger(&user_ref)),
            user_ref,
            channel_id: CHANNEL.to_owned(),
        })
    }

    async fn forms(&self) -> Vec<SeenForm> {
        self.double.views().iter().map(seen_form).collect()
    }

    fn gone_user_ref(&self) -> Option<String> {
        Some("U0GONE0001".to_owned())
    }

    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        Time::from_millis(i64::try_from(since.as_millis()).expect("before the year 292 million"))
    }

    fn debug(&self) -> String {
        format!("{:?}", self.slack)
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(&self.callbacks)
    }
}

/// The text that a notification shows, and the blocks.
fn whispered(ephemeral: &slack_double::Ephemeral) -> Reading {
    let mut reading = read_text(&ephemeral.text, false);
    let blocks = serde_json::json!({"blocks": ephemeral.blocks});
    let shown = read_view(&blocks).shown;
    reading.text.push_str(&shown.text);
    reading.mentions.extend(shown.mentions);
    reading.links.extend(shown.links);
    reading.links.extend(shown.buttons.iter().filter_map(|button| button.url.clone()));
    reading.markup.extend(shown.markup);
    reading
}

fn value_of(button: &slack_double::Button) -> Option<ButtonValue> {
    let of_menu = || button.options.first()?.1.split_once('|').map(|(_, value)| value);
    ButtonValue::decode(button.value.as_deref().or_else(of_menu)?)
}

fn choice_of(value: &str) -> Option<Snooze> {
    Snooze::parse(value.split_once('|')?.0)
}

fn seen_form(open: &OpenView) -> SeenForm {
    let reading = read_view(&open.view);
    let fields = reading.fields.into_iter().map(|field| SeenField {
        id: field.block_id,
        label: field.label,
        value: field.value,
        required: field.required,
        options: field.options,
    });
    SeenForm {
        user_ref: open.user.clone(),
        title: reading.title,
        intro: reading.shown.text.clone(),
        fields: fields.collect(),
        state: open.view["private_metadata"].as_str().unwrap_or_default().to_owned(),
        markup: markup(&reading.shown),
        mentions: reading.shown.mentions,
        links: reading.shown.links,
    }
}

fn seen(message: &slack_double::Message) -> Seen {
    let reading = read_message(message);
    let delivery = message.metadata.as_ref().and_then(|metadata| {
        let delivery = metadata["event_payload"]["delivery"].as_str()?;
        (message.bot_id == Seed::default().bot_id).then(|| SendKey::from(delivery))
    });
    let buttons = reading.buttons.iter().map(|button| SeenButton {
        button: button_of(ActionId::parse(&button.action_id).expect("an action of ours")),
        label: button.label.clone(),
        value: value_of(button),
        url: button.url.clone(),
        choices: button.options.iter().filter_map(|(_, value)| choice_of(value)).collect(),
    });
    Seen {
        at: MessageRef {
            provider: "slack".to_owned(),
            channel: message.channel.clone(),
            message: message.ts.clone(),
        },
        delivery,
        buttons: buttons.collect(),
        markup: markup(&reading),
        text: reading.text,
        mentions: reading.mentions,
        links: reading.links,
        direct_to: message.direct_to.clone(),
        under: message.thread_ts.clone(),
    }
}
