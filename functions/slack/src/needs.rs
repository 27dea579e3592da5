//! What the process that mounts the router gives to it.

use std::future::Future;
use std::sync::Arc;

use nightowl_domain::Tenant;
use nightowl_engine::{Engine, Ports, StoreError};
use nightowl_messaging::{CommandResponse, ProviderError, Settings};
use nightowl_slack::inbound::ResponseUrl;

/// One value of the process, shared by all requests. The engine's ports answer for a tenant's
/// `slack` provider; it carries the answers to clicks.
pub trait Needs: Send + Sync + 'static {
    type Ports: Ports;
    type Tenants: SlackTenants;

    fn engine(&self) -> &Engine<Self::Ports>;
    fn slack_tenants(&self) -> &Self::Tenants;
}

/// Tenants that have a Slack section. An implementation caches: it is asked for every request.
pub trait SlackTenants: Send + Sync + 'static {
    /// All of them, in order.
    fn slugs(&self) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;

    /// The section of one, secrets open: `signing_secret`, `team_id` and `app_id` are read here.
    /// `None`: there is no such tenant, or it has no Slack. The slug may be anybody's text.
    fn settings(
        &self,
        slug: &str,
    ) -> impl Future<Output = Result<Option<Settings>, StoreError>> + Send;

    /// The same tenant's people. One that was taken out is as it was: its open alerts go on, and
    /// somebody has to be able to answer them.
    fn tenant(
        &self,
        slug: &str,
    ) -> impl Future<Output = Result<Option<Arc<Tenant>>, StoreError>> + Send;

    /// Posts to an address that a verified callback brought, for one person
    /// (`nightowl_slack::Slack::respond`).
    fn respond(
        &self,
        slug: &str,
        to: &ResponseUrl,
        response: &CommandResponse,
    ) -> impl Future<Output = Result<(), ProviderError>> + Send;

    /// Answers one person alone, in a channel or a thread of it (`nightowl_slack::Slack::answer`).
    fn answer(
        &self,
        slug: &str,
        to: &Listening<'_>,
        response: &CommandResponse,
    ) -> impl Future<Output = Result<(), ProviderError>> + Send;

    /// Shows somebody their Home tab (`nightowl_slack::Slack::publish_home`).
    fn publish_home(
        &self,
        slug: &str,
        user_ref: &str,
        response: &CommandResponse,
    ) -> impl Future<Output = Result<(), ProviderError>> + Send;

    /// What the tenant's connection remembers of channels is out of date: it is made anew when it
    /// is needed next.
    fn forget_channels(&self, slug: &str);
}

/// Who is answered, and where they wrote.
#[derive(Clone, Copy, Debug)]
pub struct Listening<'a> {
    pub user_ref: &'a str,
    pub channel: &'a str,
    /// The root of the thread.
    pub thread: Option<&'a str>,
}
