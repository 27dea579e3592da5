//! Configurations, and how they change under way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use nightowl_domain::{
    Integration, Method, Policy, Rotation, RotationLength, Schedule, Severity, Target, Tenant,
    Tier, Time, Turn, User,
};

use crate::chance::Chance;
use crate::world::World;

/// A worker may go on with what it read so long ago.
const STALE: i64 = 60_000;

/// All versions of one tenant's configuration.
pub(crate) struct Configured {
    versions: Vec<Arc<Tenant>>,
    by_hash: BTreeMap<String, Arc<Tenant>>,
    seen: BTreeMap<usize, (i64, usize)>,
}

impl Configured {
    pub(crate) fn new(tenant: Tenant) -> Self {
        let mut this =
            Self { versions: Vec::new(), by_hash: BTreeMap::new(), seen: BTreeMap::new() };
        this.put(tenant);
        this
    }

    fn put(&mut self, tenant: Tenant) {
        let tenant = Arc::new(tenant);
        self.by_hash.insert(tenant.hash.clone(), Arc::clone(&tenant));
        self.versions.push(tenant);
    }

    pub(crate) fn current(&self) -> Arc<Tenant> {
        Arc::clone(&self.versions[self.versions.len() - 1])
    }

    pub(crate) fn seen_by(&mut self, worker: usize, now: i64) -> Arc<Tenant> {
        let newest = self.versions.len() - 1;
        let seen = self.seen.entry(worker).or_insert((now, newest));
        if now - seen.0 >= STALE {
            *seen = (now, newest);
        }
        Arc::clone(&self.versions[seen.1])
    }

    pub(crate) fn at(&self, hash: &str) -> Option<Arc<Tenant>> {
        self.by_hash.get(hash).cloned()
    }
}

pub(crate) fn slug(number: usize) -> String {
    format!("t{number}")
}

/// The `version`-th configuration of this tenant.
pub(crate) fn tenant(chance: &mut Chance, slug: &str, version: usize) -> Tenant {
    let users = 2 + chance.below(4);
    let ids: Vec<String> = (0..users).map(|number| format!("{slug}-u{number}")).collect();
    let policies = 1 + chance.below(2);
    let channel = |name: &str| format!("{slug}-{name}");
    Tenant {
        slug: slug.to_owned(),
        name: slug.to_owned(),
        hash: format!("{slug}-v{version}"),
        provider: (!chance.hit(0.1)).then(|| "chat".to_owned()),
        default_channels: BTreeMap::from([
            ("chat".to_owned(), channel("ops")),
            ("talk".to_owned(), channel("talk")),
            ("inbox".to_owned(), "alerts".to_owned()),
        ]),
        allow_unlinked: chance.hit(0.3),
        thread_replies: replies(chance),
        users: ids.iter().map(|id| user(id)).collect(),
        schedules: vec![schedule(chance, &ids)],
        policies: (0..policies).map(|number| policy(chance, number, &ids)).collect(),
        integrations: (0..2)
            .map(|number| Integration {
                id: format!("i{number}"),
                format: "alertmanager".to_owned(),
                policy: format!("p{}", chance.below(policies)),
                schedule: Some("s".to_owned()),
                provider: chance.hit(0.2).then(|| "talk".to_owned()),
                channel: chance.hit(0.3).then(|| channel("db")),
                default_severity: Severity::Warning,
                cards_per_minute: None,
            })
            .collect(),
    }
}

/// Mostly all of them, as by default.
fn replies(chance: &mut Chance) -> BTreeSet<Turn> {
    let some = chance.hit(0.3);
    Turn::ALL.into_iter().filter(|_| !some || chance.hit(0.5)).collect()
}

fn user(id: &str) -> User {
    User {
        id: id.to_owned(),
        name: id.to_uppercase(),
        email: Some(format!("{id}@example.com")),
        timezone: None,
        handles: BTreeMap::new(),
    }
}

fn schedule(chance: &mut Chance, ids: &[String]) -> Schedule {
    let mut rotation = |role: &str| Rotation {
        id: role.to_owned(),
        role: role.to_owned(),
        length: RotationLength::Days(1),
        start: "2025-01-06T12:30".parse().unwrap_or_default(),
        members: vec![chance.pick(ids).clone(), chance.pick(ids).clone()],
    };
    Schedule {
        id: "s".to_owned(),
        timezone: Time::default()
            .timestamp()
            .in_tz("UTC")
            .map(|zoned| zoned.time_zone().clone())
            .unwrap_or_else(|error| panic!("the zone UTC is always there: {error}")),
        rotations: vec![rotation("primary"), rotation("secondary")],
        overrides: Vec::new(),
    }
}

fn policy(chance: &mut Chance, number: usize, ids: &[String]) -> Policy {
    let tiers = 1 + chance.below(3);
    let minutes = |chance: &mut Chance, low, high| {
        Duration::from_secs(u64::try_from(chance.between(low, high)).unwrap_or(1) * 60)
    };
    Policy {
        id: format!("p{number}"),
        repeat: u32::try_from(chance.below(3)).unwrap_or(0),
        ack_timeout: chance.hit(0.3).then(|| minutes(chance, 1, 30)),
        reopen_after: minutes(chance, 5, 60),
        tiers: (0..tiers).map(|_| tier(chance, ids)).collect(),
    }
}

fn tier(chance: &mut Chance, ids: &[String]) -> Tier {
    const WAITS: [u64; 7] = [5, 20, 60, 120, 300, 600, 1200];
    const WAYS: [&[Method]; 5] = [
        &[Method::MessagingDm],
        &[Method::MessagingDm],
        &[Method::MessagingChannel],
        &[Method::MessagingDm, Method::MessagingChannel],
        &[Method::Phone, Method::MessagingDm],
    ];
    let targets = 1 + chance.below(2);
    Tier {
        timeout: Duration::from_secs(*chance.pick(&WAITS)),
        notify_via: chance.pick(&WAYS).to_vec(),
        targets: (0..targets)
            .map(|_| match chance.below(5) {
                0 | 1 => Target::OnCallPrimary,
                2 => Target::OnCallSecondary,
                3 => Target::Schedule("s".to_owned()),
                _ => Target::User(chance.pick(ids).clone()),
            })
            .collect(),
        provider: chance.hit(0.1).then(|| "talk".to_owned()),
    }
}

/// One tenant gets another configuration; an old one may be collected.
pub(crate) fn flip(world: &mut World) {
    let slugs: Vec<String> = world.configured.keys().cloned().collect();
    let slug = world.chance.pick(&slugs).clone();
    let Some(configured) = world.configured.get_mut(&slug) else { return };
    let version = configured.versions.len();
    let next = tenant(&mut world.chance, &slug, version);
    if world.chance.hit(0.3) {
        let old = configured.current().hash.clone();
        configured.by_hash.remove(&old);
    }
    configured.put(next);
    world.note(|| format!("the configuration of {slug} changes to version {version}"));
}
