//! Something is said.

use nightowl_domain::{MessageRef, Send, Settlement, Time, What};
use nightowl_messaging::{Form, Post, Provider, ProviderError};

use super::{CALL, Delivery, LANDED_AFTER};
use crate::{Call, Clock, Engine, Ports, Store, StoreError};

/// Attempts to note which send a message is, before it is left to `find`.
const NOTES: usize = 3;

impl<P: Ports> Engine<P> {
    /// Posts, and again in plain text if the platform refuses the rich form.
    pub(super) async fn post(
        &self,
        delivery: &Delivery<'_>,
        provider: &dyn Provider,
        send: &Send,
    ) -> Settlement {
        if delivery.of.must_wait(send) {
            let reason = "the person could not be looked up".to_owned();
            return Settlement::Retry { at: self.ports().clock().now(), reason };
        }
        let mut post = Post {
            to: send.to.clone(),
            under: delivery.of.parent(send).cloned(),
            delivery: send.key.clone(),
            message: delivery.of.message(send),
            form: Form::Rich,
        };
        loop {
            let started = self.ports().clock().now();
            if !self.has_time(delivery) {
                return Settlement::Retry { at: started, reason: "no time was left".to_owned() };
            }
            let answer = self.call(provider.post(&post)).await;
            self.judge(provider.name(), &delivery.of.occurrence(), &answer).await;
            match (answer, post.form) {
                (Err(ProviderError::Refused { reason }), Form::Rich) => {
                    tracing::warn!(reason, "the rich form was refused");
                    post.form = Form::Plain;
                }
                (Err(ProviderError::Gone { reason, .. }), _) if post.under.is_some() => {
                    tracing::warn!(reason, "what this is a reply to is gone");
                    if send.is_reply() {
                        return Settlement::Gone { at: started };
                    }
                    // The alert's last state is worth saying without its card.
                    post.under = None;
                }
                (answer, _) => {
                    return self.posted(delivery, provider, send, started, answer).await;
                }
            }
        }
    }

    /// Asking has failed for so long that a doubled page is the lesser wrong.
    pub(super) async fn post_anyway(
        &self,
        delivery: &Delivery<'_>,
        provider: &dyn Provider,
        send: &Send,
    ) -> Settlement {
        tracing::warn!(counter = "page.maybe_duplicate", delivery = %send.key);
        self.post(delivery, provider, send).await
    }

    async fn posted(
        &self,
        delivery: &Delivery<'_>,
        provider: &dyn Provider,
        send: &Send,
        started: Time,
        answer: Result<MessageRef, ProviderError>,
    ) -> Settlement {
        let now = self.ports().clock().now();
        match answer {
            Ok(posted) => {
                if now > delivery.lease_until {
                    tracing::warn!(counter = "page.late_post", delivery = %send.key);
                }
                self.sent(delivery, send, started, posted, false).await
            }
            Err(ProviderError::Retry { after, reason }) => {
                let at = self.after(after);
                if after.is_some() {
                    self.block(delivery, provider, send, Call::Post, at).await;
                }
                Settlement::Retry { at, reason }
            }
            Err(ProviderError::Unknown { reason }) => {
                tracing::warn!(reason, "the answer to a post was lost");
                // A worker that stood still may have sent it only when it went on.
                let sent = now + (LANDED_AFTER - CALL);
                Settlement::Unknown { started, retry_at: sent.max(started + LANDED_AFTER) }
            }
            Err(error @ ProviderError::Broken { credentials, .. }) => {
                Settlement::Broken { at: now, reason: error.to_string(), credentials }
            }
            Err(
                error @ (ProviderError::Refused { .. }
                | ProviderError::Gone { .. }
                | ProviderError::Cannot { .. }),
            ) => Settlement::Broken { at: now, reason: error.to_string(), credentials: false },
        }
    }

    /// Notes which send the message is, before anybody is told that it is there. If that fails,
    /// the message is looked for again later, and noted then.
    pub(super) async fn sent(
        &self,
        delivery: &Delivery<'_>,
        send: &Send,
        started: Time,
        posted: MessageRef,
        found: bool,
    ) -> Settlement {
        if let Err(error) = self.note(delivery, send, &posted).await {
            tracing::warn!(%error, "a message could not be noted");
            return Settlement::Unknown { started, retry_at: started + LANDED_AFTER };
        }
        // What a found message shows is not known, so it is edited.
        let (rev, count) = if found { (0, 0) } else { delivery.of.revision() };
        let at = self.ports().clock().now();
        Settlement::Sent { at, message: posted, rev, count, found }
    }

    async fn note(
        &self,
        delivery: &Delivery<'_>,
        send: &Send,
        posted: &MessageRef,
    ) -> Result<(), StoreError> {
        let occurrence = delivery.of.occurrence();
        let store = self.ports().store();
        let mut result = Ok(());
        // A reply has no button that could be clicked, and what is said below it is below its card.
        if send.is_reply() {
            return Ok(());
        }
        for _ in 0..NOTES {
            result = store.put_reverse(posted, &occurrence, &send.key).await;
            if result.is_ok() && delivery.of.is_mapped() && matches!(send.what, What::Card) {
                result = store.put_mapping(&occurrence, posted).await;
            }
            if result.is_ok() {
                break;
            }
        }
        result
    }
}
