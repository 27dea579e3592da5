//! Whose a key is, from key rows alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nightowl_domain::Time;
use nightowl_engine::{Clock, ConfigStore, IntegrationRow, KeyOwner, KeyRow, Keys};
use nightowl_engine::{Sealer, StoreError};
use nightowl_messaging::Secret;

use crate::{KeyFileSealer, hash, live};

/// How many owners are kept in memory.
const OWNERS_MAX: usize = 1024;

/// For a process that may read key rows and nothing else. It knows integrations' keys: an API key
/// is nobody's here. What it finds is kept for `max_age`, which is how long a key that was given up
/// may go on; what it does not find is asked for each time, since callers may make up as many keys
/// as they like.
pub struct KeyRows<C, S, K> {
    store: Arc<C>,
    sealer: Arc<S>,
    clock: Arc<K>,
    max_age: Duration,
    /// By hash of the key; when it was read.
    owners: Mutex<BTreeMap<String, (Time, KeyOwner)>>,
}

impl<C: ConfigStore, S: Sealer, K: Clock> KeyRows<C, S, K> {
    /// `sealer`: opens what is sealed for [`KeyFileSealer::WEBHOOK`].
    pub fn new(store: Arc<C>, sealer: Arc<S>, clock: Arc<K>, max_age: Duration) -> Self {
        Self { store, sealer, clock, max_age, owners: Mutex::default() }
    }

    fn known(&self, hash: &str, now: Time) -> Option<KeyOwner> {
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, owner) = owners.get(hash)?;
        (now.since(*read) < self.max_age).then(|| owner.clone())
    }

    fn keep(&self, hash: String, read: Time, owner: KeyOwner) {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        if owners.len() >= OWNERS_MAX {
            owners.clear();
        }
        owners.insert(hash, (read, owner));
    }

    fn opened(&self, row: KeyRow) -> Result<Option<KeyOwner>, StoreError> {
        let KeyRow { tenant, integration } = row;
        let Some(IntegrationRow { id, format, default_severity, hmac_secret }) = integration else {
            return Ok(None);
        };
        if hmac_secret.is_some() && self.sealer.awaits(KeyFileSealer::WEBHOOK) {
            return Err(live::awaited(&tenant, KeyFileSealer::WEBHOOK));
        }
        let open = |sealed: String| self.sealer.open(KeyFileSealer::WEBHOOK, &tenant, &sealed);
        let hmac_secret = hmac_secret
            .map(open)
            .transpose()
            .map_err(|why| StoreError::Corrupt(format!("a key of {tenant}: {why}")))?;
        let integration = id;
        Ok(Some(KeyOwner::Integration {
            tenant,
            integration,
            format,
            default_severity,
            hmac_secret,
        }))
    }
}

impl<C: ConfigStore, S: Sealer, K: Clock> Keys for KeyRows<C, S, K> {
    async fn owner(&self, key: &Secret) -> Result<Option<KeyOwner>, StoreError> {
        let hash = hash::of_key(key.expose());
        // Before the store is asked: what is found may be as old as that.
        let now = self.clock.now();
        if let Some(owner) = self.known(&hash, now) {
            return Ok(Some(owner));
        }
        let Some(row) = self.store.key_row(&hash).await? else { return Ok(None) };
        let owner = self.opened(row)?;
        if let Some(owner) = &owner {
            self.keep(hash, now, owner.clone());
        }
        Ok(owner)
    }
}
