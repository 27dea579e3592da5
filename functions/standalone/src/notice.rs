//! Tells a tenant's people that something of theirs was refused for good.

use std::sync::Arc;
use std::time::Duration;

use nightowl_domain::{Destination, Hash, SendKey, Time};
use nightowl_engine::Engine;
use nightowl_engine::ports::{Clock, Config, Ports, Providers, Store};
use nightowl_fn_inbound::{Dropped, Why};
use nightowl_messaging::{Form, Message, NoticeMessage, Post};
use nightowl_providers::BUILT_IN;

use crate::needs::Wiring;
use crate::ports::Laptop;

/// The same trouble of the same integration is told once in this time.
const QUIET: Duration = Duration::from_secs(3600);

/// In the tenant's own chat, else in the inbox, and in its own time: the sender's answer must not
/// wait for a chat platform. Best effort: the log has it in any case.
pub(crate) fn tell(wiring: &Wiring, dropped: Dropped) {
    let engine = Arc::clone(&wiring.engine);
    tokio::spawn(async move { told(&engine, &dropped).await });
}

async fn told(engine: &Engine<Laptop>, dropped: &Dropped) {
    let what = format!("dropped:{}:{}:{}", dropped.tenant, dropped.integration, dropped.why.name());
    let ports = engine.ports();
    let now = ports.clock().now();
    match ports.store().use_once(&what, now, QUIET.as_secs()).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => {
            tracing::warn!(%error, "cannot tell whether this was told");
            return;
        }
    }
    let Ok(Some(tenant)) = ports.config().tenant(&dropped.tenant).await else { return };
    let own = tenant.provider.as_deref().unwrap_or(BUILT_IN);
    for name in [own, BUILT_IN] {
        if post(ports, &tenant, name, &what, dropped, now).await || own == BUILT_IN {
            return;
        }
    }
}

async fn post(
    ports: &Laptop,
    tenant: &nightowl_domain::Tenant,
    name: &str,
    what: &str,
    dropped: &Dropped,
    now: Time,
) -> bool {
    let provider = match ports.providers().provider(&tenant.slug, name).await {
        Ok(Some(provider)) => provider,
        Ok(None) | Err(_) => return false,
    };
    let Some(channel) = tenant.default_channels.get(name).cloned() else { return false };
    let delivery = Hash::of(&[what.as_bytes(), &now.millis().to_be_bytes()]).text(15);
    let post = Post {
        to: Destination::Channel { provider: name.to_owned(), channel },
        delivery: SendKey(delivery),
        message: Message::Notice(NoticeMessage { text: words(dropped), alert: None }),
        form: Form::Rich,
    };
    match provider.post(&post).await {
        Ok(_) => true,
        Err(error) => {
            tracing::warn!(%error, provider = name, "cannot tell operators what was refused");
            false
        }
    }
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
