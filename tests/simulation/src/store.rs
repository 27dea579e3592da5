//! The table: linearizable, and unreliable in every way that a caller has to expect.

use std::collections::BTreeMap;

use nightowl_domain::mechanism::{Mechanism, is_on};
use nightowl_domain::{
    Alert, AlertId, Details, Digest, Entry, MessageRef, Occurrence, SendKey, SeriesHash, Time,
    due_at,
};
use nightowl_engine::ports::Page;
use nightowl_engine::{LaneName, LaneRow, Store, StoreError, Summary, Write};

use crate::ports::{Handle, lost, unavailable};
use crate::world::World;
use crate::{check, digests, end};

const SHARDS: u8 = 4;

/// Tenant, series, number.
pub(crate) type Place = (String, SeriesHash, u32);

#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) alerts: BTreeMap<Place, Alert>,
    pub(crate) digests: BTreeMap<Place, Digest>,
    due: BTreeMap<(SeriesHash, u32), Due>,
    /// How many alerts owe something.
    owing: usize,
    details: BTreeMap<(String, SeriesHash, String), Details>,
    timeline: BTreeMap<(Occurrence, u64), Entry>,
    short_ids: BTreeMap<(String, String), AlertId>,
    mapping: BTreeMap<(Occurrence, String, String), MessageRef>,
    pub(crate) reverse: BTreeMap<MessageRef, (Occurrence, SendKey)>,
    once: BTreeMap<String, Time>,
    identities: BTreeMap<(String, String, String), String>,
    faces: BTreeMap<(String, String, String), String>,
    kept: BTreeMap<String, (String, Time)>,
    sweep: Option<(Time, Option<String>)>,
    pub(crate) lanes: BTreeMap<LaneName, LaneRow>,
}

/// The index may show what stood before the last write, for a while.
#[derive(Default)]
struct Due {
    before: Option<Time>,
    now: Option<Time>,
    seen_from: i64,
    occurrence: Option<Occurrence>,
}

impl Rows {
    pub(crate) fn newest(&self, tenant: &str, series: SeriesHash) -> Option<&Alert> {
        let place = |number| (tenant.to_owned(), series, number);
        self.alerts.range(place(0)..=place(u32::MAX)).next_back().map(|(_, alert)| alert)
    }

    pub(crate) fn read(&self, occurrence: &Occurrence) -> Option<&Alert> {
        let id = occurrence.id;
        let place = (occurrence.tenant.clone(), id.series(), id.number());
        self.alerts.get(&place).filter(|alert| alert.id == id)
    }

    pub(crate) fn owes(&self) -> bool {
        self.owing > 0 || self.digests_due().next().is_some()
    }

    fn face(&self, tenant: &str, provider: &str, user: &str) -> Option<String> {
        let key = |of: &str| (tenant.to_owned(), provider.to_owned(), of.to_owned());
        let user_ref = self.faces.get(&key(user))?;
        let is_still = self.identities.get(&key(user_ref)).is_some_and(|met| met == user);
        is_still.then(|| user_ref.clone())
    }

    fn kept(&self, what: &str, now: Time) -> Option<String> {
        let kept = self.kept.get(what).filter(|(_, until)| *until > now);
        kept.map(|(text, _)| text.clone())
    }

    fn conflict(&self, alert: &Alert) -> Option<StoreError> {
        let standing = self.alerts.get(&place(alert));
        let is_next = standing
            .is_some_and(|found| found.id == alert.id && found.version + 1 == alert.version);
        (!is_next).then(|| StoreError::Conflict(standing.cloned().map(Box::new)))
    }
}

fn place(alert: &Alert) -> Place {
    (alert.tenant.clone(), alert.series(), alert.number())
}

fn write(world: &mut World, worker: usize, write: Write) -> Result<(), StoreError> {
    let written = match write {
        Write::Update(alert) => {
            if let Some(conflict) = world.rows.conflict(&alert) {
                world.figures.conflicts += 1;
                return Err(conflict);
            }
            vec![*alert]
        }
        Write::Open { alert, previous } => {
            if let Some(standing) = world.rows.alerts.get(&place(&alert)) {
                world.figures.conflicts += 1;
                return Err(StoreError::Conflict(Some(Box::new(standing.clone()))));
            }
            if let Some(conflict) =
                previous.as_ref().and_then(|previous| world.rows.conflict(previous))
            {
                world.figures.conflicts += 1;
                return Err(conflict);
            }
            previous.into_iter().chain([alert]).map(|alert| *alert).collect()
        }
    };
    for alert in written {
        put(world, worker, alert);
    }
    Ok(())
}

fn put(world: &mut World, worker: usize, alert: Alert) {
    let place = place(&alert);
    let before = world.rows.alerts.get(&place).cloned();
    check::written(world, worker, before.as_ref(), &alert);
    let lag =
        if world.chance.hit(world.rates.index_lag) { world.chance.between(0, 5_000) } else { 0 };
    let rows = &mut world.rows;
    let due = rows.due.entry((place.1, place.2)).or_default();
    let known = due.now;
    *due = Due {
        before: known,
        now: due_at(&alert),
        seen_from: world.now + lag,
        occurrence: Some(alert.occurrence()),
    };
    rows.owing += usize::from(due.now.is_some());
    rows.owing -= usize::from(known.is_some());
    rows.alerts.insert(place, alert);
}

/// The table is not there, does it and does not say so, or says that it may have.
fn unsure<T>(
    world: &mut World,
    effect: impl FnOnce(&mut World) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if world.chance.hit(world.rates.store_unavailable) {
        return Err(unavailable());
    }
    if world.chance.hit(world.rates.store_lost_undone) {
        return Err(lost());
    }
    let done = effect(world);
    if world.chance.hit(world.rates.store_lost) {
        world.figures.lost_answers += 1;
        world.note(|| "the answer of the store is lost".to_owned());
        return Err(lost());
    }
    done
}

pub(crate) struct SimStore(pub(crate) Handle);

impl SimStore {
    pub(crate) async fn look<T: Send>(
        &self,
        read: impl FnOnce(&mut World) -> T + Send,
    ) -> Result<T, StoreError> {
        self.0
            .shared
            .call(self.0.worker, |world| {
                if world.chance.hit(world.rates.store_unavailable) {
                    world.troubled.insert(world.task);
                    return Err(unavailable());
                }
                Ok(read(world))
            })
            .await
    }

    pub(crate) async fn change<T: Send>(
        &self,
        effect: impl FnOnce(&mut World) -> Result<T, StoreError> + Send,
    ) -> Result<T, StoreError> {
        self.0
            .shared
            .call(self.0.worker, |world| {
                let done = unsure(world, effect);
                if done.is_err() {
                    world.troubled.insert(world.task);
                }
                done
            })
            .await
    }
}

impl Store for SimStore {
    async fn newest(&self, tenant: &str, series: SeriesHash) -> Result<Option<Alert>, StoreError> {
        self.look(|world| world.rows.newest(tenant, series).cloned()).await
    }

    async fn read(&self, occurrence: &Occurrence) -> Result<Option<Alert>, StoreError> {
        self.look(|world| world.rows.read(occurrence).cloned()).await
    }

    async fn write(&self, wanted: Write) -> Result<(), StoreError> {
        let mut wanted = wanted;
        if let Write::Open { previous, .. } = &mut wanted
            && !is_on(Mechanism::OpeningInATransaction)
            && let Some(previous) = previous.take()
        {
            let worker = self.0.worker;
            self.change(|world| write(world, worker, Write::Update(previous))).await?;
        }
        let worker = self.0.worker;
        self.change(|world| {
            if world.chance.hit(world.rates.store_conflict) {
                return Err(StoreError::Conflict(None));
            }
            write(world, worker, wanted)
        })
        .await
    }

    async fn newest_digest(
        &self,
        tenant: &str,
        series: SeriesHash,
    ) -> Result<Option<Digest>, StoreError> {
        self.look(|world| world.rows.newest_digest(tenant, series).cloned()).await
    }

    async fn read_digest(&self, digest: &Occurrence) -> Result<Option<Digest>, StoreError> {
        self.look(|world| world.rows.read_digest(digest).cloned()).await
    }

    async fn write_digest(&self, digest: &Digest) -> Result<(), StoreError> {
        let worker = self.0.worker;
        self.change(|world| {
            if world.chance.hit(world.rates.store_conflict) {
                return Err(StoreError::Conflict(None));
            }
            digests::write(world, worker, digest)
        })
        .await
    }

    async fn put_details(&self, alert: &Alert, details: &Details) -> Result<(), StoreError> {
        let key = (alert.tenant.clone(), alert.series(), alert.details.clone());
        self.change(|world| {
            world.rows.details.entry(key).or_insert_with(|| details.clone());
            Ok(())
        })
        .await
    }

    async fn read_details(&self, alert: &Alert) -> Result<Option<Details>, StoreError> {
        let key = (alert.tenant.clone(), alert.series(), alert.details.clone());
        self.look(|world| world.rows.details.get(&key).cloned()).await
    }

    async fn put_timeline(&self, alert: &Alert, entries: &[Entry]) -> Result<(), StoreError> {
        let occurrence = alert.occurrence();
        self.change(|world| {
            for entry in entries {
                let key = (occurrence.clone(), entry.seq);
                let known = world.rows.timeline.insert(key, entry.clone());
                if known.is_some_and(|known| known != *entry) {
                    let text = format!("timeline: entry {} of {occurrence:?} changed", entry.seq);
                    world.violate(text);
                }
            }
            Ok(())
        })
        .await
    }

    async fn read_timeline(&self, alert: &Alert) -> Result<Vec<Entry>, StoreError> {
        let (first, last) = ((alert.occurrence(), 0), (alert.occurrence(), u64::MAX));
        self.look(|world| {
            world.rows.timeline.range(first..=last).map(|(_, entry)| entry.clone()).collect()
        })
        .await
    }

    async fn reserve_short_id(
        &self,
        occurrence: &Occurrence,
        short_id: &str,
    ) -> Result<bool, StoreError> {
        let key = (occurrence.tenant.clone(), short_id.to_owned());
        let id = occurrence.id;
        self.change(|world| Ok(*world.rows.short_ids.entry(key).or_insert(id) == id)).await
    }

    async fn find_short_ids(
        &self,
        tenant: &str,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(String, AlertId)>, StoreError> {
        let first = (tenant.to_owned(), prefix.to_owned());
        self.look(|world| {
            let from = world.rows.short_ids.range(first..);
            let matching =
                from.take_while(|((owner, id), _)| owner == tenant && id.starts_with(prefix));
            matching.take(limit).map(|((_, id), alert)| (id.clone(), *alert)).collect()
        })
        .await
    }

    async fn put_mapping(
        &self,
        occurrence: &Occurrence,
        message: &MessageRef,
    ) -> Result<(), StoreError> {
        let key = (occurrence.clone(), message.provider.clone(), message.channel.clone());
        self.change(|world| {
            world.rows.mapping.insert(key, message.clone());
            Ok(())
        })
        .await
    }

    async fn put_reverse(
        &self,
        message: &MessageRef,
        occurrence: &Occurrence,
        key: &SendKey,
    ) -> Result<(), StoreError> {
        self.change(|world| {
            world.rows.reverse.insert(message.clone(), (occurrence.clone(), key.clone()));
            Ok(())
        })
        .await
    }

    async fn read_reverse(
        &self,
        message: &MessageRef,
    ) -> Result<Option<(Occurrence, SendKey)>, StoreError> {
        self.look(|world| world.rows.reverse.get(message).cloned()).await
    }

    async fn due(
        &self,
        shard: u8,
        before: Time,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<(Occurrence, Time)>, StoreError> {
        let key = |(occurrence, due): &(Occurrence, Time)| {
            format!("{:020} {} {}", due.millis(), occurrence.tenant, occurrence.id)
        };
        self.look(|world| {
            let now = world.now;
            let mut all: Vec<(Occurrence, Time)> = Vec::new();
            for ((series, _), due) in &world.rows.due {
                let at = if now >= due.seen_from { due.now } else { due.before };
                let Some(at) = at.filter(|at| *at <= before) else { continue };
                if series.shard(SHARDS) == shard {
                    all.extend(due.occurrence.clone().map(|occurrence| (occurrence, at)));
                }
            }
            for (digest, at) in world.rows.digests_due().filter(|(_, at)| *at <= before) {
                if digest.id.series().shard(SHARDS) == shard {
                    all.push((digest.occurrence(), at));
                }
            }
            cut(all, cursor, limit, key)
        })
        .await
    }

    fn due_shards(&self) -> u8 {
        SHARDS
    }

    async fn list(
        &self,
        tenant: &str,
        status: Option<&str>,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Summary>, StoreError> {
        // The newest first, so moments count backwards.
        let key = |summary: &Summary| {
            format!("{:020} {}", i64::MAX - summary.fired_at.millis(), summary.id)
        };
        self.look(|world| {
            let all = world
                .rows
                .alerts
                .values()
                .filter(|alert| alert.tenant == tenant && !alert.hidden)
                .filter(|alert| status.is_none_or(|status| alert.status.name() == status))
                .map(end::summary)
                .collect();
            cut(all, cursor, limit, key)
        })
        .await
    }

    async fn use_once(&self, what: &str, now: Time, seconds: u64) -> Result<bool, StoreError> {
        let until = now + std::time::Duration::from_secs(seconds);
        self.change(|world| {
            if world.rows.once.get(what).is_some_and(|used| *used > now) {
                return Ok(false);
            }
            world.rows.once.insert(what.to_owned(), until);
            Ok(true)
        })
        .await
    }

    async fn read_identity(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
    ) -> Result<Option<String>, StoreError> {
        let key = (tenant.to_owned(), provider.to_owned(), user_ref.to_owned());
        self.look(|world| world.rows.identities.get(&key).cloned()).await
    }

    async fn put_identity(
        &self,
        tenant: &str,
        provider: &str,
        user_ref: &str,
        user: &str,
    ) -> Result<(), StoreError> {
        let key = (tenant.to_owned(), provider.to_owned(), user_ref.to_owned());
        let back = (tenant.to_owned(), provider.to_owned(), user.to_owned());
        self.change(|world| {
            world.rows.faces.insert(back, user_ref.to_owned());
            world.rows.identities.insert(key, user.to_owned());
            Ok(())
        })
        .await
    }

    async fn read_face(
        &self,
        tenant: &str,
        provider: &str,
        user: &str,
    ) -> Result<Option<String>, StoreError> {
        self.look(|world| world.rows.face(tenant, provider, user)).await
    }

    async fn keep(
        &self,
        what: &str,
        text: &str,
        now: Time,
        seconds: u64,
    ) -> Result<(), StoreError> {
        let until = now + std::time::Duration::from_secs(seconds);
        self.change(|world| {
            world.rows.kept.insert(what.to_owned(), (text.to_owned(), until));
            Ok(())
        })
        .await
    }

    async fn kept(&self, what: &str, now: Time) -> Result<Option<String>, StoreError> {
        self.look(|world| world.rows.kept(what, now)).await
    }

    async fn take_kept(&self, what: &str, now: Time) -> Result<Option<String>, StoreError> {
        self.change(|world| {
            let kept = world.rows.kept(what, now);
            world.rows.kept.remove(what);
            Ok(kept)
        })
        .await
    }

    async fn read_sweep(&self) -> Result<Option<(Time, Option<String>)>, StoreError> {
        self.look(|world| world.rows.sweep.clone()).await
    }

    async fn write_sweep(&self, at: Time, cursor: Option<String>) -> Result<(), StoreError> {
        self.change(|world| {
            world.rows.sweep = Some((at, cursor));
            Ok(())
        })
        .await
    }
}

/// One page of what is sorted by `key`, which is also the cursor.
fn cut<T>(
    mut all: Vec<T>,
    cursor: Option<String>,
    limit: usize,
    key: impl Fn(&T) -> String,
) -> Page<T> {
    if all.is_empty() {
        return Page { items: all, cursor: None };
    }
    all.sort_by_cached_key(&key);
    all.retain(|item| cursor.as_ref().is_none_or(|cursor| key(item) > *cursor));
    let more = all.len() > limit;
    all.truncate(limit);
    let cursor = all.last().filter(|_| more).map(key);
    Page { items: all, cursor }
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use nightowl_engine::testing::store_conformance;

    use super::*;
    use crate::chance::Chance;
    use crate::message::Item;
    use crate::rates::Rates;
    use crate::world::{Shared, WorkerState};

    #[test]
    fn the_table_keeps_its_promises_while_nothing_fails() {
        let mut world = World::new(Chance::new(1), Rates::default(), false);
        world.workers.push(WorkerState::default());
        let shared = Shared::new(world);
        let handle = Handle { shared, worker: 0 };
        let mut suite = pin!(store_conformance(async || SimStore(handle.clone())));
        let mut context = Context::from_waker(Waker::noop());
        while suite.as_mut().poll(&mut context).is_pending() {
            match shared.with(World::pop) {
                Some(Item::Resume { .. }) => {}
                other => panic!("the suite waits for its own calls, not for {other:?}"),
            }
        }
    }
}
