//! Connections that are made for a test and not kept.

use std::sync::Arc;

use nightowl_config::{Problem, Trial};
use nightowl_domain::Tenant;
use nightowl_engine::Engine;
use nightowl_engine::ports::StoreError;
use nightowl_fn_admin::{Chat, Reach};
use nightowl_messaging::{Provider, Settings};
use nightowl_providers::connect;
use serde_json::{Map, Value};

use crate::ports::Laptop;

pub(crate) struct Trials {
    pub(crate) engine: Arc<Engine<Laptop>>,
}

impl Chat for Trials {
    async fn trial(
        &self,
        tenant: &str,
        provider: &str,
        given: &Map<String, Value>,
    ) -> Result<Result<Trial, Vec<Problem>>, StoreError> {
        self.engine.ports().live.trial(tenant, provider, given).await
    }

    fn connect(
        &self,
        tenant: &Tenant,
        settings: &Settings,
        reach: Reach,
    ) -> Result<Arc<dyn Provider>, String> {
        let http = reach.guard(crate::app::http_builder()).build();
        let http = http.map_err(|error| format!("cannot start an HTTP client: {error}"))?;
        let connections = &self.engine.ports().connections;
        connect(settings, &connections.context(tenant, &http))
            .unwrap_or_else(|| Err(format!("there is no provider {}", settings.provider)))
    }
}
