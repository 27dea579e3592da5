//! Tenants as configured, who a key belongs to, and how secrets are kept.

use std::future::Future;
use std::sync::Arc;

use nightowl_domain::Tenant;
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
    /// `hmac_secret`: the sender signs its bodies with this.
    Integration { tenant: String, integration: String, hmac_secret: Option<Secret> },
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

/// Raw rows of configuration, written as immutable chunks and one pointer. The tenant `*` holds
/// what belongs to all tenants (operators' keys).
pub trait ConfigStore: Send + Sync + 'static {
    /// The hash that is in force.
    fn pointer(
        &self,
        tenant: &str,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// The hash that was in force when the tenant was disabled last. Its open alerts go on with it.
    fn last(&self, tenant: &str)
    -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// Moves the pointer if it still is `from`; `false` if it is not. `to: None` disables the
    /// tenant; its chunks stay, and `from` is remembered as the last.
    fn flip(
        &self,
        tenant: &str,
        from: Option<&str>,
        to: Option<&str>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The whole text that was written under this hash.
    fn text(
        &self,
        tenant: &str,
        hash: &str,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// Writes it in chunks; complete before it returns.
    fn put_text(
        &self,
        tenant: &str,
        hash: &str,
        text: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Tenants that have a pointer, `*` left out, in order.
    fn pointers(&self) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;

    /// The tenant (or `*`) that the key with this hash belongs to.
    fn key_tenant(
        &self,
        key_hash: &str,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// `false` if another tenant has it.
    fn put_key(
        &self,
        key_hash: &str,
        tenant: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    fn delete_key(
        &self,
        key_hash: &str,
        tenant: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Secrets at rest.
pub trait Sealer: Send + Sync + 'static {
    /// `purpose` names the key (`webhook`, `chat`) and is bound to the text, as is `context` (the
    /// tenant), so that a sealed text moved elsewhere does not open.
    fn seal(&self, purpose: &str, context: &str, secret: &Secret) -> Result<String, String>;
    /// The error says what is wrong in words, never a part of the text.
    fn open(&self, purpose: &str, context: &str, sealed: &str) -> Result<Secret, String>;
    /// A secret that nobody has to store: the same for the same words under the same key, and no
    /// clue to the key. `purpose` names the key; `what` and `context` (the tenant) are bound to it.
    fn derive(&self, purpose: &str, what: &str, context: &str) -> Result<Secret, String>;
    /// A keyed hash of a secret, to tell whether it changed without keeping it readable.
    fn fingerprint(&self, purpose: &str, secret: &Secret) -> String;
}
