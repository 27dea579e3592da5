//! What people press.

use nightowl_messaging::{ActionId, AlertMessage, Button, ButtonValue, Snooze};

use crate::signer::Signer;
use crate::wire::{Action, Choice, Integration, Kind};

/// Those that act; without a signer there are none.
pub(crate) fn buttons(alert: &AlertMessage, signer: Option<&Signer>) -> Vec<Action> {
    let Some(signer) = signer else {
        return vec![];
    };
    let value = ButtonValue {
        alert_id: alert.alert_id.clone(),
        delivery: alert.delivery.clone(),
        round: alert.round,
        tier: alert.tier,
    };
    let wanted = alert.buttons.iter();
    wanted.filter_map(|button| action(*button, &value, signer)).collect()
}

fn action(button: Button, value: &ButtonValue, signer: &Signer) -> Option<Action> {
    let (id, name) = match button {
        Button::Acknowledge => (ActionId::Acknowledge, "Acknowledge"),
        Button::Unacknowledge => (ActionId::Unacknowledge, "Unacknowledge"),
        Button::Escalate => (ActionId::Escalate, "Escalate"),
        Button::Resolve => (ActionId::Resolve, "Resolve"),
        Button::Note => (ActionId::Note, "Add a note"),
        Button::Snooze => (ActionId::Snooze, "Snooze"),
        Button::AcknowledgeAll => (ActionId::AcknowledgeAll, "Acknowledge all"),
        // The server itself would call the address of an action, so this one is a link.
        Button::Runbook => return None,
    };
    let is_menu = button == Button::Snooze;
    let choices = Snooze::ALL
        .map(|choice| Choice { text: choice.label().to_owned(), value: choice.name().to_owned() });
    let (url, context) = signer.action(id, value);
    Some(Action {
        id: id.name(),
        name,
        kind: if is_menu { Kind::Select } else { Kind::Button },
        style: (button == Button::Acknowledge).then_some("primary"),
        options: if is_menu { choices.into() } else { vec![] },
        integration: Integration { url, context },
    })
}
