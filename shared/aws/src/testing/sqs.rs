//! SQS: the requests that we make, with the limits that it has.

mod check;
mod mapping;

use std::collections::BTreeMap;
use std::time::Duration;

use nightowl_domain::Time;
use serde_json::{Value, json};

use super::queue::{Messages, Waiting};
use super::reply::Reply;
use crate::Queue;
use check::{check_batch, check_message};

pub(super) const BASE: &str = "https://sqs.eu-central-1.amazonaws.com/123456789012/";
pub(super) const DEAD: &str = "-dead";
/// Of the queues in the template: a message that was received so often goes to the dead.
const RECEIVES_MAX: u32 = 5;
const VISIBILITY: Duration = Duration::from_secs(30);
/// From when it was received.
const HIDDEN_SECONDS_MAX: u64 = 43_200;

#[derive(Debug, Default)]
pub(super) struct Sqs {
    queues: BTreeMap<String, Messages>,
    sent: u64,
    refused_entries: usize,
}

impl Sqs {
    pub(super) fn with_queues() -> Self {
        let mut sqs = Self::default();
        for queue in Queue::ALL {
            sqs.queues.insert(queue.name().to_owned(), Messages::default());
            sqs.queues.insert(format!("{}{DEAD}", queue.name()), Messages::default());
        }
        sqs
    }

    /// The next batch has so many entries refused.
    pub(super) const fn refuse_entries(&mut self, count: usize) {
        self.refused_entries = count;
    }

    pub(super) fn perform(&mut self, operation: &str, asked: &Value, now: Time) -> Reply {
        let url = asked["QueueUrl"].as_str().unwrap_or_default();
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        let Some(queue) = self.queues.get_mut(&name) else {
            return Reply::refused(400, "AWS.SimpleQueueService.NonExistentQueue", "no such queue");
        };
        queue.forget_old(now, name.ends_with(DEAD));
        let receipt = asked["ReceiptHandle"].as_str().unwrap_or_default();
        match operation {
            "SendMessage" => self.send(&name, asked, now),
            "SendMessageBatch" => self.send_batch(&name, asked, now),
            "ReceiveMessage" => self.receive(&name, asked, now),
            "DeleteMessage" => {
                queue.delete(receipt);
                Reply::ok(json!({}))
            }
            "ChangeMessageVisibility" => change_visibility(queue, receipt, asked, now),
            "GetQueueAttributes" => attributes(queue, asked, now),
            _ => Reply::refused(400, "InvalidAction", "no such action here"),
        }
    }

    fn send(&mut self, queue: &str, asked: &Value, now: Time) -> Reply {
        if let Err(refused) = check_message(asked) {
            return refused;
        }
        let id = self.put(queue, asked, now);
        Reply::ok(json!({ "MessageId": id, "MD5OfMessageBody": "unused" }))
    }

    fn send_batch(&mut self, queue: &str, asked: &Value, now: Time) -> Reply {
        let entries = match check_batch(asked) {
            Ok(entries) => entries,
            Err(refused) => return refused,
        };
        let (mut taken, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            if self.refused_entries > 0 {
                self.refused_entries -= 1;
                failed.push(json!({
                    "Id": entry["Id"], "Code": "InternalError", "SenderFault": false,
                }));
                continue;
            }
            match check_message(entry) {
                Ok(()) => {
                    let id = self.put(queue, entry, now);
                    taken.push(json!({
                        "Id": entry["Id"], "MessageId": id, "MD5OfMessageBody": "unused",
                    }));
                }
                Err(refused) => failed.push(json!({
                    "Id": entry["Id"], "Code": refused.error, "SenderFault": true,
                })),
            }
        }
        Reply::ok(json!({ "Successful": taken, "Failed": failed }))
    }

    fn put(&mut self, queue: &str, asked: &Value, now: Time) -> String {
        let delay = asked["DelaySeconds"].as_u64().unwrap_or(0);
        let body = asked["MessageBody"].as_str().unwrap_or_default();
        let group = asked["MessageGroupId"].as_str().map(str::to_owned);
        self.append(queue, body, group, now, now + Duration::from_secs(delay))
    }

    pub(super) fn put_raw(&mut self, queue: &str, body: &str, now: Time) {
        self.append(queue, body, None, now, now);
    }

    fn append(
        &mut self,
        queue: &str,
        body: &str,
        group: Option<String>,
        sent_at: Time,
        visible_at: Time,
    ) -> String {
        self.sent += 1;
        let id = format!("message-{}", self.sent);
        let body = body.to_owned();
        let message = Waiting {
            id: id.clone(),
            body,
            group,
            sent_at,
            visible_at,
            received: 0,
            receipt: None,
            received_at: None,
        };
        self.queues.entry(queue.to_owned()).or_default().waiting.push(message);
        id
    }

    fn receive(&mut self, queue: &str, asked: &Value, now: Time) -> Reply {
        let max = asked["MaxNumberOfMessages"].as_u64().unwrap_or(1);
        if !(1..=10).contains(&max) {
            return Reply::refused(400, "InvalidParameterValue", "1 to 10 messages");
        }
        let visibility =
            asked["VisibilityTimeout"].as_u64().map_or(VISIBILITY, Duration::from_secs);
        let max = usize::try_from(max).unwrap_or(1);
        let messages = self.take(queue, max, now, visibility);
        let messages: Vec<Value> = messages
            .iter()
            .map(|message| {
                json!({
                    "MessageId": message.id, "ReceiptHandle": message.receipt,
                    "Body": message.body, "MD5OfBody": "unused",
                })
            })
            .collect();
        Reply::ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
    }

    /// Receives; what was received too often goes to the dead instead.
    fn take(&mut self, name: &str, max: usize, now: Time, visibility: Duration) -> Vec<Waiting> {
        let Some(queue) = self.queues.get_mut(name) else { return Vec::new() };
        queue.forget_old(now, name.ends_with(DEAD));
        let mut dead = Vec::new();
        if !name.ends_with(DEAD) {
            let is_dead =
                |message: &Waiting| message.received >= RECEIVES_MAX && message.visible_at <= now;
            dead = queue.waiting.extract_if(.., |message| is_dead(message)).collect();
        }
        let received = queue.receive(max, now, visibility);
        for message in &mut dead {
            message.receipt = None;
            message.received = 0;
        }
        self.queues.entry(format!("{name}{DEAD}")).or_default().waiting.append(&mut dead);
        received
    }

    pub(super) fn list(&self, queue: &str) -> Vec<Waiting> {
        self.queues.get(queue).map(|queue| queue.waiting.clone()).unwrap_or_default()
    }

    /// Of the queues that have consumers.
    pub(super) fn next_at(&self) -> Option<Time> {
        let live = self.queues.iter().filter(|(name, _)| !name.ends_with(DEAD));
        live.flat_map(|(_, queue)| &queue.waiting).map(|message| message.visible_at).min()
    }
}

fn change_visibility(queue: &mut Messages, receipt: &str, asked: &Value, now: Time) -> Reply {
    let seconds = asked["VisibilityTimeout"].as_u64().unwrap_or(u64::MAX);
    let too_long = || Reply::refused(400, "InvalidParameterValue", "12 hours in total at most");
    if seconds > HIDDEN_SECONDS_MAX {
        return too_long();
    }
    match queue.by_receipt(receipt) {
        None => Reply::refused(400, "ReceiptHandleIsInvalid", "no such receipt"),
        Some(message) if message.visible_at <= now => {
            Reply::refused(400, "AWS.SimpleQueueService.MessageNotInflight", "not in flight")
        }
        Some(message) if message.hidden_since(now) + seconds > HIDDEN_SECONDS_MAX => too_long(),
        Some(message) => {
            message.visible_at = now + Duration::from_secs(seconds);
            Reply::ok(json!({}))
        }
    }
}

fn attributes(queue: &Messages, asked: &Value, now: Time) -> Reply {
    let (visible, hidden, delayed) = queue.counts(now);
    let all = [
        ("ApproximateNumberOfMessages", visible),
        ("ApproximateNumberOfMessagesNotVisible", hidden),
        ("ApproximateNumberOfMessagesDelayed", delayed),
    ];
    let asked = asked["AttributeNames"].as_array().cloned().unwrap_or_default();
    let named: BTreeMap<&str, String> = all
        .into_iter()
        .filter(|(name, _)| asked.iter().any(|asked| asked == name))
        .map(|(name, count)| (name, count.to_string()))
        .collect();
    Reply::ok(json!({ "Attributes": named }))
}
