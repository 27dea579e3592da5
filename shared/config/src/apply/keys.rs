//! Which key rows there are to be. A row is all that the receiver of webhooks looks at, so it
//! changes together with the configuration that it is taken from.

use std::collections::{BTreeMap, BTreeSet};

use nightowl_engine::{ConfigStore, IntegrationRow, KeyChange, KeyRow, StoreError};

use super::keep::hashes;
use super::plan::Planned;
use crate::document::{GivenForm, KeyUse, Section};
use crate::problem::Problems;
use crate::stored;

/// A key of the file, and its row as it stands.
pub(super) struct Claim {
    slug: String,
    hash: String,
    row: Option<KeyRow>,
}

impl Claim {
    /// From whom the key is taken, though that tenant gives it up or gave it up before.
    fn taken_from(&self) -> Option<&str> {
        let holder = self.row.as_ref().map(|row| row.tenant.as_str());
        holder.filter(|holder| *holder != self.slug)
    }
}

const EXPECTED: &str = "a key of its own";

/// Checks that no key stands in two places, and reads every row. Those of unchanged tenants too:
/// that heals a row that was lost, and completes those that an earlier release wrote.
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
                problems.add(line, found, EXPECTED);
                continue;
            }
            let row = store.key_row(hash).await?;
            let claim = Claim { slug: plan.slug().to_owned(), hash: hash.to_owned(), row };
            if let Some(other) = claim.taken_from() {
                let gives_up = planned.iter().any(|plan| plan.slug() == other)
                    || gone.iter().any(|section| section.slug() == other);
                if !gives_up && is_listed(store, other, hash).await? {
                    let found = format!("{}, which another tenant has already", owner.show());
                    problems.add(line, found, EXPECTED);
                    continue;
                }
            }
            claims.push(claim);
        }
    }
    Ok(claims)
}

async fn is_listed<C: ConfigStore>(store: &C, slug: &str, hash: &str) -> Result<bool, StoreError> {
    let section = stored::in_force(store, slug).await?;
    Ok(section.is_some_and(|section| hashes(&section).any(|(known, ..)| known == hash)))
}

/// Who takes a key from another comes before them, so that the key is good all the while. Where two
/// exchange keys, the first one's old key stays good for it until the second one's turn.
pub(super) fn in_order<'p, 'd>(
    planned: &'p [Planned<'d>],
    claims: &[Claim],
) -> Vec<&'p Planned<'d>> {
    let takes: BTreeSet<(&str, &str)> = claims
        .iter()
        .filter_map(|claim| Some((claim.slug.as_str(), claim.taken_from()?)))
        .collect();
    let mut rest: Vec<&Planned<'_>> = planned.iter().collect();
    let mut order = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let gives = |giver: &Planned<'_>| {
            rest.iter().any(|taker| takes.contains(&(taker.slug(), giver.slug())))
        };
        let next = rest.iter().position(|plan| !gives(plan)).unwrap_or_default();
        order.push(rest.remove(next));
    }
    order
}

/// The hashes of all keys of the file.
pub(super) fn in_use(claims: &[Claim]) -> BTreeSet<&str> {
    claims.iter().map(|claim| claim.hash.as_str()).collect()
}

/// The rows that a tenant has to get: first those that change, then those that are new.
pub(super) fn puts(plan: &Planned<'_>, claims: &[Claim]) -> Result<Vec<KeyChange>, StoreError> {
    let mut wanted = rows(&stored::decode(plan.slug(), &plan.hash, &plan.text)?)?;
    let (mut changed, mut new) = (Vec::new(), Vec::new());
    for claim in claims.iter().filter(|claim| claim.slug == plan.slug()) {
        let row =
            wanted.remove(&claim.hash).ok_or_else(|| corrupt(plan.slug(), "a key is lost"))?;
        if claim.row.as_ref() != Some(&row) {
            let (hash, taken_from) = (claim.hash.clone(), claim.taken_from().map(str::to_owned));
            let list = if claim.row.is_some() { &mut changed } else { &mut new };
            list.push(KeyChange::Put { hash, row, taken_from });
        }
    }
    changed.append(&mut new);
    Ok(changed)
}

/// The rows that a tenant still has of keys that it gave up. `kept`: keys that stay somebody's.
pub(super) async fn deletes<C: ConfigStore>(
    old: &Section,
    kept: &BTreeSet<&str>,
    store: &C,
) -> Result<Vec<KeyChange>, StoreError> {
    let mut deletes = Vec::new();
    for (hash, ..) in hashes(old).filter(|(hash, ..)| !kept.contains(hash)) {
        let row = store.key_row(hash).await?;
        if row.is_some_and(|row| row.tenant == old.slug()) {
            let tenant = old.slug().to_owned();
            deletes.push(KeyChange::Delete { hash: hash.to_owned(), tenant });
        }
    }
    Ok(deletes)
}

/// The rows of a section as it stands in the store, by hash of the key.
fn rows(section: &Section) -> Result<BTreeMap<String, KeyRow>, StoreError> {
    let mut rows = BTreeMap::new();
    for (hash, _, owner) in hashes(section) {
        let integration = match owner {
            KeyUse::Api(_) => None,
            KeyUse::Integration(id, _) => Some(integration_row(section, id)?),
        };
        let row = KeyRow { tenant: section.slug().to_owned(), integration };
        rows.insert(hash.to_owned(), row);
    }
    Ok(rows)
}

fn integration_row(section: &Section, id: &str) -> Result<IntegrationRow, StoreError> {
    let found = section.tenant.integration(id);
    let found = found.ok_or_else(|| corrupt(section.slug(), "a key of no integration"))?;
    let secret = section.integration_keys.get(id).and_then(|keys| keys.hmac_secret.as_ref());
    let hmac_secret = match secret.map(|given| &given.form) {
        None => None,
        Some(GivenForm::Sealed(sealed)) => Some(sealed.sealed.clone()),
        Some(GivenForm::Open(_) | GivenForm::Kept) => {
            return Err(corrupt(section.slug(), "a stored secret is not sealed"));
        }
    };
    Ok(IntegrationRow {
        id: id.to_owned(),
        format: found.format.clone(),
        default_severity: found.default_severity,
        hmac_secret,
    })
}

fn corrupt(slug: &str, why: &str) -> StoreError {
    StoreError::Corrupt(format!("configuration of {slug}: {why}"))
}
