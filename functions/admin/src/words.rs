//! Why nothing was done, for people: the sentences that chat has as well.

use nightowl_domain::{Actor, Alert, Ignored};
use nightowl_engine::chat;
use nightowl_engine::chat::words::About;

use crate::verb::Verb;

/// `alert` as it stands, `actor` whoever tried.
pub(crate) fn ignored(verb: Verb, reason: Ignored, alert: Option<&Alert>, actor: &Actor) -> String {
    let known = match verb {
        Verb::Acknowledge => Some(chat::Verb::Acknowledge),
        Verb::Unacknowledge => Some(chat::Verb::Unacknowledge),
        Verb::Resolve => Some(chat::Verb::Resolve),
        Verb::Escalate => Some(chat::Verb::Escalate),
        Verb::Snooze | Verb::Note => None,
    };
    if known.is_none() && reason == Ignored::Duplicate {
        return "This was taken before.".to_owned();
    }
    // Only the sentence for a duplicate names what was tried.
    let verb = known.unwrap_or(chat::Verb::Acknowledge);
    chat::words::ignored(reason, &About { verb, alert, actor, newer: None })
}
