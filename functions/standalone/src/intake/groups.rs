//! Which groups of the intake are being worked off, and what becomes of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::join_all;
use nightowl_engine::ports::Report;
use tokio::sync::mpsc;

use super::Desk;

/// After so many failures a group waits for a rarer look, and its row stays: nothing accepted is
/// thrown away.
const ATTEMPTS_MAX: u32 = 5;
/// Rows that are deleted at once; the database flushes once for all of them.
const TOGETHER_MAX: usize = 32;

/// One report of a group, on its way to its alert.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) key: Arc<str>,
    pub(super) report: Report,
    pub(super) redelivered: bool,
}

/// A group whose every report was tried.
#[derive(Debug)]
pub(super) struct Finished {
    key: Arc<str>,
    bytes: usize,
    undone: Vec<Report>,
}

#[derive(Debug)]
struct Open {
    left: usize,
    bytes: usize,
    undone: Vec<Report>,
}

#[derive(Debug, Default)]
struct State {
    open: BTreeMap<Arc<str>, Open>,
    /// How often each failed.
    failures: BTreeMap<String, u32>,
}

#[derive(Debug)]
pub(super) struct Groups {
    state: Mutex<State>,
    finished: mpsc::UnboundedSender<Finished>,
}

impl Groups {
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<Finished>) {
        let (finished, receiver) = mpsc::unbounded_channel();
        (Self { state: Mutex::default(), finished }, receiver)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn has_failed(&self) -> bool {
        self.state().failures.values().any(|failures| *failures < ATTEMPTS_MAX)
    }

    /// Whether a row of the table is to be worked off now. `is_rare`: also what failed too often.
    pub(super) fn is_new(&self, key: &str, is_rare: bool) -> bool {
        let state = self.state();
        let failures = state.failures.get(key).copied().unwrap_or(0);
        !state.open.contains_key(key) && (is_rare || failures < ATTEMPTS_MAX)
    }

    /// `None`: it is being worked off already.
    pub(super) fn begin(&self, key: &str, reports: usize, bytes: usize) -> Option<Arc<str>> {
        let mut state = self.state();
        if state.open.contains_key(key) {
            return None;
        }
        let key: Arc<str> = key.into();
        let open = Open { left: reports, bytes, undone: Vec::new() };
        state.open.insert(Arc::clone(&key), open);
        Some(key)
    }

    /// One report was tried. `undone`: it has to come back.
    pub(super) fn tried(&self, key: &Arc<str>, undone: Option<Report>) {
        let mut state = self.state();
        let Some(open) = state.open.get_mut(key) else { return };
        open.undone.extend(undone);
        open.left = open.left.saturating_sub(1);
        if open.left > 0 {
            return;
        }
        let Open { bytes, undone, .. } = std::mem::replace(
            open,
            // It counts as open until its row is gone, or it would be read and applied again.
            Open { left: 0, bytes: 0, undone: Vec::new() },
        );
        let _ = self.finished.send(Finished { key: Arc::clone(key), bytes, undone });
    }

    /// `kept`: the key under which a part of it stands in the table still.
    fn close(&self, key: &Arc<str>, kept: Option<&str>) {
        let mut state = self.state();
        state.open.remove(key);
        let failures = state.failures.remove(&**key).unwrap_or(0) + 1;
        let Some(kept) = kept else { return };
        state.failures.insert(kept.to_owned(), failures);
        if failures == ATTEMPTS_MAX {
            tracing::error!(key = kept, "accepted events failed too often; trying them hourly");
        }
    }
}

/// Deletes what is done, and keeps of the others what is not. Ends when all lanes have.
pub(super) async fn clear_away(
    desk: Arc<Desk>,
    groups: std::sync::Weak<Groups>,
    mut finished: mpsc::UnboundedReceiver<Finished>,
) {
    let mut together = Vec::new();
    while finished.recv_many(&mut together, TOGETHER_MAX).await > 0 {
        let rows = together.drain(..).map(|finished| clear(&desk, &groups, finished));
        join_all(rows).await;
    }
}

async fn clear(desk: &Desk, groups: &std::sync::Weak<Groups>, finished: Finished) {
    let Finished { key, bytes, mut undone } = finished;
    // The order in which they were received, whichever lanes they came from.
    undone.sort_by_key(|report| report.event.received);
    let kept = match desk.store.keep_undone(&key, &undone).await {
        Ok(_) if undone.is_empty() => None,
        Ok(kept) => Some(kept),
        Err(error) => {
            // Worked off again then: an event applied twice is one event.
            tracing::warn!(%error, "cannot delete accepted events that were worked off");
            Some((*key).to_owned())
        }
    };
    if let Some(groups) = groups.upgrade() {
        groups.close(&key, kept.as_deref());
    }
    desk.backlog.finished(bytes, kept.is_none());
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightowl_domain::{Actor, Event, EventId, EventKind, Received, Time};

    fn report(id: &str) -> Report {
        let received = Received { at: Time::from_seconds(1), position: 0 };
        let kind = EventKind::Acked;
        let event = Event { id: EventId::from(id), received, actor: Actor::System, kind };
        Report { tenant: "acme".to_owned(), alert: None, event }
    }

    #[test]
    fn a_group_is_finished_when_all_of_it_was_tried_and_open_until_its_row_is_gone() {
        let (groups, mut finished) = Groups::new();
        let key = groups.begin("k", 2, 7).expect("it is new");
        assert!(groups.begin("k", 2, 7).is_none());
        groups.tried(&key, None);
        assert!(finished.try_recv().is_err());
        groups.tried(&key, Some(report("e2")));
        let done = finished.try_recv().expect("it is finished");
        assert_eq!((done.bytes, done.undone), (7, vec![report("e2")]));
        assert!(!groups.is_new("k", true));
        groups.close(&key, Some("rest"));
        assert!(groups.is_new("k", false) && groups.is_new("rest", false));
        assert!(groups.has_failed());
    }

    #[test]
    fn what_fails_too_often_waits_for_a_rare_look() {
        let (groups, _finished) = Groups::new();
        for _ in 0..ATTEMPTS_MAX {
            assert!(groups.is_new("k", false));
            let key = groups.begin("k", 1, 1).expect("it is not open");
            groups.close(&key, Some("k"));
        }
        assert!(!groups.is_new("k", false));
        assert!(groups.is_new("k", true));
        assert!(!groups.has_failed(), "nothing asks for another look soon");
    }
}
