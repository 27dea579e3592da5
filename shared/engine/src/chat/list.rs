//! Alerts to choose from.

use futures::future::try_join_all;
use nightowl_domain::Alert;
use nightowl_messaging::{CommandResponse, ResponseSection};

use super::words;
use crate::{Engine, Ports, Store, StoreError, Summary};

/// More do not fit a screen, and whoever has more open needs the console.
const SHOWN_MAX: usize = 10;
/// Pages may be short; after so many the rest is left out.
const PAGES_MAX: usize = 5;
/// In the order in which they are worth a look.
const OPEN: [&str; 3] = ["firing", "snoozed", "acknowledged"];

impl<P: Ports> Engine<P> {
    /// Those that fire first, each group with the newest first; and whether there are more.
    pub(super) async fn open_alerts(
        &self,
        tenant: &str,
    ) -> Result<(Vec<Summary>, bool), StoreError> {
        let groups = try_join_all(OPEN.map(|status| self.of_status(tenant, status))).await?;
        let mut more = groups.iter().any(|(_, more)| *more);
        let mut alerts: Vec<Summary> = groups.into_iter().flat_map(|(alerts, _)| alerts).collect();
        more |= alerts.len() > SHOWN_MAX;
        alerts.truncate(SHOWN_MAX);
        Ok((alerts, more))
    }

    async fn of_status(
        &self,
        tenant: &str,
        status: &str,
    ) -> Result<(Vec<Summary>, bool), StoreError> {
        let mut alerts = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES_MAX {
            let left = SHOWN_MAX + 1 - alerts.len();
            let page = self.ports().store().list(tenant, Some(status), cursor.take(), left).await?;
            alerts.extend(page.items);
            cursor = page.cursor;
            if cursor.is_none() || alerts.len() > SHOWN_MAX {
                break;
            }
        }
        Ok((alerts, cursor.is_some()))
    }
}

/// `text` and below it a section for each alert.
pub(super) fn answer(text: String, alerts: &[Summary]) -> CommandResponse {
    let section = |alert: &Summary| ResponseSection {
        title: alert.short_id.to_uppercase(),
        body: format!(
            "{} · {} · {}",
            alert.standing(),
            alert.severity.name(),
            words::cut(&alert.title)
        ),
        fields: Vec::new(),
    };
    let sections = alerts.iter().take(SHOWN_MAX).map(section).collect();
    CommandResponse { text, ephemeral: true, sections }
}

pub(super) fn summary(alert: &Alert) -> Summary {
    Summary {
        id: alert.id,
        short_id: alert.short_id.clone(),
        tenant: alert.tenant.clone(),
        integration: alert.integration.clone(),
        status: alert.status.name().to_owned(),
        severity: alert.severity,
        title: alert.title.clone(),
        count: alert.count,
        fired_at: alert.opened.at,
        exhausted: alert.plan.exhausted.is_some(),
    }
}
