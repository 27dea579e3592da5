//! What Lambda's event source mapping does between a queue and a function.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use nightowl_domain::Time;

use super::{Sqs, VISIBILITY};

const ARN: &str = "arn:aws:sqs:eu-central-1:123456789012:";

impl Sqs {
    pub(in crate::testing) fn hand_out(&mut self, queue: &str, max: usize, now: Time) -> SqsEvent {
        let mut event = SqsEvent::default();
        for message in self.take(queue, max, now, VISIBILITY) {
            let mut record = SqsMessage::default();
            let count = ("ApproximateReceiveCount".to_owned(), message.received.to_string());
            record.attributes.extend([count]);
            if let Some(group) = message.group {
                record.attributes.extend([("MessageGroupId".to_owned(), group)]);
            }
            record.message_id = Some(message.id);
            record.receipt_handle = message.receipt;
            record.body = Some(message.body);
            record.event_source_arn = Some(format!("{ARN}{queue}"));
            record.event_source = Some("aws:sqs".to_owned());
            event.records.push(record);
        }
        event
    }

    pub(in crate::testing) fn settle(&mut self, event: &SqsEvent, response: &SqsBatchResponse) {
        let failed = |id: &str| {
            response.batch_item_failures.iter().any(|failure| failure.item_identifier == id)
        };
        for record in &event.records {
            let arn = record.event_source_arn.as_deref().unwrap_or_default();
            let queue = arn.rsplit(':').next().unwrap_or_default();
            let id = record.message_id.as_deref().unwrap_or_default();
            if let Some(queue) = self.queues.get_mut(queue)
                && !failed(id)
            {
                queue.delete(record.receipt_handle.as_deref().unwrap_or_default());
            }
        }
    }
}
