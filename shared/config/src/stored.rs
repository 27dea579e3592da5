//! A section as it stands in the store: JSON in the form of the file, secrets sealed, keys hashed.

use nightowl_engine::{ConfigStore, StoreError};
use serde::Serialize;
use serde_json::Value;

use crate::document::Section;
use crate::problem::Problems;
use crate::read;
use crate::shape::TenantShape;
use crate::tree::Node;

/// Of the stored text. A release reads up to its own.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Record<'s> {
    format: u32,
    tenant: &'s TenantShape,
}

/// The text of a shape; the same shape gives the same text.
pub(crate) fn encode(shape: &TenantShape) -> Result<String, StoreError> {
    let record = Record { format: FORMAT, tenant: shape };
    serde_json::to_string(&record)
        .map_err(|_| StoreError::Corrupt("a configuration that cannot be written".to_owned()))
}

/// Back from the text. `slug` and `hash` are what it was stored under.
pub(crate) fn decode(slug: &str, hash: &str, text: &str) -> Result<Section, StoreError> {
    let corrupt = |why: String| StoreError::Corrupt(format!("configuration of {slug}: {why}"));
    // The error of serde_json may quote what it read, so it is not passed on.
    let mut record: Value = serde_json::from_slice(text.as_bytes())
        .map_err(|_| corrupt("it is not JSON".to_owned()))?;
    let format = record.get("format").and_then(Value::as_u64).unwrap_or_default();
    let found = u32::try_from(format).unwrap_or(u32::MAX);
    if found > FORMAT {
        let known = FORMAT;
        return Err(StoreError::NewerFormat { found, known });
    }
    let tenant = record.get_mut("tenant").map(Value::take).unwrap_or_default();
    let mut problems = Problems::new(slug);
    let section = read::stored(&Node::from_json(tenant), &mut problems);
    if let Some(problem) = problems.into_list().first() {
        return Err(corrupt(format!("found {}; expected {}", problem.found, problem.expected)));
    }
    match section {
        Some(mut section) if section.slug() == slug => {
            hash.clone_into(&mut section.tenant.hash);
            Ok(section)
        }
        Some(_) | None => Err(corrupt("it is of another tenant".to_owned())),
    }
}

/// What is in force for a tenant. `None`: nothing, or it is disabled.
pub(crate) async fn in_force<C: ConfigStore>(
    store: &C,
    slug: &str,
) -> Result<Option<Section>, StoreError> {
    let Some(hash) = store.pointer(slug).await? else {
        return Ok(None);
    };
    match store.text(slug, &hash).await? {
        Some(text) => decode(slug, &hash, &text).map(Some),
        None => Err(StoreError::Corrupt(format!(
            "configuration of {slug}: what is in force is not there"
        ))),
    }
}
