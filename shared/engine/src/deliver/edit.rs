//! A posted message is behind.

use nightowl_domain::{Send, SendState, Settlement};
use nightowl_messaging::{Provider, ProviderError};

use super::{Delivery, LANDED_AFTER};
use crate::{Call, Clock, Engine, Ports};

impl<P: Ports> Engine<P> {
    pub(super) async fn edit(
        &self,
        delivery: &Delivery<'_>,
        provider: &dyn Provider,
        send: &Send,
    ) -> Settlement {
        let started = self.ports().clock().now();
        let SendState::Sent(shown) = &send.state else {
            return Settlement::Retry { at: started, reason: "it is not posted".to_owned() };
        };
        if !self.has_time(delivery) {
            return Settlement::Retry { at: started, reason: "no time was left".to_owned() };
        }
        let message = delivery.of.message(send);
        let answer = self.call(provider.update(&shown.message, &message)).await;
        self.judge(provider.name(), &delivery.of.occurrence(), &answer).await;
        let at = self.ports().clock().now();
        match answer {
            Ok(()) => {
                let (rev, count) = delivery.of.revision();
                Settlement::Refreshed { at, rev, count }
            }
            Err(ProviderError::Retry { after, reason }) => {
                let at = self.after(after);
                if after.is_some() {
                    self.block(delivery, provider, send, Call::Edit, at).await;
                }
                Settlement::Retry { at, reason }
            }
            Err(ProviderError::Unknown { .. }) => {
                // It may still land, so the state table has it made once more when it no longer
                // can; until then the message must not go on showing what is past.
                Settlement::Unknown { started, retry_at: started + LANDED_AFTER }
            }
            Err(ProviderError::Gone { may_repost: true, .. }) => Settlement::Gone { at },
            Err(
                ProviderError::Gone { may_repost: false, reason }
                | ProviderError::Refused { reason }
                | ProviderError::Cannot { reason },
            ) => Settlement::EditRefused { at, reason },
            Err(error @ ProviderError::Broken { credentials, .. }) => {
                Settlement::Broken { at, reason: error.to_string(), credentials }
            }
        }
    }
}
