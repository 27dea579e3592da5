//! What is owed can be found without knowing whose it is.

use std::time::Duration;

use nightowl_domain::{Alert, Occurrence, SharedVec, Time, due_at};

use super::{alert, at, changed, open, update};
use crate::Store;

const PATIENCE: usize = 50;

/// What is due of one tenant, all shards, each shard in pages of two.
async fn due<S: Store>(store: &S, tenant: &str, before: Time) -> Vec<(Occurrence, Time)> {
    let mut found = Vec::new();
    for shard in 0..store.due_shards() {
        let mut in_shard: Vec<(Occurrence, Time)> = Vec::new();
        let mut cursor = None;
        loop {
            let page = store.due(shard, before, cursor, 2).await.expect("a page comes");
            assert!(page.items.len() <= 2, "a page has no more than asked for");
            in_shard.extend(page.items);
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
            assert!(in_shard.len() < 10_000, "the shard has no end");
        }
        let in_order = in_shard.windows(2).all(|pair| pair[0].1 <= pair[1].1);
        assert!(in_order, "the most overdue comes first");
        found.extend(in_shard);
    }
    found.retain(|(occurrence, _)| occurrence.tenant == tenant);
    found.sort();
    found
}

async fn eventually<S: Store>(store: &S, tenant: &str, before: Time, expected: &[&Alert]) {
    let wanted = expected
        .iter()
        .map(|alert| (alert.occurrence(), due_at(alert).expect("it owes something")))
        .collect();
    eventually_due(store, tenant, before, wanted).await;
}

/// The same of whatever it is that owes.
pub(super) async fn eventually_due<S: Store>(
    store: &S,
    tenant: &str,
    before: Time,
    mut wanted: Vec<(Occurrence, Time)>,
) {
    wanted.sort();
    let mut found = Vec::new();
    for _ in 0..PATIENCE {
        found = due(store, tenant, before).await;
        if found == wanted {
            return;
        }
    }
    assert_eq!(found, wanted, "{tenant}");
}

/// Owes a tick at `seconds`, and nothing else.
fn ticking(tenant: &str, name: &str, seconds: u64) -> Alert {
    let mut alert = alert(tenant, name, 1, 0);
    alert.sends = SharedVec::new();
    alert.owed_since = None;
    alert.plan.tick_due = Some(at(seconds));
    assert_eq!(due_at(&alert), Some(at(seconds)), "a tick is due when it is");
    alert
}

pub(super) async fn what_is_owed_is_due_in_order<S: Store>(store: &S) {
    let tenant = "due";
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let alerts: Vec<Alert> = names
        .iter()
        .zip([50, 10, 40, 30, 20, 60, 5, 35, 35, 25, 15, 45])
        .map(|(name, seconds)| ticking(tenant, name, seconds))
        .collect();
    for alert in &alerts {
        open(store, alert).await;
    }
    let by = |seconds: u64| -> Vec<&Alert> {
        alerts.iter().filter(|alert| alert.plan.tick_due <= Some(at(seconds))).collect()
    };
    assert_eq!(by(35).len(), 8);
    eventually(store, tenant, at(35), &by(35)).await;
    eventually(store, tenant, at(100), &by(100)).await;
    eventually(store, tenant, at(4), &[]).await;
}

pub(super) async fn what_is_settled_is_not_due<S: Store>(store: &S) {
    let tenant = "settled";
    let first = ticking(tenant, "one", 10);
    open(store, &first).await;
    eventually(store, tenant, at(100), &[&first]).await;

    let mut later = changed(&first, "later");
    later.plan.tick_due = Some(at(10) + Duration::from_millis(1));
    update(store, &later).await.expect("it can be put off");
    eventually(store, tenant, at(10), &[]).await;
    eventually(store, tenant, at(11), &[&later]).await;

    let mut settled = changed(&later, "settled");
    settled.plan.tick_due = None;
    assert_eq!(due_at(&settled), None);
    update(store, &settled).await.expect("it can be settled");
    eventually(store, tenant, at(1_000), &[]).await;

    let mut again = changed(&settled, "again");
    again.plan.tick_due = Some(at(20));
    update(store, &again).await.expect("it can owe again");
    eventually(store, tenant, at(1_000), &[&again]).await;
}
