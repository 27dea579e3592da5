//! Everything that is outside the engine: time, queues, the table, the chat platforms.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, pending};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use nightowl_domain::{ClaimMode, EventId, EventKind, SendKey, Time};

use crate::agenda::Agenda;
use crate::chance::Chance;
use crate::chat::{Missed, Platform};
use crate::figures::Figures;
use crate::message::{Item, Job};
use crate::pacing::Pacing;
use crate::rates::{Promises, Rates};
use crate::senders::Source;
use crate::store::Rows;
use crate::tenants::Configured;

/// The world's clock starts here: a Saturday at noon.
pub(crate) const START: i64 = 1_763_812_800_000;

pub(crate) struct World {
    /// True time in milliseconds.
    pub(crate) now: i64,
    pub(crate) chance: Chance,
    pub(crate) rates: Rates,
    pub(crate) promises: Promises,
    agenda: Agenda,
    /// What is planned now is not to happen.
    pub(crate) is_left_out: bool,
    /// Who is being polled, and with which waker all are.
    pub(crate) task: u64,
    pub(crate) waker: Waker,
    pub(crate) workers: Vec<WorkerState>,
    /// Workers that died during this poll.
    pub(crate) killed: BTreeSet<usize>,
    pub(crate) is_laptop: bool,
    /// Of the only process; moves when it dies.
    pub(crate) epoch: u64,
    pub(crate) rows: Rows,
    pub(crate) pacing: Pacing,
    pub(crate) platforms: BTreeMap<&'static str, Platform>,
    pub(crate) configured: BTreeMap<String, Configured>,
    pub(crate) sources: Vec<Source>,
    pub(crate) healed_at: Option<i64>,
    pub(crate) figures: Figures,
    /// Counters that the engine spoke out, by delivery.
    pub(crate) counted: BTreeMap<String, Vec<String>>,
    /// Claims for posting that were written: who may post what until when.
    pub(crate) claims: BTreeMap<SendKey, Vec<Claimed>>,
    /// When each page was born, and how often each send was posted.
    pub(crate) born: BTreeMap<SendKey, i64>,
    pub(crate) landed: BTreeMap<SendKey, u32>,
    /// When operators of a tenant were told last of a provider.
    pub(crate) told: BTreeMap<(String, String), i64>,
    /// Sends that were posted by a worker to whom they were new.
    pub(crate) landed_first: BTreeSet<SendKey>,
    /// The events that each running task has written.
    pub(crate) wrote: BTreeMap<u64, Vec<EventId>>,
    /// Tasks that met trouble with the table or the intake.
    pub(crate) troubled: BTreeSet<u64>,
    /// Why the last find of a send said no although something was posted.
    pub(crate) missed: BTreeMap<SendKey, Missed>,
    /// What the events of this world are.
    pub(crate) kinds: BTreeMap<EventId, EventKind>,
    pub(crate) violations: Vec<String>,
    pub(crate) history: Option<Vec<(i64, String)>>,
    pub(crate) next_id: u64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WorkerState {
    /// Its clock is so many milliseconds ahead.
    pub(crate) skew: i64,
    pub(crate) frozen_until: i64,
    /// It is being started until then.
    pub(crate) down_until: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Claimed {
    pub(crate) task: u64,
    pub(crate) worker: usize,
    pub(crate) mode: ClaimMode,
    pub(crate) lease_until: Time,
}

impl World {
    pub(crate) fn new(chance: Chance, rates: Rates, verbose: bool) -> Self {
        Self {
            now: START,
            chance,
            rates,
            promises: Promises::default(),
            agenda: Agenda::default(),
            is_left_out: false,
            task: 0,
            waker: Waker::noop().clone(),
            workers: Vec::new(),
            killed: BTreeSet::new(),
            is_laptop: false,
            epoch: 0,
            rows: Rows::default(),
            pacing: Pacing::default(),
            platforms: BTreeMap::new(),
            configured: BTreeMap::new(),
            sources: Vec::new(),
            healed_at: None,
            figures: Figures::default(),
            counted: BTreeMap::new(),
            claims: BTreeMap::new(),
            born: BTreeMap::new(),
            landed: BTreeMap::new(),
            told: BTreeMap::new(),
            landed_first: BTreeSet::new(),
            wrote: BTreeMap::new(),
            troubled: BTreeSet::new(),
            missed: BTreeMap::new(),
            kinds: BTreeMap::new(),
            violations: Vec::new(),
            history: verbose.then(Vec::new),
            next_id: 0,
        }
    }

    /// What happens at one moment happens in any order.
    pub(crate) fn schedule(&mut self, at: i64, item: Item) {
        let lot = u32::try_from(self.chance.next() >> 32).unwrap_or_default();
        if !self.is_left_out {
            self.agenda.put(at.max(self.now), lot, item);
        }
    }

    pub(crate) fn put(&mut self, after: i64, job: Job) {
        let is_durable = match job {
            Job::Apply { .. } | Job::Sweep | Job::Rebuild | Job::Act(_) | Job::Click(_) => true,
            Job::Deliver { .. } | Job::Tick { .. } => !self.is_laptop,
        };
        let epoch = (!is_durable).then_some(self.epoch);
        self.schedule(self.now + after, Item::Job { job, epoch });
    }

    /// Moves time to what happens next.
    pub(crate) fn pop(&mut self) -> Option<Item> {
        let (at, item) = self.agenda.pop()?;
        self.now = self.now.max(at);
        Some(item)
    }

    /// How much is to come.
    pub(crate) fn ahead(&self) -> usize {
        self.agenda.len()
    }

    /// Whether anything but sweeps is to come.
    pub(crate) fn is_quiet(&self) -> bool {
        self.agenda.has_only_sweeps()
    }

    pub(crate) fn waiting(&self) -> Vec<String> {
        self.agenda.items().map(|item| format!("{item:?}")).collect()
    }

    pub(crate) fn time(&self, worker: usize) -> Time {
        Time::from_millis(self.now + self.workers[worker].skew)
    }

    pub(crate) fn true_time(&self) -> Time {
        Time::from_millis(self.now)
    }

    pub(crate) fn note(&mut self, text: impl FnOnce() -> String) {
        if let Some(history) = &mut self.history {
            history.push((self.now, text()));
        }
    }

    pub(crate) fn violate(&mut self, text: String) {
        self.note(|| format!("VIOLATION {text}"));
        if self.violations.len() < 20 {
            self.violations.push(text);
        }
    }

    pub(crate) fn id(&mut self, prefix: &str) -> String {
        self.next_id += 1;
        format!("{prefix}-{}", self.next_id)
    }

    fn latency(&mut self) -> i64 {
        if self.chance.hit(self.rates.slow) {
            self.chance.between(20, 900)
        } else {
            self.chance.between(1, 6)
        }
    }
}

/// What becomes of the process at one call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lives,
    DiesBefore,
    DiesAfter,
}

thread_local! {
    static WORLD: RefCell<Option<Box<World>>> = const { RefCell::new(None) };
}

/// The world of this thread. The engine's futures may go to any thread, so whatever they hold must
/// too; but a world lives and ends on one, and pays for no lock.
#[derive(Clone, Copy)]
pub(crate) struct Shared(());

impl Shared {
    /// Takes the place of the world that this thread had before.
    pub(crate) fn new(world: World) -> Self {
        WORLD.set(Some(Box::new(world)));
        Self(())
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        WORLD.with_borrow_mut(|world| match world {
            Some(world) => act(world),
            None => panic!("this thread has no world"),
        })
    }

    /// One call of a port by a worker: it takes time before and after its effect, others act in
    /// between, and the worker may die or stand still at either moment.
    pub(crate) async fn call<T: Send>(
        &self,
        worker: usize,
        effect: impl FnOnce(&mut World) -> T + Send,
    ) -> T {
        let (fate, before, after) = self.with(|world| {
            let rate = world.rates.crash;
            let fate = match (world.chance.hit(rate), world.chance.hit(0.5)) {
                (false, _) => Fate::Lives,
                (true, true) => Fate::DiesBefore,
                (true, false) => Fate::DiesAfter,
            };
            if world.chance.hit(world.rates.freeze) {
                let span = world.chance.between(1_000, 40_000);
                world.workers[worker].frozen_until = world.now + span;
                world.note(|| format!("worker {worker} freezes for {span} ms"));
            }
            (fate, world.latency(), world.latency())
        });
        self.pause(before).await;
        if fate == Fate::DiesBefore {
            self.die(worker).await;
        }
        let value = self.with(effect);
        self.pause(after).await;
        if fate == Fate::DiesAfter {
            self.die(worker).await;
        }
        value
    }

    async fn die(&self, worker: usize) {
        self.with(|world| {
            world.killed.insert(worker);
        });
        pending().await
    }

    pub(crate) fn pause(&self, millis: i64) -> Pause {
        let at = self.with(|world| world.now + millis);
        Pause { shared: *self, at, is_planned: false }
    }
}

pub(crate) struct Pause {
    shared: Shared,
    at: i64,
    is_planned: bool,
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let (at, is_planned) = (self.at, self.is_planned);
        let is_over = self.shared.with(|world| {
            if world.now < at && !is_planned {
                // A task is polled whenever one of its pauses is over; only what polls its parts
                // one by one has to be told which.
                let waker = context.waker();
                let waker = (!waker.will_wake(&world.waker)).then(|| waker.clone());
                world.schedule(at, Item::Resume { task: world.task, waker });
            }
            world.now >= at
        });
        self.is_planned = true;
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    }
}
