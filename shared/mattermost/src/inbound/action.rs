//! Clicks on buttons and choices from menus.

use nightowl_domain::{AlertId, Time};
use nightowl_messaging::verify::P256Key;
use nightowl_messaging::{ActionId, ButtonValue, Forged, IncomingAction, Secret, Snooze};
use serde::Deserialize;

use super::trigger::{Trigger, TriggerRefused};
use super::{Malformed, need_ids};
use crate::Signer;
use crate::signer::ActionContext;

/// A click as somebody says it happened. Nothing of it may be believed before both its
/// [`Button`] and its [`Presser`] are proved, and even then the caller has to prove two things:
/// that the post is the one that we made for the button's delivery, and that the trigger has not
/// been used.
#[derive(Clone, Debug)]
pub struct ClickClaim {
    body: Body,
    trigger: Trigger,
}

/// Proof that the button is one of ours. It says nothing of who pressed it: everybody who can read
/// the post can read what its buttons carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    action: ActionId,
    value: ButtonValue,
}

/// Proof that the server says that this person clicked on something, just now. It says nothing of
/// what was clicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presser {
    user_ref: String,
    trigger_id: String,
}

/// A click with both proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Click {
    /// Its `click_id` names the trigger, which may be used once.
    pub action: IncomingAction,
    /// By which a form can be opened within the server's trigger time.
    pub trigger: Secret,
}

impl ClickClaim {
    /// The body of a request to the address of the actions.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let body: Body = serde_json::from_slice(body)
            .map_err(|error| Malformed(format!("a click, line {}", error.line())))?;
        need_ids(&[
            ("user_id", &body.user_id),
            ("channel_id", &body.channel_id),
            ("post_id", &body.post_id),
        ])?;
        let trigger = Trigger::read(&body.trigger_id);
        let trigger = trigger.ok_or_else(|| Malformed("trigger_id is not a trigger".to_owned()))?;
        Ok(Self { body, trigger })
    }

    /// The name of the key that the button says it is signed with: for choosing whose to try, and
    /// no proof.
    pub fn key(&self) -> &str {
        &self.body.context.k
    }

    /// Whether the button can be this signer's: for choosing which one to try, and no proof.
    pub fn names(&self, signer: &Signer) -> bool {
        self.body.context.k == signer.version()
    }

    /// Proves the button by the MAC that it carries.
    pub fn button(&self, signer: &Signer) -> Result<Button, Forged> {
        let (action, value) = signer.check_action(&self.body.context)?;
        Ok(Button { action, value })
    }

    /// Proves the person by the trigger. `key`: the server's own; `server_now`: its clock.
    pub fn presser(&self, key: &P256Key, server_now: Time) -> Result<Presser, TriggerRefused> {
        self.trigger.verify(key, &self.body.user_id, server_now)?;
        let (user_ref, trigger_id) = (self.body.user_id.clone(), self.trigger.id.clone());
        Ok(Presser { user_ref, trigger_id })
    }

    /// The click that both proofs make of it.
    pub fn click(self, button: Button, presser: Presser) -> Click {
        let Button { action, value } = button;
        let value = of_member(action, value, self.body.context.selected_option.as_deref());
        let Presser { user_ref, trigger_id } = presser;
        let choice = match action {
            // The server does not check a choice against what was offered.
            ActionId::Snooze => {
                self.body.context.selected_option.as_deref().and_then(Snooze::parse)
            }
            ActionId::Acknowledge
            | ActionId::Unacknowledge
            | ActionId::Escalate
            | ActionId::Resolve
            | ActionId::Note
            | ActionId::Runbook
            | ActionId::AcknowledgeAll => None,
        };
        Click {
            action: IncomingAction {
                provider: crate::NAME,
                action,
                choice,
                value,
                user_ref,
                // The body has one, but the trigger proves the id alone: a name of their own choice
                // would let somebody pass for another wherever people read it.
                user_name: String::new(),
                channel_id: self.body.channel_id,
                message_id: self.body.post_id,
                workspace: self.body.team_id,
                app_id: String::new(),
                click_id: trigger_id,
            },
            trigger: Secret::new(self.body.trigger_id),
        }
    }
}

/// A menu of a digest is signed for the digest, and what is chosen says which member is meant: by
/// its place. The server does not check that it was offered, so whoever acts on it must.
fn of_member(action: ActionId, value: ButtonValue, chosen: Option<&str>) -> ButtonValue {
    let is_digest = value.alert_id.parse().is_ok_and(AlertId::is_digest);
    match action {
        ActionId::Acknowledge | ActionId::Resolve if is_digest => {
            // No digest has so many members.
            let place = chosen.and_then(|place| place.parse().ok()).unwrap_or(u32::MAX);
            ButtonValue { tier: place, ..value }
        }
        ActionId::Acknowledge
        | ActionId::Unacknowledge
        | ActionId::Escalate
        | ActionId::Resolve
        | ActionId::Snooze
        | ActionId::Note
        | ActionId::Runbook
        | ActionId::AcknowledgeAll => value,
    }
}

#[derive(Clone, Deserialize)]
struct Body {
    user_id: String,
    channel_id: String,
    #[serde(default)]
    team_id: String,
    post_id: String,
    trigger_id: String,
    #[serde(default)]
    context: ActionContext,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("post_id", &self.post_id).finish_non_exhaustive()
    }
}
