#![doc = include_str!("../README.md")]

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use nightowl_aws::{Queue, Queues, batch, consume_reports};
use nightowl_engine::Engine;
use nightowl_engine::ports::{Clock, Ports};

/// Works off one batch of the queue `events`.
pub async fn on_batch<P: Ports, K: Clock + Clone>(
    engine: &Engine<P>,
    queues: &Queues<K>,
    event: SqsEvent,
) -> SqsBatchResponse {
    batch(event, |body, redelivered| {
        consume_reports(engine, queues, Queue::Events, body, redelivered)
    })
    .await
}
