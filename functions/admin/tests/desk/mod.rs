//! A NightOwl in memory with the inbox as its only provider, and requests to its routes.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

pub mod chat;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use chat::DeskChat;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use nightowl_config::{KeyFileSealer, Live, Scope};
use nightowl_domain::{
    Actor, Alert, Details, Event, EventKind, Firing, Link, LinkKind, Occurrence, Received,
    Severity, Skew, Time,
};
use nightowl_engine::testing::{
    CountingEntropy, MemoryIntake, MemoryStore, MemoryTimer, MemoryWake, TestPorts, VirtualClock,
};
use nightowl_engine::{Clock, Config, Engine, Ports, Providers, Report, Spacing, StoreError};
use nightowl_fn_admin::{Console, Needs, router};
use nightowl_inbox::Inbox;
use nightowl_messaging::{MessageLog, Provider, Secret};
use tower::ServiceExt;

pub const OPERATOR: &str = "operator-key-000001";
pub const RESPONDER: &str = "responder-key-00001";
pub const VIEWER: &str = "viewer-key-00000001";
pub const ACME: &str = "acme-admin-key-0001";
pub const WEBHOOK: &str = "webhook-key-of-acme-1";
pub const TOKEN: &str = "a-login-token-of-this-start";

const MAX_AGE: Duration = Duration::from_secs(60);

pub const CONFIG: &str = r#"
api_keys:
  - { id: ops, key: operator-key-000001, role: admin }
  - { id: helper, key: responder-key-00001, role: responder }
  - { id: screen, key: viewer-key-00000001, role: viewer }
tenants:
  - slug: acme
    name: Acme
    messaging_provider: inbox
    api_keys:
      - { id: own, key: acme-admin-key-0001, role: admin }
    users:
      - { id: alice, name: Alice, email: alice@example.com, timezone: Europe/Berlin }
      - { id: bob, name: Bob, email: bob@example.com }
    schedules:
      - id: platform
        timezone: UTC
        rotations:
          - { id: primary, type: weekly, length: 1, start: "2020-01-06T09:00", members: [alice] }
    escalation_policies:
      - id: default
        repeat: 0
        tiers:
          - { tier: 1, timeout_minutes: 5, notify_via: [messaging_dm], targets: [oncall_primary] }
          - { tier: 2, timeout_minutes: 5, notify_via: [messaging_dm], targets: [bob] }
    integrations:
      - { id: curl, format: generic, key: webhook-key-of-acme-1, policy: default, schedule: platform }
  - slug: zeta
    name: Zeta
    messaging_provider: inbox
    users:
      - { id: zoe, name: Zoe }
    escalation_policies:
      - id: default
        tiers:
          - { tier: 1, timeout_minutes: 5, notify_via: [messaging_dm], targets: [zoe] }
    integrations:
      - { id: curl, format: generic, key: webhook-key-of-zeta-1, policy: default }
"#;

pub type Configured = Live<MemoryStore, KeyFileSealer, VirtualClock>;

pub struct DeskPorts {
    pub memory: TestPorts,
    live: Arc<Configured>,
    pub inboxes: Inboxes,
}

pub struct Inboxes {
    live: Arc<Configured>,
    store: MemoryStore,
    clock: VirtualClock,
    /// Other platforms, by tenant and name.
    pub outside: Mutex<BTreeMap<(String, String), Arc<dyn Provider>>>,
}

impl Providers for Inboxes {
    async fn provider(
        &self,
        tenant: &str,
        name: &str,
    ) -> Result<Option<Arc<dyn Provider>>, StoreError> {
        if name != "inbox" {
            let key = (tenant.to_owned(), name.to_owned());
            return Ok(self.outside.lock().expect("no test panics with it").get(&key).cloned());
        }
        let Some(tenant) = self.live.tenant(tenant).await? else { return Ok(None) };
        let clock = self.clock.clone();
        let inbox =
            Inbox::new(&tenant, Arc::new(self.store.clone()), Arc::new(move || clock.now()));
        Ok(Some(Arc::new(inbox)))
    }
}

impl Ports for DeskPorts {
    type Store = MemoryStore;
    type Intake = MemoryIntake;
    type Wake = MemoryWake;
    type Timer = MemoryTimer;
    type Clock = VirtualClock;
    type Entropy = CountingEntropy;
    type Config = Configured;
    type Providers = Inboxes;
    type Pacer = Spacing;

    fn store(&self) -> &Self::Store {
        &self.memory.store
    }
    fn intake(&self) -> &Self::Intake {
        &self.memory.intake
    }
    fn wake(&self) -> &Self::Wake {
        &self.memory.wake
    }
    fn timer(&self) -> &Self::Timer {
        &self.memory.timer
    }
    fn clock(&self) -> &Self::Clock {
        &self.memory.clock
    }
    fn entropy(&self) -> &Self::Entropy {
        &self.memory.entropy
    }
    fn config(&self) -> &Self::Config {
        &self.live
    }
    fn providers(&self) -> &Self::Providers {
        &self.inboxes
    }
    fn pacer(&self) -> &Self::Pacer {
        &self.memory.pacer
    }
    fn skew(&self) -> Skew {
        Skew::NONE
    }
}

pub struct DeskNeeds {
    pub engine: Engine<DeskPorts>,
    sealer: KeyFileSealer,
    log: Arc<dyn MessageLog>,
    console: Console,
    pub chat: DeskChat,
}

impl Needs for DeskNeeds {
    type Ports = DeskPorts;
    type Keys = Configured;
    type ConfigStore = MemoryStore;
    type Sealer = KeyFileSealer;
    type Chat = DeskChat;

    fn engine(&self) -> &Engine<DeskPorts> {
        &self.engine
    }
    fn keys(&self) -> &Configured {
        &self.engine.ports().live
    }
    fn config_store(&self) -> &MemoryStore {
        &self.engine.ports().memory.store
    }
    fn sealer(&self) -> &KeyFileSealer {
        &self.sealer
    }
    fn config_changed(&self) {
        self.engine.ports().live.invalidate();
    }
    fn log(&self) -> &Arc<dyn MessageLog> {
        &self.log
    }
    fn console(&self) -> &Console {
        &self.console
    }
    fn chat(&self) -> &DeskChat {
        &self.chat
    }
}

pub struct Desk {
    pub needs: Arc<DeskNeeds>,
    pub router: Router,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header is text"))
    }

    /// Asserts that it is a problem of this kind, and answers its detail.
    pub fn problem(&self, status: u16, kind: &str) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header(header::CONTENT_TYPE), "application/problem+json");
        let body = self.json();
        assert_eq!(body["type"], format!("urn:nightowl:problem:{kind}"));
        assert_eq!(body["status"], status);
        body["detail"].as_str().expect("a problem has a detail").to_owned()
    }
}

impl Desk {
    pub async fn new() -> Self {
        Self::with(CONFIG).await
    }

    /// As in the cloud, where no start prints a token.
    pub async fn without_token() -> Self {
        Self::configured(Self::made(None), CONFIG).await
    }

    /// With this configuration in force.
    pub async fn with(config: &str) -> Self {
        Self::configured(Self::empty(), config).await
    }

    async fn configured(desk: Self, config: &str) -> Self {
        let document = nightowl_config::check("t.yaml", config, &BTreeMap::new());
        let document = document.unwrap_or_else(|found| panic!("{found:?}"));
        let store = desk.needs.config_store();
        nightowl_config::apply(&document, store, desk.needs.sealer(), &Scope::Operators)
            .await
            .expect("it can be applied");
        desk.needs.config_changed();
        desk
    }

    /// Without any configuration.
    pub fn empty() -> Self {
        Self::made(Some(Secret::new(TOKEN)))
    }

    fn made(login_token: Option<Secret>) -> Self {
        let memory = TestPorts::default();
        let (store, clock) = (memory.store.clone(), memory.clock.clone());
        let live = Live::new(store.clone().into(), sealer().into(), clock.clone().into(), MAX_AGE);
        let live = Arc::new(live);
        let inboxes = Inboxes {
            live: Arc::clone(&live),
            store: store.clone(),
            clock,
            outside: Mutex::default(),
        };
        let chat = DeskChat::new(Arc::clone(&live));
        let needs = Arc::new(DeskNeeds {
            engine: Engine::new(DeskPorts { memory, live, inboxes })
                .with_console("http://127.0.0.1:8080"),
            chat,
            sealer: sealer(),
            log: Arc::new(store),
            console: Console {
                session_key: Secret::new("a session key of thirty-two bytes"),
                login_token,
                public_url: None,
            },
        });
        let router = router(Arc::clone(&needs));
        Self { needs, router }
    }

    /// Gives a tenant another platform.
    pub fn attach(&self, tenant: &str, provider: Arc<dyn Provider>) {
        let key = (tenant.to_owned(), provider.name().to_owned());
        let outside = &self.needs.engine.ports().inboxes.outside;
        outside.lock().expect("no test panics with it").insert(key, provider);
    }

    pub fn now(&self) -> Time {
        self.needs.engine.ports().memory.clock.now()
    }

    pub fn pass(&self, span: Duration) {
        self.needs.engine.ports().memory.clock.advance(span);
    }

    pub async fn fire(&self, tenant: &str, key: &str, title: &str) -> Alert {
        let runbook = Link {
            kind: LinkKind::Runbook,
            text: "Runbook".to_owned(),
            url: "https://runbooks.example.com/disk".to_owned(),
        };
        let details = Details {
            description: format!("{title} (described)"),
            labels: BTreeMap::from([("service".to_owned(), title.to_owned())]),
            annotations: BTreeMap::from([("note".to_owned(), title.to_owned())]),
            links: vec![runbook],
        };
        self.fire_with(tenant, key, title, details).await
    }

    /// Fires and delivers everything that is owed then.
    pub async fn fire_with(&self, tenant: &str, key: &str, title: &str, details: Details) -> Alert {
        let firing = Firing {
            title: title.to_owned(),
            severity: Severity::Critical,
            starts_at: None,
            details,
            problems: Vec::new(),
        };
        let report = Report {
            tenant: tenant.to_owned(),
            alert: None,
            event: Event {
                id: format!("fire-{tenant}-{key}-{}", self.now()).into(),
                received: Received { at: self.now(), position: 0 },
                actor: Actor::Source,
                kind: EventKind::Fired {
                    integration: "curl".to_owned(),
                    dedup_key: key.to_owned(),
                    firing,
                },
            },
        };
        let applied = self.needs.engine.apply(&report, false).await.expect("the store works");
        let alert = applied.alert.expect("a firing opens an alert");
        self.work().await;
        alert
    }

    /// Delivers what is owed until nothing more is due.
    pub async fn work(&self) {
        for _ in 0..50 {
            let now = self.now();
            let due = self.needs.engine.ports().memory.wake.take_due(now);
            let occurrences: Vec<Occurrence> =
                due.into_iter().map(|wake_up| wake_up.occurrence).collect();
            if occurrences.is_empty() {
                break;
            }
            for occurrence in occurrences {
                self.needs.engine.deliver(&occurrence).await.expect("the store works");
            }
        }
    }

    pub async fn read(&self, alert: &Alert) -> Alert {
        let shown = self.needs.engine.show(&alert.occurrence()).await.expect("the store works");
        shown.expect("the alert is there").alert
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("routers do not fail");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("the body is in memory").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("all bodies are text");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// A request to the API.
    pub async fn api(&self, method: Method, path: &str, key: &str, body: &str) -> Answer {
        let kind = if method == Method::PUT { "application/yaml" } else { "application/json" };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body.to_owned()));
        self.send(request.expect("a request")).await
    }

    pub async fn get(&self, path: &str, key: &str) -> Answer {
        self.api(Method::GET, path, key, "").await
    }

    pub async fn post(&self, path: &str, key: &str, body: &str) -> Answer {
        self.api(Method::POST, path, key, body).await
    }
}

fn sealer() -> KeyFileSealer {
    KeyFileSealer::new(Some([7; 32]), Some([8; 32]))
}

/// A browser with its cookies.
pub struct Browser<'a> {
    pub desk: &'a Desk,
    pub cookies: BTreeMap<String, String>,
}

pub const HOST: &str = "127.0.0.1:8080";

impl<'a> Browser<'a> {
    pub fn new(desk: &'a Desk) -> Self {
        Self { desk, cookies: BTreeMap::new() }
    }

    pub async fn logged_in(desk: &'a Desk) -> Self {
        let mut browser = Self::new(desk);
        let answer = browser.get(&format!("/console/login?token={TOKEN}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        browser
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// A form of our own page.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(path, fields, Some("http://127.0.0.1:8080")).await
    }

    pub async fn post_from(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        origin: Option<&str>,
    ) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let pairs: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = request.headers_mut();
        headers.insert(header::HOST, HOST.parse().expect("a header"));
        if !pairs.is_empty() {
            headers.insert(header::COOKIE, pairs.join("; ").parse().expect("a header"));
        }
        let answer = self.desk.send(request).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("a header is text");
            let pair = line.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// The hidden fields of the form whose button has this class, in the first card that has one.
pub fn form_of<'t>(page: &'t str, class: &str) -> Vec<(&'t str, String)> {
    let button = format!("class=\"{class}");
    let form = page
        .split("<form ")
        .find(|form| form.split("</form>").next().is_some_and(|form| form.contains(&button)))
        .unwrap_or_else(|| panic!("no button {class}"));
    let form = form.split("</form>").next().unwrap_or_default();
    form.split("<input ")
        .skip(1)
        .map(|input| {
            let of = |name: &str| {
                let start = input.find(name).expect("hidden inputs have it") + name.len();
                input[start..].split('"').next().unwrap_or_default()
            };
            (of("name=\""), unescape(of("value=\"")))
        })
        .collect()
}

fn unescape(text: &str) -> String {
    text.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"")
}
