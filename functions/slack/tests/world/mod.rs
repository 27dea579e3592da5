//! A small world around the router: three tenants, a Slack that does what it is told, ports in
//! memory, and requests signed by somebody else's code than what checks them.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use nightowl_domain::{Actor, Alert, Tenant, What};
use nightowl_engine::testing::{
    Posted, ScriptedProvider, StaticConfig, TestPorts, fired, sample_tenant,
};
use nightowl_engine::{Clock, Config, Engine, Report, StoreError};
use nightowl_fn_slack::{Listening, Needs, SlackTenants, router};
use nightowl_messaging::{
    ActionId, ButtonValue, ChatUser, CommandResponse, ProviderError, Secret, Setting, Settings,
};
use nightowl_slack::Slack;
use nightowl_slack::inbound::ResponseUrl;
use serde_json::{Value, json};
use slack_double::sign;
use tower::ServiceExt;

pub(crate) const SECRET: &str = "the-secret-of-acme";
pub(crate) const OTHER_SECRET: &str = "the-secret-of-other";
pub(crate) const TEAM: &str = "T0ACME";
pub(crate) const APP: &str = "A0OWL";

pub(crate) struct World {
    pub(crate) ports: TestPorts,
    pub(crate) chat: ScriptedProvider,
    pub(crate) parts: Arc<Parts>,
    pub(crate) router: Router,
}

pub(crate) struct Parts {
    engine: Engine<TestPorts>,
    tenants: Tenants,
}

/// What somebody was answered in a channel or a thread.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answered {
    pub(crate) tenant: String,
    pub(crate) user_ref: String,
    pub(crate) channel: String,
    pub(crate) thread: Option<String>,
    pub(crate) response: CommandResponse,
}

#[derive(Default)]
pub(crate) struct Tenants {
    settings: Mutex<BTreeMap<String, Settings>>,
    responses: Mutex<Vec<(String, String)>>,
    answers: Mutex<Vec<Answered>>,
    homes: Mutex<Vec<(String, String, CommandResponse)>>,
    forgotten: Mutex<Vec<String>>,
    /// Where answers and Home tabs really go, if anywhere.
    slack: Mutex<Option<Arc<Slack>>>,
    is_down: Mutex<bool>,
    /// The tenant whose settings cannot be had just now.
    waits: Mutex<Option<String>>,
    config: StaticConfig,
}

impl Needs for Parts {
    type Ports = TestPorts;
    type Tenants = Tenants;

    fn engine(&self) -> &Engine<TestPorts> {
        &self.engine
    }
    fn slack_tenants(&self) -> &Tenants {
        &self.tenants
    }
}

impl SlackTenants for Tenants {
    async fn slugs(&self) -> Result<Vec<String>, StoreError> {
        self.check()?;
        Ok(self.settings.lock().unwrap().keys().cloned().collect())
    }

    async fn settings(&self, slug: &str) -> Result<Option<Settings>, StoreError> {
        self.check()?;
        if self.waits.lock().unwrap().as_deref() == Some(slug) {
            return Err(StoreError::Unavailable("its key is not here yet".to_owned()));
        }
        Ok(self.settings.lock().unwrap().get(slug).cloned())
    }

    async fn tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        self.check()?;
        self.config.tenant(slug).await
    }

    async fn respond(
        &self,
        slug: &str,
        _to: &ResponseUrl,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        assert!(response.ephemeral);
        self.responses.lock().unwrap().push((slug.to_owned(), response.text.clone()));
        Ok(())
    }

    async fn answer(
        &self,
        slug: &str,
        to: &Listening<'_>,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        self.answers.lock().unwrap().push(Answered {
            tenant: slug.to_owned(),
            user_ref: to.user_ref.to_owned(),
            channel: to.channel.to_owned(),
            thread: to.thread.map(str::to_owned),
            response: response.clone(),
        });
        let slack = self.slack.lock().unwrap().clone();
        match slack {
            Some(slack) => slack.answer(to.channel, to.thread, to.user_ref, response).await,
            None => Ok(()),
        }
    }

    async fn publish_home(
        &self,
        slug: &str,
        user_ref: &str,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        let shown = (slug.to_owned(), user_ref.to_owned(), response.clone());
        self.homes.lock().unwrap().push(shown);
        let slack = self.slack.lock().unwrap().clone();
        match slack {
            Some(slack) => slack.publish_home(user_ref, response).await,
            None => Ok(()),
        }
    }

    fn forget_channels(&self, slug: &str) {
        self.forgotten.lock().unwrap().push(slug.to_owned());
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

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    #[track_caller]
    pub(crate) fn is_empty(&self) {
        assert_eq!((self.status, &*self.text), (StatusCode::OK, ""));
    }

    /// What the person reads, and only that person.
    #[track_caller]
    pub(crate) fn said(&self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/json");
        let json = self.json();
        assert_eq!(json["response_type"], "ephemeral");
        json["text"].as_str().expect("a text").to_owned()
    }

    #[track_caller]
    pub(crate) fn is_problem(&self, status: StatusCode, name: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let json = self.json();
        assert_eq!(json["type"], format!("urn:nightowl:problem:{name}"));
        assert_eq!(json["status"], status.as_u16());
    }

    #[track_caller]
    pub(crate) fn is_forged(&self) {
        self.is_problem(StatusCode::UNAUTHORIZED, "forged");
        let json = self.json();
        assert_eq!(json.as_object().map(serde_json::Map::len), Some(3), "{json}");
    }
}

fn tenant(slug: &str) -> Tenant {
    let mut tenant = sample_tenant();
    tenant.slug = slug.to_owned();
    tenant.hash = format!("hash-{slug}");
    tenant.provider = Some("slack".to_owned());
    tenant.default_channels.insert("slack".to_owned(), "ops".to_owned());
    tenant
}

pub(crate) fn settings(secret: &str, team: Option<&str>, app: Option<&str>) -> Settings {
    let mut fields = BTreeMap::new();
    fields.insert("signing_secret".to_owned(), Setting::Secret(Secret::new(secret)));
    for (name, value) in [("team_id", team), ("app_id", app)] {
        if let Some(value) = value {
            fields.insert(name.to_owned(), Setting::Text(value.to_owned()));
        }
    }
    Settings { provider: "slack".to_owned(), fields }
}

impl World {
    /// `acme` and `other`, each with a secret of its own. Alice and Bob are known to both.
    pub(crate) fn new() -> Self {
        let ports = TestPorts::default();
        let chat = ScriptedProvider::new("slack", ports.clock.clone(), ports.trap.clone());
        ports.providers.set(Arc::new(chat.clone()));
        for person in ["alice", "bob", "mallory"] {
            let host = if person == "mallory" { "elsewhere.example" } else { "example.com" };
            let account = ChatUser {
                email: Some(format!("{person}@{host}")),
                name: person.to_owned(),
                ..ChatUser::default()
            };
            chat.add_user(&format!("U{person}"), account);
        }
        let engine = Engine::new(ports.clone());
        let tenants = Tenants { config: ports.config.clone(), ..Tenants::default() };
        let parts = Arc::new(Parts { engine, tenants });
        let router = router(Arc::clone(&parts));
        let world = Self { ports, chat, parts, router };
        world.set("acme", settings(SECRET, Some(TEAM), Some(APP)));
        world.set("other", settings(OTHER_SECRET, Some("T0OTHER"), Some("A0OTHER")));
        world
    }

    /// This tenant's settings cannot be had just now.
    pub(crate) fn let_wait(&self, slug: &str) {
        *self.parts.tenants.waits.lock().unwrap() = Some(slug.to_owned());
    }

    pub(crate) fn set(&self, slug: &str, settings: Settings) {
        self.ports.config.set(tenant(slug));
        self.parts.tenants.settings.lock().unwrap().insert(slug.to_owned(), settings);
    }

    pub(crate) fn set_down(&self) {
        *self.parts.tenants.is_down.lock().unwrap() = true;
    }

    /// Tenant and text of what was posted to response addresses.
    pub(crate) fn responses(&self) -> Vec<(String, String)> {
        self.parts.tenants.responses.lock().unwrap().clone()
    }

    pub(crate) fn connect(&self, slack: Arc<Slack>) {
        *self.parts.tenants.slack.lock().unwrap() = Some(slack);
    }

    /// What was answered to mentions.
    pub(crate) fn answers(&self) -> Vec<Answered> {
        self.parts.tenants.answers.lock().unwrap().clone()
    }

    /// Tenant, person and view of every Home tab that was shown.
    pub(crate) fn homes(&self) -> Vec<(String, String, CommandResponse)> {
        self.parts.tenants.homes.lock().unwrap().clone()
    }

    /// Whose channels were forgotten.
    pub(crate) fn forgotten(&self) -> Vec<String> {
        self.parts.tenants.forgotten.lock().unwrap().clone()
    }

    /// Everything that was told to somebody alone.
    pub(crate) fn whispers(&self) -> Vec<String> {
        self.chat.whispers().into_iter().map(|(_, _, text)| text).collect()
    }

    pub(crate) async fn fire_at(&self, tenant: &str, series: &str) -> Alert {
        self.fire_titled(tenant, series, &format!("{series} broke")).await
    }

    pub(crate) async fn fire_titled(&self, tenant: &str, series: &str, title: &str) -> Alert {
        let now = self.ports.clock.now();
        let event = fired(&format!("fire:{series}:{now}"), series, title, now);
        let report = Report { tenant: tenant.to_owned(), alert: None, event };
        let applied = self.parts.engine.apply(&report, false).await.expect("the store works");
        applied.alert.expect("a firing has an alert")
    }

    pub(crate) async fn fire(&self, series: &str) -> Alert {
        self.fire_at("acme", series).await
    }

    pub(crate) async fn deliver(&self, alert: &Alert) {
        for _ in 0..3 {
            self.parts.engine.deliver(&alert.occurrence()).await.expect("the store works");
            self.pass(2);
        }
    }

    /// Fires and posts.
    pub(crate) async fn posted(&self, series: &str) -> (Alert, Posted) {
        let alert = self.fire(series).await;
        self.deliver(&alert).await;
        let card = self.card(&alert);
        (alert, card)
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.ports.clock.advance(std::time::Duration::from_secs(seconds));
    }

    pub(crate) async fn read(&self, alert: &Alert) -> Alert {
        let shown = self.parts.engine.show(&alert.occurrence()).await.expect("the store works");
        shown.expect("the alert is there").alert
    }

    pub(crate) async fn status(&self, alert: &Alert) -> &'static str {
        self.read(alert).await.status.name()
    }

    pub(crate) fn card(&self, alert: &Alert) -> Posted {
        let id = alert.id.to_string();
        let mut cards = self.chat.posted().into_iter().filter(|posted| {
            matches!(&posted.shows, nightowl_messaging::Message::Alert(card) if card.alert_id == id)
        });
        cards.next().expect("the card is posted")
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let answered = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = answered.into_parts();
        let body = body.collect().await.expect("the body is whole").to_bytes();
        let text = String::from_utf8(body.to_vec()).expect("an answer is text");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// Signed now.
    pub(crate) async fn post(&self, path: &str, secret: &str, body: &str) -> Answer {
        let seconds = self.ports.clock.now().millis() / 1000;
        self.post_at(path, secret, seconds, body).await
    }

    pub(crate) async fn post_at(
        &self,
        path: &str,
        secret: &str,
        seconds: i64,
        body: &str,
    ) -> Answer {
        let signed = sign(secret, &seconds.to_string(), body.to_owned());
        let headers: Vec<(&str, &str)> =
            signed.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.send(Method::POST, path, &headers, signed.body.clone()).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let path = format!("/api/v1/slack/{path}");
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(body.into()).expect("a request")).await
    }

    /// What the person reads who typed this.
    pub(crate) async fn type_as(&self, person: &str, text: &str, trigger: &str) -> String {
        let body = Typed { person, text, trigger, ..Typed::default() }.body();
        self.post("commands/acme", SECRET, &body).await.said()
    }

    /// By Alice.
    pub(crate) async fn resolve(&self, alert: &Alert) {
        let text = format!("resolve {}", alert.short_id);
        let said = self.type_as("Ualice", &text, &format!("resolve-{}", alert.id)).await;
        assert!(said.starts_with("You resolved"), "{said}");
    }

    /// An event as JSON, signed now.
    pub(crate) async fn tell(&self, body: &Value) -> Answer {
        self.post("events/acme", SECRET, &body.to_string()).await
    }

    /// A click by Slack's way; the answer is always empty.
    pub(crate) async fn click(&self, press: &Press<'_>) {
        self.post("interactions/acme", SECRET, &press.body()).await.is_empty();
    }
}

pub(crate) fn alice() -> Actor {
    Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() }
}

#[derive(Clone)]
pub(crate) struct Typed<'a> {
    pub(crate) person: &'a str,
    pub(crate) text: &'a str,
    pub(crate) trigger: &'a str,
    pub(crate) team: &'a str,
    pub(crate) app: &'a str,
}

impl Default for Typed<'_> {
    fn default() -> Self {
        Self { person: "Ualice", text: "", trigger: "1.2.t", team: TEAM, app: APP }
    }
}

impl Typed<'_> {
    pub(crate) fn body(&self) -> String {
        form(&[
            ("token", "deprecated"),
            ("team_id", self.team),
            ("channel_id", "C-ops"),
            ("user_id", self.person),
            ("user_name", "somebody"),
            ("command", "/nightowl"),
            ("text", self.text),
            ("api_app_id", self.app),
            ("response_url", "https://hooks.slack.com/commands/T/1/random"),
            ("trigger_id", self.trigger),
        ])
    }
}

pub(crate) struct Press<'a> {
    pub(crate) posted: &'a Posted,
    pub(crate) action: ActionId,
    pub(crate) person: &'a str,
    pub(crate) trigger: &'a str,
    pub(crate) team: &'a str,
    pub(crate) app: &'a str,
    /// `false`: the platform names no channel and no message.
    pub(crate) placed: bool,
    pub(crate) response_url: &'a str,
}

impl<'a> Press<'a> {
    pub(crate) fn new(posted: &'a Posted, action: ActionId, trigger: &'a str) -> Self {
        Self {
            posted,
            action,
            person: "Ualice",
            trigger,
            team: TEAM,
            app: APP,
            placed: true,
            response_url: "https://hooks.slack.com/actions/T/1/random",
        }
    }

    pub(crate) fn value(&self) -> String {
        let alert = self.posted.shows.alert().expect("a message with buttons shows an alert");
        ButtonValue {
            alert_id: alert.alert_id.clone(),
            delivery: self.posted.post.delivery.clone(),
            round: alert.round,
            tier: alert.tier,
        }
        .encode()
    }

    pub(crate) fn body(&self) -> String {
        self.with(self.action.name(), &self.value())
    }

    /// A choice from the snooze menu.
    pub(crate) fn choosing(&self, choice: &str) -> String {
        let mut payload = self.payload(self.action.name(), "");
        let option = json!({"text": {"type": "plain_text", "text": "x", "emoji": true},
            "value": format!("{choice}|{}", self.value())});
        payload["actions"][0] = json!({"action_id": self.action.name(), "block_id": "b",
            "type": "static_select", "selected_option": option, "action_ts": self.trigger});
        form(&[("payload", &payload.to_string())])
    }

    /// With any button.
    pub(crate) fn with(&self, action_id: &str, value: &str) -> String {
        form(&[("payload", &self.payload(action_id, value).to_string())])
    }

    fn payload(&self, action_id: &str, value: &str) -> Value {
        let at = &self.posted.message;
        let mut payload = json!({
            "type": "block_actions",
            "user": {"id": self.person, "username": "somebody", "team_id": self.team},
            "api_app_id": self.app,
            "trigger_id": self.trigger,
            "team": {"id": self.team, "domain": "acme"},
            "container": {"type": "message"},
            "response_url": self.response_url,
            "actions": [{"action_id": action_id, "block_id": "b", "value": value,
                "type": "button", "action_ts": self.trigger}],
        });
        if self.placed {
            payload["channel"] = json!({"id": at.channel, "name": "ops"});
            payload["message"] = json!({"type": "message", "ts": at.message, "app_id": self.app});
        }
        payload
    }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl World {
    /// One delivery, and no time passes.
    pub(crate) async fn parts_deliver(&self, alert: &Alert) {
        self.parts.engine.deliver(&alert.occurrence()).await.expect("the store works");
    }
}

impl World {
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

    pub(crate) async fn apply(&self, report: &Report) {
        self.parts.engine.apply(report, true).await.expect("the store works");
    }
}
