//! The configuration's rows and the inbox's messages, in the store in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use nightowl_domain::SendKey;
use nightowl_messaging::{LogError, LoggedMessage, MessageLog};

use super::store::MemoryStore;
use crate::{ConfigStore, KEY_CHANGES_MAX, KeyChange, KeyRow, StoreError};

impl ConfigStore for MemoryStore {
    async fn pointer(&self, tenant: &str) -> Result<Option<String>, StoreError> {
        self.look(|rows| Ok(rows.pointers.get(tenant).cloned().flatten())).await
    }

    async fn last(&self, tenant: &str) -> Result<Option<String>, StoreError> {
        self.look(|rows| Ok(rows.last.get(tenant).cloned())).await
    }

    async fn flip(
        &self,
        tenant: &str,
        from: Option<&str>,
        to: Option<&str>,
        keys: &[KeyChange],
    ) -> Result<bool, StoreError> {
        self.with(|rows| {
            let standing = rows.pointers.get(tenant).cloned().flatten();
            if standing.as_deref() != from || !change_keys(&mut rows.keys, keys) {
                return Ok(false);
            }
            if from == to {
                return Ok(true);
            }
            rows.pointers.insert(tenant.to_owned(), to.map(str::to_owned));
            if let (Some(from), None) = (from, to) {
                rows.last.insert(tenant.to_owned(), from.to_owned());
            }
            Ok(true)
        })
        .await
    }

    async fn text(&self, tenant: &str, hash: &str) -> Result<Option<String>, StoreError> {
        let key = (tenant.to_owned(), hash.to_owned());
        self.look(|rows| Ok(rows.texts.get(&key).cloned())).await
    }

    async fn put_text(&self, tenant: &str, hash: &str, text: &str) -> Result<(), StoreError> {
        let key = (tenant.to_owned(), hash.to_owned());
        self.with(|rows| {
            rows.texts.insert(key, text.to_owned());
            Ok(())
        })
        .await
    }

    async fn pointers(&self) -> Result<Vec<String>, StoreError> {
        self.look(|rows| {
            let set =
                rows.pointers.iter().filter(|(tenant, hash)| *tenant != "*" && hash.is_some());
            Ok(set.map(|(tenant, _)| tenant.clone()).collect())
        })
        .await
    }

    async fn key_row(&self, key_hash: &str) -> Result<Option<KeyRow>, StoreError> {
        self.look(|rows| Ok(rows.keys.get(key_hash).cloned())).await
    }

    async fn put_leftover(&self, tenant: &str, hash: &str) -> Result<(), StoreError> {
        let leftover = (tenant.to_owned(), hash.to_owned());
        self.with(|rows| {
            rows.leftovers.insert(leftover);
            Ok(())
        })
        .await
    }

    async fn leftovers(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.look(|rows| Ok(rows.leftovers.iter().cloned().collect())).await
    }

    async fn delete_leftover(&self, tenant: &str, hash: &str) -> Result<(), StoreError> {
        let leftover = (tenant.to_owned(), hash.to_owned());
        self.with(|rows| {
            rows.leftovers.remove(&leftover);
            Ok(())
        })
        .await
    }
}

/// Changes all of these rows or none, as the database does it: it refuses more in one step.
fn change_keys(rows: &mut BTreeMap<String, KeyRow>, changes: &[KeyChange]) -> bool {
    assert!(changes.len() <= KEY_CHANGES_MAX, "{} key rows in one step", changes.len());
    let may_change = |change: &KeyChange| {
        let standing = rows.get(change.hash());
        standing.is_none_or(|row| change.holders().any(|holder| holder == row.tenant))
    };
    if !changes.iter().all(may_change) {
        return false;
    }
    for change in changes {
        match change {
            KeyChange::Put { hash, row, .. } => rows.insert(hash.clone(), row.clone()),
            KeyChange::Delete { hash, .. } => rows.remove(hash),
        };
    }
    true
}

fn failure(lost: bool) -> LogError {
    if lost {
        LogError::Unknown("the answer was lost".to_owned())
    } else {
        LogError::Unavailable("the trap sprang".to_owned())
    }
}

#[async_trait]
impl MessageLog for MemoryStore {
    async fn append(&self, tenant: &str, message: LoggedMessage) -> Result<String, LogError> {
        let key = (tenant.to_owned(), message.channel.clone());
        self.trap()
            .around(failure, || {
                let mut rows = self.lock();
                let channel = rows.log.entry(key).or_default();
                let known = channel.iter().find(|known| known.delivery == message.delivery);
                let id = known.map_or_else(|| message.id.clone(), |known| known.id.clone());
                if known.is_none() {
                    channel.push(message);
                }
                Ok(id)
            })
            .await
    }

    async fn replace(
        &self,
        tenant: &str,
        channel: &str,
        id: &str,
        body: String,
    ) -> Result<bool, LogError> {
        let key = (tenant.to_owned(), channel.to_owned());
        self.trap()
            .around(failure, || {
                let mut rows = self.lock();
                let messages = rows.log.get_mut(&key).into_iter().flatten();
                let Some(message) = messages.into_iter().find(|message| message.id == id) else {
                    return Ok(false);
                };
                message.body = body;
                message.revision += 1;
                Ok(true)
            })
            .await
    }

    async fn list(
        &self,
        tenant: &str,
        channel: &str,
        limit: usize,
    ) -> Result<Vec<LoggedMessage>, LogError> {
        let key = (tenant.to_owned(), channel.to_owned());
        self.trap()
            .around(failure, || {
                let rows = self.lock();
                let messages = rows.log.get(&key).into_iter().flatten();
                let mut newest: Vec<LoggedMessage> = messages.cloned().collect();
                newest.reverse();
                newest.truncate(limit);
                Ok(newest)
            })
            .await
    }

    async fn find(
        &self,
        tenant: &str,
        channel: &str,
        delivery: &SendKey,
    ) -> Result<Option<String>, LogError> {
        let key = (tenant.to_owned(), channel.to_owned());
        self.trap()
            .around(failure, || {
                let rows = self.lock();
                let mut messages = rows.log.get(&key).into_iter().flatten();
                let found = messages.find(|message| message.delivery == *delivery);
                Ok(found.map(|message| message.id.clone()))
            })
            .await
    }
}
