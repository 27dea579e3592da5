//! Bytes that were proved to come from whom they claim.

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

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

/// Checks that one of `given` is one of `accepted`, in constant time but for their lengths. Empty
/// ones on either side never match.
pub fn token(accepted: &[Secret], given: &[&str], body: Bytes) -> Result<Verified<Bytes>, Forged> {
    let mut accepted = accepted.iter().filter(|secret| !secret.is_empty()).peekable();
    if accepted.peek().is_none() {
        return Err(Forged::NoSecret);
    }
    if given.iter().all(|text| text.is_empty()) {
        return Err(Forged::Missing);
    }
    let mut is_one = Choice::from(0);
    for secret in accepted {
        for text in given {
            is_one |= secret.expose().as_bytes().ct_eq(text.as_bytes());
        }
    }
    if bool::from(is_one) { Ok(Verified(body)) } else { Err(Forged::Mismatch) }
}

/// A public key on the curve P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct P256Key([u8; 65]);

impl P256Key {
    /// What stands before the point in a DER `SubjectPublicKeyInfo` of this curve (RFC 5480).
    const SPKI: [u8; 26] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];

    /// Reads a DER `SubjectPublicKeyInfo` with an uncompressed point. `None` if it is not that. A
    /// point that is not on the curve verifies nothing.
    pub fn from_spki(der: &[u8]) -> Option<Self> {
        let point: [u8; 65] = der.strip_prefix(&Self::SPKI)?.try_into().ok()?;
        (point[0] == 4).then_some(Self(point))
    }
}

/// Checks `signature`, an ECDSA over the SHA-256 of `signed`, in ASN.1.
pub fn ecdsa_p256(
    key: &P256Key,
    signed: Bytes,
    signature: &[u8],
) -> Result<Verified<Bytes>, Forged> {
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &key.0);
    key.verify(&signed, signature).map_err(|_| Forged::Mismatch)?;
    Ok(Verified(signed))
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

    #[test]
    fn any_accepted_token_will_do_and_an_empty_one_never() {
        let check = |accepted: &[&str], given: &[&str]| {
            let accepted: Vec<Secret> = accepted.iter().map(|text| Secret::new(*text)).collect();
            token(&accepted, given, Bytes::from_static(b"body")).map(|proved| proved.into_inner())
        };
        let body = Ok(Bytes::from_static(b"body"));
        assert_eq!(check(&["one", "two"], &["two"]), body);
        assert_eq!(check(&["one"], &["other", "one"]), body);
        assert_eq!(check(&["one", "two"], &["tw"]), Err(Forged::Mismatch));
        assert_eq!(check(&["one", ""], &["", "two"]), Err(Forged::Mismatch));
        assert_eq!(check(&["one"], &["", ""]), Err(Forged::Missing));
        assert_eq!(check(&["one"], &[]), Err(Forged::Missing));
        assert_eq!(check(&["", ""], &[""]), Err(Forged::NoSecret));
        assert_eq!(check(&[], &["one"]), Err(Forged::NoSecret));
    }

    #[test]
    fn a_key_of_another_form_is_none() {
        let mut der = [&P256Key::SPKI[..], &[4; 65]].concat();
        let key = P256Key::from_spki(&der).expect("it has the form of a key");
        let signed = Bytes::from_static(b"text");
        assert_eq!(ecdsa_p256(&key, signed.clone(), &[]), Err(Forged::Mismatch));
        assert_eq!(ecdsa_p256(&key, signed, &[0x30, 0]), Err(Forged::Mismatch));
        assert_eq!(P256Key::from_spki(&der[..90]), None);
        der[26] = 2;
        assert_eq!(P256Key::from_spki(&der), None);
        assert_eq!(P256Key::from_spki(&[]), None);
    }
}
