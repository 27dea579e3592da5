//! The pacer of a worker over the shared table, and what must hold of what it lets through.

use std::collections::BTreeMap;

use nightowl_domain::{Destination, SendKey, Time};
use nightowl_engine::{
    Ask, Call, Grant, LaneName, LaneRow, Lanes, Pacer, SharedPacer, StoreError, Swapped,
};

use crate::ports::Handle;
use crate::store::SimStore;
use crate::world::World;

/// Posts are counted over so long.
const WINDOW: i64 = 10_000;
/// Whoever asks again within this long asks for the same post: two workers at one send.
const KEEP: u64 = 1_000;
/// Above one a second: the first of a window, the page that overtakes a card, and who comes late.
const BURST: i64 = 2;
/// What is known of a lane may be a second old, and a look at it takes time.
const NEWS: i64 = 4_000;
/// A lease, a worker that stands still twice, before its claim and behind it, and slow answers.
const USED_WITHIN: i64 = 120_000;

type Channel = (String, Destination);

/// What the pacers of all workers answered.
#[derive(Default)]
pub(crate) struct Pacing {
    /// When which posts were let through, by channel; older ones go.
    granted: BTreeMap<Channel, Vec<(i64, SendKey)>>,
    /// When each send was let through last.
    last: BTreeMap<SendKey, i64>,
    /// Pages that were told to come later: since when they ask, and for when.
    pages: BTreeMap<Channel, BTreeMap<SendKey, (i64, i64)>>,
    /// When each send asked first, until it is let through.
    asked: BTreeMap<SendKey, i64>,
    /// When a pacer last could not know what the others know.
    trouble_at: Option<i64>,
}

/// The rows of lanes, as unreliable as the others.
#[derive(Clone)]
pub(crate) struct SimLanes(pub(crate) Handle);

impl SimLanes {
    /// Whoever gets no answer does not know what the others know.
    fn note<T>(&self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        if answer.is_err() {
            self.0.shared.with(World::pacing_trouble);
        }
        answer
    }
}

impl Lanes for SimLanes {
    async fn read_lanes(&self, group: &str) -> Result<Vec<(String, LaneRow)>, StoreError> {
        let store = SimStore(self.0.clone());
        let read = store.look(|world| {
            let rows = world.rows.lanes.iter().filter(|(name, _)| name.group == group);
            rows.map(|(name, row)| (name.lane.clone(), row.clone())).collect()
        });
        self.note(read.await)
    }

    async fn swap_lane(&self, name: &LaneName, row: &LaneRow) -> Result<Swapped, StoreError> {
        let store = SimStore(self.0.clone());
        let change = store.change(|world| {
            let standing = world.rows.lanes.get(name);
            if standing.map_or(0, |standing| standing.version) + 1 != row.version {
                return Ok(Swapped::Lost(standing.cloned()));
            }
            world.rows.lanes.insert(name.clone(), row.clone());
            Ok(Swapped::Done)
        });
        self.note(change.await)
    }
}

/// The production pacer, watched.
pub(crate) struct SimPacer {
    inner: SharedPacer<SimLanes>,
    handle: Handle,
}

impl SimPacer {
    /// A worker that begins knows nothing of what the one before it let through.
    pub(crate) fn new(handle: &Handle) -> Self {
        handle.shared.with(World::pacing_trouble);
        Self { inner: SharedPacer::new(SimLanes(handle.clone())), handle: handle.clone() }
    }
}

impl Pacer for SimPacer {
    async fn ask(&self, ask: &Ask<'_>, now: Time) -> Grant {
        let decided = self.handle.shared.with(|world| world.now);
        // Now and then a channel is crowded though nothing waits for it.
        let is_crowded =
            self.handle.shared.with(|world| ask.folds && world.chance.hit(world.rates.crowded));
        let grant = match is_crowded {
            true => Grant::Crowded(now + std::time::Duration::from_secs(5)),
            false => self.inner.ask(ask, now).await,
        };
        self.handle.shared.with(|world| answered(world, ask, grant, decided));
        grant
    }

    async fn block(&self, ask: &Ask<'_>, until: Time, now: Time) {
        self.inner.block(ask, until, now).await;
        // Until it is written the others go on, and its promises to pages are void.
        self.handle.shared.with(World::pacing_trouble);
    }
}

impl World {
    fn pacing_trouble(&mut self) {
        self.pacing.trouble_at = Some(self.now);
    }

    /// By how much the clocks of workers differ.
    fn skew_range(&self) -> i64 {
        let skews = || self.workers.iter().map(|worker| worker.skew);
        skews().max().unwrap_or_default() - skews().min().unwrap_or_default()
    }

    /// Whether every worker knew all that it had to, for so long.
    fn is_well_paced(&self, since: i64) -> bool {
        let is_frozen = self.workers.iter().any(|worker| worker.frozen_until > since);
        !is_frozen && self.pacing.trouble_at.is_none_or(|at| at < since)
    }
}

fn answered(world: &mut World, ask: &Ask<'_>, grant: Grant, decided: i64) {
    if ask.limits.is_none() || ask.call == Call::Edit {
        return;
    }
    let now = world.now;
    let channel = (ask.tenant.to_owned(), ask.to.clone());
    let asked = *world.pacing.asked.entry(ask.send.clone()).or_insert(now);
    match grant {
        Grant::Now => {
            world.pacing.asked.remove(ask.send);
            world.pacing.last.insert(ask.send.clone(), now);
            let pages = world.pacing.pages.entry(channel.clone()).or_default();
            pages.remove(ask.send);
            let waits = if ask.urgent {
                &mut world.figures.page_slot
            } else {
                &mut world.figures.card_slot
            };
            waits.add(now - asked);
            if ask.call == Call::Post {
                paced(world, &channel, ask.send, decided);
                if !ask.urgent {
                    before_pages(world, &channel, ask.send);
                }
            }
        }
        // One that is looked for waits for another limit.
        Grant::Later(until) | Grant::Crowded(until) if ask.urgent && ask.call == Call::Post => {
            let pages = world.pacing.pages.entry(channel).or_default();
            pages.insert(ask.send.clone(), (asked, until.millis()));
        }
        Grant::Later(_) | Grant::Crowded(_) => {}
    }
}

/// P1: no channel is posted to faster than once a second, beyond a burst.
fn paced(world: &mut World, channel: &Channel, send: &SendKey, decided: i64) {
    let now = world.now;
    let granted = world.pacing.granted.entry(channel.clone()).or_default();
    // An answer that is slow is of before: they come in no order.
    granted.retain(|(at, _)| *at + 2 * WINDOW > now);
    if granted.iter().any(|(at, known)| known == send && at.abs_diff(decided) < KEEP) {
        return;
    }
    granted.push((decided, send.clone()));
    let within = |(at, _): &&(i64, SendKey)| *at + WINDOW > decided && *at <= decided;
    let count = i64::try_from(granted.iter().filter(within).count()).unwrap_or(i64::MAX);
    world.figures.posts_most = world.figures.posts_most.max(count);
    if !world.is_well_paced(now - 2 * WINDOW) {
        return;
    }
    // Each worker lets one through before it knows of the others.
    let workers = i64::try_from(world.workers.len()).unwrap_or(i64::MAX);
    let most = WINDOW / 1_000 + BURST + workers + world.skew_range() / 1_000;
    if count > most {
        world.violate(format!("P1 {count} posts to {channel:?} within {WINDOW} ms"));
    }
}

/// P2: no card takes a slot that a page waits for.
fn before_pages(world: &mut World, channel: &Channel, card: &SendKey) {
    if !world.is_well_paced(world.now - 2 * WINDOW) {
        return;
    }
    let (now, news) = (world.now, NEWS + world.skew_range());
    let pages = world.pacing.pages.entry(channel.clone()).or_default();
    let page = pages.iter().find(|(_, (asked, until))| asked + news < now && *until > now + news);
    let page = page.map(|(page, _)| page.clone());
    if let Some(page) = page {
        world.violate(format!("P2 {card} is let through before the page {page}"));
    }
}

/// P3: nothing is posted that was not let through.
pub(crate) fn posted(world: &mut World, send: &SendKey, provider: &str) {
    let now = world.now;
    let is_granted = world.pacing.last.get(send).is_some_and(|at| now - at <= USED_WITHIN);
    if provider != "inbox" && !is_granted {
        world.violate(format!("P3 {send} is posted without a slot"));
    }
}

#[cfg(test)]
mod tests;
