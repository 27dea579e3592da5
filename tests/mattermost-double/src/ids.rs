//! Ids as Mattermost makes them.

/// The alphabet of Mattermost's base 32.
const ALPHABET: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

pub(crate) const ID_LENGTH: usize = 26;

/// 26 characters that nobody has seen before.
pub(crate) fn new_id() -> String {
    let mut bytes = [0_u8; ID_LENGTH];
    // Without chance there are no ids; a system that has none cannot run tests either.
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()
}

pub(crate) fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// An id that a reader recognises: the word, filled up to 26 characters.
pub(crate) fn named_id(word: &str) -> String {
    format!("{word:9<26}")
}
