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

/// The name of something that Slack tells of. It is noted as done when it is done and not before:
/// if the process dies in between, Slack tells it again, and it must not be taken for done. Told
/// twice at the same moment it is done twice under one event id, which the alert takes once.
pub(super) struct Once(String);

impl Once {
    /// Whether it is a retry is not asked of a header: what never reached us is told again with the
    /// same one. `None`: it has no name.
    pub(super) fn event(envelope: &Envelope) -> Option<Self> {
        let parts = ["event", &*envelope.team_id, &*envelope.app_id, &*envelope.id];
        (!envelope.id.is_empty()).then(|| Self::named(&parts))
    }

    /// Slack tells of one message by two kinds of event, and at times by many names.
    pub(super) fn message(tenant: &str, said: &Said) -> Self {
        Self::named(&["message", tenant, &said.channel, &said.ts])
    }

    fn named(parts: &[&str]) -> Self {
        let parts: Vec<&[u8]> =
            [&b"slack"[..]].into_iter().chain(parts.iter().map(|part| part.as_bytes())).collect();
        Self(format!("slack-{}", Hash::of(&parts).text(20)))
    }

    /// Where that cannot be found out nothing is done, and Slack is asked to tell it again.
    pub(super) async fn is_done<N: Needs>(
        &self,
        needs: &N,
        deadlines: Deadlines,
    ) -> Result<bool, Problem> {
        let ports = needs.engine().ports();
        let now = ports.clock().now();
        match timeout_at(deadlines.opened(), ports.store().kept(&self.0, now)).await {
            Ok(Ok(kept)) => Ok(kept.is_some()),
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

    /// What cannot be noted is done once more if Slack tells it again.
    pub(super) async fn done<N: Needs>(&self, needs: &N, deadlines: Deadlines) {
        let ports = needs.engine().ports();
        let now = ports.clock().now();
        match timeout_at(deadlines.told(), ports.store().keep(&self.0, "done", now, KEPT)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "that an event was done cannot be noted"),
            Err(_) => tracing::warn!("noting that an event was done took too long"),
        }
    }
}
