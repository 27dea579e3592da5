//! Alerts in a list. It may lag on a real store, so what is not there yet is asked for again.

use nightowl_domain::Status;

use super::{alert, changed, open, update};
use crate::{Store, Summary};

const PATIENCE: usize = 50;

async fn all<S: Store>(store: &S, tenant: &str, status: Option<&str>, page: usize) -> Vec<Summary> {
    let mut all = Vec::new();
    let mut cursor = None;
    for _ in 0..1_000 {
        let listed = store.list(tenant, status, cursor, page).await.expect("a page comes");
        assert!(listed.items.len() <= page, "a page has no more than asked for");
        all.extend(listed.items);
        cursor = listed.cursor;
        if cursor.is_none() {
            return all;
        }
    }
    panic!("the list has no end");
}

async fn eventually<S: Store>(
    store: &S,
    tenant: &str,
    status: Option<&str>,
    page: usize,
    titles: &[&str],
) -> Vec<Summary> {
    let mut found = Vec::new();
    for _ in 0..PATIENCE {
        found = all(store, tenant, status, page).await;
        if found.iter().map(|summary| summary.title.as_str()).eq(titles.iter().copied()) {
            return found;
        }
    }
    let seen: Vec<&str> = found.iter().map(|summary| summary.title.as_str()).collect();
    assert_eq!(seen, titles, "{tenant}, {status:?}");
    found
}

pub(super) async fn newest_first_in_pages<S: Store>(store: &S) {
    let tenant = "lists";
    // Over several months, because an index may be cut by month.
    let month = 31 * 24 * 3600;
    let fired = [("c", 0), ("e", 3 * month), ("a", 10), ("d", month), ("b", 5)];
    for (name, seconds) in fired {
        let mut alert = alert(tenant, name, 1, seconds);
        alert.title = name.to_owned();
        alert.status = Status::Firing;
        alert.plan.exhausted = (name == "e").then_some(alert.opened.at);
        open(store, &alert).await;
        if name == "a" {
            let mut closed = changed(&alert, "closes");
            let at = alert.opened.at;
            closed.status = Status::Resolved { by: nightowl_domain::Actor::Source, at, note: None };
            update(store, &closed).await.expect("it can be closed");
        }
    }
    let in_order = ["e", "d", "a", "b", "c"];
    for page in [1, 2, 100] {
        let listed = eventually(store, tenant, None, page, &in_order).await;
        let ids: std::collections::BTreeSet<_> = listed.iter().map(|one| one.id).collect();
        assert_eq!(ids.len(), in_order.len(), "each once");
    }
    let firing = eventually(store, tenant, Some("firing"), 2, &["e", "d", "b", "c"]).await;
    let exhausted: Vec<bool> = firing.iter().map(|one| one.exhausted).collect();
    assert_eq!(exhausted, [true, false, false, false], "only `e` went through its policy");
    let closed = eventually(store, tenant, Some("resolved"), 2, &["a"]).await;
    let expected = alert(tenant, "a", 1, 10);
    let one = &closed[0];
    assert_eq!((one.id, &one.short_id), (expected.id, &expected.short_id));
    assert_eq!((one.count, one.severity), (expected.count + 1, expected.severity));
    assert_eq!((one.fired_at, one.status.as_str()), (expected.opened.at, "resolved"));
    assert_eq!((one.tenant.as_str(), one.integration.as_str()), (tenant, "prometheus"));
    eventually(store, "lists-other", None, 10, &[]).await;
}

pub(super) async fn hidden_alerts_are_not_listed<S: Store>(store: &S) {
    let tenant = "hidden";
    let mut hidden = alert(tenant, "hidden", 1, 0);
    hidden.hidden = true;
    open(store, &hidden).await;
    let mut shown = alert(tenant, "shown", 1, 1);
    shown.title = "shown".to_owned();
    open(store, &shown).await;
    eventually(store, tenant, None, 10, &["shown"]).await;
    let newest = store.newest(tenant, hidden.series()).await.expect("an answer comes");
    assert_eq!(newest, Some(hidden), "it is hidden from people only");
}
