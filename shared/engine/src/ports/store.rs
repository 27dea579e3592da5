//! Where truth is kept.

use std::future::Future;

use nightowl_domain::{
    Alert, AlertId, Details, Digest, Entry, MessageRef, Occurrence, SendKey, SeriesHash, Severity,
    Time,
};

/// Reads are strongly consistent unless said otherwise. Every method may be called again after any
/// failure.
pub trait Store: Send + Sync + 'static {
    /// The alert with the highest number, hidden ones included.
    fn newest(
        &self,
        tenant: &str,
        series: SeriesHash,
    ) -> impl Future<Output = Result<Option<Alert>, StoreError>> + Send;

    /// The item at this alert's series and number. `None` also if another id stands there.
    fn read(
        &self,
        occurrence: &Occurrence,
    ) -> impl Future<Output = Result<Option<Alert>, StoreError>> + Send;

    /// One conditional write; a lost race answers [`StoreError::Conflict`] with what stands.
    fn write(&self, write: Write) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Of the digests of a channel ([`Digest::series`]) the one with the highest number.
    fn newest_digest(
        &self,
        tenant: &str,
        series: SeriesHash,
    ) -> impl Future<Output = Result<Option<Digest>, StoreError>> + Send;

    /// `None` also if another id stands there.
    fn read_digest(
        &self,
        digest: &Occurrence,
    ) -> impl Future<Output = Result<Option<Digest>, StoreError>> + Send;

    /// One conditional write: version 1 if its number is free, another one over the version before.
    /// A lost race answers [`StoreError::Conflict`] without what stands.
    fn write_digest(&self, digest: &Digest) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Put if absent, under the alert's `details` key. `alert` is the one about to be opened.
    fn put_details(
        &self,
        alert: &Alert,
        details: &Details,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    fn read_details(
        &self,
        alert: &Alert,
    ) -> impl Future<Output = Result<Option<Details>, StoreError>> + Send;

    /// Puts entries apart from the item, each under its number; idempotent.
    fn put_timeline(
        &self,
        alert: &Alert,
        entries: &[Entry],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Entries that were put apart, in order.
    fn read_timeline(
        &self,
        alert: &Alert,
    ) -> impl Future<Output = Result<Vec<Entry>, StoreError>> + Send;

    /// `true` if the short id is now this alert's (also if it was already).
    fn reserve_short_id(
        &self,
        occurrence: &Occurrence,
        short_id: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Alerts of the tenant whose short id begins so, at most `limit`, in order.
    fn find_short_ids(
        &self,
        tenant: &str,
        prefix: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(String, AlertId)>, StoreError>> + Send;

    /// Notes where the alert's card is: unique for alert, provider and channel; the newest wins.
    fn put_mapping(
        &self,
        occurrence: &Occurrence,
        message: &MessageRef,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Notes which send a message is.
    fn put_reverse(
        &self,
        message: &MessageRef,
        occurrence: &Occurrence,
        key: &SendKey,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    fn read_reverse(
        &self,
        message: &MessageRef,
    ) -> impl Future<Output = Result<Option<(Occurrence, SendKey)>, StoreError>> + Send;

    /// Alerts and digests of one shard that are due at or before `before`, the most overdue first, each with
    /// its `due_at`; may lag. `cursor` is of an earlier page.
    fn due(
        &self,
        shard: u8,
        before: Time,
        cursor: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<(Occurrence, Time)>, StoreError>> + Send;

    /// How many shards `due` has.
    fn due_shards(&self) -> u8;

    /// Alerts of a tenant, the newest first; hidden ones left out; may lag. A page may be short
    /// and still have a cursor. `status` is a [`nightowl_domain::Status::name`].
    fn list(
        &self,
        tenant: &str,
        status: Option<&str>,
        cursor: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Summary>, StoreError>> + Send;

    /// `true` the first time within `seconds`.
    fn use_once(
        &self,
        what: &str,
        now: Time,
        seconds: u64,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The chat user's person, if they have met: `L#` rows.
    fn read_identity(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// Also notes the way back, which [`Store::read_face`] answers.
    fn put_identity(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
        user: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The chat user as whom this person was met last, if that one is still this person.
    fn read_face(
        &self,
        tenant: &str,
        provider: &str,
        user: &str,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// Keeps a text under a name for so long; over what stands there. Its names are apart from
    /// those of [`Store::use_once`].
    fn keep(
        &self,
        what: &str,
        text: &str,
        now: Time,
        seconds: u64,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What is kept there and not over at `now`. It stays.
    fn kept(
        &self,
        what: &str,
        now: Time,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// The same, and it is gone: of several who take it one alone gets it. After a lost answer
    /// nobody may have it.
    fn take_kept(
        &self,
        what: &str,
        now: Time,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// When the last sweep ended, and where an unfinished one goes on.
    fn read_sweep(
        &self,
    ) -> impl Future<Output = Result<Option<(Time, Option<String>)>, StoreError>> + Send;

    fn write_sweep(
        &self,
        at: Time,
        cursor: Option<String>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// One conditional write of one item, or of two in a transaction.
#[derive(Clone, Debug)]
pub enum Write {
    /// Over the version before: `alert.version - 1`.
    Update(Box<Alert>),
    /// `alert` if its number is free; with it `previous` over its version before.
    Open { alert: Box<Alert>, previous: Option<Box<Alert>> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Opaque; present if there may be more.
    pub cursor: Option<String>,
}

/// What a list shows of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub id: AlertId,
    pub short_id: String,
    pub tenant: String,
    pub integration: String,
    pub status: String,
    pub severity: Severity,
    pub title: String,
    pub count: u32,
    pub fired_at: Time,
    /// All tiers of its policy went by: nobody else is paged. Counts only while it fires.
    pub exhausted: bool,
}

impl Summary {
    /// The status as people read it: an alert that fires unheard is not just one that fires.
    pub fn standing(&self) -> &str {
        match self.status.as_str() {
            "firing" if self.exhausted => "firing, nobody answered",
            status => status,
        }
    }
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody wrote first. What stands there now, as far as the answer told.
    #[error("another writer was first")]
    Conflict(Option<Box<Alert>>),
    /// Certainly not done; later it may be.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// It may have been done; the answer was lost.
    #[error("the store did not answer: {0}")]
    Unknown(String),
    /// A record that a newer release wrote. Never rewritten.
    #[error("the record has format {found}; this release reads up to {known}")]
    NewerFormat { found: u32, known: u32 },
    /// A record that makes no sense.
    #[error("a stored record cannot be read: {0}")]
    Corrupt(String),
}
