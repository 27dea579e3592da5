//! Puts a checked document into force.

mod keep;
mod keys;
mod plan;
mod write;

use nightowl_engine::{ConfigStore, Sealer, StoreError};

use crate::document::{Document, OPERATORS, Section};
use crate::problem::{Problem, Problems};
use crate::{hash, stored};
use plan::{Planned, plan};
use write::{Work, write};

/// Whose document it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole truth: a tenant that is absent is disabled.
    Operators,
    /// This tenant's own admin: nothing else may change.
    Tenant(String),
}

/// What was put into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Of the whole document; of the tenant's own configuration in its own scope.
    pub config_hash: String,
    /// `false`: it was in force already, and nothing was written.
    pub changed: bool,
    /// One line a tenant, in plain words.
    pub summary: Vec<String>,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum ApplyError {
    /// Mistakes that only the store can tell; nothing was put into force.
    #[error("the configuration has {} mistakes", .0.len())]
    Problems(Vec<Problem>),
    /// Somebody else put another configuration into force meanwhile. What was flipped before that
    /// stays; to apply the file again completes it.
    #[error("another configuration was put into force at the same time; apply it again")]
    Raced,
    #[error("a secret cannot be sealed: {0}")]
    Seal(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Chunks first, then each tenant's pointer and key rows in one step: whatever stops it in the
/// middle leaves each tenant with its old or its new configuration, whole, and the keys that belong
/// to it. Only of more than [`nightowl_engine::KEY_CHANGES_MAX`] changed keys of one tenant, some
/// may be good too early, or, beyond as many that were given up, too long; to apply the file again
/// ends that.
///
/// # Errors
/// [`ApplyError`]; before the first pointer moves, except for [`ApplyError::Raced`] and trouble of
/// the store.
pub async fn apply<C: ConfigStore, S: Sealer>(
    document: &Document,
    store: &C,
    sealer: &S,
    scope: &Scope,
) -> Result<Applied, ApplyError> {
    let mut problems = Problems::new(&document.file);
    let sections = within(document, scope, &mut problems);
    let mut planned = Vec::new();
    for section in sections {
        planned.extend(plan(section, store, sealer, &mut problems).await?);
    }
    let gone = gone(document, store, scope).await?;
    let claims = keys::claims(&planned, &gone, store, &mut problems).await?;
    let list = problems.into_list();
    if !list.is_empty() {
        return Err(ApplyError::Problems(list));
    }
    write(&Work { planned: &planned, gone: &gone, claims: &claims }, store, scope).await?;
    Ok(applied(&planned, &gone, scope))
}

/// The sections that may change; anything else in the document is a problem.
fn within<'d>(
    document: &'d Document,
    scope: &Scope,
    problems: &mut Problems<'_>,
) -> Vec<&'d Section> {
    let Scope::Tenant(own) = scope else {
        let operators = std::iter::once(&document.operators);
        return document.sections.iter().chain(operators).collect();
    };
    if let Some(line) = document.operators_line {
        let expected = "tenants only: this key is a tenant's own";
        problems.add(line, "the operators' api_keys", expected);
    }
    let (own_sections, others): (Vec<_>, Vec<_>) =
        document.sections.iter().partition(|section| section.slug() == own);
    for section in others {
        let found = format!("the tenant {}", section.slug());
        problems.add(section.line, found, format!("{own} only: this key is a tenant's own"));
    }
    if own_sections.is_empty() {
        problems.add(1, format!("nothing about {own}"), format!("the tenant {own}"));
    }
    own_sections
}

/// Tenants in force that the whole truth does not name, as they are in force.
async fn gone<C: ConfigStore>(
    document: &Document,
    store: &C,
    scope: &Scope,
) -> Result<Vec<Section>, StoreError> {
    let mut gone = Vec::new();
    if *scope == Scope::Operators {
        for slug in store.pointers().await? {
            let is_named = document.sections.iter().any(|section| section.slug() == slug);
            if slug != OPERATORS && !is_named {
                gone.extend(stored::in_force(store, &slug).await?);
            }
        }
    }
    Ok(gone)
}

fn applied(planned: &[Planned<'_>], gone: &[Section], scope: &Scope) -> Applied {
    let mut summary: Vec<String> = planned.iter().filter_map(Planned::summary).collect();
    for section in gone {
        let slug = section.slug();
        summary.push(format!("tenant {slug}: disabled; its open alerts go on"));
    }
    let config_hash = match (scope, planned) {
        (Scope::Tenant(_), [own]) => own.hash.clone(),
        (Scope::Tenant(_) | Scope::Operators, _) => {
            let mut lines: Vec<String> =
                planned.iter().map(|plan| format!("{} {}\n", plan.slug(), plan.hash)).collect();
            lines.sort();
            hash::of_content(&lines.concat())
        }
    };
    Applied {
        config_hash,
        changed: !gone.is_empty() || planned.iter().any(Planned::is_changed),
        summary,
    }
}
