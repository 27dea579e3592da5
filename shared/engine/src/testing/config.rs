//! Configuration and connections that the test sets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use nightowl_domain::Tenant;
use nightowl_messaging::Provider;

use crate::{Config, Providers, StoreError};

/// Every configuration that was set stays readable under its hash until it is collected.
#[derive(Clone, Debug, Default)]
pub struct StaticConfig(Arc<Mutex<Tenants>>);

#[derive(Debug, Default)]
struct Tenants {
    current: BTreeMap<String, Arc<Tenant>>,
    by_hash: BTreeMap<(String, String), Arc<Tenant>>,
}

impl StaticConfig {
    pub fn set(&self, tenant: Tenant) {
        let tenant = Arc::new(tenant);
        let mut tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = (tenant.slug.clone(), tenant.hash.clone());
        tenants.by_hash.insert(hash, Arc::clone(&tenant));
        tenants.current.insert(tenant.slug.clone(), tenant);
    }

    /// The tenant is taken out; what was set stays readable under its hash.
    pub fn disable(&self, slug: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).current.remove(slug);
    }

    /// What was set under this hash is forgotten.
    pub fn collect(&self, slug: &str, hash: &str) {
        let mut tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.by_hash.remove(&(slug.to_owned(), hash.to_owned()));
    }
}

impl Config for StaticConfig {
    async fn tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        let tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(tenants.current.get(slug).cloned())
    }

    async fn tenant_at(&self, slug: &str, hash: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        let tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(tenants.by_hash.get(&(slug.to_owned(), hash.to_owned())).cloned())
    }

    async fn tenants(&self) -> Result<Vec<String>, StoreError> {
        let tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(tenants.current.keys().cloned().collect())
    }
}

/// The same connections for every tenant.
#[derive(Clone, Default)]
pub struct StaticProviders(Arc<Mutex<BTreeMap<String, Arc<dyn Provider>>>>);

impl StaticProviders {
    /// Under the provider's own name.
    pub fn set(&self, provider: Arc<dyn Provider>) {
        let mut providers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        providers.insert(provider.name().to_owned(), provider);
    }

    pub fn remove(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

impl Providers for StaticProviders {
    async fn provider(
        &self,
        _tenant: &str,
        name: &str,
    ) -> Result<Option<Arc<dyn Provider>>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }
}
