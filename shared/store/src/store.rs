//! The engine's port, method by method.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use nightowl_domain::{
    Alert, AlertId, Details, Digest, Entry, MessageRef, Occurrence, SendKey, SeriesHash, Time,
};
use nightowl_engine::ports::{Page, Store, StoreError, Summary, Write};

use crate::db::Db;
use crate::keys;
use crate::tables::Tables;

/// All that is kept, in two tables. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    pub(crate) db: Arc<Db>,
    /// Tenant and month of the rows that this process knows to be written: see [`crate::list`].
    pub(crate) months: Arc<Mutex<BTreeSet<(String, String)>>>,
}

impl DynamoStore {
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { db: Arc::new(Db { client, tables }), months: Arc::default() }
    }
}

impl Store for DynamoStore {
    async fn newest(&self, tenant: &str, series: SeriesHash) -> Result<Option<Alert>, StoreError> {
        self.newest_alert(tenant, series).await
    }

    async fn read(&self, occurrence: &Occurrence) -> Result<Option<Alert>, StoreError> {
        self.read_alert(occurrence).await
    }

    async fn write(&self, write: Write) -> Result<(), StoreError> {
        match write {
            Write::Update(alert) => self.update_alert(&alert).await,
            Write::Open { alert, previous } => self.open_alert(&alert, previous.as_deref()).await,
        }
    }

    async fn newest_digest(
        &self,
        tenant: &str,
        series: SeriesHash,
    ) -> Result<Option<Digest>, StoreError> {
        self.newest_digest_row(tenant, series).await
    }

    async fn read_digest(&self, digest: &Occurrence) -> Result<Option<Digest>, StoreError> {
        self.read_digest_row(digest).await
    }

    async fn write_digest(&self, digest: &Digest) -> Result<(), StoreError> {
        self.write_digest_row(digest).await
    }

    async fn put_details(&self, alert: &Alert, details: &Details) -> Result<(), StoreError> {
        self.put_details_rows(alert, details).await
    }

    async fn read_details(&self, alert: &Alert) -> Result<Option<Details>, StoreError> {
        self.read_details_rows(alert).await
    }

    async fn put_timeline(&self, alert: &Alert, entries: &[Entry]) -> Result<(), StoreError> {
        self.put_timeline_rows(alert, entries).await
    }

    async fn read_timeline(&self, alert: &Alert) -> Result<Vec<Entry>, StoreError> {
        self.read_timeline_rows(alert).await
    }

    async fn reserve_short_id(
        &self,
        occurrence: &Occurrence,
        short_id: &str,
    ) -> Result<bool, StoreError> {
        self.reserve(occurrence, short_id).await
    }

    async fn find_short_ids(
        &self,
        tenant: &str,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(String, AlertId)>, StoreError> {
        self.find_reserved(tenant, prefix, limit).await
    }

    async fn put_mapping(
        &self,
        occurrence: &Occurrence,
        message: &MessageRef,
    ) -> Result<(), StoreError> {
        self.put_mapping_row(occurrence, message).await
    }

    async fn put_reverse(
        &self,
        message: &MessageRef,
        occurrence: &Occurrence,
        key: &SendKey,
    ) -> Result<(), StoreError> {
        self.put_reverse_row(message, occurrence, key).await
    }

    async fn read_reverse(
        &self,
        message: &MessageRef,
    ) -> Result<Option<(Occurrence, SendKey)>, StoreError> {
        self.read_reverse_row(message).await
    }

    async fn due(
        &self,
        shard: u8,
        before: Time,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<(Occurrence, Time)>, StoreError> {
        self.due_page(shard, before, cursor, limit).await
    }

    fn due_shards(&self) -> u8 {
        keys::DUE_SHARDS
    }

    async fn list(
        &self,
        tenant: &str,
        status: Option<&str>,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Summary>, StoreError> {
        self.list_page(tenant, status, cursor, limit).await
    }

    async fn use_once(&self, what: &str, now: Time, seconds: u64) -> Result<bool, StoreError> {
        self.use_row_once(what, now, seconds).await
    }

    async fn read_identity(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
    ) -> Result<Option<String>, StoreError> {
        self.read_identity_row(tenant, provider, user_ref).await
    }

    async fn put_identity(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
        user: &str,
    ) -> Result<(), StoreError> {
        self.put_identity_rows(tenant, provider, user_ref, user).await
    }

    async fn read_face(
        &self,
        tenant: &str,
        provider: &str,
        user: &str,
    ) -> Result<Option<String>, StoreError> {
        self.read_face_row(tenant, provider, user).await
    }

    async fn keep(
        &self,
        what: &str,
        text: &str,
        now: Time,
        seconds: u64,
    ) -> Result<(), StoreError> {
        self.keep_row(what, text, now, seconds).await
    }

    async fn kept(&self, what: &str, now: Time) -> Result<Option<String>, StoreError> {
        self.read_kept_row(what, now).await
    }

    async fn take_kept(&self, what: &str, now: Time) -> Result<Option<String>, StoreError> {
        self.take_kept_row(what, now).await
    }

    async fn read_sweep(&self) -> Result<Option<(Time, Option<String>)>, StoreError> {
        self.read_sweep_row().await
    }

    async fn write_sweep(&self, at: Time, cursor: Option<String>) -> Result<(), StoreError> {
        self.write_sweep_row(at, cursor).await
    }
}
