//! Callbacks as Slack signs them.

use bytes::Bytes;
use nightowl_domain::Time;
use nightowl_messaging::conformance::{Callbacks, Refusal, Request, Taken};
use nightowl_messaging::{ActionId, ButtonValue, Secret};
use nightowl_slack::inbound::{self, Interaction};
use slack_double::{Button, Message, Seed, click_body, command_body, sign};

use super::subject::CHANNEL;

pub(crate) struct SlackCallbacks(pub(crate) Seed);

const OTHER_SECRET: &str = "0123456789abcdef0123456789abcdef";

impl SlackCallbacks {
    fn signed(secret: &str, body: String, at: Time) -> Request {
        let timestamp = (at.millis() / 1000).to_string();
        let signed = sign(secret, &timestamp, body);
        Request { headers: signed.headers, body: signed.body.into_bytes() }
    }
}

impl Callbacks for SlackCallbacks {
    fn click(&self, action: ActionId, value: &ButtonValue, click: u32, at: Time) -> Request {
        let seed = &self.0;
        let message = Message {
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
        };
        let button = Button {
            action_id: action.name().to_owned(),
            block_id: "b".to_owned(),
            label: "Label".to_owned(),
            value: Some(value.encode()),
            url: None,
        };
        let trigger = format!("{click}.1");
        let body = click_body(seed, &message, &button, "U0ALICE001", &trigger);
        Self::signed(&seed.signing_secret, body, at)
    }

    fn command(&self, args: &str, at: Time) -> Request {
        let body = command_body(&self.0, CHANNEL, args, "U0ALICE001", "1.1");
        Self::signed(&self.0.signing_secret, body, at)
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
