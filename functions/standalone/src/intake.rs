//! Works off what was accepted: on AWS a queue and its consumer do this.
//!
//! Each series has its lane, so that two workers never fight over one alert, and what waits for one
//! series is applied in one go. A group of the intake is done when all lanes have done their part
//! of it; only then its row is deleted.

mod groups;
mod lane;

use std::sync::Arc;
use std::time::Duration;

use nightowl_domain::SeriesHash;
use nightowl_engine::Engine;
use nightowl_engine::ports::Report;
use nightowl_store::{Backlog, DynamoStore, Place, Taken};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::ports::Laptop;
use groups::{Groups, Piece};

/// The database writes one at a time: more of them would only make each wait longer, and what is
/// accepted with it.
const LANES: u8 = 8;
/// What failed is looked at again in the next round.
const ROUND: Duration = Duration::from_secs(5);
/// Failures are looked at more rarely then: in the first round and in every 720th, each hour.
const RARE_ROUNDS: u64 = 720;
/// Rows that are read from the table at once.
const PAGE_ROWS: usize = 32;

/// What the intake works with.
pub(crate) struct Desk {
    pub(crate) engine: Arc<Engine<Laptop>>,
    pub(crate) store: DynamoStore,
    pub(crate) backlog: Arc<Backlog>,
}

pub(crate) async fn work_off(
    desk: Desk,
    mut handed_over: mpsc::UnboundedReceiver<Taken>,
    mut stop: watch::Receiver<bool>,
) {
    let desk = Arc::new(desk);
    let (groups, finished) = Groups::new();
    let groups = Arc::new(groups);
    let mut workers = JoinSet::new();
    let mut lanes = Vec::with_capacity(LANES.into());
    for _ in 0..LANES {
        let (lane, pieces) = mpsc::unbounded_channel();
        lanes.push(lane);
        workers.spawn(lane::work(Arc::clone(&desk), Arc::clone(&groups), pieces, stop.clone()));
    }
    // It must not keep alive what it waits for the end of.
    let weak = Arc::downgrade(&groups);
    workers.spawn(groups::clear_away(Arc::clone(&desk), weak, finished));
    let mut reader = Reader { desk, groups, lanes, round: 0, pass: None };
    let mut ticks = tokio::time::interval(ROUND);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = crate::worker::stopped(&mut stop) => break,
            Some(taken) = handed_over.recv() => reader.hand_out(taken, false),
            () = reader.desk.backlog.has_room() => {
                if !reader.read_on().await {
                    // The table is in trouble; what was handed over can still be tried.
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            _ = ticks.tick() => reader.next_round(),
        }
    }
    // Without lanes their workers end, and then whoever clears away behind them.
    drop(reader);
    while workers.join_next().await.is_some() {}
}

struct Reader {
    desk: Arc<Desk>,
    groups: Arc<Groups>,
    lanes: Vec<mpsc::UnboundedSender<Piece>>,
    round: u64,
    /// The table is being read: from where on, and what the backlog said when it began.
    pass: Option<(Option<Place>, u64)>,
}

impl Reader {
    /// Nothing of this process can be left in the table but what failed and what did not fit, so
    /// it is read at the start, after failures, and now and then.
    fn next_round(&mut self) {
        if self.round != 0 && (self.is_rare() || self.groups.has_failed()) {
            self.desk.backlog.fall_behind();
        }
        self.round += 1;
    }

    fn is_rare(&self) -> bool {
        self.round.is_multiple_of(RARE_ROUNDS)
    }

    /// A page of the table. `false`: it cannot be read now.
    async fn read_on(&mut self) -> bool {
        let (from, mark) = self.pass.take().unwrap_or((None, self.desk.backlog.mark()));
        let page = match self.desk.store.page_intake(from, PAGE_ROWS).await {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(%error, "cannot list accepted events");
                return false;
            }
        };
        let is_rare = self.round <= 1 || self.is_rare();
        for taken in page.taken {
            if self.groups.is_new(&taken.key, is_rare) {
                self.desk.backlog.fetched(taken.bytes);
                self.hand_out(taken, true);
            }
        }
        self.pass = page.next.map(|next| (Some(next), mark));
        if self.pass.is_none() {
            self.desk.backlog.caught_up(mark);
        }
        true
    }

    /// Once at a time, however often it is handed over.
    fn hand_out(&self, taken: Taken, redelivered: bool) {
        let Taken { key, reports, bytes } = taken;
        let Some(key) = self.groups.begin(&key, reports.len(), bytes) else {
            // It was counted for each time that it was handed over.
            self.desk.backlog.finished(bytes, false);
            return;
        };
        for report in reports {
            let lane = &self.lanes[lane_of(&report)];
            // A lane lives as long as this.
            let _ = lane.send(Piece { key: Arc::clone(&key), report, redelivered });
        }
    }
}

/// Firings and clears of a series have one lane. What people did is rare, and has the first one.
fn lane_of(report: &Report) -> usize {
    use nightowl_domain::EventKind as E;
    let series = match &report.event.kind {
        E::Fired { integration, dedup_key, .. } | E::Cleared { integration, dedup_key, .. } => {
            Some(SeriesHash::of(&report.tenant, integration, dedup_key))
        }
        E::Acked
        | E::Unacked
        | E::Escalated { .. }
        | E::Snoozed { .. }
        | E::Resolved { .. }
        | E::Noted { .. }
        | E::Tick { .. }
        | E::Claimed { .. }
        | E::Settled { .. } => None,
    };
    series.map_or(0, |series| usize::from(series.shard(LANES)))
}

#[cfg(test)]
mod tests;
