//! The monitoring tools: runs that begin, repeat and end, told twice, late, and out of order.

use std::sync::Arc;

use nightowl_domain::{
    Actor, Clearing, Details, Event, EventKind, Firing, Received, SeriesHash, Severity, Time,
};
use nightowl_engine::Report;

use crate::message::{Item, Job};
use crate::spec::Only;
use crate::tenants;
use crate::world::{START, World};

/// One series as its source knows it, and what was accepted of it.
pub(crate) struct Source {
    pub(crate) tenant: String,
    pub(crate) integration: String,
    pub(crate) dedup_key: String,
    pub(crate) accepted: Vec<Accepted>,
    series: SeriesHash,
}

impl Source {
    fn new(tenant: String, integration: String, dedup_key: String) -> Self {
        let series = SeriesHash::of(&tenant, &integration, &dedup_key);
        Self { tenant, integration, dedup_key, accepted: Vec::new(), series }
    }

    pub(crate) const fn series(&self) -> SeriesHash {
        self.series
    }
}

/// An event that was answered with 202.
pub(crate) struct Accepted {
    pub(crate) report: Arc<Report>,
    /// How often it was worked off to its end.
    pub(crate) applied: u32,
}

/// One thing that a sender says about a series.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    source: usize,
    is_clear: bool,
    title: String,
    starts_at: Option<Time>,
    ends_at: Option<Time>,
}

/// Plans all that the sources will say until `end`. Answers how many runs there are, with those
/// that are left out.
pub(crate) fn plan(world: &mut World, tenant_count: usize, end: i64, only: &Only) -> u64 {
    let mut runs = 0;
    for tenant in 0..tenant_count {
        let series = 1 + world.chance.below(4);
        for number in 0..series {
            let source = world.sources.len();
            let integration = format!("i{}", world.chance.below(2));
            let dedup_key = format!("k{number}");
            world.sources.push(Source::new(tenants::slug(tenant), integration, dedup_key));
            runs = plan_series(world, source, end, runs, only);
        }
    }
    world.is_left_out = false;
    runs
}

/// `first`: the number of its first run. Answers the number of the run after its last.
fn plan_series(world: &mut World, source: usize, end: i64, first: u64, only: &Only) -> u64 {
    let has_starts = world.chance.hit(0.6);
    let has_ends = has_starts && world.chance.hit(0.8);
    let has_twin = world.chance.hit(0.3);
    // A source that lost its state fires again with the old start.
    let is_forgetful = world.chance.hit(0.15);
    let mut at = START + world.chance.between(0, 600_000);
    let mut starts = at;
    let mut runs = 0;
    while at < end && runs < 8 {
        if runs == 0 || !is_forgetful {
            starts = at;
        }
        runs += 1;
        let long = match world.chance.below(4) {
            0 => world.chance.between(0, 8_000),
            1 => world.chance.between(5_000, 120_000),
            _ => world.chance.between(60_000, 2_400_000),
        };
        let over = at + long;
        let run = Run { source, at, over, starts, has_starts, has_ends };
        let number = first + runs - 1;
        world.is_left_out = only.runs.as_ref().is_some_and(|kept| !kept.contains(&number));
        world.figures.incidents += u64::from(!world.is_left_out);
        plan_run(world, &run, has_twin);
        at = over
            + match world.chance.below(3) {
                0 => world.chance.between(0, 10_000),
                1 => world.chance.between(5_000, 200_000),
                _ => world.chance.between(100_000, 2_000_000),
            };
    }
    first + runs
}

/// From when to when something is wrong, in milliseconds of true time.
struct Run {
    source: usize,
    at: i64,
    over: i64,
    /// When it began, as its firings say.
    starts: i64,
    has_starts: bool,
    has_ends: bool,
}

/// All that is said of one run, by one sender or by two that know nothing of each other.
fn plan_run(world: &mut World, run: &Run, has_twin: bool) {
    let every = world.chance.between(15_000, 300_000);
    let times = world.chance.between(1, 6);
    let twins = if has_twin { 2 } else { 1 };
    for _ in 0..twins {
        let drift = if has_twin { world.chance.between(-4_000, 4_000) } else { 0 };
        let said = Said {
            source: run.source,
            is_clear: false,
            title: "it is wrong".to_owned(),
            starts_at: run.has_starts.then_some(Time::from_millis(run.starts + drift)),
            ends_at: None,
        };
        let mut fire = run.at + drift.abs();
        for _ in 0..times {
            let mut said = said.clone();
            if world.chance.hit(0.05) {
                "it is worse".clone_into(&mut said.title);
            }
            say(world, fire, said);
            fire += every;
            if fire >= run.over {
                break;
            }
        }
        if world.chance.hit(0.85) {
            let ends_at = run.has_ends.then_some(Time::from_millis(run.over + drift));
            say(world, run.over + drift.abs(), Said { is_clear: true, ends_at, ..said });
        }
    }
}

/// The request takes its time, and is made again if its answer does not come.
fn say(world: &mut World, at: i64, said: Said) {
    let mut travel = world.chance.between(5, 400);
    if world.chance.hit(world.rates.reorder * 0.3) {
        travel += world.chance.between(100, 90_000);
    }
    let times = 1 + i64::from(world.chance.hit(0.05 + world.rates.redeliver * 0.3));
    for again in 0..times {
        let more = again * world.chance.between(0, 30_000);
        let mut body = vec![said.clone()];
        if world.chance.hit(0.03) {
            body.push(said.clone());
        }
        world.schedule(at + travel + more, Item::Arrive(body));
    }
}

/// Inbound takes a body in: every part of it is received now, by the clock of one worker.
pub(crate) fn arrive(world: &mut World, body: Vec<Said>) {
    let worker = world.chance.below(world.workers.len());
    let at = world.time(worker);
    for (position, said) in body.into_iter().enumerate() {
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let report = report(world, said, Received { at, position });
        accept(world, report);
    }
}

fn report(world: &mut World, said: Said, received: Received) -> Report {
    let id = world.id(if said.is_clear { "clear" } else { "fire" });
    let source = &world.sources[said.source];
    let (integration, dedup_key) = (source.integration.clone(), source.dedup_key.clone());
    let kind = if said.is_clear {
        let clearing = Clearing {
            event: id.as_str().into(),
            received,
            starts_at: said.starts_at,
            ends_at: said.ends_at,
        };
        EventKind::Cleared { integration, dedup_key, clearing }
    } else {
        let firing = Firing {
            title: said.title,
            severity: Severity::Critical,
            starts_at: said.starts_at,
            details: Details::default(),
            problems: Vec::new(),
        };
        EventKind::Fired { integration, dedup_key, firing }
    };
    let tenant = source.tenant.clone();
    let event = Event { id: id.as_str().into(), received, actor: Actor::Source, kind };
    Report { tenant, alert: None, event }
}

/// Durable from now on: it is delivered at least once, some time.
pub(crate) fn accept(world: &mut World, report: Report) {
    let report = Arc::new(report);
    world.kinds.insert(report.event.id.clone(), report.event.kind.clone());
    world.note(|| {
        format!(
            "accepted {} {} for {} received {}",
            report.event.kind.name(),
            report.event.id,
            report.tenant,
            report.event.received.at
        )
    });
    if let EventKind::Fired { integration, dedup_key, .. }
    | EventKind::Cleared { integration, dedup_key, .. } = &report.event.kind
    {
        let series = SeriesHash::of(&report.tenant, integration, dedup_key);
        let source = world.sources.iter_mut().find(|source| source.series() == series);
        if let Some(source) = source {
            source.accepted.push(Accepted { report: Arc::clone(&report), applied: 0 });
        }
    }
    let copies = 1 + usize::from(world.chance.hit(world.rates.redeliver));
    for copy in 0..copies {
        let mut after = world.chance.between(5, 200);
        if world.chance.hit(world.rates.reorder) {
            after += world.chance.between(100, 60_000);
        }
        if copy > 0 {
            world.figures.redeliveries += 1;
            after += world.chance.between(0, 120_000);
            if world.chance.hit(0.05) {
                after += world.chance.between(0, 3_600_000);
            }
        }
        let job = Job::Apply { report: Arc::clone(&report), redelivered: copy > 0 };
        world.put(after, job);
    }
}
