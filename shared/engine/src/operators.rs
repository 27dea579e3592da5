//! What the people who run a tenant have to know and no alert tells them: its chat is broken, a
//! sender was refused.

use std::time::Duration;

use nightowl_domain::{Destination, Hash, SendKey, Tenant, Time};
use nightowl_messaging::{Form, Message, NoticeMessage, Post};

use crate::{Clock, Config, Engine, Ports, Providers, Store, StoreError};

/// The same topic is told once in this time.
const QUIET: Duration = Duration::from_secs(3600);
/// For so long whoever began to tell it is believed to be at it.
const TELLING: Duration = Duration::from_secs(60);
/// One provider's time to take it; the next is waiting.
const PATIENCE: Duration = Duration::from_secs(2);
/// The provider that is always there.
const INBOX: &str = "inbox";

impl<P: Ports> Engine<P> {
    /// Tells a tenant's operators `text`, at most once an hour for each `topic`, in the default
    /// channel of the tenant's own provider, else of another one, else in the inbox. `avoid` is
    /// the provider that it is about. Best effort: whoever calls this logs what is wrong. It counts
    /// as told once it is posted, so that a process that dies before leaves it to the next occasion.
    pub async fn tell_operators(&self, tenant: &str, topic: &str, text: &str, avoid: Option<&str>) {
        let now = self.ports().clock().now();
        let what = format!("told:{tenant}:{topic}");
        match self.may_tell(&what, now).await {
            Ok(true) => tracing::warn!(tenant, topic, "operators are to know of something"),
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, tenant, topic, "cannot tell whether this was told");
                return;
            }
        }
        let configured = match self.ports().config().tenant(tenant).await {
            Ok(Some(configured)) => configured,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, tenant, topic, "cannot tell whom to tell");
                return;
            }
        };
        for to in places(&configured, avoid) {
            let delivery = notice_key(&what, to.provider(), now);
            if self.tell(tenant, to, delivery, text).await {
                let noted = self.ports().store().keep(&what, "", now, QUIET.as_secs()).await;
                if let Err(error) = noted {
                    tracing::warn!(%error, tenant, topic, "operators may be told this again");
                }
                return;
            }
        }
        tracing::warn!(tenant, topic, "no operator could be told");
    }

    /// Whether it was not told within the hour and nobody else is just telling it.
    async fn may_tell(&self, what: &str, now: Time) -> Result<bool, StoreError> {
        let store = self.ports().store();
        if store.kept(what, now).await?.is_some() {
            return Ok(false);
        }
        store.use_once(what, now, TELLING.as_secs()).await
    }

    /// The same about a provider that does not work at all, by whichever way that was learned.
    pub async fn tell_broken(&self, tenant: &str, provider: &str, text: &str) {
        let topic = format!("broken:{provider}");
        self.tell_operators(tenant, &topic, text, Some(provider)).await;
    }

    async fn tell(&self, tenant: &str, to: Destination, delivery: SendKey, text: &str) -> bool {
        let name = to.provider().to_owned();
        let provider = match self.ports().providers().provider(tenant, &name).await {
            Ok(Some(provider)) => provider,
            Ok(None) => return false,
            Err(error) => {
                tracing::warn!(%error, provider = name, "a provider could not be had");
                return false;
            }
        };
        let message = Message::Notice(NoticeMessage { text: text.to_owned(), alert: None });
        let post = Post { to, under: None, delivery, message, form: Form::Rich };
        match self.within(PATIENCE, provider.post(&post)).await {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, provider = name, "operators cannot be told there");
                false
            }
            Err(_) => {
                tracing::warn!(provider = name, "telling operators took too long");
                false
            }
        }
    }
}

/// Default channels in the order in which they are tried.
fn places(tenant: &Tenant, avoid: Option<&str>) -> Vec<Destination> {
    let own = tenant.provider.as_deref().unwrap_or(INBOX);
    let rank = |name: &str| match name {
        name if name == own => 0,
        INBOX => 2,
        _ => 1,
    };
    let mut names: Vec<&String> =
        tenant.default_channels.keys().filter(|name| Some(name.as_str()) != avoid).collect();
    names.sort_by_key(|name| (rank(name), *name));
    let place = |name: &String| {
        let channel = tenant.default_channels.get(name)?.clone();
        Some(Destination::Channel { provider: name.clone(), channel })
    };
    names.into_iter().filter_map(place).collect()
}

/// Another one for each place: one that gave no answer in time may still say it.
fn notice_key(what: &str, provider: &str, now: Time) -> SendKey {
    let moment = now.millis().to_be_bytes();
    SendKey::from(Hash::of(&[b"operators", what.as_bytes(), provider.as_bytes(), &moment]).text(15))
}
