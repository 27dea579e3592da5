//! An alert is about to open.

use nightowl_domain::{Alert, Details};

use crate::{Engine, EngineError, Ports, Store};

/// Candidates for a short id. With a million alerts in a tenant one in a thousand is taken.
const SHORT_IDS: u32 = 16;

impl<P: Ports> Engine<P> {
    /// What has to be there before an alert opens: its short id is reserved and its details are
    /// stored. Both derive from the opening event, so that a retry makes no second one.
    pub(crate) async fn prepare(
        &self,
        alert: &mut Alert,
        details: Option<&Details>,
    ) -> Result<(), EngineError> {
        let store = self.ports().store();
        if let Some(details) = details {
            store.put_details(alert, details).await?;
        }
        if alert.hidden {
            return Ok(());
        }
        let occurrence = alert.occurrence();
        for attempt in 0..SHORT_IDS {
            let candidate = alert.id.short_id(&alert.tenant, attempt);
            if store.reserve_short_id(&occurrence, &candidate).await? {
                alert.short_id = candidate;
                return Ok(());
            }
        }
        Err(EngineError::NoShortId)
    }
}
