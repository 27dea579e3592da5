//! `api_keys`, and that no key stands in two places.

use std::collections::BTreeMap;

use nightowl_engine::ApiRole;

use super::{Fields, Names, Reader};
use crate::document::{ApiKey, Key};
use crate::tree::Node;

const KNOWN: [&str; 3] = ["id", "key", "role"];

/// Hashes of all keys of a file, with the place of each.
#[derive(Debug, Default)]
pub(super) struct KeysSeen(BTreeMap<String, (String, usize)>);

impl KeysSeen {
    /// `place` for people: `integration prometheus`. One key tells who sends, so it can have one
    /// place only.
    pub(super) fn see(&mut self, reader: &mut Reader<'_, '_>, key: &Key, place: &str) {
        let Some(hash) = &key.hash else { return };
        if let Some((first, line)) = self.0.get(hash) {
            let found = format!("the key of {first} (line {line}) as that of {place}");
            reader.add(key.line, found, "a key of its own");
        } else {
            self.0.insert(hash.clone(), (place.to_owned(), key.line));
        }
    }
}

pub(super) fn api_keys(
    reader: &mut Reader<'_, '_>,
    node: Option<&Node>,
    seen: &mut KeysSeen,
) -> Vec<ApiKey> {
    let mut names = Names::new("API key");
    let mut keys = Vec::new();
    for node in reader.listed(node, "api_keys", &mut names) {
        let Some(fields) = Fields::open(reader, node, "an API key", &KNOWN) else {
            continue;
        };
        let id = reader.declared_id(&fields, &mut names);
        let key = fields.need(reader, "key").and_then(|node| {
            let key = reader.key(node, "an API key")?;
            let shown = id.as_deref().map_or("without an id", |id| names.shown(id));
            let place = format!("the API key {shown}");
            seen.see(reader, &key, &place);
            Some(key)
        });
        let role = fields.need(reader, "role").and_then(|node| {
            reader.choice(node, "a role", &["admin", "responder", "viewer"], role)
        });
        if let (Some(id), Some(key), Some(role)) = (id, key, role) {
            keys.push(ApiKey { id, key, role });
        }
    }
    keys
}

fn role(word: &str) -> Option<ApiRole> {
    [ApiRole::Viewer, ApiRole::Responder, ApiRole::Admin]
        .into_iter()
        .find(|role| role.name() == word)
}
