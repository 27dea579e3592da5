//! What Mattermost's callbacks are checked against and answered through: the connections that also
//! post.

use std::any::Any;
use std::sync::Arc;

use nightowl_domain::Tenant;
use nightowl_engine::ports::{Clock, ConfigStore, Providers, Sealer, StoreError};
use nightowl_mattermost::{Mattermost, NAME};
use nightowl_process::Connections;

use crate::needs::MattermostTenants;

impl<C: ConfigStore, S: Sealer, K: Clock> MattermostTenants for Connections<C, S, K> {
    async fn slugs(&self) -> Result<Vec<String>, StoreError> {
        self.live().tenants_with(NAME).await
    }

    async fn tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        self.live().tenant_or_last(slug).await
    }

    async fn connection(&self, slug: &str) -> Result<Option<Arc<Mattermost>>, StoreError> {
        let provider = self.provider(slug, NAME).await?;
        let provider = provider.map(|provider| provider as Arc<dyn Any + Send + Sync>);
        // The registry makes nothing else of this name.
        Ok(provider.and_then(|provider| provider.downcast().ok()))
    }
}
