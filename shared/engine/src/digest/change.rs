//! Read, step, write on condition, for digests.

use nightowl_domain::{Digest, DigestEvent, Outcome, SendKey, Want, digest_wanted, step_digest};

use crate::{Clock, Engine, EngineError, Ports, Store, StoreError};

/// Attempts to write one event. Members that change together meet here.
pub(super) const ATTEMPTS: u32 = 8;

impl<P: Ports> Engine<P> {
    /// Carries one event through and wakes what it made owed, without the lease ends of `ours`.
    /// Answers the digest as it stands after it. Decided again after a lost race and a lost answer:
    /// all its events come to nothing the second time, and a claim is granted again as it was.
    pub(crate) async fn change_digest(
        &self,
        known: Digest,
        event: &DigestEvent,
        ours: &[SendKey],
    ) -> Result<(Digest, Outcome), EngineError> {
        let mut current = known;
        let mut is_unsure = false;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                self.jitter(attempt).await;
                let read = self.ports().store().read_digest(&current.occurrence()).await?;
                let Some(read) = read else { return Err(gone()) };
                current = read;
            }
            let now = self.ports().clock().now();
            let (skew, write_id) = (self.ports().skew(), self.draw_write_id());
            let (changed, outcome) = step_digest(&current, event, now, skew, &write_id);
            let Some(changed) = changed else {
                if is_unsure {
                    self.wake_digest(None, &current, ours).await;
                }
                return Ok((current, outcome));
            };
            match self.ports().store().write_digest(&changed).await {
                Ok(()) => {
                    let before = Some(&current).filter(|_| !is_unsure);
                    self.wake_digest(before, &changed, ours).await;
                    return Ok((changed, outcome));
                }
                Err(StoreError::Conflict(_)) => {}
                Err(StoreError::Unknown(_)) => is_unsure = true,
                Err(error) => return Err(error.into()),
            }
        }
        Err(EngineError::TooManyConflicts)
    }

    /// Sends what `after` owes and `before` did not.
    pub(super) async fn wake_digest(
        &self,
        before: Option<&Digest>,
        after: &Digest,
        ours: &[SendKey],
    ) {
        let known = before.map(digest_wanted).unwrap_or_default();
        let mut wants = digest_wanted(after);
        wants.retain(|want| {
            let is_ours = match want {
                Want::Deliver { key, .. } | Want::Refresh { key, .. } => ours.contains(key),
                Want::Tick { .. } => false,
            };
            !is_ours && !known.contains(want)
        });
        self.send(&after.occurrence(), wants).await;
    }
}

fn gone() -> EngineError {
    StoreError::Corrupt("a digest went while it was changed".to_owned()).into()
}
