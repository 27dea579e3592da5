//! Each tenant's connections to chat, made when first used and again when their settings change.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use nightowl_config::Live;
use nightowl_domain::{Tenant, Time};
use nightowl_engine::ports::{Clock, ConfigStore, Providers, Sealer, StoreError};
use nightowl_messaging::{MessageLog, Provider, Settings};
use nightowl_providers::{BUILT_IN, Context, connect};

/// Clones share what was made.
pub struct Connections<C, S, K>(Arc<Inner<C, S, K>>);

struct Inner<C, S, K> {
    live: Arc<Live<C, S, K>>,
    log: Arc<dyn MessageLog>,
    now: Arc<dyn Fn() -> Time + Send + Sync>,
    http: reqwest::Client,
    callbacks: Option<String>,
    made: Mutex<BTreeMap<(String, String), Connection>>,
}

/// What it was made from, to see whether it still holds.
struct Connection {
    tenant_hash: String,
    settings: Settings,
    provider: Arc<dyn Provider>,
}

impl<C, S, K> Clone for Connections<C, S, K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C: ConfigStore, S: Sealer, K: Clock> Connections<C, S, K> {
    /// `log`: where the inbox keeps its messages. `callbacks`: where platforms reach this NightOwl
    /// (`https://owl.example.com`), if they can.
    pub fn new(
        live: Arc<Live<C, S, K>>,
        log: Arc<dyn MessageLog>,
        clock: K,
        http: reqwest::Client,
        callbacks: Option<String>,
    ) -> Self {
        let now: Arc<dyn Fn() -> Time + Send + Sync> = Arc::new(move || clock.now());
        Self(Arc::new(Inner { live, log, now, http, callbacks, made: Mutex::default() }))
    }

    pub fn live(&self) -> &Live<C, S, K> {
        &self.0.live
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// What a provider of this tenant is made with.
    pub fn context<'a>(&'a self, tenant: &'a Tenant, http: &'a reqwest::Client) -> Context<'a> {
        let callbacks = self.0.callbacks.as_deref();
        Context { tenant, log: &self.0.log, now: &self.0.now, http, callbacks }
    }

    /// What was made is forgotten, with all that it remembers of its platform.
    pub fn forget(&self, tenant: &str, name: &str) {
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.remove(&(tenant.to_owned(), name.to_owned()));
    }

    async fn settings(&self, tenant: &str, name: &str) -> Result<Option<Settings>, StoreError> {
        if name == BUILT_IN {
            let provider = BUILT_IN.to_owned();
            return Ok(Some(Settings { provider, fields: BTreeMap::new() }));
        }
        self.0.live.settings(tenant, name).await
    }
}

impl<C: ConfigStore, S: Sealer, K: Clock> Providers for Connections<C, S, K> {
    async fn provider(
        &self,
        tenant: &str,
        name: &str,
    ) -> Result<Option<Arc<dyn Provider>>, StoreError> {
        let Some(settings) = self.settings(tenant, name).await? else { return Ok(None) };
        // A tenant that was taken out keeps its people and its chat: its open alerts go on.
        let Some(configured) = self.0.live.tenant_or_last(tenant).await? else { return Ok(None) };
        let key = (tenant.to_owned(), name.to_owned());
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(&key)
            && known.settings == settings
            && known.tenant_hash == configured.hash
        {
            return Ok(Some(Arc::clone(&known.provider)));
        }
        match connect(&settings, &self.context(&configured, &self.0.http)) {
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
