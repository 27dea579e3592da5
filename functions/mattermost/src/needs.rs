//! What the process that mounts the router gives to it.

use std::future::Future;
use std::sync::Arc;

use nightowl_domain::Tenant;
use nightowl_engine::{Engine, Ports, StoreError};
use nightowl_mattermost::Mattermost;

/// One value of the process, shared by all requests.
pub trait Needs: Send + Sync + 'static {
    type Ports: Ports;
    type Tenants: MattermostTenants;

    fn engine(&self) -> &Engine<Self::Ports>;
    fn mattermost_tenants(&self) -> &Self::Tenants;
}

/// Tenants that have a Mattermost section. An implementation caches: it is asked for every request.
pub trait MattermostTenants: Send + Sync + 'static {
    /// All of them, in order.
    fn slugs(&self) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;

    /// The same tenant's people. One that was taken out is as it was: its open alerts go on, and
    /// somebody has to be able to answer them.
    fn tenant(
        &self,
        slug: &str,
    ) -> impl Future<Output = Result<Option<Arc<Tenant>>, StoreError>> + Send;

    /// The tenant's connection, which has its command tokens and its signing key: the one that
    /// posts, so that what it keeps of the server serves both. `None`: there is no such tenant, or
    /// it has no Mattermost. The slug may be anybody's text.
    fn connection(
        &self,
        slug: &str,
    ) -> impl Future<Output = Result<Option<Arc<Mattermost>>, StoreError>> + Send;
}
