//! The working copy that the table's cells change.

use crate::{
    Actor, Alert, Details, DropReason, Entry, EntryKind, Event, EventKind, Ignored, NoticeKind,
    Outcome, Plan, Send, SendState, Skew, Snooze, Status, Time, What, WriteId,
};

/// What a step is decided with.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) event: &'a Event,
    pub(super) now: Time,
    pub(super) skew: Skew,
    pub(super) plan: Plan<'a>,
    pub(super) tenant: &'a str,
    pub(super) write_id: &'a WriteId,
}

impl Context<'_> {
    /// The same with the policy that an alert opens under now.
    pub(super) fn for_opening(self) -> Self {
        Self { plan: self.plan.for_opening(), ..self }
    }
}

/// An alert being changed. Whether it did change is seen by comparison at the end.
pub(super) struct Draft<'a> {
    pub(super) alert: Alert,
    pub(super) context: Context<'a>,
}

/// What a cell came to, besides what it did to the draft.
pub(super) enum Verdict {
    Keep(Outcome),
    /// The next alert of the series, to be opened in the same write.
    Open {
        alert: Box<Alert>,
        details: Option<Details>,
    },
}

pub(super) const APPLIED: Verdict = Verdict::Keep(Outcome::APPLIED);

pub(super) const fn ignored(reason: Ignored) -> Verdict {
    Verdict::Keep(Outcome::Ignored(reason))
}

/// The columns of the table: a status without what it carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Firing,
    Acknowledged,
    Snoozed,
    Resolved,
}

/// Untrusted words longer than this are cut in the timeline, so that the item stays small.
pub(super) const ENTRY_MAX: usize = 2_000;

impl<'a> Draft<'a> {
    pub(super) fn new(before: &Alert, context: Context<'a>) -> Self {
        Self { alert: before.clone(), context }
    }

    pub(super) fn stage(&self) -> Stage {
        match self.alert.status {
            Status::Firing => Stage::Firing,
            Status::Acknowledged { .. } => Stage::Acknowledged,
            Status::Snoozed { .. } => Stage::Snoozed,
            Status::Resolved { .. } => Stage::Resolved,
        }
    }

    /// Whether this event was taken before. Wake-ups and the reports of workers have fences of
    /// their own, and a claim that is asked for again must be granted again.
    pub(super) fn is_seen(&self) -> bool {
        let event = self.context.event;
        match event.kind {
            EventKind::Fired { .. } => {
                self.alert.has_seen(&event.id) || self.alert.last_firing.event == event.id
            }
            EventKind::Cleared { .. }
            | EventKind::Acked
            | EventKind::Unacked
            | EventKind::Escalated { .. }
            | EventKind::Snoozed { .. }
            | EventKind::Resolved { .. }
            | EventKind::Noted { .. } => self.alert.has_seen(&event.id),
            EventKind::Tick { .. } | EventKind::Claimed { .. } | EventKind::Settled { .. } => false,
        }
    }

    /// Adds a timeline entry by whoever caused the event.
    pub(super) fn say(&mut self, kind: EntryKind, text: impl AsRef<str>) {
        self.say_as(kind, self.context.event.actor.clone(), text);
    }

    /// Adds a timeline entry by NightOwl itself.
    pub(super) fn say_ourselves(&mut self, kind: EntryKind, text: impl AsRef<str>) {
        self.say_as(kind, Actor::System, text);
    }

    fn say_as(&mut self, kind: EntryKind, actor: Actor, text: impl AsRef<str>) {
        let entry = Entry {
            seq: self.alert.timeline_next,
            at: self.context.now,
            kind,
            actor,
            text: cut(text.as_ref(), ENTRY_MAX),
        };
        self.alert.timeline.push(entry);
        self.alert.timeline_next += 1;
    }

    /// What its messages show has changed: each is owed an edit.
    pub(super) fn shows_anew(&mut self) {
        self.alert.card_rev += 1;
    }

    /// Every change of plan: ticks armed for the old one become inert.
    pub(super) fn replan(&mut self, tick_due: Option<Time>) {
        self.alert.plan.generation += 1;
        self.alert.plan.tick_due = tick_due;
        self.alert.plan.reminded = false;
    }

    /// Pages that nobody has begun to post are not posted any more, nor is a notice that is no
    /// longer true.
    pub(super) fn drop_unclaimed(&mut self, reason: DropReason) {
        let is_overtaken = |send: &Send| match &send.what {
            What::Page(_) | What::Notice(NoticeKind::Exhausted | NoticeKind::AckTimeout) => true,
            What::Card
            | What::Notice(
                NoticeKind::FinalState { .. } | NoticeKind::Reply { .. } | NoticeKind::WhatFixedIt,
            ) => false,
        };
        self.alert.sends.change_where(
            |send| matches!(send.state, SendState::Wanted { .. }) && is_overtaken(send),
            |send| send.state = SendState::Dropped(reason),
        );
    }

    /// Over, by a clear or a person: nothing is planned any more.
    pub(super) fn close(&mut self, by: Actor, at: crate::Received, note: Option<&str>) {
        if let Status::Snoozed { by: snoozer, at: since, until } = &self.alert.status
            && matches!(by, Actor::Source)
        {
            self.alert.snooze_left =
                Some(Snooze { by: snoozer.clone(), at: *since, until: *until });
        }
        self.alert.status =
            Status::Resolved { by, at: at.at, note: note.map(|note| cut(note, ENTRY_MAX)) };
        self.alert.closed = Some(at);
        self.alert.plan.exhausted = None;
        self.replan(None);
        self.drop_unclaimed(DropReason::Resolved);
        self.shows_anew();
    }

    /// Adds a send to be posted now, unless one with its key is there.
    pub(super) fn owe(&mut self, send: Send) {
        if self.alert.send(&send.key).is_none() {
            self.alert.sends.push(send);
        }
    }
}

impl Alert {
    fn has_seen(&self, event: &crate::EventId) -> bool {
        self.seen.iter().any(|(seen, _)| seen == event)
    }
}

impl Send {
    pub(super) const fn is_page(&self) -> bool {
        match self.what {
            What::Page(_) => true,
            What::Card | What::Notice(_) => false,
        }
    }
}

/// The first `max` characters, the last one replaced by an ellipsis if there were more.
pub(super) fn cut(text: &str, max: usize) -> String {
    if text.chars().nth(max).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max.saturating_sub(1)).collect();
    short.push('…');
    short
}
