//! The alert that is meant where nobody names it: by its thread, or by its channel.

use futures::future::try_join_all;
use nightowl_domain::{Alert, AlertId, MessageRef, Occurrence, SendState};

use super::find::normal;
use super::{list, parse};
use crate::{Engine, EngineError, Ports, Store, StoreError};

/// So many open alerts are looked through for those of one channel or one person, the newest
/// first. In a storm of more, an alert has to be named.
const LOOKED_AT_MAX: usize = 24;
/// A short id has six characters, a full one 24.
const ID_CHARS: std::ops::RangeInclusive<usize> = 6..=24;

/// Where something was typed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here<'a> {
    pub(super) provider: &'a str,
    pub(super) channel: &'a str,
    /// The root message of the thread.
    pub(super) thread: Option<&'a str>,
}

/// Open alerts that are looked through, the newest first.
pub(super) struct Looked {
    pub(super) alerts: Vec<Alert>,
    /// There are open ones that were not looked at.
    pub(super) more: bool,
}

impl<P: Ports> Engine<P> {
    /// The alert whose message began this thread.
    pub(super) async fn of_thread(
        &self,
        tenant: &str,
        here: Here<'_>,
    ) -> Result<Option<Alert>, EngineError> {
        let Some(root) = here.thread.filter(|root| !root.is_empty()) else { return Ok(None) };
        let message = MessageRef {
            provider: here.provider.to_owned(),
            channel: here.channel.to_owned(),
            message: root.to_owned(),
        };
        match self.ports().store().read_reverse(&message).await? {
            Some((occurrence, _)) if occurrence.tenant == tenant => {
                Ok(self.read_shown(&occurrence).await?)
            }
            Some(_) | None => Ok(None),
        }
    }

    /// The alert whose id or short id this word is, and nothing less.
    pub(super) async fn exactly(
        &self,
        tenant: &str,
        word: &str,
    ) -> Result<Option<Alert>, EngineError> {
        let Some(text) = normal(word).filter(|text| ID_CHARS.contains(&text.len())) else {
            return Ok(None);
        };
        let id = match text.parse::<AlertId>() {
            Ok(id) => Some(id),
            Err(()) => {
                let found = self.ports().store().find_short_ids(tenant, &text, 1).await?;
                found.into_iter().find(|(short_id, _)| *short_id == text).map(|(_, id)| id)
            }
        };
        let Some(id) = id else { return Ok(None) };
        Ok(self.read_shown(&Occurrence::new(tenant, id)).await?)
    }

    /// Open alerts that have a message in this channel.
    pub(super) async fn open_here(
        &self,
        tenant: &str,
        here: Here<'_>,
    ) -> Result<Looked, EngineError> {
        let mut looked = self.look_through(tenant).await?;
        looked.alerts.retain(|alert| has_message(alert, here));
        Ok(looked)
    }

    pub(super) async fn look_through(&self, tenant: &str) -> Result<Looked, StoreError> {
        let (newest, more) = self.newest_open(tenant, LOOKED_AT_MAX).await?;
        let read = newest
            .iter()
            .map(|summary| async { self.read_shown(&Occurrence::new(tenant, summary.id)).await });
        let mut alerts: Vec<Alert> = try_join_all(read).await?.into_iter().flatten().collect();
        // The list may lag behind what has ended.
        alerts.retain(Alert::is_open);
        Ok(Looked { alerts, more })
    }
}

impl Looked {
    pub(super) fn summaries(&self) -> Vec<crate::Summary> {
        self.alerts.iter().map(list::summary).collect()
    }
}

fn has_message(alert: &Alert, here: Here<'_>) -> bool {
    alert.sends.iter().any(|send| match &send.state {
        SendState::Sent(shown) => {
            shown.message.provider == here.provider && shown.message.channel == here.channel
        }
        SendState::Wanted { .. }
        | SendState::Claimed { .. }
        | SendState::InDoubt { .. }
        | SendState::Dropped(_)
        | SendState::Folded { .. } => false,
    })
}

/// A word for the newest alert here.
pub(super) fn is_last(word: &str) -> bool {
    ["last", "here", "this"].iter().any(|last| parse::bare(word).eq_ignore_ascii_case(last))
}
