//! A platform's answers that are kept for a while, so that it is not asked for each message.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Beyond that everything is forgotten at once, which costs only asking again.
const ENTRIES_MAX: usize = 10_000;

/// What was asked → what was answered, and until when that counts.
pub struct Kept<K, V> {
    life: Option<Duration>,
    entries: Mutex<BTreeMap<K, (V, Option<Instant>)>>,
}

impl<K: Ord + Clone, V: Clone> Kept<K, V> {
    pub const fn for_ever() -> Self {
        Self { life: None, entries: Mutex::new(BTreeMap::new()) }
    }

    pub const fn during(life: Duration) -> Self {
        Self { life: Some(life), entries: Mutex::new(BTreeMap::new()) }
    }

    pub fn get(&self, key: &K) -> Option<V> {
        let entries = self.entries();
        let (value, until) = entries.get(key)?;
        let counts = until.is_none_or(|until| Instant::now() < until);
        counts.then(|| value.clone())
    }

    pub fn put(&self, key: K, value: V) {
        let mut entries = self.entries();
        if entries.len() >= ENTRIES_MAX {
            entries.clear();
        }
        let until = self.life.map(|life| Instant::now() + life);
        entries.insert(key, (value, until));
    }

    /// Forgets every entry whose value is this.
    pub fn forget_value(&self, value: &V)
    where
        V: PartialEq,
    {
        self.entries().retain(|_, (kept, _)| kept != value);
    }

    /// A map is whole after every line above, so a panic elsewhere spoils nothing.
    fn entries(&self) -> MutexGuard<'_, BTreeMap<K, (V, Option<Instant>)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord + Clone, V: Clone> fmt::Debug for Kept<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kept", self.entries().len())
    }
}
