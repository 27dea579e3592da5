//! Firings that only count: what came together costs one write, however many they are.

use nightowl_domain::{Alert, Change, EventKind, SeriesHash, WriteId, step};

use super::ATTEMPTS;
use crate::{Clock, Engine, EngineError, Ports, Report, Store, StoreError, Write};

/// The least that is worth it: one firing alone is written as fast as any other event.
const LEAST: usize = 2;

/// What firings make of an alert together.
struct Folded {
    alert: Alert,
    /// How many of them are in it.
    done: usize,
}

/// One write, kept until it is known whether it landed.
struct Attempt {
    write_id: WriteId,
    done: usize,
}

impl<P: Ports> Engine<P> {
    /// How many of these reports of one series, from the first on, are done: firings that change
    /// nothing about the newest alert but how often and when it fired last. Each goes through the
    /// table by itself, so that the alert is as if each had been written. Zero: the first of them
    /// is to be applied like any other event.
    pub(crate) async fn count_together(
        &self,
        reports: &[Report],
        redelivered: bool,
    ) -> Result<usize, EngineError> {
        let Some((tenant, series)) = series(reports) else { return Ok(0) };
        let mut attempts: Vec<Attempt> = Vec::new();
        for number in 0..ATTEMPTS {
            if number > 0 {
                self.jitter(number).await;
            }
            let store = self.ports().store();
            let Some(before) = store.newest(tenant, series).await? else { return Ok(0) };
            if let Some(done) = landed(&before, &attempts) {
                self.wake_all(&before).await;
                return Ok(done);
            }
            let write_id = self.draw_write_id();
            let folded = self.count_in(&before, reports, &write_id).await?;
            let Some(Folded { alert, done }) = folded else { return Ok(0) };
            match store.write(Write::Update(Box::new(alert.clone()))).await {
                Ok(()) => {
                    tracing::info!(tenant, alert = %alert.id, firings = done, "counted together");
                    if redelivered || !attempts.is_empty() {
                        self.wake_all(&alert).await;
                    } else {
                        self.wake_new(Some(&before), &alert).await;
                    }
                    return Ok(done);
                }
                // Whether it landed shows when it is read again.
                Err(StoreError::Conflict(_) | StoreError::Unknown(_)) => {
                    attempts.push(Attempt { write_id, done });
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(EngineError::TooManyConflicts)
    }

    /// `None`: fewer than [`LEAST`] of them only count.
    async fn count_in(
        &self,
        before: &Alert,
        reports: &[Report],
        write_id: &WriteId,
    ) -> Result<Option<Folded>, EngineError> {
        let Some(first) = reports.first() else { return Ok(None) };
        // The same for all of them: what it depends on is not changed by counting.
        let basis = self.basis(&first.tenant, Some(before), &first.event).await?;
        let (now, skew) = (self.ports().clock().now(), self.ports().skew());
        let mut alert = before.clone();
        let mut done = 0;
        for Report { tenant, event, .. } in reports {
            let decided = step(Some(&alert), event, now, skew, basis.plan(), tenant, write_id);
            let Change::Write(after) = decided.change else { break };
            if !only_counts(&alert, &after) {
                break;
            }
            alert = *after;
            // It is one write, whatever it folds.
            alert.version = before.version + 1;
            done += 1;
        }
        Ok((done >= LEAST).then_some(Folded { alert, done }))
    }
}

/// Of the firings that the reports begin with.
fn series(reports: &[Report]) -> Option<(&str, SeriesHash)> {
    let first = reports.first()?;
    match &first.event.kind {
        EventKind::Fired { integration, dedup_key, .. } => {
            Some((&first.tenant, SeriesHash::of(&first.tenant, integration, dedup_key)))
        }
        EventKind::Cleared { .. }
        | EventKind::Acked
        | EventKind::Unacked
        | EventKind::Escalated { .. }
        | EventKind::Snoozed { .. }
        | EventKind::Resolved { .. }
        | EventKind::Noted { .. }
        | EventKind::Tick { .. }
        | EventKind::Claimed { .. }
        | EventKind::Settled { .. } => None,
    }
}

/// Whether nothing but the count, the last firing and the marks of the write differ.
fn only_counts(before: &Alert, after: &Alert) -> bool {
    let unmarked = after.clone().with(|alert| {
        alert.count = before.count;
        alert.last_firing = before.last_firing.clone();
        alert.seen = before.seen.clone();
        alert.version = before.version;
        alert.write_id = before.write_id.clone();
    });
    after.count > before.count && unmarked == *before
}

/// How many firings one of our own writes has counted, if it stands there.
fn landed(standing: &Alert, attempts: &[Attempt]) -> Option<usize> {
    let is_ours = |attempt: &&Attempt| {
        standing.write_id == attempt.write_id
            || standing.seen.iter().any(|(_, write_id)| *write_id == attempt.write_id)
    };
    attempts.iter().find(is_ours).map(|attempt| attempt.done)
}
