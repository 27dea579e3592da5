//! From a good input to a hostile one. Everything is drawn from the seed's chance.

mod bytes;
mod form;
mod json;

use crate::chance::Chance;

/// How large an input may get: what the routers take, and somewhat more.
pub const BYTES_MAX: usize = 6 * 1024 * 1024;

/// What an input looks like, and so what can be broken in it beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    Json,
    /// `a=b&payload=…`, whose `payload` is JSON.
    Form,
    /// Lines of text: YAML, CSV, headers.
    Lines,
}

/// One hostile input, made of one or two of `seeds`.
pub fn mutate(chance: &mut Chance, grammar: Grammar, seeds: &[Vec<u8>]) -> Vec<u8> {
    let seed = chance.pick(seeds);
    // As it stands, now and then: what is good has to stay good.
    if chance.one_in(40) {
        return seed.clone();
    }
    let mut input = match grammar {
        Grammar::Json if !chance.one_in(4) => json::mutate(chance, seed),
        Grammar::Form if !chance.one_in(4) => form::mutate(chance, seed),
        Grammar::Json | Grammar::Form | Grammar::Lines => seed.clone(),
    };
    if grammar == Grammar::Lines || chance.one_in(2) {
        let other = chance.pick(seeds);
        for _ in 0..=chance.below(4) {
            bytes::mutate(chance, &mut input, other);
        }
    }
    input.truncate(BYTES_MAX);
    input
}
