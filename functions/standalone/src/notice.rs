//! Tells a tenant's people that something of theirs was refused for good.

use std::sync::Arc;

use nightowl_fn_inbound::Dropped;

use crate::needs::Wiring;

/// In its own time: the sender's answer must not wait for a chat platform.
pub(crate) fn tell(wiring: &Wiring, dropped: Dropped) {
    let engine = Arc::clone(&wiring.engine);
    tokio::spawn(async move {
        let (topic, words) = (dropped.topic(), dropped.words());
        engine.tell_operators(&dropped.tenant, &topic, &words, None).await;
    });
}
