//! What every store has to do, as one suite.

mod alerts;
mod digests;
mod due;
mod lanes;
mod list;
mod messages;
mod pacing;
mod races;
mod small;

use std::time::Duration;

use nightowl_domain::{Alert, Time};

use super::sample::sample_alert;
use crate::{Lanes, Mappings, Store, StoreError, Write};

/// Puts a store through its promises. `make` opens one; it may be the same database each time,
/// because every part works in tenants and under names of its own. It must not hold anything of an
/// earlier run.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn store_conformance<S: Store>(make: impl AsyncFn() -> S) {
    alerts::round_trip(&make().await).await;
    alerts::the_newest_is_the_highest(&make().await).await;
    alerts::another_id_is_not_there(&make().await).await;
    races::an_update_needs_its_version(&make().await).await;
    races::only_one_of_many_wins(&make().await).await;
    races::an_opening_needs_its_number(&make().await).await;
    races::an_opening_moves_the_one_before_or_nothing(&make().await).await;
    messages::details_are_put_once(&make().await).await;
    messages::timeline_is_idempotent(&make().await).await;
    messages::reverse_rows(&make().await).await;
    list::newest_first_in_pages(&make().await).await;
    list::hidden_alerts_are_not_listed(&make().await).await;
    due::what_is_owed_is_due_in_order(&make().await).await;
    due::what_is_settled_is_not_due(&make().await).await;
    digests::a_digest_is_read_as_it_was_written(&make().await).await;
    digests::only_one_of_two_writers_wins(&make().await).await;
    digests::what_a_digest_owes_is_due(&make().await).await;
    small::short_ids(&make().await).await;
    small::used_once(&make().await).await;
    small::identities(&make().await).await;
    small::ways_back(&make().await).await;
    small::kept_and_taken_once(&make().await).await;
    small::sweep(&make().await).await;
}

/// The same of where messages are, for stores that people ask for it.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn mappings_conformance<S: Store + Mappings>(make: impl AsyncFn() -> S) {
    messages::mapping_rows(&make().await).await;
}

/// Puts what lanes are kept in through its promises, and the pacer over it, as several processes.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn lanes_conformance<L: Lanes + Clone>(make: impl AsyncFn() -> L) {
    lanes::rows_come_back(&make().await).await;
    lanes::a_write_needs_its_version(&make().await).await;
    lanes::only_one_of_many_wins(&make().await).await;
    pacing::a_quiet_channel_costs_nothing(make().await).await;
    pacing::processes_share_a_channel(make().await).await;
    pacing::a_page_goes_before_cards(make().await).await;
    pacing::a_page_has_its_slot(make().await).await;
    pacing::a_slot_that_nobody_comes_for_lapses(make().await).await;
    pacing::a_refusal_is_everybodys(make().await).await;
    pacing::a_refused_edit_stops_edits_alone(make().await).await;
    pacing::one_limit_for_all_calls(make().await).await;
    pacing::a_crowd_is_told_so(make().await).await;
    pacing::a_throttle_holds_cards_only(make().await).await;
    pacing::accounts_are_apart(make().await).await;
}

/// A fixed moment, `seconds` later.
fn at(seconds: u64) -> Time {
    Time::from_seconds(1_763_812_800) + Duration::from_secs(seconds)
}

async fn open<S: Store>(store: &S, alert: &Alert) {
    let write = Write::Open { alert: Box::new(alert.clone()), previous: None };
    store.write(write).await.unwrap_or_else(|error| panic!("an alert can be opened: {error}"));
}

/// The next version of it, by another writer.
fn changed(alert: &Alert, write_id: &str) -> Alert {
    alert.clone().with(|alert| {
        alert.version += 1;
        alert.write_id = write_id.into();
        alert.count += 1;
    })
}

async fn update<S: Store>(store: &S, alert: &Alert) -> Result<(), StoreError> {
    store.write(Write::Update(Box::new(alert.clone()))).await
}

async fn stored<S: Store>(store: &S, alert: &Alert) -> Option<Alert> {
    let read = store.read(&alert.occurrence()).await;
    read.unwrap_or_else(|error| panic!("an alert can be read: {error}"))
}

/// What the answer to a lost race says.
fn conflict(result: Result<(), StoreError>) -> Option<Alert> {
    match result {
        Err(StoreError::Conflict(standing)) => standing.map(|standing| *standing),
        other => panic!("a conflict was expected, not {other:?}"),
    }
}

fn alert(tenant: &str, name: &str, number: u32, seconds: u64) -> Alert {
    sample_alert(tenant, name, number, at(seconds))
}

#[cfg(test)]
mod tests {
    use super::{lanes_conformance, mappings_conformance, store_conformance};
    use crate::MemoryLanes;
    use crate::testing::{MemoryStore, run};

    #[test]
    fn the_store_in_memory_keeps_its_promises() {
        run(store_conformance(async || MemoryStore::default()));
        run(mappings_conformance(async || MemoryStore::default()));
    }

    #[test]
    fn the_lanes_in_memory_keep_their_promises() {
        let lanes = MemoryLanes::default();
        run(lanes_conformance(async || lanes.clone()));
    }
}
