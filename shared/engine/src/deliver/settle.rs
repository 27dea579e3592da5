//! What came of it all goes into one write.

use std::time::Duration;

use nightowl_domain::{EventId, EventKind, Settle};

use super::{Held, own_event};
use crate::{Clock, Engine, EngineError, Ports};

/// Attempts beyond those of a lost race, because what is not settled has to be found again.
const ATTEMPTS: u32 = 3;
const WAIT: Duration = Duration::from_millis(200);

impl<P: Ports> Engine<P> {
    pub(super) async fn settle(
        &self,
        held: &Held,
        settles: Vec<Settle>,
    ) -> Result<(), EngineError> {
        let now = self.ports().clock().now();
        let kind = EventKind::Settled { claim: held.claim.clone(), settles };
        let event = own_event(EventId::from(format!("settle:{}", held.claim)), now, kind);
        let mut attempt = 0;
        let changed = loop {
            match self.change_known(&held.alert, event.clone()).await {
                Ok(changed) => break changed,
                Err(error) if error.is_retryable() && attempt + 1 < ATTEMPTS => {
                    tracing::warn!(%error, "a settle has to be written again");
                    self.ports().clock().sleep(WAIT * 2_u32.pow(attempt)).await;
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        };
        self.wake_after(&changed, attempt > 0, &[]).await;
        Ok(())
    }
}
