//! The state table.

mod alert_box;
mod birth;
mod blank;
mod claim;
mod cleared;
mod digest;
mod draft;
mod edit;
mod elsewhere;
mod fallback;
mod finish;
mod fired;
mod human;
mod opening;
mod order;
mod outbox;
mod people;
mod place;
mod settle;
mod tell;
mod tick;
mod words;

use std::time::Duration;

use crate::{Alert, Details, Event, EventKind, Ignored, Outcome, Plan, Time, WriteId};
pub use digest::{DigestEvent, join, open_digest, step_digest};
use draft::{Context, Draft, Stage, Verdict, ignored};

/// What to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// To be written whatever the outcome says: an ignored event may have caught up an overdue
    /// tier, or left something to remember.
    pub change: Change,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Write nothing.
    None,
    /// Write this alert over the one that was read.
    Write(Box<Alert>),
    /// Open `alert` if its number is free and, with it, move the one before it, if there is one.
    /// `details`: to be put first (absent when it shares those of the one before).
    Open { alert: Box<Alert>, details: Option<Details>, previous: Option<Box<Alert>> },
}

/// How far two clocks may differ. Zero on one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Skew {
    /// Between the clocks of two of our own workers: leases, ticks and stamps of reception.
    pub ours: Duration,
}

impl Skew {
    pub const NONE: Self = Self { ours: Duration::ZERO };
    /// Twice the worst difference of a machine's clock from the truth, which is 3 s.
    pub const CLOUD: Self = Self { ours: Duration::from_secs(6) };
}

/// Total and pure. `alert`: the occurrence that the event names; for `Fired` and `Cleared` the
/// newest of the series. `write_id` is stamped on what is written.
pub fn step(
    alert: Option<&Alert>,
    event: &Event,
    now: Time,
    skew: Skew,
    plan: Plan<'_>,
    tenant: &str,
    write_id: &WriteId,
) -> Step {
    let context = Context { event, now, skew, plan, tenant, write_id };
    let Some(before) = alert else {
        return finish::opened(&context, without_alert(&context));
    };
    let mut draft = Draft::new(before, context);
    let verdict = if draft.is_seen() {
        ignored(Ignored::Duplicate)
    } else {
        tick::catch_up(&mut draft);
        table(&mut draft, before)
    };
    finish::changed(before, draft, verdict)
}

/// The column "none".
fn without_alert(context: &Context<'_>) -> Verdict {
    match &context.event.kind {
        EventKind::Fired { integration, dedup_key, firing } => {
            opening::first(context, integration, dedup_key, firing)
        }
        EventKind::Cleared { integration, dedup_key, clearing } => {
            opening::tombstone(context, integration, dedup_key, clearing)
        }
        EventKind::Acked
        | EventKind::Unacked
        | EventKind::Escalated { .. }
        | EventKind::Snoozed { .. }
        | EventKind::Resolved { .. }
        | EventKind::Noted { .. }
        | EventKind::Tick { .. }
        | EventKind::Claimed { .. }
        | EventKind::Settled { .. } => ignored(Ignored::NoAlert),
    }
}

/// All other columns. `before` is the alert as it was read, ahead of catching up.
fn table(draft: &mut Draft<'_>, before: &Alert) -> Verdict {
    use EventKind as E;
    use Stage as S;
    let event = draft.context.event;
    match (&event.kind, draft.stage()) {
        (E::Fired { firing, .. }, S::Firing | S::Acknowledged | S::Snoozed) => {
            fired::while_open(draft, firing)
        }
        (E::Fired { firing, .. }, S::Resolved) => fired::after_resolved(draft, firing),

        (E::Cleared { clearing, .. }, S::Firing | S::Acknowledged | S::Snoozed) => {
            cleared::while_open(draft, clearing)
        }
        (E::Cleared { clearing, .. }, S::Resolved) => cleared::after_resolved(draft, clearing),

        (E::Acked, S::Firing | S::Snoozed) => human::acknowledge(draft),
        (E::Acked, S::Acknowledged) => human::acknowledge_again(draft),
        (E::Acked, S::Resolved) => ignored(Ignored::AlreadyResolved),

        (E::Unacked, S::Firing) => ignored(Ignored::NotAcknowledged),
        (E::Unacked, S::Acknowledged | S::Snoozed) => human::unacknowledge(draft),
        (E::Unacked, S::Resolved) => ignored(Ignored::AlreadyResolved),

        (E::Escalated { seen }, S::Firing | S::Acknowledged | S::Snoozed) => {
            human::escalate(draft, before, *seen)
        }
        (E::Escalated { .. }, S::Resolved) => ignored(Ignored::AlreadyResolved),

        (E::Snoozed { until }, S::Firing | S::Acknowledged | S::Snoozed) => {
            human::snooze(draft, *until)
        }
        (E::Snoozed { .. }, S::Resolved) => ignored(Ignored::AlreadyResolved),

        (E::Resolved { note }, S::Firing | S::Acknowledged | S::Snoozed) => {
            human::resolve(draft, note.as_deref())
        }
        (E::Resolved { note }, S::Resolved) => human::resolve_again(draft, note.as_deref()),

        (E::Noted { text }, S::Firing | S::Acknowledged | S::Snoozed | S::Resolved) => {
            human::note(draft, text)
        }

        (E::Tick { generation }, S::Firing | S::Acknowledged | S::Snoozed) => {
            tick::tick(draft, before, *generation)
        }
        (E::Tick { .. }, S::Resolved) => ignored(Ignored::Stale),

        (
            E::Claimed { keys, claim, lease_until },
            S::Firing | S::Acknowledged | S::Snoozed | S::Resolved,
        ) => Verdict::Keep(claim::claim(draft, keys, claim, *lease_until)),

        (E::Settled { claim, settles }, S::Firing | S::Acknowledged | S::Snoozed | S::Resolved) => {
            Verdict::Keep(settle::settle(draft, claim, settles))
        }
    }
}
