//! How our types look at rest. Short names, since every kilobyte of the hot item is paid for at
//! every write; a field that says nothing is left out.

mod actor;
mod alert;
mod details;
mod digest;
mod event;
mod send;
mod settle;
mod state;
#[cfg(test)]
mod strategy;
#[cfg(test)]
mod strategy_report;
#[cfg(test)]
mod tests;
mod timeline;
#[cfg(test)]
mod worst;

pub(crate) use alert::AlertRecord;
pub(crate) use details::DetailsRecord;
pub(crate) use digest::DigestRecord;
pub use event::ReportRecord;
pub(crate) use timeline::EntryRecord;

use nightowl_domain::{AlertId, Received, Severity, Time};
use nightowl_engine::ports::StoreError;
use serde::{Deserialize, Serialize};

/// The format that this release writes, and the newest that it reads. It stands beside the body
/// in every row, so that a newer row is recognised without being understood.
pub const FORMAT: u32 = 1;

/// Milliseconds.
type Millis = i64;

pub(crate) fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

fn time(millis: Millis) -> Time {
    Time::from_millis(millis)
}

fn times(millis: Option<Millis>) -> Option<Time> {
    millis.map(Time::from_millis)
}

fn alert_id(text: &str) -> Result<AlertId, StoreError> {
    text.parse().map_err(|()| corrupt("an alert id"))
}

pub(crate) fn severity(word: &str) -> Result<Severity, StoreError> {
    Severity::parse(word).ok_or_else(|| corrupt("a severity"))
}

/// When an event was accepted, and its position.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct ReceivedRecord(Millis, u32);

impl From<Received> for ReceivedRecord {
    fn from(received: Received) -> Self {
        Self(received.at.millis(), received.position)
    }
}

impl From<ReceivedRecord> for Received {
    fn from(record: ReceivedRecord) -> Self {
        Self { at: time(record.0), position: record.1 }
    }
}
