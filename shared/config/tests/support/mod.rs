//! What the tests share.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use nightowl_config::{Applied, ApplyError, Document, KeyFileSealer, Scope, check};
use nightowl_domain::Time;
use nightowl_engine::{Clock, ConfigStore, KEY_CHANGES_MAX, KeyChange, KeyRow, StoreError};

pub use futures::executor::block_on;

pub fn sealer() -> KeyFileSealer {
    KeyFileSealer::new(Some([7; 32]), Some([9; 32]))
}

pub fn vars(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A file without a mistake.
pub fn read(text: &str) -> Document {
    check("t.yaml", text, &BTreeMap::new()).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

pub fn put(store: &MemoryStore, text: &str) -> Result<Applied, ApplyError> {
    block_on(nightowl_config::apply(&read(text), store, &sealer(), &Scope::Operators))
}

/// Rows of configuration in memory; counts what is written.
#[derive(Default)]
pub struct MemoryStore {
    rows: Mutex<Rows>,
    pub writes: AtomicUsize,
    pub reads: AtomicUsize,
    /// How many writes still go through; `None`: all.
    pub fail_after: Mutex<Option<usize>>,
    /// Runs once, after the next read and before its answer arrives.
    pub after_read: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

#[derive(Default, Clone)]
pub struct Rows {
    pub pointers: BTreeMap<String, String>,
    pub last: BTreeMap<String, String>,
    pub texts: BTreeMap<(String, String), String>,
    pub keys: BTreeMap<String, KeyRow>,
    pub leftovers: BTreeSet<(String, String)>,
}

impl MemoryStore {
    pub fn rows(&self) -> Rows {
        self.rows.lock().unwrap().clone()
    }

    pub fn point(&self, slug: &str, hash: &str) {
        self.rows.lock().unwrap().pointers.insert(slug.to_owned(), hash.to_owned());
    }

    /// A row as a release before wrote it, unless there is one.
    pub fn put_bare_key(&self, hash: &str, tenant: &str) {
        let row = KeyRow { tenant: tenant.to_owned(), integration: None };
        self.rows.lock().unwrap().keys.entry(hash.to_owned()).or_insert(row);
    }

    pub fn lose_key(&self, hash: &str) {
        self.rows.lock().unwrap().keys.remove(hash);
    }

    pub fn all_text(&self) -> String {
        let rows = self.rows();
        format!("{:?} {:?} {:?}", rows.pointers, rows.texts, rows.keys)
    }

    pub fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    fn write<T>(&self, change: impl FnOnce(&mut Rows) -> T) -> Result<T, StoreError> {
        if let Some(left) = self.fail_after.lock().unwrap().as_mut() {
            if *left == 0 {
                return Err(StoreError::Unavailable("switched off".into()));
            }
            *left -= 1;
        }
        self.writes.fetch_add(1, Ordering::SeqCst);
        Ok(change(&mut self.rows.lock().unwrap()))
    }

    fn read<T>(&self, look: impl FnOnce(&Rows) -> T) -> Result<T, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let found = look(&self.rows.lock().unwrap());
        let after = self.after_read.lock().unwrap().take();
        if let Some(after) = after {
            after();
        }
        Ok(found)
    }
}

impl ConfigStore for MemoryStore {
    async fn pointer(&self, tenant: &str) -> Result<Option<String>, StoreError> {
        self.read(|rows| rows.pointers.get(tenant).cloned())
    }
    async fn last(&self, tenant: &str) -> Result<Option<String>, StoreError> {
        self.read(|rows| rows.last.get(tenant).cloned())
    }
    async fn flip(
        &self,
        tenant: &str,
        from: Option<&str>,
        to: Option<&str>,
        keys: &[KeyChange],
    ) -> Result<bool, StoreError> {
        self.write(|rows| {
            let standing = rows.pointers.get(tenant).map(String::as_str);
            if standing != from || !rows.change_keys(keys) {
                return false;
            }
            if from == to {
                return true;
            }
            match to {
                Some(to) => rows.pointers.insert(tenant.to_owned(), to.to_owned()),
                None => {
                    let last = rows.pointers.remove(tenant);
                    last.and_then(|last| rows.last.insert(tenant.to_owned(), last))
                }
            };
            true
        })
    }
    async fn text(&self, tenant: &str, hash: &str) -> Result<Option<String>, StoreError> {
        self.read(|rows| rows.texts.get(&(tenant.to_owned(), hash.to_owned())).cloned())
    }
    async fn put_text(&self, tenant: &str, hash: &str, text: &str) -> Result<(), StoreError> {
        self.write(|rows| {
            rows.texts.insert((tenant.to_owned(), hash.to_owned()), text.to_owned());
        })
    }
    async fn pointers(&self) -> Result<Vec<String>, StoreError> {
        self.read(|rows| rows.pointers.keys().filter(|slug| *slug != "*").cloned().collect())
    }
    async fn key_row(&self, key_hash: &str) -> Result<Option<KeyRow>, StoreError> {
        self.read(|rows| rows.keys.get(key_hash).cloned())
    }
    async fn put_leftover(&self, tenant: &str, hash: &str) -> Result<(), StoreError> {
        self.write(|rows| {
            rows.leftovers.insert((tenant.to_owned(), hash.to_owned()));
        })
    }
    async fn leftovers(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.read(|rows| rows.leftovers.iter().cloned().collect())
    }
    async fn delete_leftover(&self, tenant: &str, hash: &str) -> Result<(), StoreError> {
        self.write(|rows| {
            rows.leftovers.remove(&(tenant.to_owned(), hash.to_owned()));
        })
    }
}

impl Rows {
    /// All or none, as the database does it: it refuses more in one step.
    fn change_keys(&mut self, changes: &[KeyChange]) -> bool {
        assert!(changes.len() <= KEY_CHANGES_MAX, "{} key rows in one step", changes.len());
        let may_change = |change: &KeyChange| {
            let standing = self.keys.get(change.hash());
            standing.is_none_or(|row| change.holders().any(|holder| holder == row.tenant))
        };
        if !changes.iter().all(may_change) {
            return false;
        }
        for change in changes {
            match change {
                KeyChange::Put { hash, row, .. } => self.keys.insert(hash.clone(), row.clone()),
                KeyChange::Delete { hash, .. } => self.keys.remove(hash),
            };
        }
        true
    }
}

/// A clock that stands until it is moved.
#[derive(Default)]
pub struct StillClock(pub AtomicI64);

impl Clock for StillClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::SeqCst))
    }
    async fn sleep(&self, _span: std::time::Duration) {}
}
