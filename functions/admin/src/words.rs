//! Why nothing was done, for people: the sentences that chat has as well.

use nightowl_domain::{Actor, Alert, Ignored};
use nightowl_engine::chat::words::About;
use nightowl_engine::{Ports, Store, chat};

use crate::Needs;
use crate::verb::Verb;

/// `alert` as it stands, `actor` whoever tried. What is over names what came after it.
pub(crate) async fn ignored<N: Needs>(
    needs: &N,
    verb: Verb,
    reason: Ignored,
    alert: Option<&Alert>,
    actor: &Actor,
) -> String {
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
    let newer = match alert {
        Some(alert) if reason == Ignored::AlreadyResolved => newer(needs, alert).await,
        _ => None,
    };
    // Only the sentence for a duplicate names what was tried.
    let verb = known.unwrap_or(chat::Verb::Acknowledge);
    chat::words::ignored(reason, &About { verb, alert, actor, newer: newer.as_ref() })
}

/// The newest of the series, if it came after `alert`. Worth no failure.
async fn newer<N: Needs>(needs: &N, alert: &Alert) -> Option<Alert> {
    alert.next.as_ref()?;
    let store = needs.engine().ports().store();
    let newest = store.newest(&alert.tenant, alert.series()).await;
    let newest = newest.inspect_err(|error| tracing::warn!(%error, "no newer alert was read"));
    newest.ok().flatten().filter(|newest| newest.id != alert.id && !newest.hidden)
}
