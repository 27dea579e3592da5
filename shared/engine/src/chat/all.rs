//! All alerts of a digest at once.

use futures::StreamExt;
use nightowl_domain::{AlertId, Digest, EventId, EventKind, Ignored, Occurrence, Outcome};
use nightowl_messaging::IncomingAction;

use super::act::event_of;
use super::click::pressed;
use super::wish::Doer;
use super::words;
use crate::{Engine, EngineError, Intake, Ports, Report, Store};

/// Alerts that are acknowledged at once.
const AT_ONCE: usize = 10;

/// What became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Acknowledged {
    pub(super) done: usize,
    /// By the same person, before.
    pub(super) already_yours: usize,
    pub(super) already_resolved: usize,
    /// As people name them.
    pub(super) failed: Vec<String>,
}

impl<P: Ports> Engine<P> {
    /// Each of them as its own button would. What is answered counts them.
    ///
    /// # Errors
    /// Where not even the digest could be read. After a retryable one,
    /// [`Engine::acknowledge_all_later`] may still get it done.
    pub(super) async fn acknowledge_all(
        &self,
        action: &IncomingAction,
        doer: &Doer<'_>,
    ) -> Result<String, EngineError> {
        let Some(digest) = self.whole(action, doer).await? else {
            return Ok(words::FOREIGN.to_owned());
        };
        let acks = futures::stream::iter(digest.members.iter().copied());
        let acks = acks.map(|member| async move { (member, self.ack(member, doer).await) });
        let outcomes: Vec<_> = acks.buffered(AT_ONCE).collect().await;
        let mut came = Acknowledged::default();
        for (member, outcome) in outcomes {
            match outcome {
                Ok(Outcome::Applied { .. } | Outcome::Ignored(Ignored::Duplicate)) => {
                    came.done += 1;
                }
                Ok(Outcome::Ignored(Ignored::AlreadyYours)) => came.already_yours += 1,
                Ok(Outcome::Ignored(Ignored::AlreadyResolved)) => came.already_resolved += 1,
                Ok(Outcome::Ignored(reason)) => {
                    tracing::warn!(alert = %member, reason = reason.code(), "not acknowledged");
                    came.failed.push(self.name_of(doer.tenant, member).await);
                }
                Err(error) => {
                    tracing::warn!(alert = %member, %error, "not acknowledged");
                    came.failed.push(self.name_of(doer.tenant, member).await);
                }
            }
        }
        let button = pressed(action);
        if let Some(message) = button.message()
            && let Err(error) = self.adopt_digest(&digest, &message, &button.delivery()).await
        {
            tracing::warn!(%error, "a clicked digest could not be adopted");
        }
        Ok(words::acknowledged_all(&came))
    }

    /// Stores it durably: an event for each.
    pub(super) async fn acknowledge_all_later(
        &self,
        action: &IncomingAction,
        doer: &Doer<'_>,
    ) -> Result<String, EngineError> {
        let Some(digest) = self.whole(action, doer).await? else {
            return Ok(words::FOREIGN.to_owned());
        };
        let report = |member: &AlertId| Report {
            tenant: doer.tenant.to_owned(),
            alert: Some(*member),
            event: event_of(doer, EventKind::Acked, of_member(doer, *member)),
        };
        self.ports().intake().take(digest.members.iter().map(report).collect()).await?;
        Ok(words::TAKEN.to_owned())
    }

    async fn whole(
        &self,
        action: &IncomingAction,
        doer: &Doer<'_>,
    ) -> Result<Option<Digest>, EngineError> {
        let Ok(id) = action.value.alert_id.parse::<AlertId>() else { return Ok(None) };
        if !id.is_digest() {
            return Ok(None);
        }
        self.clicked_digest(doer.tenant, id, &pressed(action)).await
    }

    async fn ack(&self, member: AlertId, doer: &Doer<'_>) -> Result<Outcome, EngineError> {
        let occurrence = Occurrence::new(doer.tenant, member);
        let event = of_member(doer, member);
        Ok(self.act_once(&occurrence, EventKind::Acked, doer, event).await?.outcome)
    }

    /// The short id, where the alert can be read.
    async fn name_of(&self, tenant: &str, member: AlertId) -> String {
        let read = self.ports().store().read(&Occurrence::new(tenant, member)).await;
        let short_id = read.ok().flatten().map(|alert| alert.short_id.to_uppercase());
        short_id.unwrap_or_else(|| member.to_string())
    }
}

/// The same for the same click on the same digest.
fn of_member(doer: &Doer<'_>, member: AlertId) -> EventId {
    EventId::from(format!("{}:{member}", doer.event))
}
