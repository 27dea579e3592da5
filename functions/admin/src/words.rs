//! Why nothing was done, for people: the sentences that chat has as well.

use jiff::tz::TimeZone;
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
        Verb::Acknowledge => chat::Verb::Acknowledge,
        Verb::Unacknowledge => chat::Verb::Unacknowledge,
        Verb::Resolve => chat::Verb::Resolve,
        Verb::Escalate => chat::Verb::Escalate,
        Verb::Snooze => chat::Verb::Snooze,
        Verb::Note => chat::Verb::Note,
    };
    let newer = match alert {
        Some(alert) if reason == Ignored::AlreadyResolved => newer(needs, alert).await,
        _ => None,
    };
    let (newer, zone) = (newer.as_ref(), &TimeZone::UTC);
    chat::words::ignored(reason, &About { verb: known, alert, actor, newer, zone })
}

/// The newest of the series, if it came after `alert`. Worth no failure.
async fn newer<N: Needs>(needs: &N, alert: &Alert) -> Option<Alert> {
    alert.next.as_ref()?;
    let store = needs.engine().ports().store();
    let newest = store.newest(&alert.tenant, alert.series()).await;
    let newest = newest.inspect_err(|error| tracing::warn!(%error, "no newer alert was read"));
    newest.ok().flatten().filter(|newest| newest.id != alert.id && !newest.hidden)
}
