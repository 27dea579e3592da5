//! Somebody in chat says who they are, at the console.

use nightowl_domain::{EventId, Hash, Occurrence};
use nightowl_messaging::WayOn;

use super::identify::actor;
use super::keep::{Kept, Pending};
use super::wish::{Doer, Wish};
use super::{when, words};
use crate::{Clock, Config, Engine, EngineError, Entropy, Ports, Store, StoreError};

/// Long enough to log in, short enough that a link left lying about is worth nothing.
const LINK_SECONDS: u64 = 15 * 60;

/// What a link is about: shown to whoever follows it, before they confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkOffer {
    pub tenant: String,
    pub provider: String,
    /// As the platform says it; may be empty. Untrusted.
    pub user_name: String,
    /// What is done afterwards: "acknowledge X2K9FQ (Disk full)". Untrusted.
    pub pending: Option<String>,
}

/// Somebody has said who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// A few sentences for them: as whom they act, and what came of what they wanted.
    pub said: String,
}

/// A chat user to whom a link is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker<'a> {
    pub(super) tenant: &'a str,
    pub(super) provider: &'a str,
    pub(super) user_ref: &'a str,
    pub(super) user_name: &'a str,
}

impl<P: Ports> Engine<P> {
    /// A one-time link by which this chat user can say who they are. `None`: the console's address
    /// is not known.
    pub(super) async fn offer_link(
        &self,
        asker: Asker<'_>,
        pending: Option<(Wish, EventId)>,
    ) -> Result<Option<WayOn>, EngineError> {
        let Some(console) = self.console() else { return Ok(None) };
        let token = format!("{:032x}", self.ports().entropy().draw());
        let kept = Kept {
            tenant: asker.tenant.to_owned(),
            provider: asker.provider.to_owned(),
            user_ref: asker.user_ref.to_owned(),
            user_name: asker.user_name.to_owned(),
            pending: pending.map(|(wish, event)| Pending { wish, event: event.to_string() }),
        };
        let (text, now) = (kept.encode(), self.ports().clock().now());
        self.ports().store().keep(&name_of(&token), &text, now, LINK_SECONDS).await?;
        let url = format!("{console}/console/link?t={token}");
        Ok(Some(WayOn { label: "Link my account".to_owned(), url }))
    }

    /// What the link with this token is about; it can still be used afterwards. `None`: it is no
    /// link, or used, or over.
    pub async fn link_offer(&self, token: &str) -> Result<Option<LinkOffer>, EngineError> {
        let now = self.ports().clock().now();
        let Some(text) = self.ports().store().kept(&name_of(token), now).await? else {
            return Ok(None);
        };
        let kept = read(&text)?;
        let pending = match &kept.pending {
            Some(pending) => Some(self.pending_words(&kept.tenant, &pending.wish).await?),
            None => None,
        };
        let Kept { tenant, provider, user_name, .. } = kept;
        Ok(Some(LinkOffer { tenant, provider, user_name, pending }))
    }

    /// The chat user of the link is `user` from now on, one of the tenant's users, who has proved
    /// so and has confirmed; then what they wanted in chat is done. `None`: it is no link, or used,
    /// or over, or the tenant has no such user. After an error the link may be used up.
    pub async fn link(&self, token: &str, user: &str) -> Result<Option<Linked>, EngineError> {
        let (name, now) = (name_of(token), self.ports().clock().now());
        let store = self.ports().store();
        // Nobody's mistake uses a link up.
        let Some(text) = store.kept(&name, now).await? else { return Ok(None) };
        let kept = read(&text)?;
        let Some(tenant) = self.ports().config().tenant(&kept.tenant).await? else {
            return Ok(None);
        };
        let Some(person) = tenant.user(user) else { return Ok(None) };
        if store.take_kept(&name, now).await? != Some(text) {
            return Ok(None);
        }
        store.put_identity(&tenant.slug, &kept.provider, &kept.user_ref, &person.id).await?;
        tracing::info!(tenant = tenant.slug, provider = kept.provider, "a chat user was linked");
        let came = match kept.pending {
            Some(Pending { wish, event }) => {
                let actor = actor(person);
                let doer = Doer {
                    tenant: &tenant.slug,
                    actor: &actor,
                    zone: when::zone_of(&tenant, &actor),
                    received: now,
                    event: EventId::from(event),
                };
                Some(self.catch_up_on(&wish, &doer).await)
            }
            None => None,
        };
        let said = words::linked(&kept.user_name, &person.name, came.as_deref());
        Ok(Some(Linked { said }))
    }

    /// Nobody waits as impatiently at the console as in chat, but it must not be lost either.
    async fn catch_up_on(&self, wish: &Wish, doer: &Doer<'_>) -> String {
        let came = match self.grant(wish, doer).await {
            Err(error) if error.is_retryable() => {
                tracing::warn!(%error, "what a linked person wanted is stored for later");
                self.grant_later(wish, doer).await
            }
            came => came,
        };
        match came {
            Ok(came) => came.say(wish, doer),
            Err(error) => {
                tracing::error!(%error, "what a linked person wanted could not be done");
                words::NOT_DONE.to_owned()
            }
        }
    }

    async fn pending_words(&self, tenant: &str, wish: &Wish) -> Result<String, EngineError> {
        let alert = match self.named(tenant, wish).await? {
            Some(id) => self.read_shown(&Occurrence::new(tenant, id)).await?,
            None => None,
        };
        Ok(words::deed(&wish.deed, alert.as_ref()))
    }
}

/// The token itself is stored nowhere.
fn name_of(token: &str) -> String {
    format!("link:{}", Hash::of(&[b"link", token.as_bytes()]).text(20))
}

/// The error tells nothing of the text.
fn read(text: &str) -> Result<Kept, EngineError> {
    let unreadable = || StoreError::Corrupt("what waits for a link".to_owned());
    Ok(Kept::decode(text).ok_or_else(unreadable)?)
}
