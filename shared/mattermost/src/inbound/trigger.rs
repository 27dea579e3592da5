//! The trigger of a click: what the server signs for whoever clicked.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use nightowl_domain::Time;
use nightowl_messaging::Forged;
use nightowl_messaging::verify::{P256Key, ecdsa_p256};

/// A trigger lives longer at the server, but it says only who clicked and when, never on what:
/// one that another integration received must be of no use here.
pub const AGE_MAX: Duration = Duration::from_secs(10);

/// How far ahead of our estimate of the server's clock one may be. The estimate comes from a
/// header of whole seconds and from an answer that took its time.
pub const AHEAD_MAX: Duration = Duration::from_secs(5);

/// Why a click is not believed to be this person's, now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TriggerRefused {
    /// Not signed by this server. Its key may be a new one.
    #[error("the trigger: {0}")]
    Forged(Forged),
    #[error("the trigger is another person's")]
    OtherUser,
    #[error("the trigger is too old")]
    Late,
    #[error("the trigger is of a later moment than the server's clock")]
    Early,
}

/// Read, and proved by [`Trigger::verify`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trigger {
    /// Names this one click.
    pub(super) id: String,
    user_ref: String,
    made_at: Time,
    signed: Bytes,
    signature: Vec<u8>,
}

impl Trigger {
    /// Base 64 of `id:user:milliseconds:signature`, the signature in base 64 once more.
    pub(super) fn read(text: &str) -> Option<Self> {
        let decoded = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
        let (signed, signature) = decoded.split_at_checked(decoded.rfind(':')? + 1)?;
        let mut parts = signed.split(':');
        let (id, user_ref, millis) = (parts.next()?, parts.next()?, parts.next()?);
        let is_whole = parts.next() == Some("") && parts.next().is_none();
        if !is_whole || !super::is_id(id) || !super::is_id(user_ref) {
            return None;
        }
        Some(Self {
            id: id.to_owned(),
            user_ref: user_ref.to_owned(),
            made_at: Time::from_millis(millis.parse().ok()?),
            signature: STANDARD.decode(signature).ok()?,
            signed: Bytes::copy_from_slice(signed.as_bytes()),
        })
    }

    /// Whether the server whose `key` it is signed it for `user_ref` a moment before `server_now`.
    pub(super) fn verify(
        &self,
        key: &P256Key,
        user_ref: &str,
        server_now: Time,
    ) -> Result<(), TriggerRefused> {
        ecdsa_p256(key, self.signed.clone(), &self.signature).map_err(TriggerRefused::Forged)?;
        if self.user_ref != user_ref {
            return Err(TriggerRefused::OtherUser);
        }
        if server_now.since(self.made_at) > AGE_MAX {
            return Err(TriggerRefused::Late);
        }
        if self.made_at.since(server_now) > AHEAD_MAX {
            return Err(TriggerRefused::Early);
        }
        Ok(())
    }
}
