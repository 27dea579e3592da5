#![doc = include_str!("../README.md")]

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use nightowl_aws::{Queue, Queues, batch, consume};
use nightowl_engine::Engine;
use nightowl_engine::ports::{Clock, Ports};

/// Works off one batch of the queue `urgent` or of `cards`, whichever the records name.
pub async fn on_batch<P: Ports, K: Clock + Clone>(
    engine: &Engine<P>,
    queues: &Queues<K>,
    event: SqsEvent,
) -> SqsBatchResponse {
    // All records of one call are of one queue. One that is not known is treated as what matters
    // more.
    let arn = event.records.first().and_then(|record| record.event_source_arn.as_deref());
    let from = arn.and_then(|arn| queues.by_arn(arn)).unwrap_or(Queue::Urgent);
    batch(event, |body, redelivered| consume(engine, queues, from, body, redelivered)).await
}
