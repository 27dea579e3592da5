//! What Slack's callbacks are checked against and answered through: the Slack sections of the
//! configuration in force.

use std::sync::Arc;

use nightowl_domain::Tenant;
use nightowl_engine::Engine;
use nightowl_engine::ports::StoreError;
use nightowl_fn_slack::{Listening, SlackTenants};
use nightowl_messaging::{CommandResponse, ProviderError, Settings};
use nightowl_slack::inbound::ResponseUrl;
use nightowl_slack::{NAME, Slack};

use crate::cli::SlackManifest;
use crate::failure::Failure;
use crate::ports::{Configuration, Laptop};

pub(crate) struct SlackSections {
    pub(crate) live: Arc<Configuration>,
    pub(crate) http: reqwest::Client,
    pub(crate) engine: Arc<Engine<Laptop>>,
}

impl SlackSections {
    async fn slack(&self, slug: &str) -> Result<Slack, ProviderError> {
        let broken = |reason: String| ProviderError::Broken {
            reason,
            hint: "see the slack section of the configuration".to_owned(),
            credentials: true,
        };
        let settings = self.settings(slug).await.map_err(|error| broken(error.to_string()))?;
        let settings = settings.ok_or_else(|| broken("the tenant has no Slack".to_owned()))?;
        Slack::new(&settings, self.http.clone()).map_err(broken)
    }
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
        self.slack(slug).await?.respond(to, response).await
    }

    async fn answer(
        &self,
        slug: &str,
        to: &Listening<'_>,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        let slack = self.slack(slug).await?;
        slack.answer(to.channel, to.thread, to.user_ref, response).await
    }

    async fn publish_home(
        &self,
        slug: &str,
        user_ref: &str,
        response: &CommandResponse,
    ) -> Result<(), ProviderError> {
        self.slack(slug).await?.publish_home(user_ref, response).await
    }

    fn forget_channels(&self, slug: &str) {
        self.engine.ports().connections.forget(slug, NAME);
    }
}

/// `nightowl slack manifest`: the app, and the address that creates it.
pub(crate) fn manifest(args: &SlackManifest) -> Result<String, Failure> {
    let base = args.public_url.trim().trim_end_matches('/');
    let url = reqwest::Url::parse(base).ok();
    if !url.is_some_and(|url| url.scheme() == "https" && url.has_host() && url.query().is_none()) {
        let expected = "expected the https address at which Slack reaches NightOwl";
        return Err(Failure::new(format!("--public-url: found {base:?}; {expected}")));
    }
    crate::cli::check_tenant(args.tenant.as_deref())?;
    let manifest = nightowl_slack::manifest(base, args.tenant.as_deref());
    let link = nightowl_slack::deep_link(&manifest);
    Ok(format!("{manifest}\n\nCreate the app from it:\n{link}\n"))
}
