//! The workers: what Lambda functions do behind queues and timers, as tasks of this process.

use std::sync::Arc;
use std::time::Duration;

use nightowl_domain::Occurrence;
use nightowl_engine::ports::Clock;
use nightowl_engine::{Engine, EngineError};
use nightowl_process::SystemClock;
use nightowl_store::Taken;
use nightowl_store::embedded::InProcess;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use crate::intake::Desk;
use crate::ports::Laptop;
use crate::queue::{Lane, Queue, Task};

/// What was in trouble is tried again then; the sweep would repair it too, a minute later.
const AGAIN: Duration = Duration::from_secs(2);
/// Posts wait for chat platforms, up to 8 s each: many may wait at once at no cost.
const URGENT_MAX: usize = 64;
const CARDS_MAX: usize = 32;
const EXPIRE_EVERY: Duration = Duration::from_secs(600);
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Runs until `stop` says so, then ends what is in flight and returns.
pub(crate) async fn run(
    desk: Desk,
    database: Arc<InProcess>,
    queue: Arc<Queue>,
    taken_in: mpsc::UnboundedReceiver<Taken>,
    stop: watch::Receiver<bool>,
) {
    let engine = Arc::clone(&desk.engine);
    // After a restart all wake-ups are gone; the due index knows who is owed what, and when.
    match engine.rebuild().await {
        Ok(woken) => tracing::info!(woken, "what is owed was read from the table"),
        // The sweep finds whatever was not read here.
        Err(error) => tracing::warn!(%error, "cannot read what is owed"),
    }
    let mut workers = JoinSet::new();
    workers.spawn(lane(engine.clone(), queue.clone(), Lane::Urgent, URGENT_MAX, stop.clone()));
    workers.spawn(lane(engine.clone(), queue, Lane::Cards, CARDS_MAX, stop.clone()));
    workers.spawn(crate::intake::work_off(desk, taken_in, stop.clone()));
    workers.spawn(expire(database, stop.clone()));
    workers.spawn(sweep(engine, stop));
    while workers.join_next().await.is_some() {}
}

/// Returns when the process is to end.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that whoever would say so is gone, which comes to the same.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

async fn lane(
    engine: Arc<Engine<Laptop>>,
    queue: Arc<Queue>,
    lane: Lane,
    at_once: usize,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(at_once));
    let mut flying = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let (occurrence, task) = tokio::select! {
            biased;
            () = crate::worker::stopped(&mut stop) => break,
            next = queue.next(lane, || SystemClock.now()) => next,
        };
        let (engine, queue) = (engine.clone(), queue.clone());
        flying.spawn(async move {
            let _place = place;
            // A task of its own, so that a panic costs this one wake-up and no more.
            let done = tokio::spawn(perform(engine, occurrence.clone(), task.clone())).await;
            queue.finish(&occurrence);
            let failed = match done {
                Ok(Ok(())) => false,
                Ok(Err(error)) => {
                    tracing::warn!(%error, alert = %occurrence.id, "a wake-up failed");
                    true
                }
                // The panic has logged itself, without what it may quote.
                Err(_) => {
                    tracing::error!(alert = %occurrence.id, "a wake-up panicked");
                    true
                }
            };
            if failed {
                queue.put(SystemClock.now() + AGAIN, lane, occurrence, task);
            }
        });
        while flying.try_join_next().is_some() {}
    }
    while flying.join_next().await.is_some() {}
}

async fn perform(
    engine: Arc<Engine<Laptop>>,
    occurrence: Occurrence,
    task: Task,
) -> Result<(), EngineError> {
    match task {
        Task::Deliver => engine.deliver(&occurrence).await.map(drop),
        Task::Tick { generation } => engine.tick(&occurrence, generation).await.map(drop),
    }
}

async fn sweep(engine: Arc<Engine<Laptop>>, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = engine.sweep().await {
            tracing::warn!(%error, "the sweep failed");
        }
        tokio::select! {
            () = crate::worker::stopped(&mut stop) => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
    }
}

/// DynamoDB deletes what has expired; the embedded database leaves that to us.
async fn expire(database: Arc<InProcess>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = crate::worker::stopped(&mut stop) => return,
            () = tokio::time::sleep(EXPIRE_EVERY) => {}
        }
        let database = Arc::clone(&database);
        match tokio::task::spawn_blocking(move || database.expire()).await {
            Ok(Ok(rows)) => tracing::debug!(rows, "expired rows are gone"),
            Ok(Err(error)) => tracing::warn!(%error, "cannot delete expired rows"),
            Err(_) => tracing::warn!("deleting expired rows panicked"),
        }
    }
}
