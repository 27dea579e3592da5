//! Hashes of keys and of content.

use fast32::base32::CROCKFORD_LOWER as BASE32;
use sha2::{Digest, Sha256};

/// What is stored and compared in place of an integration key or API key.
pub(crate) fn of_key(key: &str) -> String {
    let digest =
        Sha256::new().chain_update(b"nightowl key v1\0").chain_update(key.as_bytes()).finalize();
    BASE32.encode(&digest)
}

/// Names a configuration: 128 bits, because every alert carries it.
pub(crate) fn of_content(text: &str) -> String {
    let digest = Sha256::new()
        .chain_update(b"nightowl configuration v1\0")
        .chain_update(text.as_bytes())
        .finalize();
    BASE32.encode(&digest[..16])
}
