//! What a provider is connected with.

use nightowl_engine::{Clock, ConfigStore, Sealer, StoreError};
use nightowl_messaging::{Setting, Settings};
use serde_json::{Map, Value};

use super::{Live, awaited, corrupt};
use crate::document::Given;
use crate::read::MATTERMOST;
use crate::{KeyFileSealer, Problem, Trial, trial};

/// By what Mattermost's buttons and forms are signed: the platform signs none of its callbacks.
const SIGNING_KEY: &str = "signing_key";

impl<C: ConfigStore, S: Sealer, K: Clock> Live<C, S, K> {
    /// A tenant's settings for a provider, secrets open; those that were in force last, if it was
    /// taken out: its open alerts go on. For Mattermost there is a `signing_key` that nobody
    /// configured: it stays the same whatever becomes of the token. `None`: no such tenant or no
    /// such section.
    ///
    /// # Errors
    /// The store's; [`StoreError::Corrupt`] if a secret cannot be opened.
    pub async fn settings(
        &self,
        tenant: &str,
        provider: &str,
    ) -> Result<Option<Settings>, StoreError> {
        let Some(loaded) = self.in_force_or_last(tenant).await? else {
            return Ok(None);
        };
        let open = |given: &Given| self.opened(KeyFileSealer::CHAT, tenant, given);
        let mut settings = loaded.section.settings(provider, open)?;
        if let Some(settings) = &mut settings {
            self.derive(tenant, settings)?;
        }
        Ok(settings)
    }

    /// Adds the secrets that nobody has to configure.
    fn derive(&self, tenant: &str, settings: &mut Settings) -> Result<(), StoreError> {
        if settings.provider == MATTERMOST {
            if self.sealer.awaits(KeyFileSealer::CHAT) {
                return Err(awaited(tenant, KeyFileSealer::CHAT));
            }
            let key = self.sealer.derive(KeyFileSealer::CHAT, "mattermost signing key", tenant);
            let key = key.map_err(|why| corrupt(tenant, &why))?;
            settings.fields.insert(SIGNING_KEY.to_owned(), Setting::Secret(key));
        }
        Ok(())
    }

    /// What a test of a tenant's connection works with: the `given` fields of the provider's
    /// section over the stored ones. The inner error has every mistake in what was given.
    ///
    /// # Errors
    /// The store's.
    pub async fn trial(
        &self,
        tenant: &str,
        provider: &str,
        given: &Map<String, Value>,
    ) -> Result<Result<Trial, Vec<Problem>>, StoreError> {
        let Some(loaded) = self.in_force(tenant).await? else {
            return Err(corrupt(tenant, "it is not in force any more"));
        };
        let stored = self.settings(tenant, provider).await?;
        let mut trial = match trial::trial(provider, given, stored.as_ref()) {
            Ok(trial) => trial,
            Err(problems) => return Ok(Err(problems)),
        };
        trial.allow_private_addresses = loaded.section.allow_private_addresses;
        self.derive(tenant, &mut trial.settings)?;
        Ok(Ok(trial))
    }
}
