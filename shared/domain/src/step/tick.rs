//! Time passes: tiers, acks and snoozes run out.

use std::time::Duration;

use super::draft::{APPLIED, Draft, Verdict, ignored};
use super::{birth, place, words};
use crate::mechanism::{Mechanism, is_on};
use crate::{
    Actor, Alert, Destination, EntryKind, EventKind, Ignored, NoticeKind, Policy, Send, SendKey,
    SendState, Status, Tier, What,
};

/// How long an owner has to answer a reminder; never longer than the ack timeout itself.
const GRACE: Duration = Duration::from_secs(300);

/// Every event but ack, resolve, clear and snooze first does what is overdue, one step. So each
/// event is a small sweep, and a lost tick costs no more than the wait for the next one.
pub(super) fn catch_up(draft: &mut Draft<'_>) {
    let is_for_all = match draft.context.event.kind {
        EventKind::Acked
        | EventKind::Resolved { .. }
        | EventKind::Cleared { .. }
        | EventKind::Snoozed { .. } => false,
        EventKind::Fired { .. }
        | EventKind::Unacked
        | EventKind::Escalated { .. }
        | EventKind::Noted { .. }
        | EventKind::Tick { .. }
        | EventKind::Claimed { .. }
        | EventKind::Settled { .. } => true,
    };
    let is_overdue = draft.alert.plan.tick_due.is_some_and(|due| due <= draft.context.now);
    if is_for_all && is_overdue && is_on(Mechanism::CatchUp) {
        time_out(draft);
    }
}

/// The tick may have been caught up already by [`catch_up`], of this very event.
pub(super) fn tick(draft: &mut Draft<'_>, before: &Alert, generation: u64) -> Verdict {
    let has_moved = draft.alert.plan.generation != before.plan.generation;
    if is_on(Mechanism::Fence) && generation != before.plan.generation {
        return ignored(Ignored::Stale);
    }
    if has_moved {
        return APPLIED;
    }
    let Some(due) = draft.alert.plan.tick_due else {
        return ignored(Ignored::Stale);
    };
    if draft.context.now + tolerance(draft) < due {
        return ignored(Ignored::TooEarly);
    }
    time_out(draft);
    APPLIED
}

/// The tier after the current one, or the first of the next round; `None` when no round is left.
pub(super) fn next_position(draft: &Draft<'_>) -> Option<(u32, u32)> {
    let policy = draft.context.plan.policy;
    let plan = &draft.alert.plan;
    let tiers = u32::try_from(policy.tiers.len()).unwrap_or(u32::MAX);
    if plan.tier.saturating_add(1) < tiers {
        Some((plan.round, plan.tier + 1))
    } else if plan.round.saturating_add(1) < policy.rounds() {
        Some((plan.round + 1, 0))
    } else {
        None
    }
}

/// How much too early a tick may come, because two clocks differ: at most a quarter of the wait.
fn tolerance(draft: &Draft<'_>) -> Duration {
    let policy = draft.context.plan.policy;
    if !is_on(Mechanism::TickTolerance) {
        return Duration::ZERO;
    }
    let skew = draft.context.skew.ours;
    match draft.alert.status {
        Status::Firing => {
            tier(policy, draft.alert.plan.tier).map_or(skew, |tier| skew.min(tier.timeout / 4))
        }
        Status::Acknowledged { .. } => {
            policy.ack_timeout.map_or(skew, |timeout| skew.min(timeout.min(GRACE) / 4))
        }
        Status::Snoozed { .. } | Status::Resolved { .. } => skew,
    }
}

pub(super) fn tier(policy: &Policy, index: u32) -> Option<&Tier> {
    policy.tiers.get(usize::try_from(index).ok()?)
}

fn time_out(draft: &mut Draft<'_>) {
    match &draft.alert.status {
        Status::Firing => tier_timed_out(draft),
        Status::Acknowledged { by, .. } => {
            let by = by.clone();
            ack_timed_out(draft, &by);
        }
        Status::Snoozed { .. } => {
            draft.say_ourselves(EntryKind::Unacknowledged, "The snooze is over.");
            birth::fire(draft, 0, 0);
        }
        Status::Resolved { .. } => {}
    }
}

fn tier_timed_out(draft: &mut Draft<'_>) {
    let waited = tier(draft.context.plan.policy, draft.alert.plan.tier)
        .map_or_else(String::new, |tier| format!(" within {}", words::span(tier.timeout)));
    let number = draft.alert.plan.tier.saturating_add(1);
    if let Some((round, next)) = next_position(draft) {
        let text = format!("Nobody answered tier {number}{waited}.");
        draft.say_ourselves(EntryKind::Escalated, text);
        birth::fire(draft, round, next);
    } else {
        exhaust(draft);
    }
}

fn exhaust(draft: &mut Draft<'_>) {
    let policy = draft.context.plan.policy;
    let text = format!(
        "Nobody answered in {} of {}. The alert stays open and nobody else is paged.",
        words::count(u64::from(policy.rounds()), "round"),
        words::count(policy.tiers.len() as u64, "tier"),
    );
    draft.say_ourselves(EntryKind::Exhausted, text);
    draft.alert.plan.exhausted = Some(draft.context.now);
    draft.replan(None);
    draft.shows_anew();
    let to = place::card(&draft.context.plan);
    notice(draft, NoticeKind::Exhausted, b"exhausted", to);
}

fn ack_timed_out(draft: &mut Draft<'_>, owner: &Actor) {
    if draft.alert.plan.reminded {
        let text = format!("{} did not answer the reminder: it fires again.", owner.show());
        draft.say_ourselves(EntryKind::Unacknowledged, text);
        let (round, tier) = (draft.alert.plan.round, draft.alert.plan.tier);
        birth::fire(draft, round, tier);
        return;
    }
    let timeout = draft.context.plan.policy.ack_timeout.unwrap_or(GRACE);
    let text = format!(
        "Acknowledged for {} and not resolved: reminding {}.",
        words::span(timeout),
        owner.show()
    );
    draft.say_ourselves(EntryKind::Acknowledged, text);
    draft.replan(Some(draft.context.now + timeout.min(GRACE)));
    draft.alert.plan.reminded = true;
    let to = owner_place(draft, owner);
    notice(draft, NoticeKind::AckTimeout, b"ack_timeout", to);
}

/// The owner's direct messages if NightOwl knows that person, else the channel.
fn owner_place(draft: &Draft<'_>, owner: &Actor) -> Destination {
    let plan = &draft.context.plan;
    match owner {
        Actor::User { id, .. } if plan.tenant.user(id).is_some() => Destination::Person {
            provider: place::provider(plan, None).to_owned(),
            user: id.clone(),
        },
        Actor::User { .. }
        | Actor::Source
        | Actor::System
        | Actor::Api { .. }
        | Actor::Chat { .. } => place::card(plan),
    }
}

/// Once for each generation, which has just moved.
pub(super) fn notice(draft: &mut Draft<'_>, kind: NoticeKind, name: &[u8], to: Destination) {
    let generation = draft.alert.plan.generation;
    let send = Send {
        key: SendKey::derive(draft.alert.id, &[b"notice", name, &generation.to_be_bytes()]),
        what: What::Notice(kind),
        to,
        generation,
        state: SendState::Wanted { not_before: None },
        attempts: 0,
    };
    draft.owe(send);
}
