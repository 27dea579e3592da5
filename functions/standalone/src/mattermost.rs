//! What Mattermost's callbacks are checked against and answered through, and the command that sets
//! a server up.

mod pasted;
mod server;
pub(crate) mod setup;

use std::any::Any;
use std::sync::Arc;

use nightowl_domain::Tenant;
use nightowl_engine::Engine;
use nightowl_engine::ports::{Ports, Providers, StoreError};
use nightowl_fn_mattermost::MattermostTenants;
use nightowl_mattermost::{Mattermost, NAME};

use crate::ports::{Configuration, Laptop};

pub(crate) struct MattermostSections {
    pub(crate) live: Arc<Configuration>,
    pub(crate) engine: Arc<Engine<Laptop>>,
}

impl MattermostTenants for MattermostSections {
    async fn slugs(&self) -> Result<Vec<String>, StoreError> {
        self.live.tenants_with(NAME).await
    }

    async fn tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        self.live.tenant_or_last(slug).await
    }

    async fn connection(&self, slug: &str) -> Result<Option<Arc<Mattermost>>, StoreError> {
        let provider = self.engine.ports().providers().provider(slug, NAME).await?;
        let provider = provider.map(|provider| provider as Arc<dyn Any + Send + Sync>);
        // The registry makes nothing else of this name.
        Ok(provider.and_then(|provider| provider.downcast().ok()))
    }
}
