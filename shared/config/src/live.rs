//! The configuration in force, cached.

mod settings;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nightowl_domain::{Integration, Tenant, Time};
use nightowl_engine::{Clock, Config, ConfigStore, KeyOwner, Keys, Sealer, StoreError};
use nightowl_messaging::Secret;

use crate::document::{Given, GivenForm, KeyUse, OPERATORS, Section};
use crate::{KeyFileSealer, hash, stored};

/// How many configurations are kept in memory; old ones are read again when an alert names them.
const SECTIONS_MAX: usize = 512;

/// Reads the configuration in force. What stands under a content hash never changes and is kept;
/// pointers are read again when they are older than `max_age`.
pub struct Live<C, S, K> {
    store: Arc<C>,
    sealer: Arc<S>,
    clock: Arc<K>,
    max_age: Duration,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    /// Counts what was forgotten: what was read before that may be old, and is not kept.
    generation: u64,
    pointers: BTreeMap<String, Aged<Option<String>>>,
    slugs: Option<Aged<Vec<String>>>,
    /// Hash of a key → tenant; only keys that exist.
    keys: BTreeMap<String, Aged<String>>,
    sections: BTreeMap<(String, String), Arc<Loaded>>,
}

#[derive(Clone)]
struct Aged<T> {
    read: Time,
    value: T,
}

struct Loaded {
    tenant: Arc<Tenant>,
    section: Section,
}

impl<C: ConfigStore, S: Sealer, K: Clock> Live<C, S, K> {
    /// `max_age`: how long a change made elsewhere may stay unseen.
    pub fn new(store: Arc<C>, sealer: Arc<S>, clock: Arc<K>, max_age: Duration) -> Self {
        Self { store, sealer, clock, max_age, cache: Mutex::default() }
    }

    /// Forgets which configuration is in force, so that one applied by this process counts at once.
    pub fn invalidate(&self) {
        let mut cache = self.cache();
        cache.generation += 1;
        cache.pointers.clear();
        cache.slugs = None;
        cache.keys.clear();
    }

    /// A tenant as configured, or as it was when it was taken out.
    ///
    /// # Errors
    /// The store's.
    pub async fn tenant_or_last(&self, slug: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        let loaded = self.in_force_or_last(slug).await?;
        Ok(loaded.map(|loaded| Arc::clone(&loaded.tenant)))
    }

    /// Slugs of the tenants that have a section of this provider, in order: the candidates for a
    /// callback that names none.
    ///
    /// # Errors
    /// The store's.
    pub async fn tenants_with(&self, provider: &str) -> Result<Vec<String>, StoreError> {
        let mut slugs = self.tenants().await?;
        let mut having = Vec::new();
        for slug in slugs.drain(..) {
            let loaded = self.in_force(&slug).await?;
            if loaded.is_some_and(|loaded| loaded.section.providers.contains_key(provider)) {
                having.push(slug);
            }
        }
        Ok(having)
    }

    /// Nothing is left half-changed by a panic: every change is one insertion.
    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before the store is asked: when, and in which generation.
    fn reading(&self) -> (Time, u64) {
        (self.clock.now(), self.cache().generation)
    }

    /// Keeps an answer of the store, unless everything was forgotten while it was on its way.
    fn keep<T>(&self, generation: u64, insert: impl FnOnce(&mut Cache) -> T) {
        let mut cache = self.cache();
        if cache.generation == generation {
            insert(&mut cache);
        }
    }

    fn fresh<T: Clone>(&self, aged: Option<&Aged<T>>) -> Option<T> {
        let aged = aged?;
        (self.clock.now().since(aged.read) < self.max_age).then(|| aged.value.clone())
    }

    async fn pointer(&self, slug: &str) -> Result<Option<String>, StoreError> {
        let known = self.fresh(self.cache().pointers.get(slug));
        if let Some(value) = known {
            return Ok(value);
        }
        let (read, generation) = self.reading();
        let value = self.store.pointer(slug).await?;
        // A name that nobody has is not remembered: callers may make up as many as they like.
        if value.is_some() {
            let aged = Aged { read, value: value.clone() };
            self.keep(generation, |cache| cache.pointers.insert(slug.to_owned(), aged));
        }
        Ok(value)
    }

    async fn in_force(&self, slug: &str) -> Result<Option<Arc<Loaded>>, StoreError> {
        let Some(hash) = self.pointer(slug).await? else {
            return Ok(None);
        };
        let loaded = self.load(slug, &hash).await?;
        if loaded.is_none() {
            let why = format!("configuration of {slug}: what is in force is not there");
            return Err(StoreError::Corrupt(why));
        }
        Ok(loaded)
    }

    async fn in_force_or_last(&self, slug: &str) -> Result<Option<Arc<Loaded>>, StoreError> {
        if let Some(loaded) = self.in_force(slug).await? {
            return Ok(Some(loaded));
        }
        match self.store.last(slug).await? {
            Some(hash) => self.load(slug, &hash).await,
            None => Ok(None),
        }
    }

    async fn load(&self, slug: &str, hash: &str) -> Result<Option<Arc<Loaded>>, StoreError> {
        let name = (slug.to_owned(), hash.to_owned());
        if let Some(loaded) = self.cache().sections.get(&name) {
            return Ok(Some(Arc::clone(loaded)));
        }
        let Some(text) = self.store.text(slug, hash).await? else {
            return Ok(None);
        };
        let section = stored::decode(slug, hash, &text)?;
        let loaded = Arc::new(Loaded { tenant: Arc::new(section.tenant.clone()), section });
        let mut cache = self.cache();
        if cache.sections.len() >= SECTIONS_MAX {
            cache.sections.clear();
        }
        cache.sections.insert(name, Arc::clone(&loaded));
        Ok(Some(loaded))
    }

    async fn tenant_of_key(&self, hash: &str) -> Result<Option<String>, StoreError> {
        let known = self.fresh(self.cache().keys.get(hash));
        if known.is_some() {
            return Ok(known);
        }
        let (read, generation) = self.reading();
        let value = self.store.key_row(hash).await?.map(|row| row.tenant);
        if let Some(value) = &value {
            let aged = Aged { read, value: value.clone() };
            self.keep(generation, |cache| cache.keys.insert(hash.to_owned(), aged));
        }
        Ok(value)
    }

    fn opened(&self, purpose: &str, tenant: &str, given: &Given) -> Result<Secret, StoreError> {
        let opened = match &given.form {
            GivenForm::Sealed(_) if self.sealer.awaits(purpose) => {
                return Err(awaited(tenant, purpose));
            }
            GivenForm::Sealed(sealed) => self.sealer.open(purpose, tenant, &sealed.sealed),
            GivenForm::Open(_) | GivenForm::Kept => Err("a stored secret is not sealed".to_owned()),
        };
        opened.map_err(|why| corrupt(tenant, &why))
    }
}

/// Every key of an integration stands beside the integration in what is stored.
fn configured<'t>(tenant: &'t Tenant, id: &str) -> Result<&'t Integration, StoreError> {
    let found = tenant.integration(id);
    found.ok_or_else(|| corrupt(&tenant.slug, "a key of an integration that is not there"))
}

/// Nothing is wrong with the secret.
pub(crate) fn awaited(tenant: &str, purpose: &str) -> StoreError {
    let why = format!("the sealing key for {purpose} is not here yet; {tenant} has to wait");
    StoreError::Unavailable(why)
}

fn corrupt(tenant: &str, why: &str) -> StoreError {
    StoreError::Corrupt(format!("configuration of {tenant}: {why}"))
}

impl<C: ConfigStore, S: Sealer, K: Clock> Config for Live<C, S, K> {
    async fn tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        if slug == OPERATORS {
            return Ok(None);
        }
        let loaded = self.in_force(slug).await?;
        Ok(loaded.map(|loaded| Arc::clone(&loaded.tenant)))
    }

    async fn tenant_at(&self, slug: &str, hash: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        if slug == OPERATORS {
            return Ok(None);
        }
        let loaded = self.load(slug, hash).await?;
        Ok(loaded.map(|loaded| Arc::clone(&loaded.tenant)))
    }

    async fn tenants(&self) -> Result<Vec<String>, StoreError> {
        let known = self.fresh(self.cache().slugs.as_ref());
        if let Some(slugs) = known {
            return Ok(slugs);
        }
        let (read, generation) = self.reading();
        let mut slugs = self.store.pointers().await?;
        slugs.retain(|slug| slug != OPERATORS);
        let value = slugs.clone();
        self.keep(generation, |cache| cache.slugs = Some(Aged { read, value }));
        Ok(slugs)
    }
}

impl<C: ConfigStore, S: Sealer, K: Clock> Keys for Live<C, S, K> {
    async fn owner(&self, key: &Secret) -> Result<Option<KeyOwner>, StoreError> {
        let hash = hash::of_key(key.expose());
        let Some(slug) = self.tenant_of_key(&hash).await? else {
            return Ok(None);
        };
        let Some(loaded) = self.in_force(&slug).await? else {
            return Ok(None);
        };
        // The row only says where to look.
        let listed = loaded.section.keys().find(|(key, _)| key.hash.as_ref() == Some(&hash));
        let Some((_, owner)) = listed else {
            return Ok(None);
        };
        Ok(Some(match owner {
            KeyUse::Api(api) => KeyOwner::Api {
                id: api.id.clone(),
                tenant: (slug != OPERATORS).then_some(slug),
                role: api.role,
            },
            KeyUse::Integration(id, keys) => KeyOwner::Integration {
                integration: id.to_owned(),
                format: configured(&loaded.tenant, id)?.format.clone(),
                default_severity: configured(&loaded.tenant, id)?.default_severity,
                hmac_secret: keys
                    .hmac_secret
                    .as_ref()
                    .map(|given| self.opened(KeyFileSealer::WEBHOOK, &slug, given))
                    .transpose()?,
                tenant: slug,
            },
        }))
    }
}
