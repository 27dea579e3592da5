//! Modals and the Home tab.

use nightowl_messaging::{CommandResponse, FormDef, FormState, ProviderError, Secret};

use crate::render::{home, modal};
use crate::wire::{Done, OpenView, PublishView};

use super::error::{Call, broken};
use super::{Slack, json};

impl Slack {
    /// The trigger is good for three seconds and for one form.
    pub(super) async fn open_modal(
        &self,
        trigger: &Secret,
        form: &FormDef,
        state: &FormState,
    ) -> Result<(), ProviderError> {
        let view = modal(form, state);
        let opened = match json(&OpenView { trigger_id: trigger.expose(), view: &view }) {
            Ok(body) => self.api.call("views.open", body, self.deadline()).await,
            Err(failure) => Err(failure),
        };
        opened.map(|Done {}| ()).map_err(|failure| failure.error(Call::OpenForm))
    }

    /// Shows `response` in the Home tab of one person, over what is there.
    pub async fn publish_home(
        &self,
        user_ref: &str,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        let view = home(response);
        let shown = match json(&PublishView { user_id: user_ref, view: &view }) {
            Ok(body) => self.api.call("views.publish", body, self.deadline()).await,
            Err(failure) => Err(failure),
        };
        match shown {
            Ok(Done {}) => Ok(()),
            Err(failure) if failure.is_said(&["not_enabled"]) => {
                Err(broken("not_enabled", "turn on the Home Tab under App Home of the Slack app"))
            }
            // Published twice is published once, so a lost answer is no doubt.
            Err(failure) => Err(failure.error(Call::Read)),
        }
    }
}
