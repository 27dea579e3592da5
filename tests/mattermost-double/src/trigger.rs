//! Trigger ids: a signature of the server over who did something and when.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};

use crate::error::AppError;
use crate::ids::new_id;

/// What stands before the 65 bytes of a P-256 point in a public key's DER form.
const SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The server's key. Its public half is readable without a login.
pub struct TriggerKey(EcdsaKeyPair);

/// A trigger id and the name that clients are told instead of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    pub client_id: String,
    pub trigger_id: String,
}

impl TriggerKey {
    /// A new key. `None`: this system has no chance to draw one from.
    pub fn generate() -> Option<Self> {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).ok()?;
        EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).ok().map(Self)
    }

    /// Base64 of the DER form, as the client configuration has it.
    pub fn public_key(&self) -> String {
        let mut der = SPKI_PREFIX.to_vec();
        der.extend_from_slice(self.0.public_key().as_ref());
        STANDARD.encode(der)
    }

    /// `millis` since 1970.
    pub fn sign(&self, user_id: &str, millis: i64) -> Trigger {
        let client_id = new_id();
        let data = format!("{client_id}:{user_id}:{millis}:");
        let signed = self.0.sign(&SystemRandom::new(), data.as_bytes());
        let signature =
            signed.map(|signature| STANDARD.encode(signature.as_ref())).unwrap_or_default();
        Trigger { client_id, trigger_id: STANDARD.encode(format!("{data}{signature}")) }
    }

    /// Whose trigger it is. `life` in milliseconds.
    pub(crate) fn verify(&self, trigger_id: &str, now: i64, life: i64) -> Result<String, AppError> {
        let wrong = |what: &str| {
            let id = format!("interactive_message.decode_trigger_id.{what}");
            AppError::new(400, &id)
        };
        let decoded = STANDARD.decode(trigger_id).map_err(|_| wrong("base64_decode_failed"))?;
        let decoded = String::from_utf8_lossy(&decoded).into_owned();
        let parts: Vec<&str> = decoded.split(':').collect();
        let [client_id, user_id, millis, signature] = parts[..] else {
            return Err(wrong("missing_data"));
        };
        if now - millis.parse::<i64>().unwrap_or(0) > life {
            return Err(wrong("expired"));
        }
        let signature =
            STANDARD.decode(signature).map_err(|_| wrong("base64_decode_failed_signature"))?;
        let data = format!("{client_id}:{user_id}:{millis}:");
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, self.0.public_key().as_ref())
            .verify(data.as_bytes(), &signature)
            .map_err(|_| wrong("verify_signature_failed"))?;
        Ok(user_id.to_owned())
    }
}
