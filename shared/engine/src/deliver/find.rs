//! Was it posted? Asked before anything is said twice.

use std::time::Duration;

use nightowl_domain::mechanism::{Mechanism, is_on};
use nightowl_domain::{MessageRef, Send, SendState, Settlement, Time};
use nightowl_messaging::{Provider, ProviderError};

use super::{Delivery, LANDED_AFTER};
use crate::{Call, Clock, Engine, Ports};

/// Between two finds that were answered nothing usable; so much longer with each, up to the most.
/// Eight of them fill two minutes, and most trouble with one call is over by then.
const FIND_AGAIN: Duration = Duration::from_secs(5);
const FIND_AGAIN_MOST: Duration = Duration::from_secs(30);
/// While the provider is down, no find is worth trying sooner.
const DOWN: Duration = Duration::from_secs(15);

enum Found {
    Yes(MessageRef),
    No,
    /// It can never be answered here.
    Cannot,
    /// Not now; how to settle it.
    Not(Settlement),
}

impl<P: Ports> Engine<P> {
    /// Posts it if it is not there.
    pub(super) async fn find_then_post(
        &self,
        delivery: &Delivery<'_>,
        provider: &dyn Provider,
        send: &Send,
    ) -> Settlement {
        if !is_on(Mechanism::Find) {
            return self.post(delivery, provider, send).await;
        }
        let counter = match self.find(delivery, provider, send).await {
            Found::Yes(posted) => {
                let now = self.ports().clock().now();
                return self.sent(delivery, send, now, posted, true).await;
            }
            Found::Not(settlement) => return settlement,
            Found::No => "page.reposted",
            Found::Cannot => "page.maybe_duplicate",
        };
        if !self.has_time(delivery) {
            return Settlement::NotPosted { retry_at: self.ports().clock().now() };
        }
        tracing::warn!(counter, delivery = %send.key);
        self.post(delivery, provider, send).await
    }

    /// It must not be posted any more; but if it is there, it must not go on showing old state.
    pub(super) async fn find_only(
        &self,
        delivery: &Delivery<'_>,
        provider: &dyn Provider,
        send: &Send,
    ) -> Settlement {
        match self.find(delivery, provider, send).await {
            Found::Yes(posted) => {
                let now = self.ports().clock().now();
                self.sent(delivery, send, now, posted, true).await
            }
            Found::No | Found::Cannot => {
                Settlement::NotPosted { retry_at: self.ports().clock().now() }
            }
            Found::Not(settlement) => settlement,
        }
    }

    async fn find(&self, delivery: &Delivery<'_>, provider: &dyn Provider, send: &Send) -> Found {
        let now = self.ports().clock().now();
        let since = since(send).unwrap_or(now);
        if now < since + LANDED_AFTER {
            let reason = "it may still be landing".to_owned();
            return Found::Not(Settlement::Retry { at: since + LANDED_AFTER, reason });
        }
        if !self.has_time(delivery) {
            let reason = "no time was left".to_owned();
            return Found::Not(Settlement::Retry { at: now, reason });
        }
        let under = delivery.of.parent(send);
        // Another clock than ours stamped the message.
        let since = since - self.ports().skew().ours;
        match self.call(provider.find(&send.to, under, &send.key, since)).await {
            Ok(Some(posted)) => Found::Yes(posted),
            Ok(None) => Found::No,
            Err(ProviderError::Cannot { reason }) => {
                tracing::warn!(reason, "it cannot be found out whether a post landed");
                Found::Cannot
            }
            Err(
                error @ (ProviderError::Retry { .. }
                | ProviderError::Unknown { .. }
                | ProviderError::Refused { .. }
                | ProviderError::Broken { .. }
                | ProviderError::Gone { .. }),
            ) => Found::Not(self.not_found(delivery, provider, send, error).await),
        }
    }

    /// A find that fails while the provider serves others is counted, and some day fails open.
    /// While the provider is down, nothing is counted: it could not be posted to either.
    async fn not_found(
        &self,
        delivery: &Delivery<'_>,
        provider: &dyn Provider,
        send: &Send,
        error: ProviderError,
    ) -> Settlement {
        tracing::warn!(%error, "a find failed");
        let now = self.ports().clock().now();
        let wish = match &error {
            ProviderError::Retry { after, .. } => *after,
            ProviderError::Unknown { .. }
            | ProviderError::Refused { .. }
            | ProviderError::Broken { .. }
            | ProviderError::Gone { .. }
            | ProviderError::Cannot { .. } => None,
        };
        if let Some(wish) = wish {
            self.block(delivery, provider, send, Call::Find, now + wish).await;
        }
        if wish.is_none() && self.has_time(delivery) && !self.answers(provider).await {
            let occurrence = delivery.of.occurrence();
            self.outages().failed(provider.name(), &occurrence, now);
            return Settlement::Retry { at: now + DOWN, reason: error.to_string() };
        }
        let patience = (FIND_AGAIN * (1 + finds_failed(send))).min(FIND_AGAIN_MOST);
        Settlement::FindFailed { retry_at: now + wish.unwrap_or_default().max(patience) }
    }
}

/// In a row, so far.
fn finds_failed(send: &Send) -> u32 {
    match &send.state {
        SendState::Claimed { finds_failed, .. } | SendState::InDoubt { finds_failed, .. } => {
            u32::from(*finds_failed)
        }
        SendState::Wanted { .. }
        | SendState::Sent(_)
        | SendState::Folded { .. }
        | SendState::Dropped(_) => 0,
    }
}

/// When the first attempt that may have landed began.
const fn since(send: &Send) -> Option<Time> {
    match &send.state {
        SendState::Claimed { since, .. } | SendState::InDoubt { since, .. } => Some(*since),
        SendState::Wanted { .. }
        | SendState::Sent(_)
        | SendState::Dropped(_)
        | SendState::Folded { .. } => None,
    }
}
