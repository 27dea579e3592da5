//! Bytes that were proved to come from whom they claim.

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Secret;

/// Only a check in this module makes one; parsers of callbacks take nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    pub fn get(&self) -> &T {
        &self.0
    }
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Why it was not believed. For logs; whoever sent it learns only that it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    #[error("no signature was sent")]
    Missing,
    #[error("the signature is not of the expected form")]
    Malformed,
    #[error("the timestamp is too far from now")]
    Stale,
    #[error("the signature does not match")]
    Mismatch,
    /// An empty secret would accept what anybody can compute.
    #[error("no secret is configured")]
    NoSecret,
}

/// Checks `hex`, an HMAC-SHA256 under `secret` over `prefix` followed by `body`, in constant time.
pub fn hmac_sha256(
    secret: &Secret,
    prefix: &[&[u8]],
    body: Bytes,
    hex: &str,
) -> Result<Verified<Bytes>, Forged> {
    if secret.is_empty() {
        return Err(Forged::NoSecret);
    }
    let given = decode_hex(hex).ok_or(Forged::Malformed)?;
    let mut mac = mac_of(secret);
    for part in prefix {
        mac.update(part);
    }
    mac.update(&body);
    mac.verify_slice(&given).map_err(|_| Forged::Mismatch)?;
    Ok(Verified(body))
}

/// Signs as [`hmac_sha256`] checks: lower-case hex.
pub fn sign_hmac_sha256(secret: &Secret, parts: &[&[u8]]) -> String {
    let mut mac = mac_of(secret);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac_of(secret: &Secret) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    Hmac::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes a key of any length")
}

/// 64 hexadecimal digits to 32 bytes.
fn decode_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let high = (pair[0] as char).to_digit(16)?;
        let low = (pair[1] as char).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_believed_only_for_its_bytes_and_secret() {
        let secret = Secret::new("s");
        let hex = sign_hmac_sha256(&secret, &[b"v0:", b"body"]);
        let check = |secret: &Secret, body: &'static str, hex: &str| {
            hmac_sha256(secret, &[b"v0:"], Bytes::from_static(body.as_bytes()), hex).map(|_| ())
        };
        assert_eq!(check(&secret, "body", &hex), Ok(()));
        assert_eq!(check(&secret, "Body", &hex), Err(Forged::Mismatch));
        assert_eq!(check(&Secret::new("t"), "body", &hex), Err(Forged::Mismatch));
        assert_eq!(check(&Secret::new(""), "body", &hex), Err(Forged::NoSecret));
        assert_eq!(check(&secret, "body", "zz"), Err(Forged::Malformed));
        assert_eq!(check(&secret, "body", &"é".repeat(32)), Err(Forged::Malformed));
    }
}
