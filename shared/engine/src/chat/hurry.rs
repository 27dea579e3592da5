//! People wait: platforms show an error to whoever is not answered within three seconds.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use nightowl_domain::Time;

use crate::{Clock, Engine, EngineError, Ports};

/// By when each part of a callback has to have ended, counted from its arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    arrived: Time,
}

/// It took too long; it may still have come to something.
#[derive(Debug)]
pub(super) struct Late;

impl Deadlines {
    pub const fn from(arrived: Time) -> Self {
        Self { arrived }
    }

    /// Who it is.
    pub fn person(self) -> Time {
        self.arrived + Duration::from_millis(1500)
    }

    /// What they want is done; after that it is only taken.
    pub fn done(self) -> Time {
        self.arrived + Duration::from_millis(2000)
    }

    pub fn taken(self) -> Time {
        self.arrived + Duration::from_millis(2400)
    }

    /// They are told; that is for whoever answers the callback.
    pub fn told(self) -> Time {
        self.arrived + Duration::from_millis(2800)
    }
}

impl<P: Ports> Engine<P> {
    /// What comes at once comes in time, however late it is asked.
    pub(super) async fn by<T>(
        &self,
        deadline: Time,
        call: impl Future<Output = T>,
    ) -> Result<T, Late> {
        let clock = self.ports().clock();
        let late = pin!(clock.sleep(deadline.since(clock.now())));
        match select(pin!(call), late).await {
            Either::Left((answer, _)) => Ok(answer),
            Either::Right(((), _)) => Err(Late),
        }
    }

    /// Does it now or, if that fails or takes too long, stores it to be done later. `None`:
    /// neither worked.
    pub(super) async fn now_or_later<T>(
        &self,
        deadlines: Deadlines,
        now: impl Future<Output = Result<T, EngineError>>,
        later: impl Future<Output = Result<T, EngineError>>,
    ) -> Option<T> {
        match self.by(deadlines.done(), now).await {
            Ok(Ok(done)) => return Some(done),
            Ok(Err(error)) if error.is_retryable() => {
                tracing::warn!(%error, "an act failed and is stored for later");
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "an act failed for good");
                return None;
            }
            Err(Late) => tracing::warn!("an act took too long and is stored for later"),
        }
        match self.by(deadlines.taken(), later).await {
            Ok(Ok(taken)) => Some(taken),
            Ok(Err(error)) => {
                tracing::error!(%error, "an act could not be stored either");
                None
            }
            Err(Late) => {
                tracing::error!("storing an act took too long too");
                None
            }
        }
    }
}
