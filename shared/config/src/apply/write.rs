//! The order in which everything is written.

use std::collections::BTreeSet;

use nightowl_engine::{ConfigStore, KEY_CHANGES_MAX, KeyChange};

use super::keep::hashes;
use super::keys::{self, Claim};
use super::plan::Planned;
use super::{ApplyError, Scope};
use crate::document::Section;
use crate::stored;

/// All that is to be done.
pub(super) struct Work<'w, 'd> {
    pub(super) planned: &'w [Planned<'d>],
    pub(super) gone: &'w [Section],
    pub(super) claims: &'w [Claim],
}

/// Chunks first, then tenant by tenant its pointer and its key rows in one step. What is more than
/// one step takes is put before it, or deleted behind it: of that there is a note in the store, so
/// that whoever applies next ends it.
pub(super) async fn write<C: ConfigStore>(
    work: &Work<'_, '_>,
    store: &C,
    scope: &Scope,
) -> Result<(), ApplyError> {
    for plan in work.planned.iter().filter(|plan| plan.is_changed()) {
        store.put_text(plan.slug(), &plan.hash, &plan.text).await?;
    }
    let in_use = keys::in_use(work.claims);
    clean(&in_use, store, scope).await?;
    let mut is_clean = true;
    for plan in keys::in_order(work.planned, work.claims) {
        let mut changes = match &plan.old {
            Some(old) => keys::deletes(old, &in_use, store).await?,
            None => Vec::new(),
        };
        changes.extend(keys::puts(plan, work.claims)?);
        if plan.is_changed() || !changes.is_empty() {
            let (from, to) = (plan.from.as_deref(), Some(plan.hash.as_str()));
            is_clean &= flip(plan.slug(), from, to, changes, store).await?;
        }
    }
    for section in work.gone {
        let changes = keys::deletes(section, &in_use, store).await?;
        is_clean &= flip(section.slug(), Some(&section.tenant.hash), None, changes, store).await?;
    }
    if !is_clean {
        clean(&in_use, store, scope).await?;
    }
    Ok(())
}

/// `changes`: the most urgent first. `false`: there is something to be cleaned up.
///
/// What goes behind the flip belongs to the old configuration, what is put before it to the new
/// one, which may never come into force: that is what the notes are of.
async fn flip<C: ConfigStore>(
    slug: &str,
    from: Option<&str>,
    to: Option<&str>,
    mut changes: Vec<KeyChange>,
    store: &C,
) -> Result<bool, ApplyError> {
    let rest = changes.split_off(changes.len().min(KEY_CHANGES_MAX));
    let (before, behind): (Vec<_>, Vec<_>) = rest.into_iter().partition(|change| match change {
        KeyChange::Put { .. } => true,
        KeyChange::Delete { .. } => false,
    });
    let noted = [from.filter(|_| !behind.is_empty()), to.filter(|_| !before.is_empty())];
    let is_noted = from != to && noted.iter().any(Option::is_some);
    if is_noted {
        for hash in noted.into_iter().flatten() {
            store.put_leftover(slug, hash).await?;
        }
    }
    change_keys(slug, from, &before, store).await?;
    if !store.flip(slug, from, to, &changes).await? {
        return Err(ApplyError::Raced);
    }
    Ok(!is_noted)
}

/// Changes key rows alone, as long as `in_force` is.
async fn change_keys<C: ConfigStore>(
    slug: &str,
    in_force: Option<&str>,
    changes: &[KeyChange],
    store: &C,
) -> Result<(), ApplyError> {
    for step in changes.chunks(KEY_CHANGES_MAX) {
        if !store.flip(slug, in_force, in_force, step).await? {
            return Err(ApplyError::Raced);
        }
    }
    Ok(())
}

/// Deletes the rows that were left over, by this call or by one that was cut short.
async fn clean<C: ConfigStore>(
    in_use: &BTreeSet<&str>,
    store: &C,
    scope: &Scope,
) -> Result<(), ApplyError> {
    for (slug, hash) in store.leftovers().await? {
        let is_ours = match scope {
            Scope::Operators => true,
            Scope::Tenant(own) => *own == slug,
        };
        if !is_ours {
            continue;
        }
        if let Some(text) = store.text(&slug, &hash).await? {
            let old = stored::decode(&slug, &hash, &text)?;
            let current = stored::in_force(store, &slug).await?;
            let mut kept = in_use.clone();
            kept.extend(current.iter().flat_map(hashes).map(|(hash, ..)| hash));
            let deletes = keys::deletes(&old, &kept, store).await?;
            let in_force = current.as_ref().map(|section| section.tenant.hash.as_str());
            change_keys(&slug, in_force, &deletes, store).await?;
        }
        store.delete_leftover(&slug, &hash).await?;
    }
    Ok(())
}
