//! What was accepted goes into a queue, many events to a message.

use std::collections::BTreeMap;

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use futures::stream::{self, StreamExt, TryStreamExt};
use nightowl_engine::Report;
use nightowl_engine::ports::{Clock, Intake, StoreError};

use super::{MESSAGE_BYTES_MAX, Queue, Queues, group, too_large};
use crate::refusal::{is_worth_another, send_failed};
use crate::{Body, Work};

/// SQS counts a request for every 64 KB.
const FULL_BYTES: usize = 64 << 10;
/// So many are worked off within seconds, and what fails is done again in smaller parts.
const EVENTS_MAX: usize = 100;
/// SQS takes no more in one batch.
const ENTRIES_MAX: usize = 10;
const BATCHES_AT_ONCE: usize = 4;

/// Durable when it has answered: SQS keeps a message in several places before it says so.
#[derive(Clone, Debug)]
pub struct SqsIntake<K> {
    queues: Queues<K>,
    to: Queue,
}

impl<K: Clock + Clone> SqsIntake<K> {
    pub(super) fn new(queues: Queues<K>, to: Queue) -> Self {
        Self { queues, to }
    }

    async fn send_batch(&self, messages: Vec<Message>) -> Result<(), StoreError> {
        let failed = self.attempt(messages).await?;
        if failed.is_empty() {
            return Ok(());
        }
        let left = self.attempt(failed).await?;
        if left.is_empty() {
            return Ok(());
        }
        // Some were taken; all come again with the sender, and equal events fold.
        Err(StoreError::Unknown(format!("{} messages were not taken", left.len())))
    }

    /// Answers those that the queue did not take.
    async fn attempt(&self, mut messages: Vec<Message>) -> Result<Vec<Message>, StoreError> {
        let entries = messages.iter().enumerate().map(|(number, message)| message.entry(number));
        let request = self
            .queues
            .client()
            .send_message_batch()
            .queue_url(self.queues.url(self.to)?)
            .set_entries(Some(entries.collect::<Result<_, _>>()?));
        let mut answer = request.clone().send().await;
        if answer.as_ref().is_err_and(is_worth_another) {
            answer = request.send().await;
        }
        let answer = answer.map_err(|error| {
            tracing::warn!(code = error.code(), "accepted events could not be sent");
            send_failed(&error)
        })?;
        let mut number = 0;
        messages.retain(|_| {
            let id = number.to_string();
            number += 1;
            // What the answer does not name was not taken either.
            !answer.successful().iter().any(|entry| entry.id() == id)
        });
        if let Some(first) = answer.failed().first() {
            tracing::warn!(code = first.code(), left = messages.len(), "a batch was taken in part");
        }
        Ok(messages)
    }
}

impl<K: Clock + Clone> Intake for SqsIntake<K> {
    async fn take(&self, reports: Vec<Report>) -> Result<(), StoreError> {
        // Everything is known to fit before anything is sent.
        let batches = batches(messages(reports)?);
        stream::iter(batches)
            .map(|batch| self.send_batch(batch))
            .buffer_unordered(BATCHES_AT_ONCE)
            .try_collect::<()>()
            .await
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    group: Option<String>,
    text: String,
}

impl Message {
    fn entry(&self, number: usize) -> Result<SendMessageBatchRequestEntry, StoreError> {
        SendMessageBatchRequestEntry::builder()
            .id(number.to_string())
            .set_message_group_id(self.group.clone())
            .message_body(&self.text)
            .build()
            .map_err(|_| StoreError::Unavailable("the request could not be made".to_owned()))
    }
}

/// Of one tenant each, in the order of their events.
fn messages(reports: Vec<Report>) -> Result<Vec<Message>, StoreError> {
    let mut tenants: BTreeMap<String, Vec<Report>> = BTreeMap::new();
    for report in reports {
        tenants.entry(report.tenant.clone()).or_default().push(report);
    }
    let mut messages = Vec::new();
    for reports in tenants.into_values() {
        for some in reports.chunks(EVENTS_MAX) {
            pack(some.to_vec(), &mut messages)?;
        }
    }
    Ok(messages)
}

/// Halves what does not fit into one message.
fn pack(mut reports: Vec<Report>, messages: &mut Vec<Message>) -> Result<(), StoreError> {
    let body = Body::new(Work::Reports(reports));
    let text = body.encode().map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let group = group(&body.work);
    let Work::Reports(back) = body.work else { return Ok(()) };
    reports = back;
    if text.len() <= FULL_BYTES || reports.len() == 1 {
        if text.len() > MESSAGE_BYTES_MAX {
            return Err(too_large(&text));
        }
        messages.push(Message { group, text });
        return Ok(());
    }
    let rest = reports.split_off(reports.len() / 2);
    pack(reports, messages)?;
    pack(rest, messages)
}

fn batches(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut batches: Vec<Vec<Message>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        let fits = bytes + message.text.len() <= MESSAGE_BYTES_MAX;
        match batches.last_mut() {
            Some(batch) if fits && batch.len() < ENTRIES_MAX => {
                bytes += message.text.len();
                batch.push(message);
            }
            Some(_) | None => {
                bytes = message.text.len();
                batches.push(vec![message]);
            }
        }
    }
    batches
}
