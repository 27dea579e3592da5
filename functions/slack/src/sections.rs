//! What Slack's callbacks are checked against and answered through: the Slack sections of the
//! configuration in force.

use std::sync::Arc;

use nightowl_domain::Tenant;
use nightowl_engine::ports::{Clock, ConfigStore, Sealer, StoreError};
use nightowl_messaging::{CommandResponse, ProviderError, Settings};
use nightowl_process::Connections;
use nightowl_slack::inbound::ResponseUrl;
use nightowl_slack::{NAME, Slack};

use crate::needs::{Listening, SlackTenants};

async fn slack<C: ConfigStore, S: Sealer, K: Clock>(
    connections: &Connections<C, S, K>,
    slug: &str,
) -> Result<Slack, ProviderError> {
    let broken = |reason: String| ProviderError::Broken {
        reason,
        hint: "see the slack section of the configuration".to_owned(),
        credentials: true,
    };
    let settings = connections.live().settings(slug, NAME).await;
    let settings = settings.map_err(|error| broken(error.to_string()))?;
    let settings = settings.ok_or_else(|| broken("the tenant has no Slack".to_owned()))?;
    Slack::new(&settings, connections.http().clone()).map_err(broken)
}

impl<C: ConfigStore, S: Sealer, K: Clock> SlackTenants for Connections<C, S, K> {
    async fn slugs(&self) -> Result<Vec<String>, StoreError> {
        self.live().tenants_with(NAME).await
    }

    async fn settings(&self, slug: &str) -> Result<Option<Settings>, StoreError> {
        self.live().settings(slug, NAME).await
    }

    async fn tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        self.live().tenant_or_last(slug).await
    }

    async fn respond(
        &self,
        slug: &str,
        to: &ResponseUrl,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        slack(self, slug).await?.respond(to, response).await
    }

    async fn answer(
        &self,
        slug: &str,
        to: &Listening<'_>,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        let slack = slack(self, slug).await?;
        slack.answer(to.channel, to.thread, to.user_ref, response).await
    }

    async fn publish_home(
        &self,
        slug: &str,
        user_ref: &str,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        slack(self, slug).await?.publish_home(user_ref, response).await
    }

    fn forget_channels(&self, slug: &str) {
        self.forget(slug, NAME);
    }
}
