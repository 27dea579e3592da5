//! A small world around the router: two tenants on one Mattermost that checks what it is sent, the
//! real connections to it, ports in memory, and people who click in it.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::StatusCode;
use mattermost_double::{Double, Got, Post, Seed};
use nightowl_domain::{Alert, Skew, Tenant, Time, What};
use nightowl_engine::testing::{StaticConfig, TestPorts, fired, sample_tenant};
use nightowl_engine::{Clock, Config, Engine, Ports, Report, StoreError};
use nightowl_fn_mattermost::{MattermostTenants, Needs, router};
use nightowl_mattermost::{Home, Mattermost, http_client};
use nightowl_messaging::{Provider, Secret, Setting, Settings};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const TOKEN: &str = "commandtokenofthefirstteam1";
pub(crate) const SECOND_TOKEN: &str = "commandtokenofthesecondtem2";
pub(crate) const OTHER_TOKEN: &str = "commandtokenofanothertenant";

/// Goes with the machine's, because the server's does and what is asked over a wire takes time;
/// but from a moment of its own, so that it is always the same person's week.
#[derive(Clone)]
pub(crate) struct RunningClock(Arc<AtomicI64>);

impl RunningClock {
    fn at(start: Time) -> Self {
        let clock = Self(Arc::default());
        clock.shift(start.millis() - clock.now().millis());
        clock
    }

    fn shift(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for RunningClock {
    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
        let millis = i64::try_from(since.as_millis()).expect("it is not that late");
        Time::from_millis(millis + self.0.load(Ordering::SeqCst))
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}

/// The ports in memory, but for the clock.
pub(crate) struct RunningPorts {
    memory: TestPorts,
    clock: RunningClock,
}

impl Ports for RunningPorts {
    type Store = <TestPorts as Ports>::Store;
    type Intake = <TestPorts as Ports>::Intake;
    type Wake = <TestPorts as Ports>::Wake;
    type Timer = <TestPorts as Ports>::Timer;
    type Clock = RunningClock;
    type Entropy = <TestPorts as Ports>::Entropy;
    type Config = <TestPorts as Ports>::Config;
    type Providers = <TestPorts as Ports>::Providers;
    type Pacer = <TestPorts as Ports>::Pacer;

    fn store(&self) -> &Self::Store {
        self.memory.store()
    }
    fn intake(&self) -> &Self::Intake {
        self.memory.intake()
    }
    fn wake(&self) -> &Self::Wake {
        self.memory.wake()
    }
    fn timer(&self) -> &Self::Timer {
        self.memory.timer()
    }
    fn clock(&self) -> &Self::Clock {
        &self.clock
    }
    fn entropy(&self) -> &Self::Entropy {
        self.memory.entropy()
    }
    fn config(&self) -> &Self::Config {
        self.memory.config()
    }
    fn providers(&self) -> &Self::Providers {
        self.memory.providers()
    }
    fn pacer(&self) -> &Self::Pacer {
        self.memory.pacer()
    }
    fn skew(&self) -> Skew {
        self.memory.skew()
    }
}

pub(crate) struct World {
    pub(crate) ports: TestPorts,
    pub(crate) clock: RunningClock,
    pub(crate) double: Double,
    pub(crate) parts: Arc<Parts>,
    /// `127.0.0.1:…`, where the router listens.
    pub(crate) address: String,
}

pub(crate) struct Parts {
    pub(crate) engine: Engine<RunningPorts>,
    pub(crate) tenants: Tenants,
}

pub(crate) struct Tenants {
    connections: Mutex<BTreeMap<String, Arc<Mattermost>>>,
    is_down: Mutex<bool>,
    config: StaticConfig,
}

impl Needs for Parts {
    type Ports = RunningPorts;
    type Tenants = Tenants;

    fn engine(&self) -> &Engine<RunningPorts> {
        &self.engine
    }
    fn mattermost_tenants(&self) -> &Tenants {
        &self.tenants
    }
}

impl MattermostTenants for Tenants {
    async fn slugs(&self) -> Result<Vec<String>, StoreError> {
        self.check()?;
        Ok(self.connections.lock().unwrap().keys().cloned().collect())
    }

    async fn tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        self.config.tenant(slug).await
    }

    async fn connection(&self, slug: &str) -> Result<Option<Arc<Mattermost>>, StoreError> {
        self.check()?;
        Ok(self.connections.lock().unwrap().get(slug).cloned())
    }
}

impl Tenants {
    fn check(&self) -> Result<(), StoreError> {
        match *self.is_down.lock().unwrap() {
            true => Err(StoreError::Unavailable("down".to_owned())),
            false => Ok(()),
        }
    }
}

/// What somebody who is not the server gets from the router.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    #[track_caller]
    pub(crate) fn is_problem(&self, status: StatusCode, name: &str) {
        assert_eq!(self.status, status.as_u16(), "{}", self.body);
        assert!(self.head.contains("application/problem+json"), "{}", self.head);
        assert_eq!(self.json()["type"], format!("urn:nightowl:problem:{name}"));
    }

    #[track_caller]
    pub(crate) fn is_forged(&self) {
        self.is_problem(StatusCode::UNAUTHORIZED, "forged");
        let json = self.json();
        assert_eq!(json.as_object().map(serde_json::Map::len), Some(3), "{json}");
    }

    /// A click that was taken, and nothing to say about it.
    #[track_caller]
    pub(crate) fn is_empty(&self) {
        assert_eq!((self.status, self.json()), (200, json!({})));
    }

    /// What whoever clicked reads alone.
    #[track_caller]
    pub(crate) fn whispered(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        let json = self.json();
        assert_eq!(json["skip_slack_parsing"], true, "{json}");
        assert!(json.get("update").is_none(), "{json}");
        json["ephemeral_text"].as_str().expect("a text").to_owned()
    }

    /// What the dialog says.
    #[track_caller]
    pub(crate) fn error(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()["error"].as_str().expect("an error").to_owned()
    }
}

fn tenant(slug: &str, channel: &str) -> Tenant {
    let mut tenant = sample_tenant();
    tenant.slug = slug.to_owned();
    tenant.hash = format!("hash-{slug}");
    tenant.provider = Some("mattermost".to_owned());
    tenant.default_channels.insert("mattermost".to_owned(), channel.to_owned());
    tenant
}

fn settings(double: &Double, key: &str, tokens: &[&str]) -> Settings {
    let secret = |text: &str| Setting::Secret(Secret::new(text));
    let mut fields = BTreeMap::from([
        ("url".to_owned(), Setting::Text(double.url())),
        ("bot_token".to_owned(), secret(&double.seed().token("nightowl"))),
        ("signing_key".to_owned(), secret(key)),
    ]);
    for (number, token) in (1..).zip(tokens) {
        let name = match number {
            1 => "webhook_secret".to_owned(),
            number => format!("webhook_secret_{number}"),
        };
        fields.insert(name, secret(token));
    }
    Settings { provider: "mattermost".to_owned(), fields }
}

impl World {
    /// `acme` and `other`, each with a key and a token of its own; `acme` posts. Alice and Bob are
    /// known to both, Carol is not.
    pub(crate) async fn start() -> Self {
        // A second install answers an error that means that it is done.
        drop(rustls::crypto::ring::default_provider().install_default());
        let double = Double::start(Seed::default()).await.expect("a port");
        let ports = TestPorts::default();
        let clock = RunningClock::at(ports.clock.now());
        double.shift_clock(clock.now().millis() - double.now());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let engine = Engine::new(RunningPorts { memory: ports.clone(), clock: clock.clone() });
        let tenants = Tenants {
            connections: Mutex::default(),
            is_down: Mutex::default(),
            config: ports.config.clone(),
        };
        let parts = Arc::new(Parts { engine, tenants });
        let app = router(Arc::clone(&parts));
        tokio::spawn(async move {
            // It ends with the test's runtime.
            drop(axum::serve(listener, app).await);
        });
        let world = Self { ports, clock, double, parts, address };
        world.connect("acme", &"acme-key".repeat(5), &[TOKEN, SECOND_TOKEN]);
        world.connect("other", &"other-key".repeat(5), &[OTHER_TOKEN]);
        world.ports.providers.set(world.connection("acme"));
        let command = format!("http://{}/api/v1/mattermost/commands/acme", world.address);
        world.double.add_command("nightowl", &command, TOKEN);
        world
    }

    /// Anew, if it is there: with another key, nothing kept.
    pub(crate) fn connect(&self, slug: &str, key: &str, tokens: &[&str]) {
        let clock = self.clock.clone();
        let home = Home {
            tenant: slug.to_owned(),
            callbacks: Some(format!("http://{}", self.address)),
            now: Arc::new(move || clock.now()),
        };
        let settings = settings(&self.double, key, tokens);
        let http = http_client().expect("a client");
        let connection = Mattermost::new(&settings, http, &home).expect("good settings");
        self.ports.config.set(tenant(slug, &self.channel("alerts")));
        let mut connections = self.parts.tenants.connections.lock().unwrap();
        connections.insert(slug.to_owned(), Arc::new(connection));
    }

    pub(crate) fn connection(&self, slug: &str) -> Arc<Mattermost> {
        Arc::clone(&self.parts.tenants.connections.lock().unwrap()[slug])
    }

    pub(crate) fn set_down(&self) {
        *self.parts.tenants.is_down.lock().unwrap() = true;
    }

    pub(crate) fn channel(&self, name: &str) -> String {
        self.double.seed().channel(name).expect("it is seeded").id.clone()
    }

    pub(crate) fn user(&self, name: &str) -> String {
        self.double.seed().user(name).expect("it is seeded").id.clone()
    }

    /// Both clocks.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.shift(seconds * 1000);
        self.double.shift_clock(seconds * 1000);
    }

    pub(crate) async fn fire_at(&self, tenant: &str, series: &str) -> Alert {
        let now = self.clock.now();
        let title = format!("{series} broke");
        let event = fired(&format!("fire:{series}:{now}"), series, &title, now);
        let report = Report { tenant: tenant.to_owned(), alert: None, event };
        let applied = self.parts.engine.apply(&report, false).await.expect("the store works");
        applied.alert.expect("a firing has an alert")
    }

    /// Fires at `acme` and posts the card.
    pub(crate) async fn posted(&self, series: &str) -> (Alert, Post) {
        let alert = self.fire_at("acme", series).await;
        self.deliver(&alert).await;
        let card = self.card(&alert).await;
        (alert, card)
    }

    pub(crate) async fn deliver(&self, alert: &Alert) {
        for _ in 0..3 {
            self.parts.engine.deliver(&alert.occurrence()).await.expect("the store works");
            self.pass(2);
        }
    }

    pub(crate) async fn read(&self, alert: &Alert) -> Alert {
        let shown = self.parts.engine.show(&alert.occurrence()).await.expect("the store works");
        shown.expect("the alert is there").alert
    }

    pub(crate) async fn status(&self, alert: &Alert) -> &'static str {
        self.read(alert).await.status.name()
    }

    /// The alert's card as it has to be posted.
    pub(crate) async fn owed_card(&self, alert: &Alert) -> nightowl_messaging::Post {
        let engine = &self.parts.engine;
        let shown = engine.show(&alert.occurrence()).await.expect("the store works");
        let shown = shown.expect("the alert is there");
        let mut cards = shown.alert.sends.iter().filter(|send| send.what == What::Card);
        let card = cards.next().expect("a card is owed").clone();
        let mut message = engine.view(&shown).await.expect("the store works");
        message.delivery = card.key.clone();
        nightowl_messaging::Post {
            to: card.to,
            under: None,
            delivery: card.key,
            message: nightowl_messaging::Message::Alert(message),
            form: nightowl_messaging::Form::Rich,
        }
    }

    /// Posted by a tenant's own connection, and nobody noted where.
    pub(crate) async fn post_unnoted(&self, alert: &Alert) -> Post {
        let owed = self.owed_card(alert).await;
        let at = self.connection(&alert.tenant).post(&owed).await.expect("posted");
        self.double.post(&at.message).expect("it is there")
    }

    /// The card as it stands in the channel.
    pub(crate) async fn card(&self, alert: &Alert) -> Post {
        let delivery = self.owed_card(alert).await.delivery;
        let posts = self.double.posts();
        let mut cards = posts
            .into_iter()
            .filter(|post| post.props.get("nightowl_delivery") == Some(&json!(delivery.as_str())));
        cards.next().expect("the card is posted")
    }

    /// A real click in the server.
    pub(crate) async fn click(&self, user: &str, post: &Post, action: &str) -> Got {
        let got = self.double.click(user, &post.id, action).await.expect("they are there");
        assert_eq!(got.status, 200, "{:?}", got.body);
        got
    }

    /// What a click by `user` would send, to be altered.
    pub(crate) fn claim(&self, user: &str, post: &Post, action: &str) -> Value {
        let (user, millis) = (self.user(user), self.double.now());
        let context = context(post, action);
        json!(self.double.action_body(&user, &post.id, context, millis).expect("the post is there"))
    }

    /// Sends it as anybody can.
    pub(crate) async fn send(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path, &[("Content-Type", "application/json")], &body.to_string()).await
    }

    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let path = format!("/api/v1/mattermost/{path}");
        exchange(&self.address, (method, &path), headers, body).await
    }

    /// What a person's own client asks the server.
    pub(crate) async fn ask_server(
        &self,
        user: &str,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Value {
        let token = format!("Bearer {}", self.double.seed().token(user));
        let headers = [("Authorization", &*token), ("Content-Type", "application/json")];
        let address = self.double.address().to_string();
        let path = format!("/api/v4/{path}");
        exchange(&address, (method, &path), &headers, &body.to_string()).await.json()
    }

    /// What was whispered to a person in direct messages.
    pub(crate) fn direct_messages(&self, user: &str) -> Vec<String> {
        let (bot, user) = (self.user("nightowl"), self.user(user));
        let posts = self.double.posts().into_iter();
        let theirs = posts.filter(|post| {
            post.user_id == bot
                && post.props.get("nightowl_delivery").is_none_or(|id| *id == "")
                && self.double.direct_to(&post.channel_id, &bot).as_deref() == Some(&*user)
        });
        theirs.map(|post| post.message).collect()
    }
}

/// What the server would send of a button.
pub(crate) fn context(post: &Post, action: &str) -> Value {
    let attachments = post.props["attachments"].as_array().expect("attachments");
    let actions = attachments.iter().filter_map(|attachment| attachment["actions"].as_array());
    let mut named = actions.flatten().filter(|known| known["id"] == action);
    named.next().expect("the button is there")["integration"]["context"].clone()
}

async fn exchange(
    address: &str,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: owl\r\nConnection: close\r\n\
         Content-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("it takes the head");
    stream.write_all(body.as_bytes()).await.expect("it takes the body");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head ends");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status: status.expect("a status"), head: head.to_owned(), body: body.to_owned() }
}
