//! One queue.

use std::time::Duration;

use nightowl_domain::Time;

/// AWS keeps a message for so long before it forgets it: 4 days, in a dead-letter queue 14.
const RETENTION: Duration = Duration::from_secs(4 * 24 * 3600);
const RETENTION_DEAD: Duration = Duration::from_secs(14 * 24 * 3600);

/// A message in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: String,
    pub body: String,
    pub group: Option<String>,
    /// When it was sent first; it stays the same in a dead-letter queue.
    pub sent_at: Time,
    /// Nobody receives it before then.
    pub visible_at: Time,
    /// Times that it was received.
    pub received: u32,
    /// Of the last time that it was received.
    pub(super) receipt: Option<String>,
    pub(super) received_at: Option<Time>,
}

impl Waiting {
    /// Seconds since it was received last.
    pub(super) fn hidden_since(&self, now: Time) -> u64 {
        self.received_at.map_or(0, |at| now.since(at).as_secs())
    }
}

#[derive(Debug, Default)]
pub(super) struct Messages {
    pub(super) waiting: Vec<Waiting>,
    receipts: u64,
}

impl Messages {
    /// Those that may be received are so, and hidden for `visibility`.
    pub(super) fn receive(&mut self, max: usize, now: Time, visibility: Duration) -> Vec<Waiting> {
        let mut received = Vec::new();
        for message in self.waiting.iter_mut().filter(|message| message.visible_at <= now) {
            if received.len() == max {
                break;
            }
            self.receipts += 1;
            message.received += 1;
            message.visible_at = now + visibility;
            message.received_at = Some(now);
            message.receipt = Some(format!("{}-{}", message.id, self.receipts));
            received.push(message.clone());
        }
        received
    }

    pub(super) fn by_receipt(&mut self, receipt: &str) -> Option<&mut Waiting> {
        self.waiting.iter_mut().find(|message| message.receipt.as_deref() == Some(receipt))
    }

    pub(super) fn delete(&mut self, receipt: &str) {
        self.waiting.retain(|message| message.receipt.as_deref() != Some(receipt));
    }

    pub(super) fn forget_old(&mut self, now: Time, is_dead: bool) {
        let kept = if is_dead { RETENTION_DEAD } else { RETENTION };
        self.waiting.retain(|message| now.since(message.sent_at) <= kept);
    }

    /// Those that can be received, have been or are delayed.
    pub(super) fn counts(&self, now: Time) -> (usize, usize, usize) {
        let count = |is: &dyn Fn(&Waiting) -> bool| self.waiting.iter().filter(|m| is(m)).count();
        (
            count(&|message| message.visible_at <= now),
            count(&|message| message.visible_at > now && message.received > 0),
            count(&|message| message.visible_at > now && message.received == 0),
        )
    }
}
