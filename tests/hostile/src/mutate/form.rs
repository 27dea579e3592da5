//! What can be done to the fields of a form. One that is called `payload` is broken as JSON.

use form_urlencoded::{Serializer, parse};

use super::json;
use crate::chance::Chance;

pub(super) fn mutate(chance: &mut Chance, seed: &[u8]) -> Vec<u8> {
    let mut fields: Vec<(String, String)> =
        parse(seed).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    for (name, value) in &mut fields {
        if name == "payload"
            && let Ok(payload) = serde_json::from_str(value)
        {
            *value = json::mutated(chance, payload);
        }
    }
    if !fields.is_empty() && chance.one_in(2) {
        let at = chance.below(fields.len());
        match chance.below(4) {
            0 => drop(fields.remove(at)),
            1 => fields.push(fields[at].clone()),
            2 => fields[at].1 = "x".repeat(chance.below(5_000)),
            _ => {
                let from = chance.below(fields.len());
                fields[at].1 = fields[from].1.clone();
            }
        }
    }
    Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}
