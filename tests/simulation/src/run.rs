//! One world from its seed to its end.

use std::sync::Arc;

use nightowl_domain::mechanism::{Mechanism, is_on, leave_out};

use crate::audit::Audit;
use crate::chance::Chance;
use crate::chat::Platform;
use crate::executor::Executor;
use crate::figures::Figures;
use crate::message::{Item, Job};
use crate::rates::{Promises, Rates};
use crate::spec::{Only, Spec};
use crate::tenants::{Configured, slug, tenant};
use crate::world::{START, Shared, WorkerState, World};
use crate::{check, end, people, senders, tenants};

const MINUTE: i64 = 60_000;
/// How long a world may take to come to rest once nothing fails any more.
const REST_MAX: i64 = 12 * 60 * MINUTE;
/// How much may wait to happen: what wakes more than one other grows without bound.
const AHEAD_MAX: usize = 10_000;
/// How much may happen in that time.
const STEPS_MAX: u64 = 300_000;

/// What came of one world.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub spec: Spec,
    pub planned: Planned,
    pub figures: Figures,
    pub violations: Vec<String>,
    history: Vec<(i64, String)>,
}

/// Runs this world.
pub fn simulate(spec: &Spec, verbose: bool) -> Outcome {
    let mut chance = Chance::new(spec.seed ^ 0x006e_6967_6874_6f77);
    let mut rates = Rates::draw(&mut chance, spec.profile);
    if let Some(faults) = &spec.only.faults {
        rates.keep(faults);
    }
    let faults = rates.present();
    let mut world = World::new(chance, rates, verbose);
    world.promises = Promises::of(&faults);
    leave_out(&spec.without);
    let (end, planned) = populate(&mut world, &spec.only);
    let planned = Planned { faults, ..planned };
    // What is left out of a plan must not change the course of the rest.
    world.chance = Chance::new(spec.seed.rotate_left(17) ^ spec.only.salt);
    let shared = Shared::new(world);
    tracing::subscriber::with_default(Audit(shared), || {
        let mut executor = Executor::new(shared);
        if live(&mut executor, end) {
            shared.with(end::check);
            if spec.seed.is_multiple_of(4) {
                redeliver(&mut executor);
            }
        }
    });
    leave_out(&[]);
    shared.with(|world| {
        world.figures.worlds = 1;
        world.figures.violations = u64::from(!world.violations.is_empty());
        Outcome {
            spec: spec.clone(),
            planned,
            figures: std::mem::take(&mut world.figures),
            violations: std::mem::take(&mut world.violations),
            history: world.history.take().unwrap_or_default(),
        }
    })
}

/// How much was planned in a world, whether or not it was left out.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// Kinds of fault that can strike.
    pub faults: Vec<&'static str>,
    pub runs: u64,
    pub acts: u64,
    pub troubles: u64,
    pub workers: usize,
}

/// Fills the world and plans its future. Answers when its faults are over.
fn populate(world: &mut World, only: &Only) -> (i64, Planned) {
    world.is_laptop = world.chance.hit(0.25);
    if world.is_laptop {
        // All that it does dies with it.
        world.rates.crash *= 0.25;
    }
    let workers = if world.is_laptop { 1 } else { 2 + world.chance.below(3) };
    for _ in 0..workers {
        let skew = if world.is_laptop { 0 } else { world.chance.between(-3_000, 3_000) };
        world.workers.push(WorkerState { skew, ..WorkerState::default() });
    }
    world.workers.truncate(only.workers.unwrap_or(workers).max(1));
    for name in ["chat", "talk", "inbox"] {
        let cannot_find = name != "inbox" && world.chance.hit(world.rates.cannot_find);
        let platform = Platform { name, cannot_find, ..Platform::default() };
        world.platforms.insert(name, platform);
    }
    let tenant_count = 1 + world.chance.below(3);
    for number in 0..tenant_count {
        let slug = slug(number);
        let first = tenant(&mut world.chance, &slug, 0);
        world.configured.insert(slug, Configured::new(first));
    }
    let end = START + world.chance.between(20, 120) * MINUTE;
    let runs = senders::plan(world, tenant_count, end, only);
    let troubles = trouble(world, end, only);
    let acts = runs * 3 / 2;
    for number in 0..acts {
        let at = world.chance.between(START, end);
        world.is_left_out = only.acts.as_ref().is_some_and(|kept| !kept.contains(&number));
        world.schedule(at, Item::PersonActs);
    }
    world.is_left_out = false;
    let first = START + world.chance.between(0, MINUTE);
    world.schedule(first, Item::SweepDue);
    world.schedule(end, Item::Heal);
    let workers = world.workers.len();
    (end, Planned { faults: Vec::new(), runs, acts, troubles, workers })
}

/// Answers how many troubles are planned.
fn trouble(world: &mut World, end: i64, only: &Only) -> u64 {
    let mut planned = Vec::new();
    for provider in ["chat", "talk"] {
        if world.chance.hit(world.rates.outage * 0.5) {
            let (at, minutes) = (world.chance.between(START, end), world.chance.between(1, 20));
            planned.push((at, Item::Outage { provider, minutes }));
        }
    }
    for _ in 0..3 {
        if world.chance.hit(world.rates.broken) {
            planned.push((world.chance.between(START, end), Item::Break));
        }
        if world.chance.hit(world.rates.flip) {
            planned.push((world.chance.between(START, end), Item::Flip));
        }
    }
    let mut number = 0;
    for (at, item) in planned {
        world.is_left_out = only.troubles.as_ref().is_some_and(|kept| !kept.contains(&number));
        world.schedule(at, item);
        number += 1;
    }
    world.is_left_out = false;
    number
}

/// Until everything is at rest and stays so for two sweeps; `false` if that never comes, or if
/// something was wrong on the way: what comes after that tells nothing.
fn live(executor: &mut Executor, end: i64) -> bool {
    let shared = executor.shared;
    let mut resting_since: Option<i64> = None;
    let mut steps = 0_u64;
    while let Some(item) = shared.with(World::pop) {
        let is_passive = matches!(item, Item::SweepDue | Item::Resume { .. });
        happen(executor, item);
        let is_idle = executor.is_idle();
        let (rests, now, healed_at, is_wrong) = shared.with(|world| {
            let rests =
                is_idle && world.healed_at.is_some() && world.is_quiet() && !world.rows.owes();
            if world.ahead() > AHEAD_MAX {
                world.violate(format!("L6 {AHEAD_MAX} things are to come, and ever more"));
            }
            (rests, world.now, world.healed_at, !world.violations.is_empty())
        });
        if is_wrong {
            return false;
        }
        steps += u64::from(healed_at.is_some());
        if !is_passive {
            resting_since = None;
        }
        if rests {
            let since = *resting_since.get_or_insert(now);
            if now - since > 2 * MINUTE {
                return true;
            }
        }
        if now > end.max(healed_at.unwrap_or(end)) + REST_MAX || steps > STEPS_MAX {
            break;
        }
    }
    shared.with(unrest);
    false
}

fn unrest(world: &mut World) {
    let waiting = world.waiting();
    let owed: Vec<String> = world
        .rows
        .alerts
        .values()
        .filter(|alert| !nightowl_domain::wanted(alert).is_empty())
        .map(|alert| {
            format!("{} owes {:?}", crate::words::label(alert), nightowl_domain::wanted(alert))
        })
        .collect();
    world.figures.lost += u64::try_from(owed.len()).unwrap_or(u64::MAX);
    world.violate(format!("L4 it never rests: {owed:?}; waiting {waiting:?}"));
}

fn happen(executor: &mut Executor, item: Item) {
    let shared = executor.shared;
    match item {
        Item::Resume { task, waker } => executor.resume(task, waker),
        Item::Job { job, epoch } => {
            // What an ended process kept in memory is gone.
            if epoch.is_none_or(|epoch| shared.with(|world| world.epoch == epoch)) {
                executor.start(job);
            }
        }
        Item::Arrive(body) => shared.with(|world| senders::arrive(world, body)),
        Item::Land(landing) => shared.with(|world| world.land(*landing)),
        Item::PersonActs => shared.with(people::acts),
        Item::PersonClicks(message) => shared.with(|world| people::click_on(world, &message)),
        Item::Flip => shared.with(tenants::flip),
        Item::Break => shared.with(breaks),
        Item::Outage { provider, minutes } => shared.with(|world| {
            world.note(|| format!("{provider} is down for {minutes} minutes"));
            let until = world.now + minutes * MINUTE;
            if world.healed_at.is_none()
                && let Some(platform) = world.platforms.get_mut(provider)
            {
                platform.down_until = until;
                platform.back_at = until;
            }
        }),
        Item::Heal => shared.with(heal),
        Item::SweepDue => {
            let is_skipped = shared.with(|world| {
                world.schedule(world.now + MINUTE, Item::SweepDue);
                let is_skipped = world.chance.hit(world.rates.sweep_skipped);
                world.figures.skipped_sweeps += u64::from(is_skipped);
                is_skipped
            });
            shared.with(check::leases_over);
            if !is_skipped && is_on(Mechanism::Sweep) {
                executor.start(Job::Sweep);
            }
        }
    }
}

/// Some place to which something was posted cannot be posted to any more.
fn breaks(world: &mut World) {
    let places: Vec<_> = world
        .platforms
        .values()
        .filter(|platform| platform.name != "inbox")
        .flat_map(|platform| platform.messages.values())
        .map(|posted| posted.to.clone())
        .collect();
    if places.is_empty() || world.healed_at.is_some() {
        return;
    }
    if world.chance.hit(0.2) {
        let tenants: Vec<String> = world.configured.keys().cloned().collect();
        let (tenant, name) =
            (world.chance.pick(&tenants).clone(), world.chance.pick(&["chat", "talk"]));
        world.note(|| format!("the credentials of {tenant} for {name} are revoked"));
        if let Some(platform) = world.platforms.get_mut(name) {
            platform.revoked.insert(tenant);
        }
        return;
    }
    let place = world.chance.pick(&places).clone();
    world.note(|| format!("{place:?} is broken"));
    if let Some(platform) = world.platforms.get_mut(place.provider()) {
        platform.broken.insert(place);
    }
}

fn heal(world: &mut World) {
    world.note(|| "nothing fails any more".to_owned());
    world.rates = Rates::default();
    world.healed_at = Some(world.now);
    for platform in world.platforms.values_mut() {
        platform.down_until = 0;
        platform.back_at = platform.back_at.min(world.now);
        platform.broken.clear();
        platform.revoked.clear();
        platform.cannot_find = false;
    }
}

/// S10: everything that was ever accepted comes once more, and nothing but counts changes.
fn redeliver(executor: &mut Executor) {
    let shared = executor.shared;
    let (before, reports) = shared.with(|world| {
        world.note(|| "everything is delivered once more".to_owned());
        let all = world.sources.iter().flat_map(|source| &source.accepted);
        let reports: Vec<_> = all.map(|accepted| Arc::clone(&accepted.report)).collect();
        (end::standing(world), reports)
    });
    for report in reports {
        shared.with(|world| {
            let after = world.chance.between(0, 2 * MINUTE);
            world.put(after, Job::Apply { report, redelivered: true });
        });
    }
    let now = shared.with(|world| world.now);
    if !live(executor, now) {
        return;
    }
    shared.with(|world| {
        let after = end::standing(world);
        for (name, text) in &after {
            match before.get(name) {
                None => world.violate(format!("S10 {name}: opened by a redelivery")),
                Some(known) if known != text => {
                    world.violate(format!("S10 {name}: was {known}, is {text}"));
                }
                Some(_) => {}
            }
        }
    });
}

/// The history of a world that was simulated with `verbose`, in plain words.
pub fn history(outcome: &Outcome) -> String {
    let lines = outcome.history.iter().map(|(at, text)| {
        let seconds = (at - START) / 1000;
        let (minutes, rest, millis) = (seconds / 60, seconds % 60, (at - START) % 1000);
        format!("{minutes:>4}:{rest:02}.{millis:03}  {text}\n")
    });
    lines.collect()
}
