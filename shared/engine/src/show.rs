//! All that is shown of one alert.

use nightowl_domain::{Alert, Details, Entry, Occurrence, SendKey, SharedVec};
use nightowl_messaging::AlertMessage;

use crate::view::{Faces, OnCallNow, View, alert_message};
use crate::{Clock, Engine, EngineError, Ports, Store};

/// An alert with what is stored apart from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub alert: Alert,
    pub details: Details,
    /// Complete, in order.
    pub timeline: Vec<Entry>,
}

impl<P: Ports> Engine<P> {
    /// `None`: there is no such alert, or only the memory of a clear that came before any firing.
    pub async fn show(&self, occurrence: &Occurrence) -> Result<Option<Shown>, EngineError> {
        let store = self.ports().store();
        let Some(alert) = store.read(occurrence).await?.filter(|alert| !alert.hidden) else {
            return Ok(None);
        };
        let details = store.read_details(&alert).await?.unwrap_or_default();
        let apart = if alert.timeline_flushed > 0 {
            store.read_timeline(&alert).await?
        } else {
            Vec::new()
        };
        let timeline = merge(apart, &alert.timeline);
        Ok(Some(Shown { alert, details, timeline }))
    }

    /// The alert as its card shows it now. For a page that is no message, `delivery` is empty.
    pub async fn view(&self, shown: &Shown) -> Result<AlertMessage, EngineError> {
        let basis = self.frozen(&shown.alert).await?;
        let view = View {
            alert: &shown.alert,
            details: &shown.details,
            tenant: &basis.tenant,
            policy: basis.policy(),
            on_call: OnCallNow::of(&shown.alert, &basis.tenant, self.ports().clock().now()),
            next: self.next_short_id(&shown.alert).await?,
            link: self.alert_link(&shown.alert.occurrence()),
            faces: &Faces::default(),
        };
        Ok(alert_message(&view, &SendKey::default()))
    }

    /// The short id of the alert that came after this one.
    pub(crate) async fn next_short_id(&self, alert: &Alert) -> Result<Option<String>, EngineError> {
        let Some(next) = alert.next else { return Ok(None) };
        let occurrence = Occurrence::new(&alert.tenant, next);
        let next = self.ports().store().read(&occurrence).await?;
        Ok(next.filter(|next| !next.hidden).map(|next| next.short_id.clone()))
    }
}

/// The tail is the newer truth where both have an entry.
fn merge(apart: Vec<Entry>, tail: &SharedVec<Entry>) -> Vec<Entry> {
    let first = tail.first().map_or(u64::MAX, |entry| entry.seq);
    let mut all: Vec<Entry> = apart.into_iter().filter(|entry| entry.seq < first).collect();
    all.extend(tail.iter().cloned());
    all
}
