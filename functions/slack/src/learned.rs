//! Which Slack app is a tenant's, where the configuration does not say.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Learned from the first verified callback of each tenant and pinned from then on, as long as the
/// process lives: an app has one signing secret, so another app's id under it is a mistake at best.
#[derive(Debug, Default)]
pub(crate) struct Learned(Mutex<BTreeMap<String, String>>);

impl Learned {
    /// Whether `app_id` is the tenant's app; the first one is.
    pub(crate) fn is_app(&self, tenant: &str, app_id: &str) -> bool {
        if app_id.is_empty() {
            return true;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(tenant.to_owned()).or_insert_with(|| app_id.to_owned()) == app_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_app_is_the_tenants() {
        let learned = Learned::default();
        assert!(learned.is_app("acme", ""));
        assert!(learned.is_app("acme", "A1"));
        assert!(!learned.is_app("acme", "A2"));
        assert!(learned.is_app("acme", "A1"));
        assert!(learned.is_app("other", "A2"));
    }
}
