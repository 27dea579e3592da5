//! The requests that the store makes, and what the database library answers.

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What an answer of the service consists of.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) json: String,
}

impl Answer {
    pub(super) fn error(status: u16, name: &str) -> Self {
        let json = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{name}"}}"#);
        Self { status, json }
    }

    pub(super) fn unknown_operation() -> Self {
        Self::error(400, "UnknownOperationException")
    }

    /// It may have been done, or not.
    pub(super) fn unknown_outcome() -> Self {
        Self::error(500, "InternalServerError")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    GetItem,
    PutItem,
    UpdateItem,
    DeleteItem,
    Query,
    TransactWriteItems,
    CreateTable,
    DescribeTable,
    UpdateTimeToLive,
}

impl Operation {
    /// By the header `x-amz-target`. `None`: this crate does not use it.
    pub(super) fn of_target(target: &str) -> Option<Self> {
        Some(match target.strip_prefix("DynamoDB_20120810.")? {
            "GetItem" => Self::GetItem,
            "PutItem" => Self::PutItem,
            "UpdateItem" => Self::UpdateItem,
            "DeleteItem" => Self::DeleteItem,
            "Query" => Self::Query,
            "TransactWriteItems" => Self::TransactWriteItems,
            "CreateTable" => Self::CreateTable,
            "DescribeTable" => Self::DescribeTable,
            "UpdateTimeToLive" => Self::UpdateTimeToLive,
            _ => return None,
        })
    }

    pub(super) const fn writes(self) -> bool {
        match self {
            Self::GetItem | Self::Query | Self::DescribeTable => false,
            Self::PutItem
            | Self::UpdateItem
            | Self::DeleteItem
            | Self::TransactWriteItems
            | Self::CreateTable
            | Self::UpdateTimeToLive => true,
        }
    }

    pub(super) fn perform(self, database: &Database, body: &[u8]) -> Answer {
        let performed = match self {
            Self::GetItem => run(body, |request| database.get_item(request)),
            Self::PutItem => run(body, |request| database.put_item(request)),
            Self::UpdateItem => run(body, |request| database.update_item(request)),
            Self::DeleteItem => run(body, |request| database.delete_item(request)),
            Self::Query => run(body, |request| database.query(request)),
            Self::TransactWriteItems => run(body, |request| database.transact_write_items(request)),
            Self::CreateTable => run(body, |request| database.create_table(request)),
            Self::DescribeTable => run(body, |request| database.describe_table(request)),
            Self::UpdateTimeToLive => run(body, |request| database.update_time_to_live(request)),
        };
        match performed {
            Ok(json) => Answer { status: 200, json },
            Err(refused) => Answer { status: refused.status_code(), json: refused.to_json() },
        }
    }
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<String, DynoxideError> {
    let unreadable =
        |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let request = serde_json::from_slice(body).map_err(unreadable)?;
    serde_json::to_string(&operation(request)?).map_err(unreadable)
}
