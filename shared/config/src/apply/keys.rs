//! Key rows: hash of a key → tenant. A row is a hint for finding the tenant; whether the key is
//! good is said by the configuration in force alone, so a row too many does no harm.

use std::collections::{BTreeMap, BTreeSet};

use nightowl_engine::{ConfigStore, StoreError};

use super::keep::hashes;
use super::plan::Planned;
use super::{ApplyError, Problem};
use crate::document::{Document, Section};
use crate::problem::Problems;
use crate::stored;

/// A row that is to be put.
pub(super) struct Claim {
    hash: String,
    slug: String,
    /// Who has the row still, though that tenant gives the key up or gave it up before.
    held_by: Option<String>,
    line: usize,
    owner: String,
}

/// Checks that no key stands in two places, and finds the rows that are not there yet. Unchanged
/// tenants are looked at too: that heals a row that was lost between two who applied at once.
pub(super) async fn claims<C: ConfigStore>(
    planned: &[Planned<'_>],
    gone: &[Section],
    store: &C,
    problems: &mut Problems<'_>,
) -> Result<Vec<Claim>, StoreError> {
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    let mut claims = Vec::new();
    for plan in planned {
        for (hash, line, owner) in hashes(&plan.kept) {
            let place = format!("{} ({})", owner.show(), plan.slug());
            if let Some(first) = places.insert(hash, place.clone()) {
                let found = format!("the same key for {first} and for {place}");
                problems.add(line, found, "a key of its own");
                continue;
            }
            let held_by = store.key_tenant(hash).await?;
            if held_by.as_deref() == Some(plan.slug()) {
                continue;
            }
            if let Some(other) = &held_by {
                let gives_up = planned.iter().any(|plan| plan.slug() == other)
                    || gone.iter().any(|section| section.slug() == other);
                if !gives_up && is_listed(store, other, hash).await? {
                    problems.add(line, taken(&owner.show()), EXPECTED);
                    continue;
                }
            }
            claims.push(Claim {
                hash: hash.to_owned(),
                slug: plan.slug().to_owned(),
                held_by,
                line,
                owner: owner.show(),
            });
        }
    }
    Ok(claims)
}

const EXPECTED: &str = "a key of its own";

fn taken(owner: &str) -> String {
    format!("{owner}, which another tenant has already")
}

async fn is_listed<C: ConfigStore>(store: &C, slug: &str, hash: &str) -> Result<bool, StoreError> {
    let section = stored::in_force(store, slug).await?;
    Ok(section.is_some_and(|section| hashes(&section).any(|(known, ..)| known == hash)))
}

pub(super) async fn put<C: ConfigStore>(
    claims: &[Claim],
    store: &C,
    document: &Document,
) -> Result<(), ApplyError> {
    for claim in claims {
        if let Some(other) = &claim.held_by {
            store.delete_key(&claim.hash, other).await?;
        }
        if !store.put_key(&claim.hash, &claim.slug).await? {
            // Somebody took it since it was looked up.
            return Err(ApplyError::Problems(vec![Problem {
                file: document.file.clone(),
                line: claim.line,
                found: taken(&claim.owner),
                expected: EXPECTED.to_owned(),
            }]));
        }
    }
    Ok(())
}

/// Deletes the rows of keys that were given up.
pub(super) async fn delete_stale<C: ConfigStore>(
    planned: &[Planned<'_>],
    gone: &[Section],
    store: &C,
) -> Result<(), StoreError> {
    let in_use: BTreeSet<&str> =
        planned.iter().flat_map(|plan| hashes(&plan.kept)).map(|(hash, ..)| hash).collect();
    let old = planned.iter().filter_map(|plan| plan.old.as_ref());
    for section in old.chain(gone) {
        for (hash, ..) in hashes(section).filter(|(hash, ..)| !in_use.contains(hash)) {
            store.delete_key(hash, section.slug()).await?;
        }
    }
    Ok(())
}
