//! The timeline's tail is kept short: older entries are stored apart.

use nightowl_domain::{Alert, Entry};

use crate::{Engine, Ports, Store};

/// So many stay when the tail is put apart, so that this happens once in several transitions.
const KEPT: usize = Alert::TAIL_MAX / 2;

impl<P: Ports> Engine<P> {
    /// Stores entries of `before` apart if `after`'s tail is long, and says so in `after`. The
    /// next transition drops them. Only entries that are committed already are stored: an entry
    /// of this transition may yet lose its race, and its number to another one.
    pub(crate) async fn flush(&self, before: &Alert, after: &mut Alert) {
        if after.timeline.len() <= Alert::TAIL_MAX {
            return;
        }
        let last = before.timeline.len().saturating_sub(KEPT);
        let old: Vec<Entry> = before
            .timeline
            .iter()
            .take(last)
            .filter(|entry| entry.seq >= before.timeline_flushed)
            .cloned()
            .collect();
        let Some(newest) = old.last().map(|entry| entry.seq) else { return };
        match self.ports().store().put_timeline(after, &old).await {
            Ok(()) => after.timeline_flushed = newest + 1,
            // The tail grows and the transition still commits; the next one tries again.
            Err(error) => tracing::warn!(%error, "the timeline could not be put apart"),
        }
    }
}
