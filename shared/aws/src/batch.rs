//! One record at fault fails alone.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures::FutureExt;
use futures::stream::{self, StreamExt};

use crate::{Body, Failed};

/// A batch has no more records: all are worked on at once.
const AT_ONCE: usize = 10;

/// Works off the records of one call. `handle` gets each message and whether it was received
/// before. The answer names those that failed, panicked or could not be read, and no others; the
/// function must have `ReportBatchItemFailures` switched on.
pub async fn batch<F, Fut>(event: SqsEvent, handle: F) -> SqsBatchResponse
where
    F: Fn(Body, bool) -> Fut,
    Fut: Future<Output = Result<(), Failed>>,
{
    let handle = &handle;
    let failed: Vec<Option<String>> = stream::iter(event.records)
        .map(|record| async move {
            let one = AssertUnwindSafe(one(&record, handle)).catch_unwind().await;
            let reason = match one {
                Ok(Ok(())) => return None,
                Ok(Err(Failed::GoBack(reason))) => reason,
                // The panic has logged itself, without what it may quote.
                Err(_) => "it made the consumer panic".to_owned(),
            };
            log_failure(&record, &reason);
            // Without an id the whole batch comes again, which does no harm.
            Some(record.message_id.unwrap_or_default())
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut response = SqsBatchResponse::default();
    response.set_failures(failed.into_iter().flatten());
    response
}

async fn one<F, Fut>(record: &SqsMessage, handle: &F) -> Result<(), Failed>
where
    F: Fn(Body, bool) -> Fut,
    Fut: Future<Output = Result<(), Failed>>,
{
    let text = record.body.as_deref().unwrap_or_default();
    let body = Body::decode(text).map_err(|error| Failed::GoBack(error.to_string()))?;
    handle(body, receive_count(record) > 1).await
}

/// From 1. A record that does not tell may have come before.
fn receive_count(record: &SqsMessage) -> u32 {
    let count = record.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(2)
}

/// What an operator needs to find the message in a dead-letter queue; never what stands in it.
fn log_failure(record: &SqsMessage, reason: &str) {
    let arn = record.event_source_arn.as_deref().unwrap_or_default();
    tracing::error!(
        counter = "queue.failed",
        message = record.message_id.as_deref().unwrap_or_default(),
        queue = arn.rsplit(':').next().unwrap_or_default(),
        received = receive_count(record),
        reason,
        "a message goes back to its queue"
    );
}
