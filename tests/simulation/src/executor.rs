//! Workers run here, all on one thread, each call of a port a point where others may go first.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use nightowl_domain::mechanism::{Mechanism, is_on};
use nightowl_domain::{EventKind, Outcome, Received};
use nightowl_engine::chat::Visitor;
use nightowl_engine::ports::{Clock, Config, Ports, Providers};
use nightowl_engine::{Engine, EngineError, Report};

use crate::check;
use crate::message::{Click, Item, Job};
use crate::people;
use crate::ports::SimPorts;
use crate::world::Shared;

/// A message that was not deleted is seen again after so long.
const VISIBILITY: i64 = 30_000;
/// A wake-up that met trouble with the store is sent again after so long.
const AGAIN: i64 = 5_000;

/// What one worker does at a time: on Lambda, and in the only process.
const BATCH_MAX: usize = 10;
const PROCESS_MAX: usize = 64;

/// A task is polled when a pause of its own is over. What this hears is that a future which polls
/// its parts one by one wants to be asked again at once.
#[derive(Default)]
struct Again(AtomicBool);

impl Wake for Again {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Task {
    worker: usize,
    job: Job,
    future: Pin<Box<dyn Future<Output = Result<Option<Outcome>, EngineError>>>>,
}

pub(crate) struct Executor {
    pub(crate) shared: Shared,
    engines: Vec<Arc<Engine<SimPorts>>>,
    tasks: BTreeMap<u64, Task>,
    again: Arc<Again>,
    waker: Waker,
    next: u64,
}

impl Executor {
    pub(crate) fn new(shared: Shared) -> Self {
        let workers = shared.with(|world| world.workers.len());
        let engines =
            (0..workers).map(|worker| Arc::new(Engine::new(SimPorts::new(&shared, worker))));
        let engines = engines.collect();
        let again = Arc::new(Again::default());
        let waker = Waker::from(Arc::clone(&again));
        shared.with(|world| world.waker = waker.clone());
        Self { engines, shared, tasks: BTreeMap::new(), again, waker, next: 0 }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Lets a worker begin; one that is being started takes it up when it is there.
    pub(crate) fn start(&mut self, job: Job) {
        let (worker, wait) = self.shared.with(|world| {
            let worker = world.chance.below(world.workers.len());
            let state = world.workers[worker];
            let until = state.down_until.max(state.frozen_until) - world.now;
            let busy = self.tasks.values().filter(|task| task.worker == worker).count();
            let is_full = busy >= if world.is_laptop { PROCESS_MAX } else { BATCH_MAX };
            let turn = if is_full { world.chance.between(20, 200) } else { 0 };
            (worker, until.max(turn))
        });
        if wait > 0 {
            self.shared.with(|world| world.put(wait, job));
            return;
        }
        self.next += 1;
        let task = self.next;
        self.shared.with(|world| {
            world.note(|| format!("worker {worker} begins task {task}: {}", title(&job)));
        });
        let engine = Arc::clone(&self.engines[worker]);
        let future = Box::pin(carry_out(engine, job.clone()));
        self.tasks.insert(task, Task { worker, job, future });
        self.poll(task);
    }

    /// A pause of this task is over.
    pub(crate) fn resume(&mut self, task: u64, waker: Option<Waker>) {
        if let Some(waker) = waker {
            waker.wake();
            if !self.is_woken() {
                return;
            }
        }
        self.poll(task);
    }

    fn is_woken(&self) -> bool {
        self.again.0.swap(false, Ordering::Relaxed)
    }

    fn poll(&mut self, number: u64) {
        let Some(task) = self.tasks.get_mut(&number) else { return };
        let is_frozen = self.shared.with(|world| {
            let until = world.workers[task.worker].frozen_until;
            if until > world.now {
                world.schedule(until, Item::Resume { task: number, waker: None });
            }
            world.task = number;
            until > world.now
        });
        if is_frozen {
            return;
        }
        let mut context = Context::from_waker(&self.waker);
        let polled = task.future.as_mut().poll(&mut context);
        let is_woken = self.is_woken();
        if let Poll::Ready(result) = polled
            && let Some(task) = self.tasks.remove(&number)
        {
            self.finish(number, &task, result);
        }
        if self.shared.with(|world| !world.killed.is_empty()) {
            for worker in self.shared.with(|world| std::mem::take(&mut world.killed)) {
                self.bury(worker);
            }
        }
        if is_woken {
            self.poll(number);
        }
    }

    fn finish(&self, number: u64, task: &Task, result: Result<Option<Outcome>, EngineError>) {
        self.shared.with(|world| {
            world.note(|| format!("task {number} ends: {result:?}"));
            check::ended(world, number, &task.job, &result);
            match (&task.job, result) {
                (Job::Apply { report, .. }, Ok(_)) => {
                    // A redelivery is the same report, not one like it.
                    let mut accepted =
                        world.sources.iter_mut().flat_map(|source| &mut source.accepted);
                    if let Some(known) = accepted.find(|one| Arc::ptr_eq(&one.report, report)) {
                        known.applied += 1;
                    }
                    if world.chance.hit(world.rates.redeliver * 0.3) {
                        let job = Job::Apply { report: Arc::clone(report), redelivered: true };
                        world.figures.redeliveries += 1;
                        world.put(VISIBILITY, job);
                    }
                }
                (_, Ok(_)) => {}
                (job, Err(error)) => {
                    if !error.is_retryable() {
                        world.violate(format!("S1 {}: {error}", title(job)));
                    }
                    again(world, job, false);
                }
            }
        });
    }

    /// The process is gone with all that it had in hand.
    fn bury(&mut self, worker: usize) {
        let dead: Vec<u64> = self
            .tasks
            .iter()
            .filter(|(_, task)| task.worker == worker)
            .map(|(number, _)| *number)
            .collect();
        self.engines[worker] = Arc::new(Engine::new(SimPorts::new(&self.shared, worker)));
        let jobs: Vec<Job> = dead
            .iter()
            .filter_map(|number| self.tasks.remove(number))
            .map(|task| task.job)
            .collect();
        self.shared.with(|world| {
            world.figures.crashes += 1;
            world.note(|| format!("worker {worker} dies with {} tasks {dead:?}", dead.len()));
            let down = world.chance.between(100, 5_000);
            world.workers[worker].down_until = world.now + down;
            world.workers[worker].frozen_until = 0;
            for job in &jobs {
                again(world, job, true);
            }
            if world.is_laptop {
                world.epoch += 1;
                world.put(down, Job::Rebuild);
            }
        });
    }
}

/// What becomes of a message that was not worked off.
fn again(world: &mut crate::world::World, job: &Job, is_crash: bool) {
    if !is_on(Mechanism::Redelivery) {
        return;
    }
    match job {
        Job::Apply { report, .. } => {
            world.figures.redeliveries += 1;
            let wait = world.chance.between(2_000, VISIBILITY);
            world.put(wait, Job::Apply { report: Arc::clone(report), redelivered: true });
        }
        Job::Deliver { .. } | Job::Tick { .. } if is_crash && world.is_laptop => {}
        Job::Deliver { .. } | Job::Tick { .. } => {
            world.figures.redeliveries += u64::from(is_crash);
            world.put(if is_crash { VISIBILITY } else { AGAIN }, job.clone());
        }
        Job::Rebuild if !is_crash => {}
        // The next one is due in a minute.
        Job::Sweep | Job::Rebuild => {}
        Job::Act(act) => {
            if act.patience > 0 {
                let again = crate::message::Act {
                    occurrence: act.occurrence.clone(),
                    kind: act.kind.clone(),
                    who: act.who.clone(),
                    event: act.event.clone(),
                    patience: act.patience - 1,
                };
                let wait = world.chance.between(500, 8_000);
                world.put(wait, Job::Act(Arc::new(again)));
            }
        }
        Job::Click(_) => {}
    }
}

fn title(job: &Job) -> String {
    match job {
        Job::Apply { report, redelivered } => format!(
            "{} {}{}",
            report.event.kind.name(),
            report.event.id,
            if *redelivered { " again" } else { "" }
        ),
        Job::Deliver { occurrence } => format!("deliver {}", occurrence.id),
        Job::Tick { occurrence, generation } => format!("tick {} of {}", generation, occurrence.id),
        Job::Sweep => "sweep".to_owned(),
        Job::Rebuild => "rebuild".to_owned(),
        Job::Act(act) => format!("{} by {}", act.kind.name(), act.who),
        Job::Click(click) => format!("click by {}", click.who),
    }
}

async fn carry_out(
    engine: Arc<Engine<SimPorts>>,
    job: Job,
) -> Result<Option<Outcome>, EngineError> {
    match job {
        Job::Apply { report, redelivered } => {
            let report = received(&engine, report);
            engine.apply(&report, redelivered).await.map(|applied| Some(applied.outcome))
        }
        Job::Deliver { occurrence } => engine.deliver(&occurrence).await.map(|_| None),
        Job::Tick { occurrence, generation } => {
            engine.tick(&occurrence, generation).await.map(|applied| Some(applied.outcome))
        }
        Job::Sweep => engine.sweep().await.map(|_| None),
        Job::Rebuild => engine.rebuild().await.map(|_| None),
        Job::Act(act) => {
            let actor = people::actor(&act.who);
            let event = act.event.as_str().into();
            let applied = engine.act(&act.occurrence, act.kind.clone(), actor, event).await?;
            Ok(Some(applied.outcome))
        }
        Job::Click(click) => Box::pin(clicked(&engine, &click)).await.map(|()| None),
    }
}

/// Inbound stamped it; without that it counts from when a worker has it in hand.
fn received(engine: &Engine<SimPorts>, report: Arc<Report>) -> Arc<Report> {
    if is_on(Mechanism::OrderByReception) {
        return report;
    }
    let mut report = Report::clone(&report);
    let received = Received { at: engine.ports().clock().now(), position: 0 };
    report.event.received = received;
    if let EventKind::Cleared { clearing, .. } = &mut report.event.kind {
        clearing.received = received;
    }
    Arc::new(report)
}

/// As a platform's function does it, from the proved callback on.
async fn clicked(engine: &Engine<SimPorts>, click: &Click) -> Result<(), EngineError> {
    let (ports, action) = (engine.ports(), &click.action);
    let tenant = ports.config().tenant(&click.tenant).await?;
    let provider = ports.providers().provider(&click.tenant, action.provider).await?;
    let (Some(tenant), Some(provider)) = (tenant, provider) else { return Ok(()) };
    let visitor = Visitor {
        tenant: &tenant,
        provider: provider.as_ref(),
        user_ref: &action.user_ref,
        user_name: &action.user_name,
        channel: &action.channel_id,
        thread: None,
        arrived: ports.clock().now(),
    };
    Box::pin(engine.on_click(&visitor, action, None)).await;
    Ok(())
}
