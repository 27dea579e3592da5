//! What one section asks to be written.

use std::collections::BTreeMap;

use nightowl_engine::{ConfigStore, Sealer};

use super::{ApplyError, keep};
use crate::document::{Given, GivenForm, Key, OPERATORS, Sealed, Section, Value};
use crate::problem::Problems;
use crate::shape::{self, Mark, Marker};
use crate::{hash, stored};

/// One section, ready to be written.
pub(super) struct Planned<'d> {
    /// As the file has it, for lines.
    pub(super) section: &'d Section,
    /// With what `***` stands for.
    pub(super) kept: Section,
    /// What is in force.
    pub(super) old: Option<Section>,
    pub(super) from: Option<String>,
    pub(super) hash: String,
    pub(super) text: String,
}

impl Planned<'_> {
    pub(super) fn slug(&self) -> &str {
        self.section.slug()
    }

    pub(super) fn is_changed(&self) -> bool {
        self.from.as_deref() != Some(&self.hash)
    }

    /// `None` where there is nothing to tell.
    pub(super) fn summary(&self) -> Option<String> {
        let what = match &self.old {
            _ if !self.is_changed() => return None,
            Some(old) => format!("changed: {}", self.differences(old).join(", ")),
            None => {
                let tenant = &self.section.tenant;
                format!(
                    "new, with {}, {}",
                    counted(tenant.users.len(), "user"),
                    counted(tenant.integrations.len(), "integration")
                )
            }
        };
        Some(match self.slug() {
            OPERATORS => {
                format!("operators' keys: {} now", counted(self.section.api_keys.len(), "key"))
            }
            slug => format!("tenant {slug}: {what}"),
        })
    }

    /// Names of the file's fields whose content differs.
    fn differences(&self, old: &Section) -> Vec<&'static str> {
        let (new, was) = (&self.kept.tenant, &old.tenant);
        let keys = |section: &Section| -> Vec<(String, Option<String>)> {
            let list = section.keys();
            list.map(|(key, owner)| (owner.show(), key.hash.clone())).collect()
        };
        let pairs = [
            ("name", new.name != was.name),
            ("messaging_provider", new.provider != was.provider),
            ("allow_unlinked", new.allow_unlinked != was.allow_unlinked),
            ("users", new.users != was.users),
            ("schedules", new.schedules != was.schedules),
            ("escalation_policies", new.policies != was.policies),
            ("integrations", new.integrations != was.integrations),
            ("keys", keys(&self.kept) != keys(old)),
        ];
        let mut list: Vec<&'static str> =
            pairs.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect();
        if list.is_empty() {
            list.push("chat settings and secrets");
        }
        list
    }
}

fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// `None`: nothing is in force and the section is empty, as for a file without operators' keys.
pub(super) async fn plan<'d, C: ConfigStore, S: Sealer>(
    section: &'d Section,
    store: &C,
    sealer: &S,
    problems: &mut Problems<'_>,
) -> Result<Option<Planned<'d>>, ApplyError> {
    let slug = section.slug();
    let old = stored::in_force(store, slug).await?;
    if slug == OPERATORS && old.is_none() && section.api_keys.is_empty() {
        return Ok(None);
    }
    let kept = keep::keep(section, old.as_ref(), problems);
    let prints = shape::of(&kept, &Fingerprints { sealer }).map_err(ApplyError::Seal)?;
    let hash = hash::of_content(&stored::encode(&prints)?);
    let from = old.as_ref().map(|old| old.tenant.hash.clone());
    let is_same = from.as_deref() == Some(&hash);
    let text = match store.text(slug, &hash).await? {
        // Written under this hash before: the same content, so the very same text again.
        Some(text) if is_same || stored::decode(slug, &hash, &text).is_ok() => text,
        Some(_) | None => {
            let seals =
                Seals { sealer, slug, known: old.as_ref().map(sealed_before).unwrap_or_default() };
            stored::encode(&shape::of(&kept, &seals).map_err(ApplyError::Seal)?)?
        }
    };
    Ok(Some(Planned { section, kept, old, from, hash, text }))
}

/// By purpose and fingerprint.
type Known = BTreeMap<(&'static str, String), String>;

fn sealed_before(old: &Section) -> Known {
    let mut known = Known::new();
    let mut remember = |purpose, given: &Given| {
        if let GivenForm::Sealed(Sealed { sealed, fingerprint }) = &given.form
            && !fingerprint.is_empty()
        {
            known.insert((purpose, fingerprint.clone()), sealed.clone());
        }
    };
    for value in old.providers.values().flat_map(BTreeMap::values) {
        match value {
            Value::Text(_) => {}
            Value::Secret(given) => remember(crate::KeyFileSealer::CHAT, given),
            Value::Secrets(list) => {
                for given in list {
                    remember(crate::KeyFileSealer::CHAT, given);
                }
            }
        }
    }
    for secret in old.integration_keys.values().filter_map(|keys| keys.hmac_secret.as_ref()) {
        remember(crate::KeyFileSealer::WEBHOOK, secret);
    }
    known
}

/// For the content hash: the same secret gives the same mark.
struct Fingerprints<'s, S> {
    sealer: &'s S,
}

impl<S: Sealer> Marker for Fingerprints<'_, S> {
    type Error = String;

    fn secret(&self, purpose: &str, given: &Given) -> Result<Mark, String> {
        let fingerprint = match &given.form {
            GivenForm::Open(secret) => self.sealer.fingerprint(purpose, secret),
            GivenForm::Sealed(sealed) => sealed.fingerprint.clone(),
            // Its problem was said, so nothing of this is written.
            GivenForm::Kept => String::new(),
        };
        Ok(Mark::Fingerprint { fingerprint })
    }

    fn key(&self, key: &Key) -> Mark {
        hash_of(key)
    }
}

/// For the store. A secret that did not change keeps its sealed form.
struct Seals<'s, S> {
    sealer: &'s S,
    slug: &'s str,
    known: Known,
}

impl<S: Sealer> Marker for Seals<'_, S> {
    type Error = String;

    fn secret(&self, purpose: &str, given: &Given) -> Result<Mark, String> {
        let (sealed, fingerprint) = match &given.form {
            GivenForm::Open(secret) => {
                let fingerprint = self.sealer.fingerprint(purpose, secret);
                let before = self
                    .known
                    .iter()
                    .find(|((of, print), _)| *of == purpose && *print == fingerprint);
                let sealed = match before {
                    Some((_, sealed)) => sealed.clone(),
                    None => self.sealer.seal(purpose, self.slug, secret)?,
                };
                (sealed, fingerprint)
            }
            GivenForm::Sealed(sealed) => (sealed.sealed.clone(), sealed.fingerprint.clone()),
            GivenForm::Kept => (String::new(), String::new()),
        };
        Ok(Mark::Sealed { sealed, fingerprint })
    }

    fn key(&self, key: &Key) -> Mark {
        hash_of(key)
    }
}

fn hash_of(key: &Key) -> Mark {
    Mark::Hash { sha256: key.hash.clone().unwrap_or_default() }
}
