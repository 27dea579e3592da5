//! The key with which the first configuration is applied. Whoever may call the function `admin` in
//! the account makes it; it is shown in that one answer and nowhere else.

use std::sync::Arc;

use fast32::base32::CROCKFORD_LOWER as BASE32;
use nightowl_engine::ports::{ApiRole, Clock, KeyOwner, Keys, StoreError};
use nightowl_messaging::Secret;
use nightowl_process::SystemClock;
use nightowl_store::{DeployKey, DynamoStore};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::ports::Configuration;

/// Configured keys, and the one that was made at deploy.
pub struct AdminKeys<K = SystemClock> {
    live: Arc<Configuration<K>>,
    store: DynamoStore,
    clock: K,
}

impl<K: Clock> AdminKeys<K> {
    /// How the key signs what it does.
    pub const ID: &'static str = "deploy";

    pub const fn new(live: Arc<Configuration<K>>, store: DynamoStore, clock: K) -> Self {
        Self { live, store, clock }
    }

    /// `{"admin_key": "make" | "replace" | "delete"}` → the answer, as JSON. An answer with a key
    /// in it comes once.
    pub async fn obey(&self, order: &str) -> Value {
        let order: Value = serde_json::from_slice(order.as_bytes()).unwrap_or_default();
        let done = match order["admin_key"].as_str() {
            Some("make") => self.make().await,
            Some("replace") => self.replace().await,
            Some("delete") => {
                self.store.delete_deploy_key().await.map(|()| json!({"admin_key": null}))
            }
            _ => Ok(json!({
                "error": "expected {\"admin_key\": \"make\"}, or \"replace\", or \"delete\"",
            })),
        };
        done.unwrap_or_else(|error| {
            tracing::warn!(%error, "the admin key could not be changed");
            json!({"error": error.to_string()})
        })
    }

    async fn make(&self) -> Result<Value, StoreError> {
        if let Some(stands) = self.store.deploy_key().await? {
            return Ok(exists(&stands));
        }
        let (key, row) = self.draw()?;
        let put = self.store.put_deploy_key(&row, false).await;
        if matches!(put, Ok(true)) {
            return Ok(made(&key));
        }
        // An answer was lost, or somebody else was first.
        match self.store.deploy_key().await? {
            Some(stands) if stands.hash == row.hash => Ok(made(&key)),
            Some(stands) => Ok(exists(&stands)),
            None => put.map(|_| json!({"error": "it was deleted at the same moment"})),
        }
    }

    async fn replace(&self) -> Result<Value, StoreError> {
        let (key, row) = self.draw()?;
        self.store.put_deploy_key(&row, true).await?;
        Ok(made(&key))
    }

    /// A new key, and what is kept of it.
    fn draw(&self) -> Result<(Secret, DeployKey), StoreError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|_| StoreError::Unavailable("the system gave no random bytes".to_owned()))?;
        let key = Secret::new(format!("owl_{}", BASE32.encode(&bytes)));
        let row = DeployKey { hash: hash(&key), made: self.clock.now() };
        Ok((key, row))
    }
}

impl<K: Clock> Keys for AdminKeys<K> {
    async fn owner(&self, key: &Secret) -> Result<Option<KeyOwner>, StoreError> {
        let configured = self.live.owner(key).await?;
        if configured.is_some() {
            return Ok(configured);
        }
        // Read each time: one that was replaced has to end at once, in every process.
        let Some(row) = self.store.deploy_key().await? else { return Ok(None) };
        let same = bool::from(row.hash.as_bytes().ct_eq(hash(key).as_bytes()));
        let (id, role) = (Self::ID.to_owned(), ApiRole::Admin);
        Ok(same.then_some(KeyOwner::Api { id, tenant: None, role }))
    }
}

/// Keys are random, so a plain hash cannot be guessed back.
fn hash(key: &Secret) -> String {
    let prefixed = Sha256::new().chain_update(b"nightowl deploy key v1\0");
    BASE32.encode(&prefixed.chain_update(key.expose().as_bytes()).finalize())
}

fn made(key: &Secret) -> Value {
    json!({"admin_key": key.expose()})
}

fn exists(stands: &DeployKey) -> Value {
    let since = stands.made.timestamp().to_string();
    json!({
        "error": "there is an admin key already; \"replace\" makes another and ends this one",
        "since": since,
    })
}
