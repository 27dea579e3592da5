//! Callbacks as Mattermost sends them. It signs none of them: a click is proved by its button and
//! its trigger, a form by its state, a command by its token.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use mattermost_double::{ActionBody, DialogBody, Double, TriggerKey};
use nightowl_domain::Time;
use nightowl_mattermost::Signer;
use nightowl_mattermost::inbound::{
    self, AGE_MAX, AHEAD_MAX, ClickClaim, FormClaim, FormRefused, Submitted, TriggerRefused,
};
use nightowl_messaging::conformance::{Callbacks, Refusal, Request, Taken, Window};
use nightowl_messaging::verify::{self, P256Key};
use nightowl_messaging::{ActionId, ButtonValue, Forged, FormState, Secret};
use serde_json::{Value, json};

use super::seal::{self, CALLBACKS, TENANT};
use super::subject::{SIGNING_KEY, WEBHOOK_SECRET};

const OTHER_KEY: &str = "another-tenants-signing-key-0123456789";
const OTHER_SECRET: &str = "anothertokenqx7h3k9wz5m1c8";
const POST: &str = "clickedpost999999999999999";
const FORM_LIFE: Duration = Duration::from_secs(15 * 60);

pub(crate) struct MattermostCallbacks {
    double: Arc<Double>,
    signer: Signer,
    /// Triggers that were made: the same click is the same request.
    triggers: Mutex<BTreeMap<(String, i64), String>>,
}

impl MattermostCallbacks {
    pub(crate) fn new(double: Arc<Double>) -> Self {
        let signer = Signer::new(TENANT, CALLBACKS, &Secret::new(SIGNING_KEY));
        Self { double, signer, triggers: Mutex::default() }
    }

    fn user(&self, name: &str) -> String {
        self.double.seed().user(name).expect("a seeded user").id.clone()
    }

    fn channel(&self) -> String {
        self.double.seed().channel("alerts").expect("a seeded channel").id.clone()
    }

    fn team(&self) -> String {
        self.double.seed().teams[0].id.clone()
    }

    fn trigger(&self, what: &str, at: Time) -> String {
        let key = (what.to_owned(), at.millis());
        let make = || self.double.trigger(&self.user("alice"), at.millis()).trigger_id;
        self.triggers.lock().expect("unpoisoned").entry(key).or_insert_with(make).clone()
    }

    fn click_on(&self, context: Value, kind: &str, trigger_id: String) -> Request {
        let body = ActionBody {
            user_id: self.user("alice"),
            user_name: "alice".to_owned(),
            channel_id: self.channel(),
            channel_name: "alerts".to_owned(),
            team_id: self.team(),
            team_domain: "ops".to_owned(),
            post_id: POST.to_owned(),
            trigger_id,
            kind: kind.to_owned(),
            data_source: String::new(),
            context,
        };
        json_request(&body)
    }

    fn filled_in(&self, state: String, fields: &[(&str, &str)]) -> Request {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
        let body = DialogBody {
            kind: "dialog_submission".to_owned(),
            callback_id: "note".to_owned(),
            state,
            user_id: self.user("alice"),
            channel_id: self.channel(),
            team_id: self.team(),
            submission: Value::Object(fields.collect()),
            cancelled: false,
        };
        json_request(&body)
    }

    fn key(&self) -> P256Key {
        let der = STANDARD.decode(self.double.public_key()).expect("base 64");
        P256Key::from_spki(&der).expect("a key")
    }

    fn take_click(&self, body: &[u8], now: Time) -> Result<Taken, Refusal> {
        let claim = ClickClaim::read(body).map_err(|error| unreadable(&error))?;
        let button = claim.button(&self.signer).map_err(Refusal::Forged)?;
        let presser = claim.presser(&self.key(), now).map_err(|refused| {
            Refusal::Forged(match refused {
                TriggerRefused::Forged(forged) => forged,
                TriggerRefused::OtherUser => Forged::Mismatch,
                TriggerRefused::Late | TriggerRefused::Early => Forged::Stale,
            })
        })?;
        Ok(Taken::Action(claim.click(button, presser).action))
    }

    fn take_form(&self, body: &[u8], now: Time) -> Result<Taken, Refusal> {
        let claim = FormClaim::read(body).map_err(|error| unreadable(&error))?;
        match claim.prove(&self.signer, now) {
            Ok(Submitted::Filled(filled)) => Ok(Taken::Form(filled.form)),
            Ok(Submitted::Cancelled) => Err(Refusal::Unreadable("it was cancelled".to_owned())),
            Err(FormRefused::Forged(forged)) => Err(Refusal::Forged(forged)),
            Err(FormRefused::Expired) => Err(Refusal::Forged(Forged::Stale)),
            Err(FormRefused::OtherUser | FormRefused::OtherChannel) => {
                Err(Refusal::Forged(Forged::Mismatch))
            }
        }
    }

    fn take_command(&self, request: &Request) -> Result<Taken, Refusal> {
        let given = inbound::command_tokens(request.header("authorization"), &request.body);
        let given = [given[0].expose(), given[1].expose()];
        let accepted = [Secret::new(WEBHOOK_SECRET)];
        let body = Bytes::from(request.body.clone());
        let verified = verify::token(&accepted, &given, body).map_err(Refusal::Forged)?;
        let command = inbound::parse_command(&verified).map_err(|error| unreadable(&error))?;
        Ok(Taken::Command(command.command))
    }

    fn forged_clicks(&self, request: &Request, at: Time) -> Vec<(&'static str, Request)> {
        let with = |name: &str, value: Value| changed(request, |body| body[name] = value);
        let context =
            |name: &str, value: &str| changed(request, |body| body["context"][name] = value.into());
        let foreign = TriggerKey::generate().expect("a key");
        let foreign = foreign.sign(&self.user("alice"), at.millis()).trigger_id;
        let of_bob = self.double.trigger(&self.user("bob"), at.millis()).trigger_id;
        let moved = {
            let body: Value = serde_json::from_slice(&request.body).expect("JSON");
            let trigger = body["trigger_id"].as_str().unwrap_or_default();
            let text = String::from_utf8(STANDARD.decode(trigger).expect("base 64"));
            let text = text.expect("a trigger is text");
            let (was, is) = (at.millis().to_string(), (at.millis() + 1).to_string());
            STANDARD.encode(text.replace(&was, &is))
        };
        let value = |alert: &str| format!("v1|{alert}|delivery-of-the-card|1|2");
        vec![
            ("another person with this trigger", with("user_id", self.user("bob").into())),
            ("this person with another's trigger", with("trigger_id", of_bob.into())),
            ("a trigger of another server", with("trigger_id", foreign.into())),
            ("a trigger of another moment", with("trigger_id", moved.into())),
            ("no trigger", with("trigger_id", "".into())),
            ("no context", with("context", json!({}))),
            ("another operation", context("op", "note")),
            ("another alert", context("v", &value("another"))),
            ("no proof of the button", context("mac", "")),
            ("another proof of the button", context("mac", &"0".repeat(64))),
        ]
    }

    fn forged_forms(&self, request: &Request) -> Vec<(&'static str, Request)> {
        let with = |name: &str, value: Value| changed(request, |body| body[name] = value);
        let state = |change: fn(String) -> String| {
            changed(request, |body| {
                let state = body["state"].as_str().unwrap_or_default().to_owned();
                body["state"] = change(state).into();
            })
        };
        vec![
            ("another person", with("user_id", self.user("bob").into())),
            ("another channel", with("channel_id", POST.into())),
            ("no state", with("state", "".into())),
            ("another alert", state(|text| text.replace("0123456789abc", "9123456789abc"))),
            ("a later end", state(|text| text.replace("1790000900000", "1790009900000"))),
            ("another proof", state(|text| format!("{}{}", "0".repeat(64), &text[64..]))),
            ("another kind of request", with("type", "refresh".into())),
        ]
    }

    fn forged_commands(&self, request: &Request) -> Vec<(&'static str, Request)> {
        let bare = |token: &str| with_token(request, None, token);
        vec![
            ("no token", bare("")),
            ("another token", bare(OTHER_SECRET)),
            ("the beginning of the token", bare(&WEBHOOK_SECRET[..10])),
            ("no token in either place", with_token(request, Some("Token "), "")),
            ("another scheme", with_token(request, Some(&format!("Basic {WEBHOOK_SECRET}")), "")),
        ]
    }
}

impl Callbacks for MattermostCallbacks {
    fn click(&self, action: ActionId, value: &ButtonValue, click: u32, at: Time) -> Request {
        let context = seal::context(SIGNING_KEY, action, value);
        self.click_on(context, "button", self.trigger(&format!("{action:?} {click}"), at))
    }

    fn choose(&self, value: &ButtonValue, choice: &str, click: u32, at: Time) -> Option<Request> {
        let mut context = seal::context(SIGNING_KEY, ActionId::Snooze, value);
        context["selected_option"] = choice.into();
        let trigger = self.trigger(&format!("{choice:?} {click}"), at);
        Some(self.click_on(context, "select", trigger))
    }

    fn submit(&self, state: &FormState, fields: &[(&str, &str)], at: Time) -> Option<Request> {
        let (user, channel) = (self.user("alice"), self.channel());
        let sealed = seal::state(SIGNING_KEY, state, &user, &channel, "nonce", at + FORM_LIFE);
        Some(self.filled_in(sealed, fields))
    }

    fn command(&self, args: &str, _at: Time) -> Request {
        let line = format!("/nightowl {args}");
        let body = self.double.command_body(&self.user("alice"), "alerts", &line);
        let mut headers = BTreeMap::from([("content-type", FORM.to_owned())]);
        headers.insert("authorization", format!("Token {WEBHOOK_SECRET}"));
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value));
        let body = body.expect("the command is known").encode();
        Request { headers: headers.collect(), body: body.into_bytes() }
    }

    fn for_other_tenant(&self, request: &Request, at: Time) -> Request {
        match kind_of(request) {
            Kind::Click => {
                let value = ButtonValue {
                    alert_id: "0123456789abcdef0hjkmnpq".to_owned(),
                    delivery: "delivery-of-the-card".into(),
                    round: 1,
                    tier: 2,
                };
                let theirs = seal::context(OTHER_KEY, ActionId::Resolve, &value);
                changed(request, |body| body["context"] = theirs)
            }
            Kind::Form => {
                let (user, channel) = (self.user("alice"), self.channel());
                let state = FormState {
                    form: nightowl_messaging::FormId::Note,
                    value: ButtonValue {
                        alert_id: "a".to_owned(),
                        delivery: "d".into(),
                        round: 0,
                        tier: 0,
                    },
                    channel_id: String::new(),
                    message_id: String::new(),
                };
                let until = at + FORM_LIFE;
                let theirs = seal::state(OTHER_KEY, &state, &user, &channel, "nonce", until);
                changed(request, |body| body["state"] = theirs.into())
            }
            Kind::Command => {
                with_token(request, Some(&format!("Token {OTHER_SECRET}")), OTHER_SECRET)
            }
        }
    }

    fn take(&self, request: &Request, now: Time) -> Result<Taken, Refusal> {
        match kind_of(request) {
            Kind::Click => self.take_click(&request.body, now),
            Kind::Form => self.take_form(&request.body, now),
            Kind::Command => self.take_command(request),
        }
    }

    fn proof_headers(&self) -> Vec<&'static str> {
        vec![]
    }

    fn forgeries(&self, request: &Request, at: Time) -> Vec<(&'static str, Request)> {
        match kind_of(request) {
            Kind::Click => self.forged_clicks(request, at),
            Kind::Form => self.forged_forms(request),
            Kind::Command => self.forged_commands(request),
        }
    }

    fn proves_every_byte(&self) -> bool {
        false
    }

    fn window(&self, request: &Request) -> Option<Window> {
        match kind_of(request) {
            Kind::Click => Some(Window { after: AGE_MAX, before: Some(AHEAD_MAX) }),
            Kind::Form => Some(Window { after: FORM_LIFE, before: None }),
            Kind::Command => None,
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Each has a route of its own.
enum Kind {
    Click,
    Form,
    Command,
}

fn kind_of(request: &Request) -> Kind {
    if request.header("content-type") == Some(FORM) {
        return Kind::Command;
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    if body.get("post_id").is_some() { Kind::Click } else { Kind::Form }
}

fn json_request(body: &impl serde::Serialize) -> Request {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Request { headers, body: serde_json::to_vec(body).expect("JSON") }
}

fn changed(request: &Request, change: impl FnOnce(&mut Value)) -> Request {
    let mut body: Value = serde_json::from_slice(&request.body).expect("JSON");
    change(&mut body);
    Request { headers: request.headers.clone(), body: body.to_string().into_bytes() }
}

/// A command with these in the place of the header and of the form's token.
fn with_token(request: &Request, header: Option<&str>, token: &str) -> Request {
    let body = String::from_utf8(request.body.clone()).expect("a form");
    let fields = body.split('&').map(|field| match field.starts_with("token=") {
        true => format!("token={token}"),
        false => field.to_owned(),
    });
    let body = fields.collect::<Vec<_>>().join("&").into_bytes();
    let request = request.with_header("authorization", header);
    Request { body, ..request }
}

fn unreadable(error: &inbound::Malformed) -> Refusal {
    Refusal::Unreadable(error.to_string())
}
