//! Tenants as configured, who a key belongs to, and how secrets are kept.

use std::future::Future;
use std::sync::Arc;

use nightowl_domain::{Severity, Tenant};
use nightowl_messaging::{Provider, Secret};

use super::StoreError;

/// Typed, validated configuration; an implementation caches.
pub trait Config: Send + Sync + 'static {
    /// As it is now; at most a minute old. `None`: no such tenant.
    fn tenant(
        &self,
        slug: &str,
    ) -> impl Future<Output = Result<Option<Arc<Tenant>>, StoreError>> + Send;

    /// As it was under this content hash. `None`: collected.
    fn tenant_at(
        &self,
        slug: &str,
        hash: &str,
    ) -> impl Future<Output = Result<Option<Arc<Tenant>>, StoreError>> + Send;

    /// Slugs of all tenants that are not disabled, in order.
    fn tenants(&self) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;
}

/// A tenant's connections.
pub trait Providers: Send + Sync + 'static {
    /// `None`: the tenant has no such provider configured.
    fn provider(
        &self,
        tenant: &str,
        name: &str,
    ) -> impl Future<Output = Result<Option<Arc<dyn Provider>>, StoreError>> + Send;
}

/// Whose key this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyOwner {
    /// All that it takes to read what the sender sends.
    Integration {
        tenant: String,
        integration: String,
        /// The inbound format's name.
        format: String,
        /// Of alerts that say none.
        default_severity: Severity,
        /// The sender signs its bodies with this.
        hmac_secret: Option<Secret>,
    },
    /// `tenant`: `None` for the operators' keys, which reach all tenants.
    Api { id: String, tenant: Option<String>, role: ApiRole },
}

/// Each may do what the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApiRole {
    Viewer,
    Responder,
    Admin,
}

impl ApiRole {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Responder => "responder",
            Self::Admin => "admin",
        }
    }
}

pub trait Keys: Send + Sync + 'static {
    /// `key` as the caller presented it; only its hash is compared and stored.
    fn owner(
        &self,
        key: &Secret,
    ) -> impl Future<Output = Result<Option<KeyOwner>, StoreError>> + Send;
}

/// Secrets at rest.
pub trait Sealer: Send + Sync + 'static {
    /// `purpose` names the key (`webhook`, `chat`) and is bound to the text, as is `context` (the
    /// tenant), so that a sealed text moved elsewhere does not open.
    fn seal(&self, purpose: &str, context: &str, secret: &Secret) -> Result<String, String>;
    /// The error says what is wrong in words, never a part of the text.
    fn open(&self, purpose: &str, context: &str, sealed: &str) -> Result<Secret, String>;
    /// Whether the key for this purpose is not here yet and may come later, so that what is sealed
    /// with it cannot be opened just now, though nothing is wrong with it.
    fn awaits(&self, _purpose: &str) -> bool {
        false
    }
    /// A secret that nobody has to store: the same for the same words under the same key, and no
    /// clue to the key. `purpose` names the key; `what` and `context` (the tenant) are bound to it.
    fn derive(&self, purpose: &str, what: &str, context: &str) -> Result<Secret, String>;
    /// A keyed hash of a secret, to tell whether it changed without keeping it readable.
    fn fingerprint(&self, purpose: &str, secret: &Secret) -> String;
}
