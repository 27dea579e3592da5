//! Where the built-in inbox keeps its messages; the store implements it.

use async_trait::async_trait;
use nightowl_domain::{SendKey, Time};

/// Append, replace, list, find. Messages of one tenant; the newest first.
#[async_trait]
pub trait MessageLog: Send + Sync {
    /// Appends unless a message with this delivery id is there; answers its id either way.
    async fn append(&self, tenant: &str, message: LoggedMessage) -> Result<String, LogError>;
    /// Replaces the body; `false` if there is no such message.
    async fn replace(
        &self,
        tenant: &str,
        channel: &str,
        id: &str,
        body: String,
    ) -> Result<bool, LogError>;
    /// At most `limit` of one channel, newest first.
    async fn list(
        &self,
        tenant: &str,
        channel: &str,
        limit: usize,
    ) -> Result<Vec<LoggedMessage>, LogError>;
    async fn find(
        &self,
        tenant: &str,
        channel: &str,
        delivery: &SendKey,
    ) -> Result<Option<String>, LogError>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedMessage {
    /// Derived from the delivery id, so that a second append finds the first.
    pub id: String,
    /// `alerts`, or `@alice` for what only Alice is told.
    pub channel: String,
    pub delivery: SendKey,
    pub posted_at: Time,
    /// The provider's own form of the message, opaque to the log.
    pub body: String,
    /// Counts the replacements, for conditional polling.
    pub revision: u64,
}

/// `Unavailable`: certainly not done. `Unknown`: may have been done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    #[error("the message log is unavailable: {0}")]
    Unavailable(String),
    #[error("the message log did not answer: {0}")]
    Unknown(String),
}
