//! What is written down of a request, and what it is answered.

use serde_json::{Value, json};

/// One request that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// `sqs`, `scheduler` or `ssm`.
    pub service: &'static str,
    /// As IAM names it: `SendMessageBatch`.
    pub name: String,
    /// The queue's, schedule's or parameter's name.
    pub target: String,
    /// Of the request's body. SQS charges for each 64 KB of a message as for one request.
    pub bytes: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) error: Option<String>,
    pub(super) body: Value,
}

impl Reply {
    pub(super) const fn ok(body: Value) -> Self {
        Self { status: 200, error: None, body }
    }

    pub(super) fn refused(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "__type": code, "message": message, "Message": message });
        Self { status, error: Some(code.to_owned()), body }
    }

    pub(super) fn invalid(message: &str) -> Self {
        Self::refused(400, "ValidationException", message)
    }
}
