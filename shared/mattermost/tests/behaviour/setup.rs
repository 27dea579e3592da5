//! A Mattermost on its double.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mattermost_double::{Double, Post as Stored, Seed};
use nightowl_domain::{Destination, MessageRef, Time};
use nightowl_mattermost::{Home, Mattermost};
use nightowl_messaging::conformance::alert;
use nightowl_messaging::{
    AlertMessage, ChatUser, Form, Message, NoticeMessage, Post, Provider, ProviderError, Secret,
    Setting, Settings,
};

pub(crate) const SIGNING_KEY: &str = "signing-key-of-the-tenant-0123456789abcdef";

pub(crate) struct World {
    pub(crate) double: Arc<Double>,
    pub(crate) chat: Mattermost,
}

pub(crate) fn client() -> reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        drop(rustls::crypto::ring::default_provider().install_default());
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client")
    });
    client.clone()
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::of(Seed::default()).await
    }

    pub(crate) async fn of(seed: Seed) -> Self {
        let double = Arc::new(Double::start(seed).await.expect("a port"));
        let token = double.seed().token("nightowl");
        Self { chat: connect(&double, &token, Some("https://owl.example.com")), double }
    }

    pub(crate) fn id_of(&self, user: &str) -> String {
        self.double.seed().user(user).expect("a seeded user").id.clone()
    }

    pub(crate) fn channel(&self, name: &str) -> String {
        self.double.seed().channel(name).expect("a seeded channel").id.clone()
    }

    pub(crate) fn now(&self) -> Time {
        Time::from_millis(self.double.now())
    }

    pub(crate) async fn post(&self, channel: &str, key: &str) -> Result<MessageRef, ProviderError> {
        self.chat.post(&post(to(channel), key)).await
    }

    /// The post that is there now.
    pub(crate) fn stored(&self, at: &MessageRef) -> Stored {
        self.double.post(&at.message).filter(Stored::is_there).expect("a post that is there")
    }

    pub(crate) fn calls_of(&self, route: &str) -> usize {
        self.double.calls().iter().filter(|call| call.route == route).count()
    }
}

pub(crate) fn settings(double: &Double) -> Settings {
    settings_with(double, &double.seed().token("nightowl"))
}

fn settings_with(double: &Double, token: &str) -> Settings {
    let secret = |text: &str| Setting::Secret(Secret::new(text));
    let fields = [
        ("url", Setting::Text(double.url())),
        ("bot_token", secret(token)),
        ("signing_key", secret(SIGNING_KEY)),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    Settings { provider: "mattermost".to_owned(), fields: fields.into() }
}

/// As a process that was started anew would.
pub(crate) fn connect(double: &Arc<Double>, token: &str, callbacks: Option<&str>) -> Mattermost {
    let settings = settings_with(double, token);
    let clock = Arc::clone(double);
    let home = Home {
        tenant: "acme".to_owned(),
        callbacks: callbacks.map(str::to_owned),
        now: Arc::new(move || Time::from_millis(clock.now())),
    };
    let chat = Mattermost::new(&settings, client(), &home).expect("good settings");
    chat.within(Duration::from_secs(4))
}

pub(crate) fn to(channel: &str) -> Destination {
    Destination::Channel { provider: "mattermost".to_owned(), channel: channel.to_owned() }
}

pub(crate) fn person(user: &str) -> Destination {
    Destination::Person { provider: "mattermost".to_owned(), user: user.to_owned() }
}

pub(crate) fn card(key: &str) -> AlertMessage {
    AlertMessage { delivery: key.into(), ..alert("disk full", None) }
}

pub(crate) fn post(to: Destination, key: &str) -> Post {
    Post {
        to,
        under: None,
        delivery: key.into(),
        message: Message::Alert(card(key)),
        form: Form::Rich,
    }
}

pub(crate) fn notice(text: &str) -> Message {
    Message::Notice(NoticeMessage { text: text.to_owned(), alert: None })
}

pub(crate) fn somebody(user: &str) -> ChatUser {
    ChatUser { user: user.to_owned(), ..ChatUser::default() }
}

/// What and whether credentials, of a `Broken`.
pub(crate) fn broken<T: std::fmt::Debug>(result: Result<T, ProviderError>) -> (String, bool) {
    match result {
        Err(ProviderError::Broken { reason, hint, credentials }) => {
            assert!(!hint.is_empty(), "{reason}: no hint");
            (reason, credentials)
        }
        other => panic!("{other:?}"),
    }
}
