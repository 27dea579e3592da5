//! An alert's sends: what becomes of each when it cannot be posted or edited.

use std::time::Duration;

use super::draft::{Draft, Stage};
use super::outbox::{Outbox, Revision};
use super::{edit, elsewhere, fallback, words};
use crate::{DropReason, EntryKind, NoticeKind, Send, SendState, SharedVec, Status, Time, What};

/// How long what is broken is tried after the alert is over.
pub(super) const GIVE_UP_AFTER: Duration = Duration::from_secs(3600);

impl Outbox for Draft<'_> {
    fn now(&self) -> Time {
        self.context.now
    }

    fn skew(&self) -> Duration {
        self.context.skew.ours
    }

    fn sends(&self) -> &SharedVec<Send> {
        &self.alert.sends
    }

    fn sends_mut(&mut self) -> &mut SharedVec<Send> {
        &mut self.alert.sends
    }

    fn shows(&self) -> Revision {
        Revision { rev: self.alert.card_rev, count: self.alert.count, pace: Duration::ZERO }
    }

    fn may_post(&self, index: usize) -> bool {
        self.alert.may_post(&self.alert.sends[index])
    }

    fn stopped(&self, index: usize) -> DropReason {
        if self.alert.sends[index].is_reply() {
            return DropReason::GaveUp;
        }
        match self.stage() {
            Stage::Acknowledged => DropReason::Acknowledged,
            Stage::Snoozed => DropReason::Snoozed,
            Stage::Firing | Stage::Resolved => DropReason::Resolved,
        }
    }

    fn gives_up(&self) -> bool {
        match self.alert.status {
            Status::Resolved { at, .. } => self.context.now.since(at) >= GIVE_UP_AFTER,
            Status::Firing | Status::Acknowledged { .. } | Status::Snoozed { .. } => false,
        }
    }

    fn say_sent(&mut self, index: usize) {
        let send = &self.alert.sends[index];
        if let What::Page(page) = &send.what {
            let text = format!("Paged {} {}.", words::whom(page), words::way(&send.to));
            self.say_ourselves(EntryKind::Delivered, text);
        }
    }

    /// Said once for a row of failures: people need to know that it happened, not how often.
    fn say_failed(&mut self, index: usize, reason: &str) {
        let send = &self.alert.sends[index];
        if send.attempts > 0 {
            return;
        }
        let what = match &send.what {
            What::Page(page) => format!("page {}", words::whom(page)),
            What::Card => "show the alert".to_owned(),
            What::Notice(_) => "post a notice".to_owned(),
        };
        let reason = reason.trim_end_matches('.');
        let text = format!("Could not {what} {}: {reason}.", words::way(&send.to));
        self.say_ourselves(EntryKind::PageFailed, text);
    }

    fn falls_back(&mut self, index: usize, reason: &str, credentials: bool) -> bool {
        let before = self.alert.sends[index].state.clone();
        // It must not count as a card that may yet come while the other one is born.
        self.alert.sends[index].state = SendState::Dropped(DropReason::FellBack);
        let has_fallen = match &self.alert.sends[index].what {
            What::Page(_) => fallback::bear(self, index, credentials),
            What::Notice(NoticeKind::WhatFixedIt) => {
                // The answer is worth one question, and no row of attempts.
                self.alert.sends[index].state = SendState::Dropped(DropReason::GaveUp);
                true
            }
            What::Card
            | What::Notice(
                NoticeKind::Exhausted
                | NoticeKind::AckTimeout
                | NoticeKind::FinalState { .. }
                | NoticeKind::Reply { .. },
            ) => !credentials && elsewhere::bear(self, index, reason),
        };
        if !has_fallen {
            self.alert.sends[index].state = before;
        }
        has_fallen
    }

    /// What is over is not shown anew elsewhere, only because it cannot be edited.
    fn moves(&mut self, index: usize, reason: &str, credentials: bool) -> bool {
        !credentials && self.alert.is_open() && elsewhere::bear(self, index, reason)
    }

    fn gone(&mut self, index: usize) {
        edit::post_anew(self, index);
    }

    fn frozen(&mut self, index: usize) {
        let send = &self.alert.sends[index];
        if matches!(send.what, What::Card) {
            let card = send.key.clone();
            let name = self.alert.card_rev.to_be_bytes();
            edit::reply_with_state(&mut self.alert, card, &name);
        }
    }
}
