//! Rows of configuration, and who a key belongs to as its row says it.

use std::future::Future;

use nightowl_domain::Severity;

use super::StoreError;

/// How many key rows change in one step at most: the database writes a hundred rows together, and
/// the pointer is one of them.
pub const KEY_CHANGES_MAX: usize = 90;

/// Whose a key is: enough to take what its sender sends without the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// `*` for the operators.
    pub tenant: String,
    /// `None`: an API key, or a row of a release that wrote the tenant only.
    pub integration: Option<IntegrationRow>,
}

/// What an integration's key row holds beside the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrationRow {
    pub id: String,
    /// The inbound format's name.
    pub format: String,
    pub default_severity: Severity,
    /// Sealed for `webhook` and the tenant.
    pub hmac_secret: Option<String>,
}

/// What becomes of one key row. `hash` is the key's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// Where nothing stands, or a row of the same tenant or of `taken_from`.
    Put { hash: String, row: KeyRow, taken_from: Option<String> },
    /// Where nothing stands, or a row of this tenant.
    Delete { hash: String, tenant: String },
}

impl KeyChange {
    /// Of the key.
    pub fn hash(&self) -> &str {
        match self {
            Self::Put { hash, .. } | Self::Delete { hash, .. } => hash,
        }
    }

    /// Whose row may be changed so, beside nobody's.
    pub fn holders(&self) -> impl Iterator<Item = &str> {
        let (own, other) = match self {
            Self::Put { row, taken_from, .. } => (&row.tenant, taken_from.as_deref()),
            Self::Delete { tenant, .. } => (tenant, None),
        };
        std::iter::once(own.as_str()).chain(other)
    }
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

    /// Moves the pointer if it still is `from`, and changes these key rows with it: all of that or
    /// nothing. `false`: nothing, since the pointer or a row is not what it was taken for. `to:
    /// None` disables the tenant; its chunks stay, and `from` is remembered as the last. With `to`
    /// as `from` the pointer stays, and the key rows alone change under its condition. At most
    /// [`KEY_CHANGES_MAX`] changes, each of another key.
    fn flip(
        &self,
        tenant: &str,
        from: Option<&str>,
        to: Option<&str>,
        keys: &[KeyChange],
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

    /// Whose the key with this hash is.
    fn key_row(
        &self,
        key_hash: &str,
    ) -> impl Future<Output = Result<Option<KeyRow>, StoreError>> + Send;

    /// Remembers that key rows of what stands under this hash may still have to go.
    fn put_leftover(
        &self,
        tenant: &str,
        hash: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Tenant and hash of everything that was remembered so, in order.
    fn leftovers(&self) -> impl Future<Output = Result<Vec<(String, String)>, StoreError>> + Send;

    /// They are gone.
    fn delete_leftover(
        &self,
        tenant: &str,
        hash: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}
