//! Events that came together.

use std::collections::BTreeMap;

use futures::StreamExt;
use nightowl_domain::{AlertId, EventKind, SeriesHash};

use crate::{Engine, EngineError, Ports, Report};

/// Firings that are written together at most, so that others get their turn at that alert.
const TOGETHER_MAX: usize = 1000;

/// Reports that are not done, in their order, and why the first of them is not.
#[derive(Clone, Debug)]
pub struct Undone {
    pub reports: Vec<Report>,
    pub error: EngineError,
}

/// What an event goes to.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Series(SeriesHash),
    Alert(Option<AlertId>),
}

impl<P: Ports> Engine<P> {
    /// Applies reports of one series in their order and `at_once` different series at once. Firings
    /// that follow each other and only count are written together: a thousand of them cost what one
    /// costs. What can never be applied, because its tenant is gone and with it whom to tell, is logged and
    /// left out.
    ///
    /// # Errors
    /// What is not done: these reports must come back, and applied twice is applied once. One that
    /// no other try would help holds up no other; behind any other failure its series waits.
    pub async fn apply_all(
        &self,
        reports: Vec<Report>,
        redelivered: bool,
        at_once: usize,
    ) -> Result<(), Vec<Undone>> {
        let mut series: BTreeMap<Target, Vec<Report>> = BTreeMap::new();
        for report in reports {
            series.entry(target(&report)).or_default().push(report);
        }
        let undone: Vec<Vec<Undone>> = futures::stream::iter(series.into_values())
            .map(|reports| self.apply_in_order(reports, redelivered))
            .buffer_unordered(at_once)
            .collect()
            .await;
        let undone = undone.concat();
        if undone.is_empty() { Ok(()) } else { Err(undone) }
    }

    async fn apply_in_order(&self, reports: Vec<Report>, redelivered: bool) -> Vec<Undone> {
        let mut undone = Vec::new();
        let mut reports = reports.into_iter();
        while !reports.as_slice().is_empty() {
            let applied = self.apply_first(reports.as_slice(), redelivered).await;
            // The last of those that are done, or the first of those that are not.
            let next = applied.as_ref().map_or(0, |done| done.saturating_sub(1));
            let Some(report) = reports.nth(next) else { break };
            match applied {
                Ok(_) => {}
                Err(error @ EngineError::NoTenant(_)) => {
                    tracing::warn!(%error, tenant = %report.tenant, "an event is for nobody");
                }
                Err(error) => {
                    tracing::warn!(%error, tenant = %report.tenant, "an event failed");
                    let mut failed = vec![report];
                    if error.is_retryable() {
                        failed.extend(reports.by_ref());
                    }
                    undone.push(Undone { reports: failed, error });
                }
            }
        }
        undone
    }

    /// Answers how many of them are done, which is one or more.
    async fn apply_first(
        &self,
        reports: &[Report],
        redelivered: bool,
    ) -> Result<usize, EngineError> {
        let is_firing = |report: &&Report| matches!(report.event.kind, EventKind::Fired { .. });
        let firings = reports.iter().take(TOGETHER_MAX).take_while(is_firing).count();
        if firings > 1 {
            let done = self.count_together(&reports[..firings], redelivered).await?;
            if done > 0 {
                return Ok(done);
            }
        }
        let Some(first) = reports.first() else { return Ok(0) };
        self.apply(first, redelivered).await.map(|_| 1)
    }
}

fn target(report: &Report) -> Target {
    match &report.event.kind {
        EventKind::Fired { integration, dedup_key, .. }
        | EventKind::Cleared { integration, dedup_key, .. } => {
            Target::Series(SeriesHash::of(&report.tenant, integration, dedup_key))
        }
        EventKind::Acked
        | EventKind::Unacked
        | EventKind::Escalated { .. }
        | EventKind::Snoozed { .. }
        | EventKind::Resolved { .. }
        | EventKind::Noted { .. }
        | EventKind::Tick { .. }
        | EventKind::Claimed { .. }
        | EventKind::Settled { .. } => Target::Alert(report.alert),
    }
}
