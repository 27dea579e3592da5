//! What Slack's callbacks are checked against: the Slack sections of the configuration in force.

use std::sync::Arc;

use nightowl_domain::Tenant;
use nightowl_engine::ports::StoreError;
use nightowl_fn_slack::SlackTenants;
use nightowl_messaging::{CommandResponse, ProviderError, Settings};
use nightowl_slack::inbound::ResponseUrl;
use nightowl_slack::{NAME, Slack};

use crate::ports::Configuration;

pub(crate) struct SlackSections {
    pub(crate) live: Arc<Configuration>,
    pub(crate) http: reqwest::Client,
}

impl SlackTenants for SlackSections {
    async fn slugs(&self) -> Result<Vec<String>, StoreError> {
        self.live.tenants_with(NAME).await
    }

    async fn settings(&self, slug: &str) -> Result<Option<Settings>, StoreError> {
        self.live.settings(slug, NAME).await
    }

    async fn tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        self.live.tenant_or_last(slug).await
    }

    async fn respond(
        &self,
        slug: &str,
        to: &ResponseUrl,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        let broken = |reason: String| ProviderError::Broken {
            reason,
            hint: "see the slack section of the configuration".to_owned(),
        };
        let settings = self.settings(slug).await.map_err(|error| broken(error.to_string()))?;
        let settings = settings.ok_or_else(|| broken("the tenant has no Slack".to_owned()))?;
        Slack::new(&settings, self.http.clone()).map_err(broken)?.respond(to, response).await
    }
}
