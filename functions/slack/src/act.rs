//! Inside Slack's three seconds.

use std::future::Future;
use std::time::Duration;

use nightowl_engine::EngineError;
use tokio::time::{Instant, timeout_at};

/// By when each part of a request has to have ended, counted from its arrival. Slack shows an
/// error to the person after three seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    arrived: Instant,
}

impl Deadlines {
    pub(crate) fn start() -> Self {
        Self { arrived: Instant::now() }
    }

    /// Who it is.
    pub(crate) fn person(self) -> Instant {
        self.arrived + Duration::from_millis(1500)
    }

    /// What they want is done; after that it is only taken.
    pub(crate) fn done(self) -> Instant {
        self.arrived + Duration::from_millis(2000)
    }

    pub(crate) fn taken(self) -> Instant {
        self.arrived + Duration::from_millis(2400)
    }

    /// They are told.
    pub(crate) fn told(self) -> Instant {
        self.arrived + Duration::from_millis(2800)
    }
}

/// Does it now or, if that fails or takes too long, stores it to be done later. `None`: neither
/// worked.
pub(crate) async fn carry_out<T>(
    deadlines: Deadlines,
    now: impl Future<Output = Result<T, EngineError>>,
    later: impl Future<Output = Result<T, EngineError>>,
) -> Option<T> {
    match timeout_at(deadlines.done(), now).await {
        Ok(Ok(done)) => return Some(done),
        Ok(Err(error)) if error.is_retryable() => {
            tracing::warn!(%error, "an act failed and is stored for later");
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "an act failed for good");
            return None;
        }
        Err(_) => tracing::warn!("an act took too long and is stored for later"),
    }
    match timeout_at(deadlines.taken(), later).await {
        Ok(Ok(taken)) => Some(taken),
        Ok(Err(error)) => {
            tracing::error!(%error, "an act could not be stored either");
            None
        }
        Err(_) => {
            tracing::error!("storing an act took too long too");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use nightowl_engine::StoreError;

    use super::*;

    type Done = Result<&'static str, EngineError>;

    const DONE: Done = Ok("done");
    const TAKEN: Done = Ok("taken");

    fn down() -> Done {
        Err(StoreError::Unavailable("down".to_owned()).into())
    }

    fn broken() -> Done {
        Err(StoreError::Corrupt("junk".to_owned()).into())
    }

    /// Time is tokio's own and moves only while everybody waits.
    #[tokio::test(start_paused = true)]
    async fn what_fails_is_taken_and_what_cannot_be_taken_is_said() {
        let start = Deadlines::start;
        assert_eq!(carry_out(start(), ready(DONE), ready(TAKEN)).await, Some("done"));
        assert_eq!(carry_out(start(), ready(down()), ready(TAKEN)).await, Some("taken"));
        assert_eq!(carry_out(start(), pending(), ready(TAKEN)).await, Some("taken"));
        assert_eq!(carry_out(start(), ready(broken()), ready(TAKEN)).await, None);
        assert_eq!(carry_out(start(), ready(down()), ready(down())).await, None);
        let began = Instant::now();
        let hangs = carry_out(start(), pending::<Done>(), pending::<Done>()).await;
        assert_eq!(hangs, None);
        assert!(began.elapsed() < Duration::from_secs(3));
    }
}
