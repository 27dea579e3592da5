//! The provider, and the double as its platform.

use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use mattermost_double::{Double, Fault as Wrong, Post, Seed, Version};
use nightowl_domain::{Destination, MessageRef, SendKey, Time};
use nightowl_mattermost::{Home, Mattermost};
use nightowl_messaging::conformance::{
    Callbacks, Fault, Seen, SeenForm, Subject, Verb, Whispered, World,
};
use nightowl_messaging::{ChatUser, Opener, Provider, Secret, Setting, Settings};
use serde_json::{Map, Value};

use super::callbacks::MattermostCallbacks;
use super::seal::{CALLBACKS, TENANT};
use super::seen;

pub(crate) const SIGNING_KEY: &str = "signing-key-of-the-tenant-0123456789abcdef";
pub(crate) const WEBHOOK_SECRET: &str = "commandtokenqx7h3k9wz5m1c8";

/// Which server it is.
pub(crate) trait Server: Send + Sync {
    const VERSION: Version;
}

/// The newest that is known.
pub(crate) struct Newest;
/// It clears what an edit leaves out, and limits the time of edits to the text.
pub(crate) struct Newer;
/// The oldest that is served: small props, short triggers, other error ids, and no mention from a
/// field.
pub(crate) struct Oldest;

impl Server for Newest {
    const VERSION: Version = Version::V11_6;
}

impl Server for Newer {
    const VERSION: Version = Version::V11_2;
}

impl Server for Oldest {
    const VERSION: Version = Version::V5_37;
}

pub(crate) struct MattermostSubject<S> {
    double: Arc<Double>,
    mattermost: Mattermost,
    callbacks: MattermostCallbacks,
    server: PhantomData<S>,
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
        ("url", text(url)),
        ("bot_token", secret(&seed.token("nightowl"))),
        ("webhook_secret", secret(WEBHOOK_SECRET)),
        ("signing_key", secret(SIGNING_KEY)),
        ("default_channel_id", text("alerts")),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    Settings { provider: "mattermost".to_owned(), fields: fields.into() }
}

const fn route_of(verb: Verb) -> &'static str {
    match verb {
        Verb::Post | Verb::Whisper => "posts.create",
        Verb::Update => "posts.patch",
        Verb::Find => "posts.list",
        Verb::LookUpUser => "users.by_email",
        Verb::DescribeUser | Verb::Connect => "users.get",
        Verb::ResolveChannel => "channels.by_name",
        Verb::OpenForm => "dialogs.open",
    }
}

fn said(status: u16, id: &str) -> Wrong {
    Wrong::Error { status, id: id.to_owned(), message: String::new() }
}

const NOT_ALLOWED: &str = "api.context.permissions.app_error";

fn wrong(verb: Verb, fault: Fault) -> Option<Wrong> {
    Some(match fault {
        Fault::Status { status, retry_after } => Wrong::Status { status, retry_after },
        Fault::RateLimited { retry_after } => Wrong::RateLimited { retry_after },
        Fault::LostAnswer => Wrong::Lost,
        Fault::LandsLate => Wrong::Late { after_millis: None, in_flight: false },
        Fault::Hangs => Wrong::Hang,
        Fault::Unreachable => return None,
        Fault::Nonsense => Wrong::Nonsense,
        Fault::BrokeInside => said(500, "app.post.save.app_error"),
        Fault::RefusesContent => said(400, "model.post.is_valid.props.app_error"),
        Fault::BadCredentials => said(401, "api.context.session_expired.app_error"),
        Fault::NoChannel if verb == Verb::Update => {
            said(400, "api.post.patch_post.can_not_update_post_in_deleted.error")
        }
        Fault::NoChannel if verb != Verb::Find => {
            said(400, "api.post.create_post.can_not_post_to_deleted.error")
        }
        Fault::NoPermission | Fault::NoChannel | Fault::NoMessage => said(403, NOT_ALLOWED),
        Fault::Echo => Wrong::Echo,
    })
}

impl<S: Server> MattermostSubject<S> {
    fn seed(&self) -> Seed {
        self.double.seed()
    }

    fn id_of(&self, user: &str) -> String {
        self.seed().user(user).expect("a seeded user").id.clone()
    }

    /// What people have said, without what the server says of joining.
    fn posts(&self) -> Vec<Post> {
        let mut posts = self.double.posts();
        posts.retain(|post| !post.kind.starts_with("system_"));
        posts
    }

    fn see(&self, posts: &[Post]) -> Vec<Seen> {
        let bot = self.id_of("nightowl");
        posts.iter().map(|post| seen::seen(&self.double, post, &bot)).collect()
    }
}

#[async_trait]
impl<S: Server> Subject for MattermostSubject<S> {
    async fn fresh() -> Self {
        let seed = Seed { version: S::VERSION, ..Seed::default() };
        let double = Arc::new(Double::start(seed).await.expect("a port"));
        double.add_command("nightowl", "https://owl.example.com/", WEBHOOK_SECRET);
        let clock = Arc::clone(&double);
        let home = Home {
            tenant: TENANT.to_owned(),
            callbacks: Some(CALLBACKS.to_owned()),
            now: Arc::new(move || Time::from_millis(clock.now())),
        };
        let settings = settings(&double.seed(), &double.url());
        let mattermost = Mattermost::new(&settings, client(), &home).expect("good settings");
        Self {
            mattermost: mattermost.within(Duration::from_secs(2)),
            callbacks: MattermostCallbacks::new(Arc::clone(&double)),
            double,
            server: PhantomData,
        }
    }

    fn provider(&self) -> &dyn Provider {
        &self.mattermost
    }

    fn world(&self) -> World {
        let seed = self.seed();
        let person = |user: &str, email: &str, name: &str| ChatUser {
            user: user.to_owned(),
            email: Some(email.to_owned()),
            name: name.to_owned(),
            ..ChatUser::default()
        };
        World {
            channel: "~alerts".to_owned(),
            channel_id: seed.channel("alerts").expect("a seeded channel").id.clone(),
            no_channel: Some("nowhere".to_owned()),
            person: person("alice", "alice@example.com", "Alice Adams"),
            person_ref: self.id_of("alice"),
            stranger: Some(person("zoe", "zoe@example.com", "Zoe")),
            workspace: self.double.address().to_string(),
            secrets: vec![
                seed.token("nightowl"),
                WEBHOOK_SECRET.to_owned(),
                SIGNING_KEY.to_owned(),
            ],
        }
    }

    async fn script(&self, verb: Verb, fault: Fault) -> bool {
        // A bare status and a silence are those of no version, and trying all of them takes long.
        let is_of_none = matches!(fault, Fault::Status { .. } | Fault::Hangs);
        if is_of_none && S::VERSION != Version::default() {
            return false;
        }
        // A post that is refused so is tried again once the bot has joined the channel.
        let joins = matches!(verb, Verb::Post | Verb::Update) && fault == Fault::NoPermission;
        if fault == Fault::NoMessage {
            self.double.script("posts.get", said(404, "app.post.get.app_error"));
        }
        match wrong(verb, fault) {
            Some(wrong) => {
                if joins {
                    self.double.script(route_of(verb), wrong.clone());
                }
                self.double.script(route_of(verb), wrong);
            }
            None => self.double.stop().await,
        }
        true
    }

    async fn land(&self) {
        self.double.land().await;
    }

    async fn somebody_else_posts(&self, to: &Destination, delivery: &SendKey) -> bool {
        let Destination::Channel { channel, .. } = to else {
            return false;
        };
        let channel = channel.trim_start_matches('~');
        let mut props = Map::from_iter([("from_bot".to_owned(), Value::from("true"))]);
        props.insert("nightowl_delivery".to_owned(), delivery.as_str().into());
        self.double.say("bob", channel, "forged", "", props).await.expect("bob can post");
        true
    }

    async fn delete(&self, at: &MessageRef) -> bool {
        self.double.delete(&at.message)
    }

    async fn seen(&self) -> Vec<Seen> {
        self.see(&self.posts())
    }

    async fn seen_at(&self, at: &MessageRef) -> Vec<Seen> {
        let mut posts: Vec<Post> = self.double.post(&at.message).into_iter().collect();
        posts.retain(|post| post.is_there() && post.channel_id == at.channel);
        self.see(&posts)
    }

    async fn whispered(&self) -> Vec<Whispered> {
        let bot = self.id_of("nightowl");
        let posts = self.posts();
        posts.iter().filter_map(|post| seen::whispered(&self.double, post, &bot)).collect()
    }

    async fn opener(&self) -> Option<Opener> {
        let user_ref = self.id_of("alice");
        let trigger = self.double.trigger(&user_ref, self.double.now()).trigger_id;
        let channel_id = self.world().channel_id;
        Some(Opener { trigger: Secret::new(trigger), user_ref, channel_id })
    }

    async fn forms(&self) -> Vec<SeenForm> {
        let version = self.double.version();
        self.double.dialogs().iter().map(|open| seen::form(open, version)).collect()
    }

    fn no_user_ref(&self) -> String {
        "nobody99999999999999999999".to_owned()
    }

    fn gone_user_ref(&self) -> Option<String> {
        Some(self.id_of("gone"))
    }

    fn callback_workspace(&self) -> String {
        self.seed().teams[0].id.clone()
    }

    fn now(&self) -> Time {
        Time::from_millis(self.double.now())
    }

    fn debug(&self) -> String {
        format!("{:?}", self.mattermost)
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(&self.callbacks)
    }
}
