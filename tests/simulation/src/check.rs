//! What must hold at every write and at every post.

use std::time::Duration;

use nightowl_domain::{
    Actor, Alert, ClaimMode, Destination, DropReason, EventId, EventKind, Ignored, MessageRef,
    Outcome, Policy, Send, SendKey, SendState, Status, Time, What,
};
use nightowl_engine::EngineError;
use nightowl_messaging::{Message, NoticeMessage, Post};

use crate::message::{Click, Job};
use crate::words::{describe, label, state};
use crate::world::{Claimed, World};

/// The worst difference of two clocks.
const SKEW: i64 = 6_000;
/// What telling operators takes, with a worker that stands still meanwhile.
const TELLING: i64 = 120_000;
/// An hour by clocks that differ.
const TOLD_AGAIN: i64 = 3_600_000 - 2 * SKEW;
/// What a provider's call may take.
const CALL: i64 = 8_000;
/// How late anything may be once nothing fails: 90 s, one sweep, and the work itself.
const LATE_MAX: i64 = 170_000;

/// How long before its write is there a worker decides at most; longer if it has just stood still,
/// which may happen twice before one write, for up to 40 s each.
const DECIDED_BEFORE: Duration = Duration::from_secs(60);
const DECIDED_BEFORE_STANDSTILL: Duration = Duration::from_secs(90);
const JUST_NOW: i64 = 10_000;

/// How long after its end a lease is taken over: a channel may be busy meanwhile.
const LEASE_LATE_MAX: i64 = 1_800_000;

/// In that time a click is done, or it is only taken.
const CLICK_MAX: i64 = 2_000;

/// How late a lost timer is made good, where nothing else fails.
const TICK_LOST_MAX: i64 = 150_000;
/// How long after an outage every page is out, where a channel owes no more than these.
const OUTAGE_LATE_MAX: i64 = 60_000;
const OWED_MAX: usize = 30;

/// A card is edited no more often for its count alone.
const COUNT_EVERY: i64 = 60_000;

/// A broken place is tried again every five minutes, and the sweep comes a minute later.
const PAGE_LATE_MAX: i64 = 420_000;

pub(crate) fn written(world: &mut World, worker: usize, before: Option<&Alert>, after: &Alert) {
    world.figures.writes += 1;
    world.note(|| describe(worker, before, after));
    claims(world, worker, before, after);
    let event = after.seen.last().map(|(event, _)| event.clone());
    world.wrote.entry(world.task).or_default().extend(event);
    born(world, before, after);
    match before {
        None => opened(world, after),
        Some(before) => {
            monotone(world, before, after);
            plan(world, worker, before, after);
            sends(world, before, after);
            leases(world, worker, before, after);
            counted(world, worker, before, after);
        }
    }
}

fn monotone(world: &mut World, before: &Alert, after: &Alert) {
    let grows = after.version == before.version + 1
        && after.plan.generation >= before.plan.generation
        && after.count >= before.count
        && after.card_rev >= before.card_rev
        && after.timeline_next >= before.timeline_next;
    if !grows {
        world.violate(format!("S4 {}: something decreased", label(after)));
    }
    let same = before.id == after.id
        && before.opened == after.opened
        && before.short_id == after.short_id
        && before.details == after.details;
    if !same {
        world.violate(format!("S4 {}: its identity changed", label(after)));
    }
    if after.timeline.len() > 200 || after.sends.len() > 200 {
        world.violate(format!("size {}: the item grows without bound", label(after)));
    }
    world.figures.sends_most = world.figures.sends_most.max(after.sends.len());
    world.figures.tail_most = world.figures.tail_most.max(after.timeline.len());
}

/// Whether only the passing of time can have moved the plan with this event.
fn is_of_time(world: &World, after: &Alert) -> bool {
    let Some((event, _)) = after.seen.last() else { return false };
    match world.kinds.get(event) {
        Some(EventKind::Fired { .. }) => after.is_open(),
        Some(_) => false,
        None => ["tick:", "claim:", "settle:"].iter().any(|own| event.as_str().starts_with(own)),
    }
}

fn plan(world: &mut World, worker: usize, before: &Alert, after: &Alert) {
    let moved = after.plan.generation - before.plan.generation;
    let place = |alert: &Alert| (alert.plan.round, alert.plan.tier);
    if moved == 0 && place(before) != place(after) {
        world.violate(format!("S5 {}: the tier moved without its generation", label(after)));
    }
    if moved > 2 {
        world.violate(format!("S5 {}: the plan moved {moved} times at once", label(after)));
    }
    let tenant = world.configured.get(&after.tenant);
    let tenant = tenant.and_then(|configured| configured.at(&after.plan.config));
    let policy = tenant.as_ref().and_then(|tenant| tenant.policy(&after.plan.policy));
    if let Some(policy) = policy
        && before.plan.config == after.plan.config
    {
        let tiers = policy.tiers.len() as u64;
        let linear =
            |alert: &Alert| u64::from(alert.plan.round) * tiers + u64::from(alert.plan.tier);
        if linear(after) > linear(before) + moved {
            world.violate(format!("S5 {}: more than one tier in one generation", label(after)));
        }
    }
    let Some(due) = before.plan.tick_due else { return };
    if moved == 0 {
        overdue(world, worker, due, after);
    }
    if moved == 0 || !is_of_time(world, after) {
        return;
    }
    // Only the plan's own tick may come early; all else only does what is overdue.
    let is_own_tick = after.seen.last().is_some_and(|(event, _)| {
        event.as_str().strip_prefix("tick:") == Some(&before.plan.generation.to_string())
    });
    let is_exact = world.is_laptop || !is_own_tick;
    let tolerance = if is_exact { 0 } else { tolerance(before, policy) };
    if world.time(worker).millis() + tolerance < due.millis() {
        world.violate(format!("S6 {}: the plan moved before {due}", label(after)));
    }
    let late = (world.now - due.millis()).max(0);
    world.figures.tick_late.add(late);
    if world.promises.ticks && late > TICK_LOST_MAX {
        world.violate(format!("L2 {}: a lost timer was made good {late} ms late", label(after)));
    }
    if let Some(healed) = world.healed_at
        && world.now - due.millis().max(healed) > LATE_MAX
    {
        world.violate(format!("L2 {}: {late} ms late", label(after)));
    }
}

/// How much too early a plan may move: a quarter of the wait, and never more than clocks differ.
fn tolerance(before: &Alert, policy: Option<&Policy>) -> i64 {
    let tier = usize::try_from(before.plan.tier).unwrap_or(usize::MAX);
    let wait = match before.status {
        Status::Firing => policy.and_then(|policy| Some(policy.tiers.get(tier)?.timeout)),
        Status::Acknowledged { .. } => policy.and_then(|policy| policy.ack_timeout),
        Status::Snoozed { .. } | Status::Resolved { .. } => None,
    };
    wait.map_or(SKEW, |wait| {
        i64::try_from(wait.as_millis() / 4).map_or(SKEW, |quarter| quarter.min(SKEW))
    })
}

fn claims(world: &mut World, worker: usize, before: Option<&Alert>, after: &Alert) {
    for send in &after.sends {
        let SendState::Claimed { claim, mode, lease_until, .. } = &send.state else { continue };
        let known = before.and_then(|before| before.send(&send.key));
        if known.is_some_and(|known| holds(&known.state, claim)) {
            continue;
        }
        let posts = match mode {
            ClaimMode::Post | ClaimMode::FindThenPost | ClaimMode::PostAnyway => true,
            ClaimMode::FindOnly | ClaimMode::Refresh => false,
        };
        let is_page = matches!(send.what, What::Page(_));
        if posts && is_page && !matches!(after.status, Status::Firing) {
            world.figures.after_ack += 1;
            world.violate(format!("S2 {}: a page is claimed: {mode:?}", label(after)));
        }
        let (task, lease_until) = (world.task, *lease_until);
        let claimed = Claimed { task, worker, mode: *mode, lease_until };
        world.claims.entry(send.key.clone()).or_default().push(claimed);
    }
}

fn holds(state: &SendState, wanted: &nightowl_domain::ClaimId) -> bool {
    matches!(state, SendState::Claimed { claim, .. } if claim == wanted)
}

fn born(world: &mut World, before: Option<&Alert>, after: &Alert) {
    let mut pages = 0;
    for send in &after.sends {
        if matches!(send.what, What::Page(_)) {
            pages += usize::from(send.generation == after.plan.generation);
            let is_new = before.is_none_or(|before| before.send(&send.key).is_none());
            if is_new {
                world.figures.pages += 1;
                world.born.insert(send.key.clone(), world.now);
            }
        }
    }
    let is_planned = before.is_none_or(|old| old.plan.generation < after.plan.generation);
    let fires = matches!(after.status, Status::Firing) && after.plan.exhausted.is_none();
    if is_planned && fires && pages == 0 {
        world.violate(format!("L1 {}: a tier began and nobody is paged", label(after)));
    }
}

fn sends(world: &mut World, before: &Alert, after: &Alert) {
    for old in &before.sends {
        let Some(new) = after.send(&old.key) else {
            let is_in_doubt = match &old.state {
                SendState::Claimed { mode, .. } => *mode != ClaimMode::Post,
                SendState::InDoubt { .. } => true,
                SendState::Wanted { .. }
                | SendState::Sent(_)
                | SendState::Dropped(_)
                | SendState::Folded { .. } => false,
            };
            if is_in_doubt {
                world.violate(format!("L1 {}: {} was pruned unfinished", label(after), old.key));
            }
            continue;
        };
        let is_kept = match (&old.state, &new.state) {
            (SendState::Sent(_), SendState::Sent(_)) => true,
            (SendState::Sent(_), _) => false,
            (SendState::Dropped(_), SendState::Dropped(_) | SendState::Sent(_)) => true,
            (SendState::Dropped(_), _) => false,
            _ => true,
        };
        if !is_kept {
            let (from, to) = (state(&old.state), state(&new.state));
            world.violate(format!("S7 {}: {} went from {from} to {to}", label(after), old.key));
        }
        dropped(world, before, after, old, new);
    }
}

/// L2: whatever touches an alert that is overdue does first what it owes to time, but for what
/// people say to end it.
fn overdue(world: &mut World, worker: usize, due: Time, after: &Alert) {
    let Some((event, _)) = after.seen.last() else { return };
    let does_it_first = match world.kinds.get(event) {
        Some(
            EventKind::Fired { .. }
            | EventKind::Unacked
            | EventKind::Escalated { .. }
            | EventKind::Noted { .. },
        ) => true,
        Some(_) => false,
        None => ["claim:", "settle:"].iter().any(|own| event.as_str().starts_with(own)),
    };
    let late = world.time(worker).since(due);
    let thawed = world.workers[worker].frozen_until;
    let has_stood_still = thawed > 0 && world.now - thawed < JUST_NOW;
    let allowed = if has_stood_still { DECIDED_BEFORE_STANDSTILL } else { DECIDED_BEFORE };
    if does_it_first && after.is_open() && late > allowed {
        let (name, late) = (label(after), late.as_secs());
        world.violate(format!("L2 {name}: overdue for {late} s, and {event} left it so"));
    }
}

/// L2: once nothing fails, a lease whose worker died is taken over.
pub(crate) fn leases_over(world: &mut World) {
    let Some(healed) = world.healed_at else { return };
    let mut found = Vec::new();
    for alert in world.rows.alerts.values() {
        for send in &alert.sends {
            if let SendState::Claimed { lease_until, .. } = &send.state
                && world.now - lease_until.millis().max(healed) > LEASE_LATE_MAX
            {
                let name = label(alert);
                found.push(format!("L2 {name}: the lease of {} is never taken over", send.key));
            }
        }
    }
    for text in found {
        world.violate(text);
    }
}

/// S3: a lease is ended by whoever holds it, or when its holder can no longer act by it.
fn leases(world: &mut World, worker: usize, before: &Alert, after: &Alert) {
    for old in &before.sends {
        let SendState::Claimed { claim, lease_until, .. } = &old.state else { continue };
        let Some(new) = after.send(&old.key) else { continue };
        if matches!(new.state, SendState::Sent(_)) || holds(&new.state, claim) {
            continue;
        }
        let all = world.claims.get(&old.key).into_iter().flatten();
        let is_taken = matches!(new.state, SendState::Claimed { .. });
        // The newest of all is the one that was just granted.
        let Some(holder) = all.rev().nth(usize::from(is_taken)) else { continue };
        let is_over = world.time(holder.worker) >= *lease_until;
        if is_taken && !is_over {
            world.violate(format!(
                "S3 {}: {} is taken over from worker {} by worker {worker} too early",
                label(after),
                old.key,
                holder.worker
            ));
        } else if !is_taken && holder.task != world.task {
            world.violate(format!(
                "S3 {}: the lease of {} was ended by another",
                label(after),
                old.key
            ));
        }
    }
}

/// L6: a card that is behind by its count alone is edited once a minute.
fn counted(world: &mut World, worker: usize, before: &Alert, after: &Alert) {
    for old in &before.sends {
        let (SendState::Sent(was), Some(SendState::Sent(is))) =
            (&old.state, after.send(&old.key).map(|send| &send.state))
        else {
            continue;
        };
        let begins = was.refresh.is_none() && is.refresh.is_some();
        let by_count = was.rev == after.card_rev && was.count < after.count;
        if !begins || !by_count || was.again_after.is_some() || was.not_before.is_some() {
            continue;
        }
        let since = world.time(worker).millis() - was.edited_at.millis();
        if since < COUNT_EVERY - SKEW {
            world.violate(format!("L6 {}: edited for a count after {since} ms", label(after)));
        }
    }
}

/// What a task must not leave behind when it has ended.
pub(crate) fn ended(
    world: &mut World,
    task: u64,
    job: &Job,
    result: &Result<Option<Outcome>, EngineError>,
) {
    let was_troubled = world.troubled.remove(&task);
    let wrote = world.wrote.remove(&task).unwrap_or_default();
    let event: Option<&str> = match job {
        Job::Apply { report, .. } => Some(report.event.id.as_str()),
        Job::Act(act) => Some(&act.event),
        Job::Deliver { .. } | Job::Tick { .. } | Job::Sweep | Job::Rebuild | Job::Click(_) => None,
    };
    let is_repeated = matches!(result, Ok(Some(Outcome::Ignored(Ignored::Duplicate))));
    if let Some(event) = event.filter(|_| is_repeated)
        && wrote.iter().any(|written| written.as_str() == event)
    {
        world.violate(format!("S12 {event} was taken, and is called a repetition"));
    }
    // Whoever is too late for that only notes the click, or not even that.
    if let Job::Click(click) = job
        && !was_troubled
        && world.now - click.at < CLICK_MAX
    {
        clicked(world, click, &wrote);
    }
}

/// S7: a message that somebody clicked is there, so that its send is said.
fn clicked(world: &mut World, click: &Click, wrote: &[EventId]) {
    let message = MessageRef {
        provider: click.action.provider.to_owned(),
        channel: click.action.channel_id.clone(),
        message: click.action.message_id.clone(),
    };
    let Some((occurrence, key)) = world.rows.reverse.get(&message) else { return };
    let Some(alert) = world.rows.read(occurrence) else { return };
    let is_done = !wrote.is_empty();
    let said = alert.send(key).is_none_or(|send| matches!(send.state, SendState::Sent(_)));
    if is_done && !said {
        let text = format!("S7 {}: {key} was clicked and is not taken as said", label(alert));
        world.violate(text);
    }
}

/// A page goes only when nobody needs it any more, or when another one takes its place.
fn dropped(world: &mut World, before: &Alert, after: &Alert, old: &Send, new: &Send) {
    let SendState::Dropped(reason) = &new.state else { return };
    if matches!(old.state, SendState::Dropped(_)) || !matches!(new.what, What::Page(_)) {
        return;
    }
    let is_right = match reason {
        DropReason::Acknowledged
        | DropReason::Snoozed
        | DropReason::Resolved
        | DropReason::NeverPosted => !matches!(after.status, Status::Firing),
        DropReason::GaveUp => !after.is_open(),
        DropReason::Superseded | DropReason::FellBack => after
            .sends
            .iter()
            .any(|other| matches!(other.what, What::Page(_)) && before.send(&other.key).is_none()),
    };
    if !is_right {
        world.violate(format!("L1 {}: a page was dropped, {reason:?}", label(after)));
    }
}

/// S8: nothing received before a clear that was taken opens after it.
fn opened(world: &mut World, after: &Alert) {
    if after.hidden {
        return;
    }
    world.figures.alerts += 1;
    if !after.is_open() {
        return;
    }
    let skew = if world.is_laptop { 0 } else { SKEW };
    let source = world
        .sources
        .iter()
        .find(|one| one.tenant == after.tenant && one.series() == after.series());
    let clear = source.into_iter().flat_map(|source| &source.accepted).find_map(|accepted| {
        let EventKind::Cleared { clearing, .. } = &accepted.report.event.kind else { return None };
        let is_older_run = match (clearing.ends_at, after.starts_at) {
            (Some(ends), Some(starts)) => ends < starts,
            _ => false,
        };
        let is_later = clearing.received.at.millis() > after.opened.at.millis() + skew;
        (accepted.applied > 0 && is_later && !is_older_run).then(|| clearing.event.clone())
    });
    if let Some(clear) = clear {
        world.violate(format!(
            "S8 {}: opened by what was received before {clear} though it was taken",
            label(after)
        ));
    }
}

/// S3, at the moment a worker begins to post.
pub(crate) fn posting(world: &mut World, worker: usize, tenant: &str, post: &Post) {
    if let (Message::Notice(NoticeMessage { text, alert: None }), None) =
        (&post.message, &post.under)
    {
        told(world, tenant, text);
        return;
    }
    let (task, now) = (world.task, world.time(worker));
    let claims = world.claims.get(&post.delivery).cloned().unwrap_or_default();
    let ends = now + Duration::from_millis(CALL.unsigned_abs());
    let is_held = claims.iter().any(|claim| {
        claim.task == task && claim.mode != ClaimMode::FindOnly && claim.lease_until >= ends
    });
    if !is_held {
        world.violate(format!("S3 {} is posted without a lease at {now}", post.delivery));
    }
    crate::pacing::posted(world, &post.delivery, post.to.provider());
    world.note(|| format!("worker {worker} posts {}", post.delivery));
}

/// Operators hear of the same trouble once an hour; for some seconds it is tried in one place
/// after the other to tell them.
fn told(world: &mut World, tenant: &str, text: &str) {
    world.figures.operators_told += 1;
    // "NightOwl cannot use PROVIDER, …": two of them may break within one hour.
    let provider = text.split([' ', ',']).nth(3).unwrap_or_default().to_owned();
    let topic = (tenant.to_owned(), provider);
    let now = world.now;
    match world.told.get(&topic).map(|at| now - at) {
        Some(0..TELLING) => {}
        Some(TELLING..TOLD_AGAIN) if is_noted_when_told(world) => {
            world.violate(format!("L6 operators of {tenant} are told twice in an hour: {text}"));
        }
        Some(_) | None => {
            world.told.insert(topic, now);
        }
    }
}

/// Whoever tells something notes it afterwards. Where that may have failed, or where nobody knows
/// whether it was said, it is said again rather than never.
fn is_noted_when_told(world: &World) -> bool {
    let figures = &world.figures;
    let is_certain = figures.crashes + figures.lost_answers + figures.ambiguous == 0;
    is_certain && world.rates.store_unavailable + world.rates.store_lost_undone == 0.0
}

/// Whether the running task holds this send as one that was never posted.
pub(crate) fn is_first(world: &World, key: &SendKey) -> bool {
    let mut claims = world.claims.get(key).into_iter().flatten();
    let ours = claims.rfind(|claim| claim.task == world.task);
    ours.is_some_and(|claim| claim.mode == ClaimMode::Post)
}

/// A message is there.
pub(crate) fn landed(world: &mut World, key: &SendKey, to: &Destination, is_first: bool) {
    if is_first && !world.landed_first.insert(key.clone()) {
        world.figures.doubled_unexplained += 1;
        world.violate(format!("S7 {key} was posted twice as if it had never been posted"));
    }
    let (now, healed_at) = (world.now, world.healed_at);
    let times = world.landed.entry(key.clone()).or_default();
    *times += 1;
    if *times == 1
        && let Some(born) = world.born.get(key).copied()
    {
        let owed_since = healed_at.map_or(now, |healed| healed.max(born));
        world.figures.page_late.add(now - born);
        after_outage(world, key, to, born);
        if now - owed_since > PAGE_LATE_MAX {
            let late = (now - owed_since) / 1_000;
            world.violate(format!("L1 {key} came {late} s late though nothing failed any more"));
        }
    }
}

/// Once a platform is back, what it held up goes out, as fast as its channel takes it.
fn after_outage(world: &mut World, key: &SendKey, to: &Destination, born: i64) {
    let Some(platform) = world.platforms.get(to.provider()) else { return };
    let (now, back_at) = (world.now, platform.back_at);
    if born >= back_at || now < back_at {
        return;
    }
    let out = platform.messages.values().filter(|one| one.to == *to && one.at >= back_at).count();
    let late = now - back_at;
    world.figures.outage_late.add(late);
    if world.promises.outages && out <= OWED_MAX && late > OUTAGE_LATE_MAX {
        world.violate(format!("L1 {key} came {late} ms after the outage that held it up"));
    }
}

/// Who did it, for the end.
pub(crate) fn is_by_source(status: &Status) -> bool {
    matches!(status, Status::Resolved { by: Actor::Source, .. })
}

/// Of the newest firing or clear beyond the difference of clocks.
pub(crate) fn skew_of(world: &World) -> i64 {
    if world.is_laptop { 0 } else { SKEW }
}
