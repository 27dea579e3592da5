//! Callbacks as Slack signs them.

use bytes::Bytes;
use nightowl_domain::Time;
use nightowl_messaging::conformance::{Callbacks, Refusal, Request, Taken, form};
use nightowl_messaging::{ActionId, ButtonValue, FormState, Secret};
use nightowl_slack::inbound::{self, Interaction};
use serde_json::json;
use slack_double::{
    Button, Message, OpenView, Seed, choose_body, click_body, command_body, sign, submit_body,
};

use super::subject::CHANNEL;

pub(crate) struct SlackCallbacks(pub(crate) Seed);

const OTHER_SECRET: &str = "0123456789abcdef0123456789abcdef";
const PERSON: &str = "U0ALICE001";

impl SlackCallbacks {
    fn signed(secret: &str, body: String, at: Time) -> Request {
        let timestamp = (at.millis() / 1000).to_string();
        let signed = sign(secret, &timestamp, body);
        Request { headers: signed.headers, body: signed.body.into_bytes() }
    }

    fn ours(&self, body: String, at: Time) -> Request {
        Self::signed(&self.0.signing_secret, body, at)
    }

    fn card(&self) -> Message {
        let seed = &self.0;
        Message {
            channel: CHANNEL.to_owned(),
            direct_to: None,
            ts: "1790000000.000001".to_owned(),
            thread_ts: None,
            user: seed.bot_user.clone(),
            bot_id: seed.bot_id.clone(),
            app_id: seed.app_id.clone(),
            text: "disk full".to_owned(),
            blocks: vec![],
            attachments: vec![],
            metadata: None,
            edits: 0,
        }
    }
}

impl Callbacks for SlackCallbacks {
    fn click(&self, action: ActionId, value: &ButtonValue, click: u32, at: Time) -> Request {
        let button = Button {
            action_id: action.name().to_owned(),
            block_id: "b".to_owned(),
            label: "Label".to_owned(),
            value: Some(value.encode()),
            url: None,
            options: vec![],
        };
        let trigger = format!("{click}.1.click");
        self.ours(click_body(&self.0, &self.card(), &button, PERSON, &trigger), at)
    }

    fn command(&self, args: &str, at: Time) -> Request {
        self.ours(command_body(&self.0, CHANNEL, args, PERSON, "1.1.command"), at)
    }

    fn choose(&self, value: &ButtonValue, choice: &str, click: u32, at: Time) -> Option<Request> {
        let option = format!("{choice}|{}", value.encode());
        let chosen = (ActionId::Snooze.name(), option.as_str());
        let trigger = format!("{click}.1.choice");
        Some(self.ours(choose_body(&self.0, &self.card(), chosen, PERSON, &trigger), at))
    }

    fn submit(&self, state: &FormState, fields: &[(&str, &str)], at: Time) -> Option<Request> {
        let input = |id: &str| {
            json!({"type": "input", "block_id": id, "label": {"type": "plain_text", "text": id},
                "element": {"type": "plain_text_input", "action_id": "value"}})
        };
        let blocks: Vec<_> = form("x").fields.iter().map(|field| input(field.id)).collect();
        let view = json!({"type": "modal", "title": {"type": "plain_text", "text": "x"},
            "private_metadata": state.encode(), "blocks": blocks});
        let open = OpenView { id: "V0VIEW0001".to_owned(), user: PERSON.to_owned(), view };
        Some(self.ours(submit_body(&self.0, &open, fields, "1.1.submit"), at))
    }

    fn for_other_tenant(&self, request: &Request, at: Time) -> Request {
        let body = String::from_utf8(request.body.clone()).expect("a form");
        Self::signed(OTHER_SECRET, body, at)
    }

    fn take(&self, request: &Request, now: Time) -> Result<Taken, Refusal> {
        let secret = Secret::new(self.0.signing_secret.clone());
        let verified = inbound::verify(
            &secret,
            request.header(inbound::SIGNATURE_HEADER),
            request.header(inbound::TIMESTAMP_HEADER),
            Bytes::from(request.body.clone()),
            now,
        )
        .map_err(Refusal::Forged)?;
        if request.body.starts_with(b"payload=") {
            match inbound::parse_interaction(&verified) {
                Ok(Interaction::Click(click)) => Ok(Taken::Action(click.action)),
                Ok(Interaction::Submission(filled)) => Ok(Taken::Form(filled.form)),
                other => Err(Refusal::Unreadable(format!("{other:?}"))),
            }
        } else {
            inbound::parse_command(&verified)
                .map(|command| Taken::Command(command.command))
                .map_err(|error| Refusal::Unreadable(error.to_string()))
        }
    }

    fn proof_headers(&self) -> Vec<&'static str> {
        vec![inbound::SIGNATURE_HEADER, inbound::TIMESTAMP_HEADER]
    }
}
