//! Names of things. All are derived from what they name, so that doing a thing again gives it the
//! same name; only claim, write and event ids are drawn, and those come in from outside.

use std::fmt;
use std::str::FromStr;

use compact_str::{CompactString, ToCompactString};
use fast32::base32::CROCKFORD_LOWER as BASE32;
use sha2::{Digest, Sha256};

// Names as we give them have at most 24 characters, which `CompactString` keeps in place: an item
// holds some fifty of them, and each would else be an allocation in every copy.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(CompactString);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }
        impl From<fmt::Arguments<'_>> for $name {
            fn from(text: fmt::Arguments<'_>) -> Self {
                Self(text.to_compact_string())
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }
    };
}

text_id! {
    /// Minted once by whoever takes an event in; a redelivery keeps it.
    EventId
}
text_id! {
    /// Drawn afresh for each attempt to write, so that a writer recognises its own write after a
    /// lost answer.
    WriteId
}
text_id! {
    /// Drawn afresh by each worker that claims sends.
    ClaimId
}
text_id! {
    /// Names one send everywhere: in the item, in Slack's metadata, in logs (`nightowl_delivery`).
    SendKey
}

/// A SHA-256 over parts, each preceded by its length, so that ("ab","c") and ("a","bc") differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; 32]);

impl Hash {
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first `bytes` bytes in base 32: five bytes make eight characters.
    pub fn text(&self, bytes: usize) -> String {
        BASE32.encode(&self.0[..bytes.min(32)])
    }
}

/// All alerts of one tenant's integration with one dedup key. The tenant is in it so that no two
/// alerts anywhere have the same id, whoever reports to two tenants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesHash([u8; 10]);

impl SeriesHash {
    pub fn of(tenant: &str, integration: &str, dedup_key: &str) -> Self {
        let parts = ["series", tenant, integration, dedup_key];
        let hash = Hash::of(&parts.map(str::as_bytes));
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&hash.bytes()[..10]);
        Self(bytes)
    }

    /// A small number that spreads series evenly, for index shards.
    pub const fn shard(self, shards: u8) -> u8 {
        self.0[9] % shards
    }
}

impl fmt::Display for SeriesHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32.encode(&self.0))
    }
}
impl fmt::Debug for SeriesHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for SeriesHash {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes = BASE32.decode_str(text).map_err(|_| ())?;
        bytes.try_into().map(Self).map_err(|_| ())
    }
}

/// An alert, or a digest of alerts: series (10 bytes), number (3) and a hash of the moment it opened
/// (2), as 24 characters of base 32. Whoever holds an id can find the item without an index, and
/// tell which of the two it is: wake-ups, the due index and buttons name either by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertId([u8; 15]);

/// The highest bit of a number: no series has eight million alerts.
const DIGEST: u32 = 1 << 23;

impl AlertId {
    /// `opened_at` in milliseconds and `position` are those of the opening event, so that a retry
    /// of the same opening gives the same id, and another opening of the same number another.
    pub fn new(series: SeriesHash, number: u32, opened_at: crate::Time, position: u32) -> Self {
        let opened = Hash::of(&[
            b"opened",
            &series.0,
            &opened_at.millis().to_be_bytes(),
            &position.to_be_bytes(),
        ]);
        let mut bytes = [0; 15];
        bytes[..10].copy_from_slice(&series.0);
        bytes[10..13].copy_from_slice(&number.to_be_bytes()[1..]);
        bytes[13..].copy_from_slice(&opened.bytes()[..2]);
        Self(bytes)
    }

    pub fn series(self) -> SeriesHash {
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&self.0[..10]);
        SeriesHash(bytes)
    }

    pub const fn number(self) -> u32 {
        u32::from_be_bytes([0, self.0[10], self.0[11], self.0[12]]) & !DIGEST
    }

    /// `series` is that of a channel's digests: [`crate::Digest::series`].
    pub fn of_digest(series: SeriesHash, number: u32, opened_at: crate::Time) -> Self {
        Self::new(series, number | DIGEST, opened_at, 0)
    }

    pub const fn is_digest(self) -> bool {
        self.0[10] & 0x80 != 0
    }

    /// The `attempt`-th candidate (from 0) for the six characters that a person types.
    /// Crockford's alphabet has no I, L, O or U, and 0/O, 1/I/L read alike when typed.
    pub fn short_id(self, tenant: &str, attempt: u32) -> String {
        let hash = Hash::of(&[b"short", tenant.as_bytes(), &self.0, &attempt.to_be_bytes()]);
        hash.text(5)[..6].to_owned()
    }
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32.encode(&self.0))
    }
}
impl fmt::Debug for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for AlertId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes = BASE32.decode_str(text.to_ascii_lowercase()).map_err(|_| ())?;
        bytes.try_into().map(Self).map_err(|_| ())
    }
}

/// Where an alert's item is, and which alert it must be: a mismatch of the id is an old button.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Occurrence {
    pub tenant: String,
    pub id: AlertId,
}

impl Occurrence {
    pub fn new(tenant: &str, id: AlertId) -> Self {
        Self { tenant: tenant.to_owned(), id }
    }
}

impl SendKey {
    /// `parts` say which send it is within the alert: generation at birth, tier, person, method …
    pub fn derive(alert: AlertId, parts: &[&[u8]]) -> Self {
        let mut all: Vec<&[u8]> = vec![b"send", &alert.0];
        all.extend_from_slice(parts);
        Self(Hash::of(&all).text(15).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Time;

    #[test]
    fn an_id_tells_its_series_and_number() {
        let series = SeriesHash::of("acme", "prometheus", "abc");
        let id = AlertId::new(series, 70_000, Time::from_seconds(1), 3);
        assert_eq!((id.series(), id.number()), (series, 70_000));
        assert_eq!(id.to_string().len(), 24);
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        assert_ne!(id, AlertId::new(series, 70_000, Time::from_seconds(1), 4));
        assert_eq!(series.to_string().parse(), Ok(series));
        assert!("short".parse::<AlertId>().is_err());
        let digest = AlertId::of_digest(series, 70_000, Time::from_seconds(1));
        assert_eq!((digest.series(), digest.number()), (series, 70_000));
        assert!(digest.is_digest() && !id.is_digest());
    }

    #[test]
    fn parts_of_a_hash_do_not_run_together() {
        assert_ne!(Hash::of(&[b"ab", b"c"]).text(8), Hash::of(&[b"a", b"bc"]).text(8));
        assert_ne!(SeriesHash::of("t", "a", "bc"), SeriesHash::of("t", "ab", "c"));
        assert_ne!(SeriesHash::of("t", "a", "b"), SeriesHash::of("u", "a", "b"));
    }

    #[test]
    fn a_short_id_is_six_characters_and_another_at_each_attempt() {
        let id = AlertId::new(SeriesHash::of("t", "p", "k"), 1, Time::from_seconds(1), 0);
        assert_eq!(id.short_id("acme", 0).len(), 6);
        assert_ne!(id.short_id("acme", 0), id.short_id("acme", 1));
        assert_ne!(id.short_id("acme", 0), id.short_id("other", 0));
    }
}
