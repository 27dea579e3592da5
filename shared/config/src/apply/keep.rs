//! `***`: what was there stays.

use std::collections::BTreeMap;

use crate::document::{Given, GivenForm, Key, KeyUse, Section, Value};
use crate::problem::Problems;
use crate::read::is_address;

const FOUND: &str = "*** with nothing stored that it could keep";
/// Whoever may write the configuration may not read its secrets, so they may not have them sent to
/// an address of their own either.
const MOVED: &str = "*** beside an address that has changed";

/// The section with every `***` replaced by what `old` has in its place; where it has nothing, a
/// problem.
pub(super) fn keep(
    section: &Section,
    old: Option<&Section>,
    problems: &mut Problems<'_>,
) -> Section {
    let mut kept = section.clone();
    for key in &mut kept.api_keys {
        let stored = old.and_then(|old| old.api_keys.iter().find(|known| known.id == key.id));
        keep_key(&mut key.key, stored.map(|stored| &stored.key), problems);
    }
    for (id, keys) in &mut kept.integration_keys {
        let stored = old.and_then(|old| old.integration_keys.get(id));
        keep_key(&mut keys.key, stored.map(|stored| &stored.key), problems);
        if let Some(given) = &mut keys.hmac_secret {
            keep_secret(given, stored.and_then(|stored| stored.hmac_secret.as_ref()), problems);
        }
    }
    for (provider, fields) in &mut kept.providers {
        let stored = old.and_then(|old| old.providers.get(provider));
        keep_fields(fields, stored, problems);
    }
    kept
}

fn keep_fields(
    fields: &mut BTreeMap<&'static str, Value>,
    stored: Option<&BTreeMap<&'static str, Value>>,
    problems: &mut Problems<'_>,
) {
    if let Some(stored) = stored
        && addresses(fields).ne(addresses(stored))
    {
        return refuse_kept(fields, problems);
    }
    for (name, value) in fields {
        let known: Vec<&Given> = match stored.and_then(|stored| stored.get(name)) {
            Some(Value::Secret(given)) => vec![given],
            Some(Value::Secrets(list)) => list.iter().collect(),
            Some(Value::Text(_)) | None => Vec::new(),
        };
        match value {
            Value::Text(_) => {}
            Value::Secret(given) => keep_secret(given, known.first().copied(), problems),
            Value::Secrets(list) => {
                for (index, given) in list.iter_mut().enumerate() {
                    keep_secret(given, known.get(index).copied(), problems);
                }
            }
        }
    }
}

/// Where a section's secrets are sent to.
fn addresses<'f>(
    fields: &'f BTreeMap<&'static str, Value>,
) -> impl Iterator<Item = (&'f &'static str, &'f Value)> {
    fields.iter().filter(|(name, _)| is_address(name))
}

fn refuse_kept(fields: &BTreeMap<&'static str, Value>, problems: &mut Problems<'_>) {
    for value in fields.values() {
        let given = match value {
            Value::Text(_) => &[][..],
            Value::Secret(given) => std::slice::from_ref(given),
            Value::Secrets(list) => list,
        };
        for given in given.iter().filter(|given| given.form == GivenForm::Kept) {
            problems.add(given.line, MOVED, "the secret itself");
        }
    }
}

fn keep_secret(given: &mut Given, stored: Option<&Given>, problems: &mut Problems<'_>) {
    if given.form != GivenForm::Kept {
        return;
    }
    match stored {
        Some(stored) => given.form = stored.form.clone(),
        None => problems.add(given.line, FOUND, "the secret itself"),
    }
}

fn keep_key(key: &mut Key, stored: Option<&Key>, problems: &mut Problems<'_>) {
    if key.hash.is_none() {
        key.hash = stored.and_then(|stored| stored.hash.clone());
        if key.hash.is_none() {
            problems.add(key.line, FOUND, "the key itself");
        }
    }
}

/// Hash, line and owner of every key.
pub(super) fn hashes(section: &Section) -> impl Iterator<Item = (&str, usize, KeyUse<'_>)> {
    section.keys().filter_map(|(key, owner)| Some((key.hash.as_deref()?, key.line, owner)))
}
