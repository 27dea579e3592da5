//! Alerts to choose from.

use std::cmp::Reverse;

use futures::future::try_join_all;
use nightowl_domain::{Actor, Alert, Status, What};
use nightowl_messaging::{CommandResponse, ResponseSection};

use super::words;
use crate::{Engine, EngineError, Ports, Store, StoreError, Summary};

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
        let (mut alerts, mut more) = self.each_status(tenant, SHOWN_MAX).await?;
        more |= alerts.len() > SHOWN_MAX;
        alerts.truncate(SHOWN_MAX);
        Ok((alerts, more))
    }

    /// At most `max`, whatever their status, the newest first; and whether there are more.
    pub(super) async fn newest_open(
        &self,
        tenant: &str,
        max: usize,
    ) -> Result<(Vec<Summary>, bool), StoreError> {
        let (mut alerts, mut more) = self.each_status(tenant, max).await?;
        alerts.sort_by_key(|alert| Reverse((alert.fired_at, alert.id)));
        more |= alerts.len() > max;
        alerts.truncate(max);
        Ok((alerts, more))
    }

    /// More than `max` of each status only to show that there are more.
    async fn each_status(
        &self,
        tenant: &str,
        max: usize,
    ) -> Result<(Vec<Summary>, bool), StoreError> {
        let groups = try_join_all(OPEN.map(|status| self.of_status(tenant, status, max))).await?;
        let more = groups.iter().any(|(_, more)| *more);
        Ok((groups.into_iter().flat_map(|(alerts, _)| alerts).collect(), more))
    }

    /// Alerts of this person: theirs by acknowledgement or snooze, or paged to them. The newest
    /// first.
    pub(super) async fn list_mine(
        &self,
        tenant: &str,
        actor: &Actor,
    ) -> Result<CommandResponse, EngineError> {
        let (mine, more) = self.mine(tenant, actor).await?;
        Ok(answer(words::mine(mine.len(), more), &mine))
    }

    pub(super) async fn mine(
        &self,
        tenant: &str,
        actor: &Actor,
    ) -> Result<(Vec<Summary>, bool), StoreError> {
        let mut looked = self.look_through(tenant).await?;
        looked.alerts.retain(|alert| is_theirs(alert, actor));
        Ok((looked.summaries(), looked.more))
    }

    async fn of_status(
        &self,
        tenant: &str,
        status: &str,
        max: usize,
    ) -> Result<(Vec<Summary>, bool), StoreError> {
        let mut alerts = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES_MAX {
            let left = max + 1 - alerts.len();
            let page = self.ports().store().list(tenant, Some(status), cursor.take(), left).await?;
            alerts.extend(page.items);
            cursor = page.cursor;
            if cursor.is_none() || alerts.len() > max {
                break;
            }
        }
        Ok((alerts, cursor.is_some()))
    }
}

fn is_theirs(alert: &Alert, actor: &Actor) -> bool {
    let is_owner = match &alert.status {
        Status::Acknowledged { by, .. } | Status::Snoozed { by, .. } => by.is_same(actor),
        Status::Firing | Status::Resolved { .. } => false,
    };
    let is_paged = |user: &str| {
        alert.sends.iter().any(|send| match &send.what {
            What::Page(page) => page.person.as_deref() == Some(user),
            What::Card | What::Notice(_) => false,
        })
    };
    is_owner
        || match actor {
            // What somebody else has taken over is not theirs any more.
            Actor::User { id, .. } => alert.status == Status::Firing && is_paged(id),
            Actor::Source | Actor::System | Actor::Api { .. } | Actor::Chat { .. } => false,
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
    CommandResponse { text, ephemeral: true, sections, link: None }
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
