//! An alert comes back as it was put.

use std::collections::BTreeMap;

use nightowl_domain::{Actor, Alert, AlertId, Occurrence, SharedVec, Status};

use super::{alert, at, changed, open, stored, update};
use crate::Store;

pub(super) async fn round_trip<S: Store>(store: &S) {
    let tenant = "round-trip";
    let full = alert(tenant, "full", 1, 0);
    open(store, &full).await;
    assert_eq!(stored(store, &full).await.as_ref(), Some(&full), "every field comes back");

    let by = Actor::Chat { provider: "chat".into(), id: "U1".into(), name: "Zoë".into() };
    let statuses = [
        Status::Firing,
        Status::Acknowledged { by: Actor::Api { key: "ops".into() }, at: at(3) },
        Status::Resolved { by, at: at(4), note: Some("done".to_owned()) },
        Status::Resolved { by: Actor::Source, at: at(5), note: None },
    ];
    let mut last = full;
    for status in statuses {
        last = changed(&last, "again").with(|alert| alert.status = status);
        update(store, &last).await.unwrap_or_else(|error| panic!("it can be written: {error}"));
        assert_eq!(stored(store, &last).await.as_ref(), Some(&last));
    }

    let empty = empty(&alert(tenant, "empty", 1, 0));
    open(store, &empty).await;
    assert_eq!(stored(store, &empty).await.as_ref(), Some(&empty), "nothing stays nothing");
}

/// With nothing in every field that can be without.
fn empty(alert: &Alert) -> Alert {
    let mut alert = alert.clone();
    alert.title = String::new();
    alert.details = String::new();
    alert.starts_at = None;
    alert.last_firing.starts_at = None;
    alert.clears_aside = Vec::new();
    alert.newest_clear = None;
    alert.closed = None;
    alert.last_human = None;
    alert.snooze_left = None;
    alert.next = None;
    alert.previous = None;
    alert.plan.tick_due = None;
    alert.plan.exhausted = None;
    alert.sends = SharedVec::new();
    alert.owed_since = None;
    alert.seen = Vec::new();
    alert.timeline = SharedVec::new();
    alert
}

pub(super) async fn the_newest_is_the_highest<S: Store>(store: &S) {
    let tenant = "newest";
    let mut by_number = BTreeMap::new();
    // Numbers that sort otherwise as text, and opened in another order than numbered.
    for number in [2, 10, 9, 1] {
        let alert = alert(tenant, "one", number, u64::from(100 - number));
        open(store, &alert).await;
        by_number.insert(number, alert);
    }
    let other = alert(tenant, "other", 11, 0);
    open(store, &other).await;
    let series = by_number[&10].series();
    let newest = store.newest(tenant, series).await.expect("the newest can be read");
    assert_eq!(newest.as_ref(), Some(&by_number[&10]));
    let nobody = store.newest("newest-other", series).await.expect("an answer comes");
    assert_eq!(nobody, None, "another tenant has none of it");
}

pub(super) async fn another_id_is_not_there<S: Store>(store: &S) {
    let stands = alert("ids", "one", 1, 0);
    open(store, &stands).await;
    let other = AlertId::new(stands.series(), 1, at(77), 0);
    let read = store.read(&Occurrence::new("ids", other)).await.expect("an answer comes");
    assert_eq!(read, None, "the number is taken, but by another alert");
    let read = store.read(&Occurrence::new("ids-other", stands.id)).await;
    assert_eq!(read.expect("an answer comes"), None, "another tenant's alert");
}
