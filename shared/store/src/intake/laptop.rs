//! The intake of one process: stores what comes at the same time together, then hands it over.

use std::sync::Arc;

use nightowl_engine::ports::{Intake, Report, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::{Backlog, Packed, Taken, intake_key};
use crate::DynamoStore;

/// Groups that are written together have no more JSON than this, so that a row stays below an
/// item's limit in almost all cases. A longer group is written alone.
const TOGETHER_BYTES_MAX: usize = 512 << 10;

/// One call of [`Intake::take`].
struct Waiting {
    reports: Vec<Report>,
    packed: Packed,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

/// A port of the engine. While one write is under way, what comes waits and is written together.
pub struct LaptopIntake {
    waiting: mpsc::UnboundedSender<Waiting>,
    backlog: Arc<Backlog>,
}

impl LaptopIntake {
    /// `nudge` gets what was just stored, unless it is left in the table for want of memory, and must
    /// not block. If it loses it, [`Backlog::fall_behind`] has the table read again.
    ///
    /// To be called within a runtime: a task of it writes until this is dropped.
    pub fn new(
        store: DynamoStore,
        backlog: Arc<Backlog>,
        nudge: impl Fn(Taken) + Send + Sync + 'static,
    ) -> Self {
        let (waiting, queue) = mpsc::unbounded_channel();
        tokio::spawn(write(store, Arc::clone(&backlog), nudge, queue));
        Self { waiting, backlog }
    }
}

impl Intake for LaptopIntake {
    async fn take(&self, reports: Vec<Report>) -> Result<(), StoreError> {
        if reports.is_empty() {
            return Ok(());
        }
        let packed = Packed::of(&reports)?;
        let bytes = packed.weight();
        if !self.backlog.reserve(bytes) {
            let why = "too much was accepted that is not worked off yet";
            return Err(StoreError::Unavailable(why.to_owned()));
        }
        let (answer, answered) = oneshot::channel();
        let closed = || StoreError::Unknown("the intake is closed".to_owned());
        self.waiting.send(Waiting { reports, packed, answer }).map_err(|_| closed())?;
        // Whoever gives up waiting keeps its room: the events are stored all the same.
        answered.await.unwrap_or_else(|_| Err(closed()))
    }
}

async fn write(
    store: DynamoStore,
    backlog: Arc<Backlog>,
    nudge: impl Fn(Taken) + Send + Sync + 'static,
    mut queue: mpsc::UnboundedReceiver<Waiting>,
) {
    let mut next = None;
    loop {
        let first = match next.take() {
            Some(first) => first,
            None => match queue.recv().await {
                Some(first) => first,
                None => return,
            },
        };
        let together;
        (together, next) = gather(first, &mut queue);
        write_together(&store, &backlog, &nudge, together).await;
    }
}

/// What waits, up to a bound; and the one that did not fit.
fn gather(
    first: Waiting,
    queue: &mut mpsc::UnboundedReceiver<Waiting>,
) -> (Vec<Waiting>, Option<Waiting>) {
    let mut bytes = first.packed.weight();
    let mut together = vec![first];
    while let Ok(next) = queue.try_recv() {
        bytes += next.packed.weight();
        if bytes > TOGETHER_BYTES_MAX {
            return (together, Some(next));
        }
        together.push(next);
    }
    (together, None)
}

async fn write_together(
    store: &DynamoStore,
    backlog: &Backlog,
    nudge: &(impl Fn(Taken) + Send + Sync),
    together: Vec<Waiting>,
) {
    let mut reports = Vec::new();
    let mut packed = Vec::new();
    let mut answers = Vec::new();
    for waiting in together {
        reports.extend(waiting.reports);
        packed.push(waiting.packed);
        answers.push(waiting.answer);
    }
    let bytes = packed.iter().map(Packed::weight).sum();
    let Some(key) = intake_key(&reports) else { return };
    let stored = store.put_packed(&key, &Packed::list(&packed)).await;
    match stored {
        Ok(()) if backlog.admit(bytes) => nudge(Taken { key, reports, bytes }),
        Ok(()) => {}
        Err(_) => backlog.unreserve(bytes),
    }
    for answer in answers {
        // Whoever asked may have given up; the events are stored all the same.
        let _ = answer.send(stored.clone());
    }
}
