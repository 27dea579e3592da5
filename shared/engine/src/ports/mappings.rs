//! Where messages are, asked by the id of an alert that need not be one of ours.

use std::future::Future;

use nightowl_domain::MessageRef;

use super::StoreError;

/// A row of the message-mapping table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub tenant: String,
    /// An alert's id as text: ours, or one that the system before us gave.
    pub alert: String,
    pub message: MessageRef,
}

/// Implemented by what implements [`super::Store`]; only the admin API asks for it.
pub trait Mappings: Send + Sync + 'static {
    /// Where messages of the alert are, in the order of provider and channel; strongly consistent.
    fn mappings(
        &self,
        alert: &str,
    ) -> impl Future<Output = Result<Vec<Mapping>, StoreError>> + Send;

    /// Notes a message unless one is noted for the alert, provider and channel. Answers what stood
    /// there before, which also stands there afterwards; `None`: this one was put.
    fn put_mapping_once(
        &self,
        mapping: &Mapping,
    ) -> impl Future<Output = Result<Option<Mapping>, StoreError>> + Send;
}
