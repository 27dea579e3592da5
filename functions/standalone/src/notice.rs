//! Tells a tenant's people that something of theirs was refused for good.

use std::sync::Arc;

use nightowl_fn_inbound::{Dropped, Why};

use crate::needs::Wiring;

/// In its own time: the sender's answer must not wait for a chat platform.
pub(crate) fn tell(wiring: &Wiring, dropped: Dropped) {
    let engine = Arc::clone(&wiring.engine);
    tokio::spawn(async move {
        let topic = format!("dropped:{}:{}", dropped.integration, dropped.why.name());
        engine.tell_operators(&dropped.tenant, &topic, &words(&dropped), None).await;
    });
}

fn words(dropped: &Dropped) -> String {
    let id = &dropped.integration;
    match &dropped.why {
        Why::TooLarge { bytes_max } => format!(
            "Integration {id} sent a body of more than {} MiB, which was refused. Whatever alerts \
             were in it are not known to NightOwl. Make its groups smaller.",
            bytes_max / (1 << 20)
        ),
        Why::Unreadable(reason) => format!(
            "Integration {id} sent something that cannot be read, and it was refused: {reason}"
        ),
        Why::NotSigned => format!(
            "Integration {id} sent a body without the signature that its hmac_secret asks for, and \
             it was refused. Compare the secret on both sides."
        ),
        Why::Members(count) => format!(
            "Integration {id} sent a group in which {count} alerts could not be read; the others \
             were taken."
        ),
    }
}
