//! `block_actions`.

use nightowl_messaging::{ActionId, ButtonValue, IncomingAction, Secret, Snooze};
use serde::Deserialize;

use crate::choice::read_choice;
use crate::inbound::{Malformed, ResponseUrl};
use crate::render::WAY_ON;

use super::{Click, Clicker, Id, Interaction, User, first_filled};

pub(super) fn parse(payload: &str) -> Result<Interaction, Malformed> {
    let payload: Payload = serde_json::from_slice(payload.as_bytes())
        .map_err(|error| Malformed(format!("block_actions, line {}", error.line())))?;
    Ok(payload.interaction())
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
struct Container {
    channel_id: Option<String>,
    message_ts: Option<String>,
    thread_ts: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    ts: Option<String>,
    thread_ts: Option<String>,
    /// The app that posted the message.
    app_id: Option<String>,
}

#[derive(Deserialize)]
struct Action {
    action_id: String,
    value: Option<String>,
    /// Of a menu; null where nothing is chosen.
    selected_option: Option<Selected>,
    #[serde(default)]
    action_ts: String,
}

#[derive(Deserialize)]
struct Selected {
    #[serde(default)]
    value: String,
}

/// What was clicked, as far as it is ours.
struct Pressed {
    action: ActionId,
    choice: Option<Snooze>,
    value: ButtonValue,
}

impl Action {
    fn pressed(&self) -> Option<Pressed> {
        let action = ActionId::parse(&self.action_id)?;
        let (choice, value) = match &self.selected_option {
            Some(selected) => read_choice(&selected.value)?,
            None => (None, ButtonValue::decode(self.value.as_deref()?)?),
        };
        Some(Pressed { action, choice, value })
    }
}

impl Payload {
    fn interaction(self) -> Interaction {
        let place = self.place();
        let clicker = Clicker {
            user_ref: self.user.id,
            user_name: first_filled([self.user.name, self.user.username]),
            channel_id: place.channel,
            workspace: first_filled([
                self.team.map(|team| team.id).unwrap_or_default(),
                self.user.team_id,
            ]),
            // Slack sends a click to the app whose message it is, so its own id will do.
            app_id: first_filled([place.poster, self.api_app_id]),
            response_url: ResponseUrl::parse(&self.response_url),
        };
        // Slack puts one action into a click; of more, the first is what was clicked.
        let Some(clicked) = self.actions.into_iter().next() else {
            return Interaction::Foreign(clicker);
        };
        if clicked.action_id == WAY_ON {
            return Interaction::Other { kind: WAY_ON.to_owned() };
        }
        let Some(Pressed { action, choice, value }) = clicked.pressed() else {
            return Interaction::Foreign(clicker);
        };
        let message_id = place.message;
        let own = format!("{message_id}:{}:{}", clicker.user_ref, clicked.action_ts);
        let trigger = (!self.trigger_id.is_empty()).then(|| Secret::new(self.trigger_id.clone()));
        Interaction::Click(Click {
            response_url: clicker.response_url,
            trigger,
            thread: place.thread.filter(|root| *root != message_id),
            action: IncomingAction {
                provider: crate::NAME,
                action,
                choice,
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

    /// An ephemeral message is named by its container alone; a view has neither.
    fn place(&self) -> Place {
        let container = self.container.as_ref();
        let message = self.message.as_ref();
        let channel = self.channel.as_ref().map(|channel| channel.id.clone());
        Place {
            channel: channel.or_else(|| container?.channel_id.clone()).unwrap_or_default(),
            message: message
                .and_then(|message| message.ts.clone())
                .or_else(|| container?.message_ts.clone())
                .unwrap_or_default(),
            thread: message
                .and_then(|message| message.thread_ts.clone())
                .or_else(|| container?.thread_ts.clone()),
            poster: message.and_then(|message| message.app_id.clone()).unwrap_or_default(),
        }
    }
}

struct Place {
    channel: String,
    message: String,
    thread: Option<String>,
    /// The app whose message it is.
    poster: String,
}
