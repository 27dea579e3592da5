//! A card joins a digest, and the digest learns that its alert has changed.
//!
//! The digest is written first and the alert second. Whoever dies between the two leaves a card
//! that is still owed beside a digest that shows its alert too: twice, and never nowhere.

use nightowl_domain::{
    Actor, Alert, AlertId, Destination, Digest, DigestEvent, Event, EventId, EventKind, Occurrence,
    Received, Settle, Settlement, join, open_digest,
};

use super::change::ATTEMPTS;
use crate::deliver::Fold;
use crate::{Clock, Engine, EngineError, Ports, Store, StoreError};

/// What became of an alert that a digest is to show.
enum Told {
    /// The digest shows this `card_rev`, or will.
    Shown(u64),
    /// There is no such digest, or it will never have a message.
    Lost,
}

impl<P: Ports> Engine<P> {
    /// `alert` as it was read before: what the digest shows is read after it, and so no older.
    pub(crate) async fn fold(&self, alert: &Alert, fold: &Fold) -> Result<(), EngineError> {
        let settlement = match fold.digest {
            None => self.join(alert, &fold.to).await?,
            Some(digest) => match self.tell_digest(alert, digest).await? {
                Told::Shown(rev) => Settlement::Folded { digest, rev },
                Told::Lost => Settlement::Unfolded,
            },
        };
        let settles = vec![Settle { key: fold.key.clone(), settlement }];
        let now = self.ports().clock().now();
        let event = Event {
            id: EventId::from(format!("fold:{}", fold.key)),
            received: Received { at: now, position: 0 },
            actor: Actor::System,
            kind: EventKind::Settled { claim: "folded".into(), settles },
        };
        let changed = self.change_known(alert, event.clone()).await?;
        self.finish(&event, changed, false).await;
        Ok(())
    }

    /// Into the digest of its channel that can be joined; the first one opens it.
    async fn join(&self, alert: &Alert, to: &Destination) -> Result<Settlement, EngineError> {
        let series = Digest::series(&alert.tenant, to);
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                self.jitter(attempt).await;
            }
            let newest = self.ports().store().newest_digest(&alert.tenant, series).await?;
            if let Some(joined) = newest.as_ref().filter(|newest| newest.holds(alert.id)) {
                // Joined by somebody who died, and perhaps shown since, as the alert was then.
                return Ok(Settlement::Folded { digest: joined.id, rev: 0 });
            }
            let (now, write_id) = (self.ports().clock().now(), self.draw_write_id());
            let joined = newest.as_ref().and_then(|open| join(open, alert.id, now, &write_id));
            let is_open = joined.is_some();
            let joined = joined.unwrap_or_else(|| {
                open_digest(&alert.tenant, to, newest.as_ref(), alert.id, now, &write_id)
            });
            match self.ports().store().write_digest(&joined).await {
                Ok(()) => {
                    let before = newest.as_ref().filter(|_| is_open);
                    self.wake_digest(before, &joined, &[]).await;
                    tracing::info!(alert = %alert.id, digest = %joined.id, "folded into a digest");
                    return Ok(Settlement::Folded { digest: joined.id, rev: alert.card_rev });
                }
                // After a lost answer the next look finds it joined, if it is.
                Err(StoreError::Conflict(_) | StoreError::Unknown(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(EngineError::TooManyConflicts)
    }

    async fn tell_digest(&self, alert: &Alert, digest: AlertId) -> Result<Told, EngineError> {
        let occurrence = Occurrence::new(&alert.tenant, digest);
        let Some(digest) = self.ports().store().read_digest(&occurrence).await? else {
            return Ok(Told::Lost);
        };
        if !digest.holds(alert.id) {
            return Ok(Told::Lost);
        }
        if !digest.is_alive() {
            // Nobody misses the end of an alert in a message that nobody wanted to keep.
            return Ok(if alert.is_open() { Told::Lost } else { Told::Shown(alert.card_rev) });
        }
        self.change_digest(digest, &DigestEvent::Touched, &[]).await?;
        Ok(Told::Shown(alert.card_rev))
    }
}
