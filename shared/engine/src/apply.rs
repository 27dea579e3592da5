//! An event reaches its alert.

use nightowl_domain::mechanism::{Mechanism, is_on};
use nightowl_domain::{
    Actor, Alert, Event, EventId, EventKind, Ignored, Occurrence, Outcome, Received, SendKey,
};
use tracing::field::{Empty, display};

use crate::change::Changed;
use crate::{Clock, Engine, EngineError, Ports, Report};

/// What an event came to.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The event's alert as it stands now; the new one if the event opened one.
    pub alert: Option<Alert>,
    pub outcome: Outcome,
    pub opened: bool,
}

impl<P: Ports> Engine<P> {
    /// Firings and clears go to the newest of their series, all others to `report.alert`.
    /// `redelivered`: the report has come before, so all wake-ups are sent again.
    ///
    /// The report may be forgotten when this has answered; after an error it must come back.
    #[tracing::instrument(
        skip_all,
        fields(tenant = report.tenant, event = report.event.kind.name(), alert = Empty)
    )]
    pub async fn apply(&self, report: &Report, redelivered: bool) -> Result<Applied, EngineError> {
        if let Some(id) = report.alert {
            tracing::Span::current().record("alert", display(id));
        }
        let changed = self.change(&report.tenant, report.alert, &report.event).await?;
        Ok(self.finish(&report.event, changed, redelivered).await)
    }

    /// Logs what an event came to and sends the wake-ups that follow from it.
    pub(crate) async fn finish(
        &self,
        event: &Event,
        changed: Changed,
        redelivered: bool,
    ) -> Applied {
        if let Some(alert) = &changed.alert {
            tracing::Span::current().record("alert", display(alert.id));
        }
        match &changed.outcome {
            Outcome::Applied { .. } => tracing::info!(opened = changed.opened, "applied"),
            Outcome::Ignored(reason) => tracing::info!(reason = reason.code(), "ignored"),
        }
        let all = redelivered || is_owed_again(event, &changed);
        self.wake_after(&changed, all, &[]).await;
        Applied { alert: changed.alert, outcome: changed.outcome, opened: changed.opened }
    }

    /// What a person or an API key does: it is received now and applied at once. `event` names
    /// it, so that the platform's retry of a click does nothing more.
    pub async fn act(
        &self,
        occurrence: &Occurrence,
        kind: EventKind,
        actor: Actor,
        event: EventId,
    ) -> Result<Applied, EngineError> {
        let received = Received { at: self.ports().clock().now(), position: 0 };
        let report = Report {
            tenant: occurrence.tenant.clone(),
            alert: Some(occurrence.id),
            event: Event { id: event, received, actor, kind },
        };
        self.apply(&report, false).await
    }

    /// A timer has fired.
    pub async fn tick(
        &self,
        occurrence: &Occurrence,
        generation: u64,
    ) -> Result<Applied, EngineError> {
        let event = EventId::from(format!("tick:{generation}"));
        self.act(occurrence, EventKind::Tick { generation }, Actor::System, event).await
    }

    /// Sends what is owed anew, but for the lease ends of `ours`; everything if `all`, or if it
    /// cannot be told what is new because an answer was lost.
    pub(crate) async fn wake_after(&self, changed: &Changed, all: bool, ours: &[SendKey]) {
        let Some(alert) = &changed.alert else { return };
        if all || changed.lost {
            if all || is_on(Mechanism::FullSetAfterLostAnswer) {
                self.wake_all(alert).await;
            }
        } else if changed.opened {
            self.wake_new(None, alert).await;
            if let Some(previous) = &changed.previous {
                self.wake_new(changed.before.as_ref(), previous).await;
            }
        } else {
            self.wake_except(changed.before.as_ref(), alert, ours).await;
        }
    }
}

/// A person who acts in vain may be looking at an alert whose wake-ups were lost, and a timer that
/// came too early must come again.
fn is_owed_again(event: &Event, changed: &Changed) -> bool {
    let Outcome::Ignored(reason) = &changed.outcome else { return false };
    match event.kind {
        EventKind::Acked
        | EventKind::Unacked
        | EventKind::Escalated { .. }
        | EventKind::Snoozed { .. }
        | EventKind::Resolved { .. }
        | EventKind::Noted { .. } => true,
        EventKind::Tick { .. } => *reason == Ignored::TooEarly,
        EventKind::Fired { .. }
        | EventKind::Cleared { .. }
        | EventKind::Claimed { .. }
        | EventKind::Settled { .. } => false,
    }
}
