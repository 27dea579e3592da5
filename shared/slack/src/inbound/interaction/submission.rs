//! `view_submission`.
//!
//! Slack signs what it sends and shows `private_metadata` to nobody, so what comes back in it is
//! what we said when we opened the form.

use std::collections::BTreeMap;

use nightowl_messaging::{FormState, IncomingForm};
use serde::Deserialize;

use crate::inbound::Malformed;

use super::{Id, Interaction, Submission, User, first_filled};

pub(super) fn parse(payload: &str) -> Result<Interaction, Malformed> {
    let payload: Payload = serde_json::from_slice(payload.as_bytes())
        .map_err(|error| Malformed(format!("view_submission, line {}", error.line())))?;
    Ok(payload.interaction())
}

#[derive(Deserialize)]
struct Payload {
    user: User,
    #[serde(default)]
    api_app_id: String,
    team: Option<Id>,
    view: View,
}

#[derive(Deserialize)]
struct View {
    #[serde(default)]
    id: String,
    #[serde(default)]
    app_id: Option<String>,
    #[serde(default)]
    private_metadata: String,
    #[serde(default)]
    blocks: Vec<Block>,
    #[serde(default)]
    state: State,
}

#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    block_id: String,
}

#[derive(Default, Deserialize)]
struct State {
    /// Block → action → what stands in it.
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
struct Value {
    /// Null where nothing was written.
    value: Option<String>,
    selected_option: Option<Selected>,
}

#[derive(Deserialize)]
struct Selected {
    #[serde(default)]
    value: String,
}

impl Value {
    fn text(self) -> String {
        let chosen = self.selected_option.map(|option| option.value);
        self.value.or(chosen).unwrap_or_default()
    }
}

impl Payload {
    fn interaction(self) -> Interaction {
        let user_name = first_filled([self.user.name, self.user.username]);
        let workspace =
            first_filled([self.team.map(|team| team.id).unwrap_or_default(), self.user.team_id]);
        let app_id = first_filled([self.view.app_id.unwrap_or_default(), self.api_app_id]);
        let (Some(state), false) =
            (FormState::decode(&self.view.private_metadata), self.view.id.is_empty())
        else {
            return Interaction::ForeignForm { workspace, app_id };
        };
        let values = self.view.state.values.into_iter();
        let fields: BTreeMap<String, String> = values
            .filter_map(|(field, inner)| Some((field, inner.into_values().next()?.text())))
            .collect();
        let inputs = self.view.blocks.into_iter().filter(|block| block.kind == "input");
        let mut inputs: Vec<String> = inputs.map(|block| block.block_id).collect();
        if inputs.is_empty() {
            inputs = fields.keys().cloned().collect();
        }
        Interaction::Submission(Submission {
            inputs,
            form: IncomingForm {
                provider: crate::NAME,
                state,
                user_ref: self.user.id,
                user_name,
                workspace,
                app_id,
                fields,
                // A view has one id however often it is sent: an attempt that did nothing is not
                // in the way of the next.
                submit_id: self.view.id,
            },
        })
    }
}
