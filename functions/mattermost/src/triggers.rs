//! Each trigger acts once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nightowl_domain::{Hash, Time};
use nightowl_engine::Store;
use nightowl_mattermost::inbound::{AGE_MAX, AHEAD_MAX};

use crate::deadlines::Arrival;

/// No trigger is believed for longer than its greatest age, from the greatest lead on; the rest is
/// for estimates of the server's clock that differ from each other.
const KEPT: Duration = Duration::from_secs(AGE_MAX.as_secs() + AHEAD_MAX.as_secs() + 105);

/// Those that this process has seen. The store remembers for all processes; this is for the
/// moments in which it cannot be asked, when a person must still be able to acknowledge.
#[derive(Debug, Default)]
pub(crate) struct Triggers(Mutex<BTreeMap<String, Time>>);

impl Triggers {
    /// Whether this is its first use.
    pub(crate) async fn use_once(
        &self,
        store: &impl Store,
        user_ref: &str,
        click_id: &str,
        arrival: Arrival,
    ) -> bool {
        let parts = ["mattermost trigger", user_ref, click_id];
        let name = format!("trigger:{}", Hash::of(&parts.map(str::as_bytes)).text(20));
        if !self.is_first_here(&name, arrival.at) {
            return false;
        }
        match arrival.briefly(store.use_once(&name, arrival.at, KEPT.as_secs())).await {
            Some(Ok(is_first)) => return is_first,
            Some(Err(error)) => {
                tracing::warn!(%error, "only this process knows that a trigger was used");
            }
            None => tracing::warn!("only this process knows in time that a trigger was used"),
        }
        true
    }

    fn is_first_here(&self, name: &str, now: Time) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, until| *until > now);
        seen.insert(name.to_owned(), now + KEPT).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_forgotten() {
        let triggers = Triggers::default();
        let start = Time::from_seconds(1000);
        assert!(triggers.is_first_here("a", start));
        assert!(!triggers.is_first_here("a", start + Duration::from_secs(15)));
        assert!(triggers.is_first_here("b", start + KEPT + KEPT));
        assert_eq!(triggers.0.lock().expect("nobody panicked").len(), 1);
    }
}
