//! Read, step, write on condition: the loop under every event.

mod fold;

use std::time::Duration;

use nightowl_domain::mechanism::{Mechanism, is_on};
use nightowl_domain::{
    Alert, AlertId, Change, Event, EventKind, Ignored, Occurrence, Outcome, SeriesHash, WriteId,
    step,
};

use crate::{Clock, Engine, EngineError, Entropy, Ports, Store, StoreError, Write};

/// Attempts to write one event.
const ATTEMPTS: u32 = 6;
/// The longest wait before the second attempt; it doubles with each.
const JITTER: Duration = Duration::from_millis(20);

/// What came of one event.
pub(crate) struct Changed {
    /// What was read, before.
    pub(crate) before: Option<Alert>,
    /// What stands now: the event's alert, or the one it opened.
    pub(crate) alert: Option<Alert>,
    /// The one before the opened one, as written with it.
    pub(crate) previous: Option<Alert>,
    pub(crate) outcome: Outcome,
    pub(crate) opened: bool,
    /// The answer to a write was lost, so wake-ups may have been too.
    pub(crate) lost: bool,
}

/// What an event reads and writes.
enum Target {
    Newest(SeriesHash),
    One(Occurrence),
}

impl Target {
    fn of(tenant: &str, alert: Option<AlertId>, event: &Event) -> Option<Self> {
        match &event.kind {
            EventKind::Fired { integration, dedup_key, .. }
            | EventKind::Cleared { integration, dedup_key, .. } => {
                Some(Self::Newest(SeriesHash::of(tenant, integration, dedup_key)))
            }
            EventKind::Acked
            | EventKind::Unacked
            | EventKind::Escalated { .. }
            | EventKind::Snoozed { .. }
            | EventKind::Resolved { .. }
            | EventKind::Noted { .. }
            | EventKind::Tick { .. }
            | EventKind::Claimed { .. }
            | EventKind::Settled { .. } => alert.map(|id| Self::One(Occurrence::new(tenant, id))),
        }
    }
}

/// One decision, kept until it is known whether its write landed.
struct Attempt {
    write_id: WriteId,
    outcome: Outcome,
    opened: bool,
}

impl<P: Ports> Engine<P> {
    /// Carries one event through; sends no wake-up.
    pub(crate) async fn change(
        &self,
        tenant: &str,
        alert: Option<AlertId>,
        event: &Event,
    ) -> Result<Changed, EngineError> {
        let Some(target) = Target::of(tenant, alert, event) else {
            return Ok(Changed::nothing(None, Outcome::Ignored(Ignored::NoAlert)));
        };
        let current = self.read_target(tenant, &target).await?;
        let mut event = event.clone();
        pin_seen(&mut event, current.as_ref());
        self.race(tenant, &target, event, current).await
    }

    /// The same for an event of our own, decided on what this worker has in hand: if somebody
    /// wrote since, the write loses its race, and the answer brings what stands.
    pub(crate) async fn change_known(
        &self,
        known: &Alert,
        event: Event,
    ) -> Result<Changed, EngineError> {
        let target = Target::One(known.occurrence());
        self.race(&known.tenant, &target, event, Some(known.clone())).await
    }

    async fn race(
        &self,
        tenant: &str,
        target: &Target,
        event: Event,
        mut current: Option<Alert>,
    ) -> Result<Changed, EngineError> {
        let mut attempts: Vec<Attempt> = Vec::new();
        let mut lost = false;
        for number in 0..ATTEMPTS {
            if number > 0 {
                self.jitter(number).await;
            }
            let attempt = match self.decide(tenant, current.take(), &event).await? {
                Decision::Done(mut changed) => {
                    changed.lost |= lost;
                    // What is known already was taken by the write whose answer was lost, though an
                    // occurrence that began since does not bear its id.
                    if let (true, Some(attempt)) = (lost, attempts.pop())
                        && matches!(changed.outcome, Outcome::Ignored(Ignored::Duplicate))
                        && is_on(Mechanism::WriteId)
                    {
                        changed.outcome = attempt.outcome;
                    }
                    return Ok(*changed);
                }
                Decision::Raced { attempt, lost: unsure, standing } => {
                    lost |= unsure;
                    current = standing.map(|standing| *standing);
                    attempt
                }
            };
            attempts.push(attempt);
            if let Some(landed) = landed(current.as_ref(), &attempts) {
                return Ok(landed);
            }
            if lost || current.is_none() || matches!(target, Target::Newest(_)) {
                current = self.read_target(tenant, target).await?;
                if let Some(landed) = landed(current.as_ref(), &attempts) {
                    return Ok(landed);
                }
            }
        }
        Err(EngineError::TooManyConflicts)
    }

    async fn read_target(
        &self,
        tenant: &str,
        target: &Target,
    ) -> Result<Option<Alert>, EngineError> {
        let store = self.ports().store();
        Ok(match target {
            Target::Newest(series) => store.newest(tenant, *series).await?,
            Target::One(occurrence) => store.read(occurrence).await?,
        })
    }

    /// One step and, if it changes anything, one write.
    async fn decide(
        &self,
        tenant: &str,
        before: Option<Alert>,
        event: &Event,
    ) -> Result<Decision, EngineError> {
        let basis = self.basis(tenant, before.as_ref(), event).await?;
        let write_id = self.draw_write_id();
        let now = self.ports().clock().now();
        let skew = self.ports().skew();
        let decided = step(before.as_ref(), event, now, skew, basis.plan(), tenant, &write_id);
        let (alert, previous, opened) = match decided.change {
            Change::None => {
                return Ok(Decision::Done(Box::new(Changed::nothing(before, decided.outcome))));
            }
            Change::Write(mut alert) => {
                if let Some(before) = &before {
                    self.flush(before, &mut alert).await;
                }
                (alert, None, false)
            }
            Change::Open { mut alert, details, previous } => {
                self.prepare(&mut alert, details.as_ref()).await?;
                (alert, previous, true)
            }
        };
        let write = if opened {
            Write::Open { alert: alert.clone(), previous: previous.clone() }
        } else {
            Write::Update(alert.clone())
        };
        let attempt = Attempt { write_id, outcome: decided.outcome.clone(), opened };
        match self.ports().store().write(write).await {
            Ok(()) => Ok(Decision::Done(Box::new(Changed {
                before,
                alert: Some(*alert),
                previous: previous.map(|previous| *previous),
                outcome: decided.outcome,
                opened,
                lost: false,
            }))),
            Err(StoreError::Conflict(standing)) => {
                Ok(Decision::Raced { attempt, lost: false, standing })
            }
            Err(StoreError::Unknown(_)) => {
                Ok(Decision::Raced { attempt, lost: true, standing: None })
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn jitter(&self, attempt: u32) {
        let bound = u64::try_from(JITTER.as_micros()).unwrap_or(u64::MAX) << attempt.min(10);
        let drawn = self.ports().entropy().draw() % u128::from(bound.max(1));
        let span = Duration::from_micros(u64::try_from(drawn).unwrap_or_default());
        self.ports().clock().sleep(span).await;
    }
}

enum Decision {
    Done(Box<Changed>),
    /// Not written, or not known to be. `standing`: what the answer says stands there.
    Raced {
        attempt: Attempt,
        lost: bool,
        standing: Option<Box<Alert>>,
    },
}

impl Changed {
    fn nothing(alert: Option<Alert>, outcome: Outcome) -> Self {
        Self { before: alert.clone(), alert, previous: None, outcome, opened: false, lost: false }
    }
}

/// A person escalates what they saw; a retry must not escalate once more what moved meanwhile.
fn pin_seen(event: &mut Event, alert: Option<&Alert>) {
    if let (EventKind::Escalated { seen }, Some(alert)) = (&mut event.kind, alert) {
        seen.get_or_insert((alert.plan.round, alert.plan.tier));
    }
}

/// Whether one of our own writes stands there, perhaps below those of others.
fn landed(standing: Option<&Alert>, attempts: &[Attempt]) -> Option<Changed> {
    let standing = standing.filter(|_| is_on(Mechanism::WriteId))?;
    let ours = attempts.iter().find(|attempt| {
        standing.write_id == attempt.write_id
            || standing.seen.iter().any(|(_, write_id)| *write_id == attempt.write_id)
    })?;
    Some(Changed {
        before: Some(standing.clone()),
        alert: Some(standing.clone()),
        previous: None,
        outcome: ours.outcome.clone(),
        opened: ours.opened,
        lost: true,
    })
}

#[cfg(test)]
mod tests {
    use nightowl_domain::Outcome;

    use super::{Attempt, landed};
    use crate::Clock;
    use crate::testing::{VirtualClock, sample_alert};

    #[test]
    fn our_write_is_recognised_below_those_of_others() {
        let attempt = |name: &str| Attempt {
            write_id: name.into(),
            outcome: Outcome::APPLIED,
            opened: false,
        };
        let on_top = sample_alert("acme", "disk", 1, VirtualClock::default().now())
            .with(|alert| alert.write_id = "ours".into());
        let mut below = on_top.clone().with(|alert| alert.write_id = "theirs".into());
        assert!(landed(Some(&below), &[attempt("ours")]).is_none());
        below.seen.push(("event".into(), "ours".into()));
        for standing in [&on_top, &below] {
            let found = landed(Some(standing), &[attempt("other"), attempt("ours")]);
            assert_eq!(found.and_then(|found| found.alert).as_ref(), Some(standing));
            assert!(landed(Some(standing), &[attempt("other")]).is_none());
        }
        assert!(landed(None, &[attempt("ours")]).is_none());
    }
}
