//! Connections that are made for a test and not kept.

use std::sync::Arc;

use nightowl_config::{Problem, Trial};
use nightowl_domain::Tenant;
use nightowl_engine::ports::{Clock, ConfigStore, Sealer, StoreError};
use nightowl_messaging::{Provider, Settings};
use nightowl_process::{Connections, http_builder};
use nightowl_providers::connect;
use serde_json::{Map, Value};

use crate::guard::Reach;
use crate::needs::Chat;

impl<C: ConfigStore, S: Sealer, K: Clock> Chat for Connections<C, S, K> {
    async fn trial(
        &self,
        tenant: &str,
        provider: &str,
        given: &Map<String, Value>,
    ) -> Result<Result<Trial, Vec<Problem>>, StoreError> {
        self.live().trial(tenant, provider, given).await
    }

    fn connect(
        &self,
        tenant: &Tenant,
        settings: &Settings,
        reach: Reach,
    ) -> Result<Arc<dyn Provider>, String> {
        let http = reach.guard(http_builder()).build();
        let http = http.map_err(|error| format!("cannot start an HTTP client: {error}"))?;
        connect(settings, &self.context(tenant, &http))
            .unwrap_or_else(|| Err(format!("there is no provider {}", settings.provider)))
    }
}
