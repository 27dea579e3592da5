//! Secrets at rest, under keys that the process was given.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use nightowl_engine::Sealer;
use nightowl_messaging::Secret;
use sha2::Sha256;

const NONCE_BYTES: usize = 24;

/// Seals as `v1:<purpose>:<base64 of nonce and ciphertext>` (XChaCha20-Poly1305, random nonces).
///
/// There is one key a purpose, so that a process that needs only one kind is given only one key.
pub struct KeyFileSealer {
    webhook: Option<[u8; 32]>,
    chat: Option<[u8; 32]>,
}

impl KeyFileSealer {
    /// What HMAC secrets of integrations are sealed for.
    pub const WEBHOOK: &'static str = "webhook";
    /// What secrets of chat platforms are sealed for.
    pub const CHAT: &'static str = "chat";

    /// A purpose without a key can neither be sealed for nor opened.
    pub const fn new(webhook: Option<[u8; 32]>, chat: Option<[u8; 32]>) -> Self {
        Self { webhook, chat }
    }

    fn key(&self, purpose: &str) -> Result<&[u8; 32], String> {
        let key = match purpose {
            Self::WEBHOOK => self.webhook.as_ref(),
            Self::CHAT => self.chat.as_ref(),
            _ => None,
        };
        key.ok_or_else(|| format!("there is no sealing key for {purpose} here"))
    }
}

impl fmt::Debug for KeyFileSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyFileSealer(***)")
    }
}

impl Sealer for KeyFileSealer {
    fn seal(&self, purpose: &str, context: &str, secret: &Secret) -> Result<String, String> {
        let cipher = XChaCha20Poly1305::new(self.key(purpose)?.into());
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| "the system gave no random bytes".to_owned())?;
        let payload = Payload { msg: secret.expose().as_bytes(), aad: &bound(purpose, context) };
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| "the secret cannot be sealed".to_owned())?;
        let whole = [nonce.as_slice(), sealed.as_slice()].concat();
        Ok(format!("v1:{purpose}:{}", BASE64.encode(whole)))
    }

    fn open(&self, purpose: &str, context: &str, sealed: &str) -> Result<Secret, String> {
        let mut parts = sealed.splitn(3, ':');
        let (version, named, text) = (parts.next(), parts.next(), parts.next());
        if version != Some("v1") {
            return Err("the secret was sealed by a release that this one does not know".to_owned());
        }
        if named != Some(purpose) {
            return Err(format!("the secret was not sealed for {purpose}"));
        }
        let damaged = || "the sealed secret is damaged".to_owned();
        let bytes = BASE64.decode(text.unwrap_or_default()).map_err(|_| damaged())?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(damaged)?;
        let payload = Payload { msg: ciphertext, aad: &bound(purpose, context) };
        let opened = XChaCha20Poly1305::new(self.key(purpose)?.into())
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| "the sealing key or the tenant is not the secret's".to_owned())?;
        String::from_utf8(opened).map(Secret::new).map_err(|_| damaged())
    }

    /// Without the key it is of no use to somebody who guesses secrets. A purpose without a key
    /// has one that fits nothing.
    fn fingerprint(&self, purpose: &str, secret: &Secret) -> String {
        let Ok(key) = self.key(purpose) else {
            return String::new();
        };
        keyed_hash(key, &["nightowl fingerprint v1", purpose, secret.expose()])
    }

    /// Another first word than a fingerprint's keeps the two apart.
    fn derive(&self, purpose: &str, what: &str, context: &str) -> Result<Secret, String> {
        let key = self.key(purpose)?;
        Ok(Secret::new(keyed_hash(key, &["nightowl derive v1", purpose, what, context])))
    }
}

/// HMAC-SHA-256 of the parts in base 64. Zero bytes keep them from running into each other; only
/// the last one may hold some.
fn keyed_hash(key: &[u8; 32], parts: &[&str]) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            mac.update(b"\0");
        }
        mac.update(part.as_bytes());
    }
    BASE64.encode(mac.finalize().into_bytes())
}

/// What a sealed text belongs to. The zero bytes keep two parts from running into each other.
fn bound(purpose: &str, context: &str) -> Vec<u8> {
    format!("nightowl seal v1\0{purpose}\0{context}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEALER: KeyFileSealer = KeyFileSealer::new(Some([1; 32]), Some([2; 32]));

    #[test]
    fn opens_only_for_its_purpose_context_and_key() {
        let secret = Secret::new("xoxb-1");
        let sealed = SEALER.seal("chat", "acme", &secret).unwrap();
        assert!(sealed.starts_with("v1:chat:"));
        assert_eq!(SEALER.open("chat", "acme", &sealed), Ok(secret));
        assert!(SEALER.open("chat", "beta", &sealed).is_err());
        assert!(SEALER.open("webhook", "acme", &sealed).is_err());
        let moved = sealed.replace("v1:chat:", "v1:webhook:");
        assert!(SEALER.open("webhook", "acme", &moved).is_err());
        let other = KeyFileSealer::new(Some([1; 32]), Some([3; 32]));
        assert!(other.open("chat", "acme", &sealed).is_err());
        let webhook_only = KeyFileSealer::new(Some([1; 32]), None);
        assert!(webhook_only.open("chat", "acme", &sealed).is_err());
        assert!(webhook_only.seal("chat", "acme", &Secret::new("x")).is_err());
    }

    #[test]
    fn what_is_derived_stays_the_same_and_is_of_its_words_alone() {
        let derive = |purpose, what, context| {
            SEALER.derive(purpose, what, context).map(|secret| secret.expose().to_owned())
        };
        let ours = derive("chat", "mattermost", "acme");
        assert_eq!(ours, derive("chat", "mattermost", "acme"));
        assert!(ours.as_ref().is_ok_and(|secret| secret.len() >= 43), "256 bits as text");
        for other in [
            derive("webhook", "mattermost", "acme"),
            derive("chat", "slack", "acme"),
            derive("chat", "mattermost", "beta"),
            derive("chat", "mattermost\0ac", "me"),
            KeyFileSealer::new(None, Some([3; 32]))
                .derive("chat", "mattermost", "acme")
                .map(|secret| secret.expose().to_owned()),
        ] {
            assert_ne!(ours, other);
        }
        // Whoever knows fingerprints knows no derived secret.
        let word = Secret::new("mattermost\0acme");
        assert_ne!(ours, Ok(SEALER.fingerprint("chat", &word)));
        assert!(KeyFileSealer::new(Some([1; 32]), None).derive("chat", "a", "b").is_err());
    }

    #[test]
    fn damage_is_an_error_that_shows_nothing() {
        let sealed = SEALER.seal("chat", "acme", &Secret::new("xoxb-hidden")).unwrap();
        for cut in 0..sealed.len() {
            let error = SEALER.open("chat", "acme", &sealed[..cut]).unwrap_err();
            assert!(!error.contains("xoxb") && !error.contains("v1:"), "{error}");
        }
        assert!(SEALER.open("chat", "acme", &sealed.replace("v1", "v2")).is_err());
        assert!(!format!("{SEALER:?}").contains('1'));
    }

    #[test]
    fn fingerprints_tell_secrets_apart_and_seals_differ_each_time() {
        let (one, other) = (Secret::new("one"), Secret::new("other"));
        assert_eq!(SEALER.fingerprint("chat", &one), SEALER.fingerprint("chat", &one));
        assert_ne!(SEALER.fingerprint("chat", &one), SEALER.fingerprint("chat", &other));
        assert_ne!(SEALER.fingerprint("chat", &one), SEALER.fingerprint("webhook", &one));
        let seal = || SEALER.seal("chat", "acme", &one).unwrap();
        assert_ne!(seal(), seal());
    }
}
