//! Events that came together.

use std::collections::BTreeMap;

use futures::StreamExt;
use nightowl_domain::{AlertId, EventKind, SeriesHash};

use crate::{Engine, EngineError, Ports, Report};

/// What an event goes to.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Series(SeriesHash),
    Alert(Option<AlertId>),
}

impl<P: Ports> Engine<P> {
    /// Applies reports of one series in their order and `at_once` different series at once. What
    /// can never be applied, because its tenant is gone and with it whom to tell, is logged and
    /// left out.
    ///
    /// # Errors
    /// The first that was met; all reports must come back then, and applied twice is applied once.
    pub async fn apply_all(
        &self,
        reports: Vec<Report>,
        redelivered: bool,
        at_once: usize,
    ) -> Result<(), EngineError> {
        let mut series: BTreeMap<Target, Vec<Report>> = BTreeMap::new();
        for report in reports {
            series.entry(target(&report)).or_default().push(report);
        }
        let done: Vec<Result<(), EngineError>> = futures::stream::iter(series.into_values())
            .map(|reports| self.apply_in_order(reports, redelivered))
            .buffer_unordered(at_once)
            .collect()
            .await;
        done.into_iter().collect()
    }

    async fn apply_in_order(
        &self,
        reports: Vec<Report>,
        redelivered: bool,
    ) -> Result<(), EngineError> {
        for report in &reports {
            match self.apply(report, redelivered).await {
                Ok(_) => {}
                Err(error @ EngineError::NoTenant(_)) => {
                    tracing::warn!(%error, tenant = %report.tenant, "an event is for nobody");
                }
                Err(error) => {
                    tracing::warn!(%error, tenant = %report.tenant, "an event failed");
                    return Err(error);
                }
            }
        }
        Ok(())
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
