//! How much one sender may send, so that none of them keeps the others' alerts waiting, and how
//! often somebody may try keys and signatures. Whoever goes beyond it is asked to come again later.
//!
//! A token bucket for each key and one for each address. On a laptop these are the limits of the
//! whole; a Lambda function has them for each of its processes, of which AWS starts as many as it
//! needs, and its tables grow with what is asked of them.

mod buckets;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use buckets::Buckets;
use nightowl_domain::{Hash, Time};

/// So many in the long run, and so many at once after a quiet time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: u32,
    pub burst: u32,
}

/// What a process takes from one sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Alerts of one key. A body that is read is taken whole, however many alerts are in it: what
    /// is too much is asked of the bodies after it.
    pub key: Rate,
    /// Requests of one address whose key is nobody's or whose signature is wrong.
    pub stranger: Rate,
}

impl Limits {
    /// By what may come each second; a key may send three seconds' worth at once, an address ten.
    pub const fn of(key: u32, stranger: u32) -> Self {
        Self {
            key: Rate { per_second: key, burst: key.saturating_mul(3) },
            stranger: Rate { per_second: stranger, burst: stranger.saturating_mul(10) },
        }
    }
}

impl Default for Limits {
    /// No honest sender comes near: a storm of 10,000 alerts in one second passes, and so do twice
    /// as many alerts in every second as one process on two cores can store.
    fn default() -> Self {
        Self::of(20_000, 10)
    }
}

/// Addresses that are counted one by one; more share one bucket. So this stays below two megabytes
/// whoever comes.
const ADDRESSES_MAX: usize = 8_192;
/// Only keys that are somebody's have a bucket.
const KEYS_MAX: usize = 8_192;
/// Pairs of an address and a key that were good.
const KNOWN_MAX: usize = 16_384;

/// Whoever is to wait is told so many seconds at least and at most.
const WAIT: (u64, u64) = (1, 60);

/// How long to wait before the same is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) seconds: u64,
}

impl Wait {
    fn of(span: Duration) -> Self {
        Self { seconds: span.as_millis().div_ceil(1000).try_into().unwrap_or(WAIT.1) }.bounded()
    }

    fn bounded(self) -> Self {
        Self { seconds: self.seconds.clamp(WAIT.0, WAIT.1) }
    }
}

/// Who asks: an address and a key, neither of which can be read out of it.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// `None`: the address is not known, and then it has no limit.
    address: Option<String>,
    both: String,
}

impl Visitor {
    pub(crate) fn new(address: Option<IpAddr>, key: &str) -> Self {
        let address = address.map(network);
        let from = address.as_deref().unwrap_or_default();
        let both = Hash::of(&[b"visitor", from.as_bytes(), key.as_bytes()]).text(20);
        Self { address, both }
    }
}

/// Whoever has an address of version 6 has 2⁶⁴ of them.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Shared by all requests of a process.
#[derive(Debug)]
pub(crate) struct Limiter(Mutex<State>);

#[derive(Debug)]
struct State {
    keys: Buckets,
    addresses: Buckets,
    known: BTreeSet<String>,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self(Mutex::new(State {
            keys: Buckets::new(limits.key, KEYS_MAX),
            addresses: Buckets::new(limits.stranger, ADDRESSES_MAX),
            known: BTreeSet::new(),
        }))
    }

    /// Before a key is looked up. Whoever was good from this address before is let through, so that
    /// nobody behind the same proxy can shut them out.
    pub(crate) fn enter(&self, visitor: &Visitor, now: Time) -> Result<(), Wait> {
        let state = self.lock();
        match &visitor.address {
            Some(address) if !state.known.contains(&visitor.both) => {
                state.addresses.peek(address, now).map_err(Wait::of)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The key is nobody's, or the signature is wrong.
    pub(crate) fn failed(&self, visitor: &Visitor, now: Time) {
        if let Some(address) = &visitor.address {
            self.lock().addresses.charge(address, 1, now);
        }
    }

    /// Key and signature are good.
    pub(crate) fn succeeded(&self, visitor: &Visitor) {
        let mut state = self.lock();
        if visitor.address.is_none() || state.known.contains(&visitor.both) {
            return;
        }
        if state.known.len() >= KNOWN_MAX {
            // Each of them is good again with its next request.
            state.known.clear();
        }
        state.known.insert(visitor.both.clone());
    }

    /// Before a body is read. `sender`: the integration.
    pub(crate) fn may_send(&self, sender: &str, now: Time) -> Result<(), Wait> {
        self.lock().keys.peek(sender, now).map_err(Wait::of)
    }

    /// A body had so many alerts; one that could not be read counts as one.
    pub(crate) fn sent(&self, sender: &str, alerts: usize, now: Time) {
        let alerts = u32::try_from(alerts.max(1)).unwrap_or(u32::MAX);
        self.lock().keys.charge(sender, alerts, now);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
