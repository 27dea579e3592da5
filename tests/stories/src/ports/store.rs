//! The store: in memory, or the tables of a local AWS.

use std::sync::Arc;

use nightowl_domain::{
    Alert, AlertId, Details, Digest, Entry, MessageRef, Occurrence, SendKey, SeriesHash, Time,
};
use nightowl_engine::testing::MemoryStore;
use nightowl_engine::{Page, Report, Store, StoreError, Summary, Write};

use super::cloud::Cloud;

#[derive(Clone)]
pub enum StoryStore {
    Memory(MemoryStore),
    Cloud(Arc<Cloud>),
}

/// What a story asks that the engine does not.
impl StoryStore {
    /// All alerts as they stand, hidden ones too, in the order of tenant, series, number.
    pub fn alerts(&self) -> Vec<Alert> {
        match self {
            Self::Memory(memory) => memory.alerts(),
            Self::Cloud(cloud) => cloud.alerts(),
        }
    }

    /// Every version of every alert that was written, in order.
    pub fn history(&self) -> Vec<Alert> {
        match self {
            Self::Memory(memory) => memory.history(),
            Self::Cloud(cloud) => cloud.history(),
        }
    }

    /// What an intake took and nobody has finished, oldest first, each with its receipt.
    pub fn intake(&self) -> Vec<(u64, Report)> {
        match self {
            Self::Memory(memory) => memory.intake(),
            Self::Cloud(cloud) => cloud.taken(),
        }
    }

    /// The report was worked off.
    pub fn finish(&self, receipt: u64) {
        match self {
            Self::Memory(memory) => memory.finish(receipt),
            Self::Cloud(cloud) => cloud.finish(receipt),
        }
    }

    /// Where this alert's cards are.
    pub fn cards(&self, occurrence: &Occurrence) -> Vec<MessageRef> {
        match self {
            Self::Memory(memory) => memory.cards(occurrence),
            Self::Cloud(cloud) => cloud.cards(occurrence),
        }
    }

    /// Items read and written so far, what the intake took included where it is kept here.
    pub fn requests(&self) -> (usize, usize) {
        match self {
            Self::Memory(memory) => memory.requests(),
            Self::Cloud(cloud) => cloud.requests(),
        }
    }
}

/// The same call on whichever it is. Over there it is a `read` or a `write`.
macro_rules! on_either {
    ($store:ident, $kind:ident, $method:ident($($argument:expr),*)) => {
        match $store {
            Self::Memory(memory) => memory.$method($($argument),*).await,
            Self::Cloud(cloud) => {
                cloud.$kind(Box::pin(cloud.account().store.$method($($argument),*))).await
            }
        }
    };
}

impl Store for StoryStore {
    async fn write(&self, write: Write) -> Result<(), StoreError> {
        match self {
            Self::Memory(memory) => memory.write(write).await,
            Self::Cloud(cloud) => cloud.write_alert(write).await,
        }
    }

    fn due_shards(&self) -> u8 {
        match self {
            Self::Memory(memory) => memory.due_shards(),
            Self::Cloud(cloud) => cloud.account().store.due_shards(),
        }
    }

    async fn newest(&self, tenant: &str, series: SeriesHash) -> Result<Option<Alert>, StoreError> {
        on_either!(self, read, newest(tenant, series))
    }

    async fn read(&self, occurrence: &Occurrence) -> Result<Option<Alert>, StoreError> {
        on_either!(self, read, read(occurrence))
    }

    async fn newest_digest(
        &self,
        tenant: &str,
        series: SeriesHash,
    ) -> Result<Option<Digest>, StoreError> {
        on_either!(self, read, newest_digest(tenant, series))
    }

    async fn read_digest(&self, digest: &Occurrence) -> Result<Option<Digest>, StoreError> {
        on_either!(self, read, read_digest(digest))
    }

    async fn write_digest(&self, digest: &Digest) -> Result<(), StoreError> {
        on_either!(self, write, write_digest(digest))
    }

    async fn put_details(&self, alert: &Alert, details: &Details) -> Result<(), StoreError> {
        on_either!(self, write, put_details(alert, details))
    }

    async fn read_details(&self, alert: &Alert) -> Result<Option<Details>, StoreError> {
        on_either!(self, read, read_details(alert))
    }

    async fn put_timeline(&self, alert: &Alert, entries: &[Entry]) -> Result<(), StoreError> {
        on_either!(self, write, put_timeline(alert, entries))
    }

    async fn read_timeline(&self, alert: &Alert) -> Result<Vec<Entry>, StoreError> {
        on_either!(self, read, read_timeline(alert))
    }

    async fn reserve_short_id(
        &self,
        occurrence: &Occurrence,
        short_id: &str,
    ) -> Result<bool, StoreError> {
        on_either!(self, write, reserve_short_id(occurrence, short_id))
    }

    async fn find_short_ids(
        &self,
        tenant: &str,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(String, AlertId)>, StoreError> {
        on_either!(self, read, find_short_ids(tenant, prefix, limit))
    }

    async fn put_mapping(
        &self,
        occurrence: &Occurrence,
        message: &MessageRef,
    ) -> Result<(), StoreError> {
        on_either!(self, write, put_mapping(occurrence, message))
    }

    async fn put_reverse(
        &self,
        message: &MessageRef,
        occurrence: &Occurrence,
        key: &SendKey,
    ) -> Result<(), StoreError> {
        on_either!(self, write, put_reverse(message, occurrence, key))
    }

    async fn read_reverse(
        &self,
        message: &MessageRef,
    ) -> Result<Option<(Occurrence, SendKey)>, StoreError> {
        on_either!(self, read, read_reverse(message))
    }

    async fn due(
        &self,
        shard: u8,
        before: Time,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<(Occurrence, Time)>, StoreError> {
        on_either!(self, read, due(shard, before, cursor, limit))
    }

    async fn list(
        &self,
        tenant: &str,
        status: Option<&str>,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Summary>, StoreError> {
        on_either!(self, read, list(tenant, status, cursor, limit))
    }

    async fn use_once(&self, what: &str, now: Time, seconds: u64) -> Result<bool, StoreError> {
        on_either!(self, write, use_once(what, now, seconds))
    }

    async fn read_identity(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
    ) -> Result<Option<String>, StoreError> {
        on_either!(self, read, read_identity(tenant, provider, user_ref))
    }

    async fn put_identity(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
        user: &str,
    ) -> Result<(), StoreError> {
        on_either!(self, write, put_identity(tenant, provider, user_ref, user))
    }

    async fn read_face(
        &self,
        tenant: &str,
        provider: &str,
        user: &str,
    ) -> Result<Option<String>, StoreError> {
        on_either!(self, read, read_face(tenant, provider, user))
    }

    async fn keep(
        &self,
        what: &str,
        text: &str,
        now: Time,
        seconds: u64,
    ) -> Result<(), StoreError> {
        on_either!(self, write, keep(what, text, now, seconds))
    }

    async fn kept(&self, what: &str, now: Time) -> Result<Option<String>, StoreError> {
        on_either!(self, read, kept(what, now))
    }

    async fn take_kept(&self, what: &str, now: Time) -> Result<Option<String>, StoreError> {
        on_either!(self, write, take_kept(what, now))
    }

    async fn read_sweep(&self) -> Result<Option<(Time, Option<String>)>, StoreError> {
        on_either!(self, read, read_sweep())
    }

    async fn write_sweep(&self, at: Time, cursor: Option<String>) -> Result<(), StoreError> {
        on_either!(self, write, write_sweep(at, cursor))
    }
}
