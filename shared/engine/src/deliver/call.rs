//! Calls to a provider: each ends in time, and none starts that could outlive its lease.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use nightowl_domain::{Occurrence, Time};
use nightowl_messaging::ProviderError;

use super::{CALL, Delivery};
use crate::{Clock, Engine, Ports};

/// The call was given up; it may still come to something.
#[derive(Debug)]
pub(crate) struct Late;

impl<P: Ports> Engine<P> {
    /// Providers end their calls within [`CALL`] themselves; this holds one to it that does not.
    pub(super) async fn in_time<T>(&self, call: impl Future<Output = T>) -> Result<T, Late> {
        self.within(CALL, call).await
    }

    pub(crate) async fn within<T>(
        &self,
        span: Duration,
        call: impl Future<Output = T>,
    ) -> Result<T, Late> {
        let late = pin!(self.ports().clock().sleep(span));
        match select(pin!(call), late).await {
            Either::Left((answer, _)) => Ok(answer),
            Either::Right(((), _)) => Err(Late),
        }
    }

    /// The same for the calls that say something: being late is an answer that was lost.
    pub(super) async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        match self.in_time(call).await {
            Ok(answer) => answer,
            Err(Late) => Err(ProviderError::Unknown { reason: "it took too long".to_owned() }),
        }
    }

    /// Whether a call that starts now ends inside the lease.
    pub(super) fn has_time(&self, delivery: &Delivery<'_>) -> bool {
        self.ports().clock().now() + CALL <= delivery.lease_until
    }

    /// Keeps count of a provider's health by what a call to it came to.
    pub(super) async fn judge<T: Sync>(
        &self,
        provider: &str,
        occurrence: &Occurrence,
        answer: &Result<T, ProviderError>,
    ) {
        let now = self.ports().clock().now();
        match answer {
            Err(ProviderError::Retry { after: None, .. } | ProviderError::Unknown { .. }) => {
                self.outages().failed(provider, occurrence, now);
            }
            Ok(_)
            | Err(
                ProviderError::Retry { after: Some(_), .. }
                | ProviderError::Refused { .. }
                | ProviderError::Broken { .. }
                | ProviderError::Gone { .. }
                | ProviderError::Cannot { .. },
            ) => self.recovered(provider, occurrence).await,
        }
    }

    /// When the platform wants to be asked again.
    pub(super) fn after(&self, wish: Option<Duration>) -> Time {
        self.ports().clock().now() + wish.unwrap_or_default()
    }
}
