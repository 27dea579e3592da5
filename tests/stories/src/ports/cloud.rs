//! A local AWS behind a story's ports, and what came out of its queues.
//!
//! Its queues know nothing of the story's clock, so they hold nothing back: what they give is kept
//! here until its time, which every body names. Schedules stand over there until the story's clock
//! reaches them, and then do what the function behind them does: they hand over to a queue.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nightowl_aws::testing::{Account, Standing};
use nightowl_aws::{Queue, Work};
use nightowl_domain::{Alert, MessageRef, Occurrence, Time};
use nightowl_engine::testing::{MemoryTimer, MemoryWake, TestPorts, Trap, VirtualClock, run};
use nightowl_engine::{Mappings, Report, Store, StoreError, Timer, Wake, WakeUp, Write};
use tokio::runtime::Runtime;

/// Stories happen later over there, on the same day of the week: a schedule in the past would fire
/// by itself, and a row that is over would go.
const LATER: Duration = Duration::from_hours(24 * 7 * 520);

/// A call of a port. Boxed: futures of requests are deep, and those of the engine hold them.
type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

pub struct Cloud {
    runtime: Runtime,
    account: Account<VirtualClock>,
    trap: Trap,
    /// Where wake-ups and ticks wait for their time.
    woken: MemoryWake,
    timed: MemoryTimer,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Something may be in the queues, or among the schedules.
    is_sent: bool,
    is_armed: bool,
    taken: BTreeMap<u64, Report>,
    taken_next: u64,
    schedules: Vec<Standing>,
    history: Vec<Alert>,
    reads: usize,
    writes: usize,
}

impl Cloud {
    pub(super) fn new(ports: &TestPorts) -> Self {
        ports.clock.advance(LATER);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap_or_else(|error| panic!("no runtime: {error}"));
        let account = runtime.block_on(Account::fresh(ports.clock.clone()));
        let (woken, timed) = (MemoryWake::default(), MemoryTimer::default());
        let (trap, state) = (ports.trap.clone(), Mutex::default());
        Self { runtime, account, trap, woken, timed, state }
    }

    pub(super) const fn account(&self) -> &Account<VirtualClock> {
        &self.account
    }

    pub(super) async fn read<T>(&self, call: Call<'_, T>) -> Result<T, StoreError> {
        self.lock().reads += 1;
        self.call(call).await
    }

    pub(super) async fn write<T>(&self, call: Call<'_, T>) -> Result<T, StoreError> {
        self.lock().writes += 1;
        self.call(call).await
    }

    /// One call of a port, which the trap may spring at. The story waits for its end.
    async fn call<T>(&self, call: Call<'_, T>) -> Result<T, StoreError> {
        let failure = |is_lost: bool| {
            let why = "the trap sprang".to_owned();
            if is_lost { StoreError::Unknown(why) } else { StoreError::Unavailable(why) }
        };
        self.trap.around(failure, || self.runtime.block_on(call)).await
    }

    /// Keeps every version that was written.
    pub(super) async fn write_alert(&self, write: Write) -> Result<(), StoreError> {
        let versions: Vec<Alert> = match &write {
            Write::Update(alert) => vec![(**alert).clone()],
            Write::Open { alert, previous } => {
                previous.iter().chain([alert]).map(|alert| (**alert).clone()).collect()
            }
        };
        self.lock().writes += versions.len() - 1;
        let written = async {
            self.account.store.write(write).await?;
            self.lock().history.extend(versions);
            Ok(())
        };
        self.write(Box::pin(written)).await
    }

    /// Every alert that was ever written, as it stands over there.
    pub(super) fn alerts(&self) -> Vec<Alert> {
        let known: BTreeSet<Occurrence> =
            self.lock().history.iter().map(Alert::occurrence).collect();
        let read = known.iter().filter_map(|occurrence| {
            let read = self.runtime.block_on(self.account.store.read(occurrence));
            read.unwrap_or_else(|error| panic!("{error}"))
        });
        read.collect()
    }

    pub(super) fn history(&self) -> Vec<Alert> {
        self.lock().history.clone()
    }

    pub(super) fn requests(&self) -> (usize, usize) {
        let state = self.lock();
        (state.reads, state.writes)
    }

    pub(super) fn cards(&self, occurrence: &Occurrence) -> Vec<MessageRef> {
        let rows = self.runtime.block_on(self.account.store.mappings(&occurrence.id.to_string()));
        let rows = rows.unwrap_or_else(|error| panic!("{error}"));
        rows.into_iter().map(|row| row.message).collect()
    }

    /// Something of a queue's, or of the scheduler's.
    pub(super) async fn send(&self, call: Call<'_, ()>) -> Result<(), StoreError> {
        self.mark_sent();
        self.call(call).await
    }

    fn mark_sent(&self) {
        let mut state = self.lock();
        (state.is_sent, state.is_armed) = (true, true);
    }

    pub(super) fn wakes(&self) -> &MemoryWake {
        self.fetch();
        &self.woken
    }

    /// Also fires what is due by `now`.
    pub(super) fn timers(&self, now: Time) -> &MemoryTimer {
        self.fetch();
        let due: Vec<Standing> =
            self.lock().schedules.extract_if(.., |standing| standing.fires_at <= now).collect();
        for standing in &due {
            self.fire(standing);
        }
        self.fetch();
        &self.timed
    }

    pub(super) fn next_schedule(&self) -> Option<Time> {
        self.fetch();
        self.lock().schedules.iter().map(|standing| standing.fires_at).min()
    }

    pub(super) fn lose_wakes(&self) {
        self.wakes().clear();
    }

    pub(super) fn lose_timers(&self) {
        self.fetch();
        let lost = std::mem::take(&mut self.lock().schedules);
        for standing in lost {
            self.runtime.block_on(self.account.delete_schedule(&standing.name));
        }
        self.timed.clear();
    }

    pub(super) fn taken(&self) -> Vec<(u64, Report)> {
        self.fetch();
        self.lock().taken.iter().map(|(receipt, report)| (*receipt, report.clone())).collect()
    }

    pub(super) fn finish(&self, receipt: u64) {
        self.lock().taken.remove(&receipt);
    }

    /// What the function `escalation` does with the input of a schedule.
    fn fire(&self, standing: &Standing) {
        let Work::Tick { at, .. } = &standing.input.work else {
            panic!("{} is no tick", standing.name)
        };
        let sent = self.account.queues.send(Queue::Urgent, &standing.input, Some(*at));
        let sent = self.runtime.block_on(sent);
        sent.unwrap_or_else(|error| panic!("{} is not handed over: {error}", standing.name));
        self.runtime.block_on(self.account.delete_schedule(&standing.name));
        self.lock().is_sent = true;
    }

    /// Brings everything here that was sent since.
    fn fetch(&self) {
        let (is_sent, is_armed) = {
            let mut state = self.lock();
            (std::mem::take(&mut state.is_sent), std::mem::take(&mut state.is_armed))
        };
        if is_armed {
            let standing = self.runtime.block_on(self.account.schedules());
            self.lock().schedules = standing;
        }
        if !is_sent {
            return;
        }
        for queue in Queue::ALL {
            for body in self.runtime.block_on(self.account.take_all(queue)) {
                self.keep(queue, body.work);
            }
        }
    }

    fn keep(&self, from: Queue, work: Work) {
        let kept = match work {
            Work::Reports(reports) => {
                let mut state = self.lock();
                for report in reports {
                    let receipt = state.taken_next;
                    state.taken.insert(receipt, report);
                    state.taken_next += 1;
                }
                Ok(())
            }
            Work::Deliver { occurrence, at } => {
                let urgent = from == Queue::Urgent;
                run(self.woken.wake(WakeUp { occurrence, at, urgent }))
            }
            Work::Tick { occurrence, generation, at } => {
                run(self.timed.arm(&occurrence, generation, at))
            }
            Work::Notice { .. } | Work::Sweep => panic!("no port of a story sends {work:?}"),
        };
        kept.unwrap_or_else(|error| panic!("memory fails nothing: {error}"));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
