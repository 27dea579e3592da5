//! Each tenant's connections to chat, made when first used and again when their settings change.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use nightowl_domain::{Tenant, Time};
use nightowl_engine::ports::{Providers, StoreError};
use nightowl_messaging::{MessageLog, Provider, Settings};
use nightowl_providers::{BUILT_IN, Context, connect};

use crate::ports::Configuration;

pub(crate) struct Connections {
    pub(crate) live: Arc<Configuration>,
    pub(crate) log: Arc<dyn MessageLog>,
    pub(crate) now: Arc<dyn Fn() -> Time + Send + Sync>,
    pub(crate) http: reqwest::Client,
    /// Where platforms reach this process.
    pub(crate) callbacks: Option<String>,
    pub(crate) made: Mutex<BTreeMap<(String, String), Connection>>,
}

/// What it was made from, to see whether it still holds.
pub(crate) struct Connection {
    tenant_hash: String,
    settings: Settings,
    provider: Arc<dyn Provider>,
}

impl Providers for Connections {
    async fn provider(
        &self,
        tenant: &str,
        name: &str,
    ) -> Result<Option<Arc<dyn Provider>>, StoreError> {
        let Some(settings) = self.settings(tenant, name).await? else { return Ok(None) };
        // A tenant that was taken out keeps its people and its chat: its open alerts go on.
        let Some(configured) = self.live.tenant_or_last(tenant).await? else { return Ok(None) };
        let key = (tenant.to_owned(), name.to_owned());
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(&key)
            && known.settings == settings
            && known.tenant_hash == configured.hash
        {
            return Ok(Some(Arc::clone(&known.provider)));
        }
        match connect(&settings, &self.context(&configured, &self.http)) {
            None => Ok(None),
            Some(Err(reason)) => {
                Err(StoreError::Corrupt(format!("{name} of tenant {tenant}: {reason}")))
            }
            Some(Ok(provider)) => {
                let tenant_hash = configured.hash.clone();
                let connection =
                    Connection { tenant_hash, settings, provider: Arc::clone(&provider) };
                made.insert(key, connection);
                Ok(Some(provider))
            }
        }
    }
}

impl Connections {
    /// What a provider of this tenant is made with.
    pub(crate) fn context<'a>(
        &'a self,
        tenant: &'a Tenant,
        http: &'a reqwest::Client,
    ) -> Context<'a> {
        let callbacks = self.callbacks.as_deref();
        Context { tenant, log: &self.log, now: &self.now, http, callbacks }
    }

    /// What was made is forgotten, with all that it remembers of its platform.
    pub(crate) fn forget(&self, tenant: &str, name: &str) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.remove(&(tenant.to_owned(), name.to_owned()));
    }

    async fn settings(&self, tenant: &str, name: &str) -> Result<Option<Settings>, StoreError> {
        if name == BUILT_IN {
            let provider = BUILT_IN.to_owned();
            return Ok(Some(Settings { provider, fields: BTreeMap::new() }));
        }
        self.live.settings(tenant, name).await
    }
}
