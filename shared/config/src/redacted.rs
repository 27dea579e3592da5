//! What is in force, for people to read and to edit.

use std::convert::Infallible;

use nightowl_engine::{ConfigStore, StoreError};
use serde::Serialize;

use crate::Scope;
use crate::document::{Given, Key, OPERATORS, Section};
use crate::read::STARS;
use crate::shape::{self, ApiKeyShape, Mark, Marker, TenantShape};
use crate::stored;
use crate::tree::variables;

#[derive(Serialize)]
struct File {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    api_keys: Vec<ApiKeyShape>,
    tenants: Vec<TenantShape>,
}

/// The configuration in force as a YAML file that can be put back: secrets are `***`, which keeps
/// the stored ones. `None`: there is none.
///
/// # Errors
/// The store's.
pub async fn redacted<C: ConfigStore>(
    store: &C,
    scope: &Scope,
) -> Result<Option<String>, StoreError> {
    let slugs = match scope {
        Scope::Operators => store.pointers().await?,
        Scope::Tenant(slug) => vec![slug.clone()],
    };
    let mut file = File { api_keys: Vec::new(), tenants: Vec::new() };
    if *scope == Scope::Operators
        && let Some(section) = stored::in_force(store, OPERATORS).await?
    {
        file.api_keys = shape::of_api_keys(&section.api_keys, &Stars);
    }
    for slug in slugs.iter().filter(|slug| *slug != OPERATORS) {
        if let Some(section) = stored::in_force(store, slug).await? {
            file.tenants.push(starred(&section));
        }
    }
    if file.tenants.is_empty() && file.api_keys.is_empty() {
        return Ok(None);
    }
    let text = serde_saphyr::to_string(&file)
        .map_err(|_| StoreError::Corrupt("a configuration that cannot be written".to_owned()))?;
    Ok(Some(variables::escape(&text)))
}

fn starred(section: &Section) -> TenantShape {
    match shape::of(section, &Stars) {
        Ok(shape) => shape,
        Err(never) => match never {},
    }
}

struct Stars;

impl Marker for Stars {
    type Error = Infallible;
    fn secret(&self, _purpose: &str, _given: &Given) -> Result<Mark, Infallible> {
        Ok(Mark::Text(STARS.to_owned()))
    }
    fn key(&self, _key: &Key) -> Mark {
        Mark::Text(STARS.to_owned())
    }
}
