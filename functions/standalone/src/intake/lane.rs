//! One lane: the reports of its series in their order, as many at once as wait.

use std::collections::BTreeMap;
use std::sync::Arc;

use nightowl_domain::EventId;
use nightowl_engine::ports::Report;
use tokio::sync::{mpsc, watch};

use super::Desk;
use super::groups::{Groups, Piece};

/// What one series may have waiting is applied in one go; so is what waits for its neighbours.
const TOGETHER_MAX: usize = 1000;
/// Different alerts of a lane that are worked on at once.
const SERIES_MAX: usize = 2;

/// Ends when nothing is put in any more, or when the process is to end: what waits then is in the
/// table.
pub(super) async fn work(
    desk: Arc<Desk>,
    groups: Arc<Groups>,
    mut pieces: mpsc::UnboundedReceiver<Piece>,
    mut stop: watch::Receiver<bool>,
) {
    let mut together = Vec::new();
    loop {
        let received = tokio::select! {
            biased;
            () = crate::worker::stopped(&mut stop) => return,
            received = pieces.recv_many(&mut together, TOGETHER_MAX) => received,
        };
        if received == 0 {
            return;
        }
        apply(&desk, &groups, std::mem::take(&mut together)).await;
    }
}

async fn apply(desk: &Arc<Desk>, groups: &Groups, pieces: Vec<Piece>) {
    let redelivered = pieces.iter().any(|piece| piece.redelivered);
    let reports: Vec<Report> = pieces.iter().map(|piece| piece.report.clone()).collect();
    let mut undone = match apply_all(desk, reports, redelivered).await {
        Some(undone) => undone,
        None => one_by_one(desk, &pieces).await,
    };
    for piece in pieces {
        let report = undone.remove(&piece.report.event.id);
        groups.tried(&piece.key, report);
    }
}

/// What is not done. `None`: something panicked, and it is not known what is done.
async fn apply_all(
    desk: &Arc<Desk>,
    reports: Vec<Report>,
    redelivered: bool,
) -> Option<BTreeMap<EventId, Report>> {
    let engine = Arc::clone(&desk.engine);
    // A task of its own, so that a panic ends no more than that.
    let applied = tokio::spawn(async move {
        let undone = engine.apply_all(reports, redelivered, SERIES_MAX).await.err();
        let reports = undone.into_iter().flatten().flat_map(|undone| undone.reports);
        reports.map(|report| (report.event.id.clone(), report)).collect()
    });
    // The panic has logged itself, without what it may quote.
    applied.await.ok()
}

/// Whichever report it was, the others must not fail with it. Applied twice is applied once.
async fn one_by_one(desk: &Arc<Desk>, pieces: &[Piece]) -> BTreeMap<EventId, Report> {
    let mut undone = BTreeMap::new();
    for piece in pieces {
        match apply_all(desk, vec![piece.report.clone()], true).await {
            Some(rest) => undone.extend(rest),
            None => {
                tracing::error!("working off an accepted event panicked");
                undone.insert(piece.report.event.id.clone(), piece.report.clone());
            }
        }
    }
    undone
}
