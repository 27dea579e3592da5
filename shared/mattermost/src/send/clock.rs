//! The server's clock against ours.

use std::sync::{Mutex, PoisonError};

use nightowl_domain::Time;

/// Milliseconds that the server is ahead of us, by the `Date` of its latest answer; negative if it
/// is behind. The header has whole seconds, so this is exact to about half a second.
#[derive(Debug, Default)]
pub(crate) struct ServerClock(Mutex<Option<i64>>);

impl ServerClock {
    /// `date`: an HTTP date, of an answer that came at `now` by our clock.
    pub(crate) fn saw(&self, date: &str, now: Time) {
        let Ok(date) = httpdate::parse_http_date(date) else {
            return;
        };
        let Ok(since) = date.duration_since(std::time::UNIX_EPOCH) else {
            return;
        };
        // In the middle of its second, so that the error is the same to both sides.
        let theirs = i64::try_from(since.as_millis()).unwrap_or(i64::MAX).saturating_add(500);
        *self.ahead() = Some(theirs.saturating_sub(now.millis()));
    }

    /// `None` before the first answer.
    pub(crate) fn ahead_millis(&self) -> Option<i64> {
        *self.ahead()
    }

    fn ahead(&self) -> std::sync::MutexGuard<'_, Option<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_date_says_how_far_ahead_the_server_is() {
        let clock = ServerClock::default();
        assert_eq!(clock.ahead_millis(), None);
        let now = Time::from_seconds(784_111_777);
        clock.saw("Sun, 06 Nov 1994 08:49:37 GMT", now);
        assert_eq!(clock.ahead_millis(), Some(500));
        clock.saw("Sun, 06 Nov 1994 08:49:47 GMT", now);
        assert_eq!(clock.ahead_millis(), Some(10_500));
        clock.saw("yesterday", now);
        assert_eq!(clock.ahead_millis(), Some(10_500), "what is no date says nothing");
    }
}
