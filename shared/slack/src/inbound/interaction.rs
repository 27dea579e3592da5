//! Clicks on buttons, and whatever else comes to the interactivity address.

use bytes::Bytes;
use nightowl_messaging::{ActionId, ButtonValue, IncomingAction, Verified};
use serde::Deserialize;

use super::{Malformed, ResponseUrl};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interaction {
    /// A button of ours.
    Click(Click),
    /// A button that no version of ours has made, or one whose value does not read.
    Foreign(Clicker),
    /// Not a click on a message: acknowledge with 200 and an empty body.
    Other { kind: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Click {
    pub action: IncomingAction,
    pub response_url: Option<ResponseUrl>,
}

/// Who clicked where, for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clicker {
    pub user_ref: String,
    pub user_name: String,
    pub channel_id: String,
    pub workspace: String,
    pub app_id: String,
    pub response_url: Option<ResponseUrl>,
}

pub fn parse_interaction(body: &Verified<Bytes>) -> Result<Interaction, Malformed> {
    let form: Form = serde_urlencoded::from_bytes(body.get())
        .map_err(|_| Malformed("an interaction has no payload".to_owned()))?;
    let kind: Kind = serde_json::from_str(&form.payload)
        .map_err(|_| Malformed("the payload is not JSON with a type".to_owned()))?;
    if kind.kind != "block_actions" {
        return Ok(Interaction::Other { kind: kind.kind });
    }
    let payload: Payload = serde_json::from_str(&form.payload)
        .map_err(|error| Malformed(format!("block_actions, line {}", error.line())))?;
    Ok(payload.interaction())
}

#[derive(Deserialize)]
struct Form {
    payload: String,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Payload {
    user: User,
    #[serde(default)]
    api_app_id: String,
    team: Option<Id>,
    channel: Option<Id>,
    container: Option<Container>,
    message: Option<Message>,
    #[serde(default)]
    trigger_id: String,
    #[serde(default)]
    response_url: String,
    actions: Vec<Action>,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct User {
    id: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    team_id: String,
}

#[derive(Deserialize)]
struct Container {
    channel_id: Option<String>,
    message_ts: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    ts: Option<String>,
    /// The app that posted the message.
    app_id: Option<String>,
}

#[derive(Deserialize)]
struct Action {
    action_id: String,
    value: Option<String>,
    #[serde(default)]
    action_ts: String,
}

impl Payload {
    fn interaction(self) -> Interaction {
        let container = self.container.as_ref();
        let channel = self.channel.as_ref().map(|channel| channel.id.clone());
        let channel_id = channel.or_else(|| container?.channel_id.clone()).unwrap_or_default();
        let message = self.message.as_ref();
        let message_id = message
            .and_then(|message| message.ts.clone())
            .or_else(|| container?.message_ts.clone())
            .unwrap_or_default();
        let poster = message.and_then(|message| message.app_id.clone());
        let clicker = Clicker {
            user_ref: self.user.id,
            user_name: first_filled([self.user.name, self.user.username]),
            channel_id,
            workspace: first_filled([
                self.team.map(|team| team.id).unwrap_or_default(),
                self.user.team_id,
            ]),
            // Slack sends a click to the app whose message it is, so its own id will do.
            app_id: first_filled([poster.unwrap_or_default(), self.api_app_id]),
            response_url: ResponseUrl::parse(&self.response_url),
        };
        // Slack puts one action into a click; of more, the first is what was clicked.
        let Some(clicked) = self.actions.into_iter().next() else {
            return Interaction::Foreign(clicker);
        };
        let value = clicked.value.as_deref().and_then(ButtonValue::decode);
        let (Some(action), Some(value)) = (ActionId::parse(&clicked.action_id), value) else {
            return Interaction::Foreign(clicker);
        };
        let own = format!("{message_id}:{}:{}", clicker.user_ref, clicked.action_ts);
        Interaction::Click(Click {
            response_url: clicker.response_url,
            action: IncomingAction {
                provider: crate::NAME,
                action,
                value,
                user_ref: clicker.user_ref,
                user_name: clicker.user_name,
                channel_id: clicker.channel_id,
                message_id,
                workspace: clicker.workspace,
                app_id: clicker.app_id,
                // A trigger id is made for one click and never again.
                click_id: first_filled([self.trigger_id, own]),
            },
        })
    }
}

fn first_filled(texts: [String; 2]) -> String {
    let [first, second] = texts;
    if first.is_empty() { second } else { first }
}
