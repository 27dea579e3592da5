//! The same thing told twice is done once.

use nightowl_domain::Hash;
use nightowl_engine::{Clock, Ports, Store};
use nightowl_slack::inbound::{Envelope, Said};
use tokio::time::timeout_at;

use crate::needs::Needs;
use crate::problem::Problem;
use crate::wait::Deadlines;

/// In seconds. Slack's last retry comes six minutes after the first attempt; where it has trouble
/// of its own, an event may be hours late.
const KEPT: u64 = 2 * 3600;

/// `false`: it was told before, by the same name. Whether it is a retry is not asked of a header:
/// what never reached us is told again with the same one.
pub(super) async fn event<N: Needs>(
    needs: &N,
    envelope: &Envelope,
    deadlines: Deadlines,
) -> Result<bool, Problem> {
    if envelope.id.is_empty() {
        return Ok(true);
    }
    let parts = ["event", &*envelope.team_id, &*envelope.app_id, &*envelope.id];
    first(needs, &parts, deadlines).await
}

/// `false`: the same message was acted on already. Slack tells of one message by two kinds of
/// event, and at times by many names.
pub(super) async fn message<N: Needs>(
    needs: &N,
    tenant: &str,
    said: &Said,
    deadlines: Deadlines,
) -> Result<bool, Problem> {
    first(needs, &["message", tenant, &said.channel, &said.ts], deadlines).await
}

/// Where that cannot be found out nothing is done, and Slack is asked to tell it again.
async fn first<N: Needs>(needs: &N, parts: &[&str], deadlines: Deadlines) -> Result<bool, Problem> {
    let parts: Vec<&[u8]> =
        [&b"slack"[..]].into_iter().chain(parts.iter().map(|p| p.as_bytes())).collect();
    let what = format!("slack-{}", Hash::of(&parts).text(20));
    let ports = needs.engine().ports();
    let now = ports.clock().now();
    match timeout_at(deadlines.opened(), ports.store().use_once(&what, now, KEPT)).await {
        Ok(Ok(is_first)) => Ok(is_first),
        Ok(Err(error)) => {
            tracing::error!(%error, "whether an event is new cannot be found out");
            Err(Problem::Unavailable)
        }
        Err(_) => {
            tracing::error!("finding out whether an event is new took too long");
            Err(Problem::Unavailable)
        }
    }
}
