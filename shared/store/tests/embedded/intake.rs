use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use nightowl_domain::{EventKind, Time};
use nightowl_engine::ports::{Intake, Report, StoreError};
use nightowl_engine::testing::fired;
use nightowl_store::{Backlog, Bounds, DynamoStore, LaptopIntake, Tables, Taken, create_tables};

use crate::home::{Home, noise};

fn report(event: &str, at: i64) -> Report {
    let event = fired(event, "key", "Disk full", Time::from_millis(at));
    Report { tenant: "acme".to_owned(), alert: None, event }
}

fn long_report(event: &str) -> Report {
    let mut report = report(event, 1000);
    if let EventKind::Fired { firing, .. } = &mut report.event.kind {
        firing.details.description = noise(120_000);
    }
    report
}

#[tokio::test]
async fn what_is_taken_is_there_until_it_is_deleted() {
    let Home { store, .. } = &Home::new().await;
    let later = vec![report("e3", 2000)];
    let first = vec![report("e1", 1000), report("e2", 1000)];
    store.put_intake(&later).await.unwrap();
    store.put_intake(&first).await.unwrap();
    // A sender whose answer was lost repeats itself.
    store.put_intake(&first).await.unwrap();
    let taken = store.list_intake().await.unwrap();
    let reports: Vec<_> = taken.iter().map(|taken| taken.reports.clone()).collect();
    assert_eq!(reports, [first, later.clone()]);
    store.delete_intake(&taken[0].key).await.unwrap();
    store.delete_intake(&taken[0].key).await.unwrap();
    let left = store.list_intake().await.unwrap();
    assert_eq!(left.into_iter().map(|taken| taken.reports).collect::<Vec<_>>(), [later]);
}

#[tokio::test]
async fn longer_than_an_item_is_cut_and_joined() {
    let home = Home::new().await;
    let reports = vec![long_report("e1"), report("e2", 1000)];
    home.store.put_intake(&reports).await.unwrap();
    assert!(home.meter.take().item_writes > 1, "it took several rows");
    let taken = home.store.list_intake().await.unwrap();
    assert_eq!(taken[0].reports, reports);
    home.store.delete_intake(&taken[0].key).await.unwrap();
    assert!(home.store.list_intake().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_unfinished_group_was_never_taken() {
    let home = Home::new().await;
    home.store.put_intake(&[long_report("e1")]).await.unwrap();
    let key = home.store.list_intake().await.unwrap()[0].key.clone();
    home.delete("nightowl", "E#0", &format!("{key}#0000")).await;
    assert!(home.store.list_intake().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_newer_row_keeps_no_other_back() {
    let home = Home::new().await;
    home.store.put_intake(&[report("e1", 1000)]).await.unwrap();
    home.store.put_intake(&[report("e2", 2000)]).await.unwrap();
    let key = home.store.list_intake().await.unwrap()[0].key.clone();
    let newer = AttributeValue::N("2".to_owned());
    home.meddle("nightowl", "E#0", &format!("{key}#0000"), "f", newer).await;
    let taken = home.store.list_intake().await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].reports, [report("e2", 2000)]);
}

type Nudged = Arc<Mutex<Vec<Taken>>>;

/// An intake whose table was read to its end, and what it hands over.
fn intake(store: &DynamoStore, bounds: Bounds) -> (LaptopIntake, Arc<Backlog>, Nudged) {
    let (backlog, nudged) = (Arc::new(Backlog::new(bounds)), Nudged::default());
    assert!(backlog.caught_up(backlog.mark()));
    let seen = Arc::clone(&nudged);
    let nudge = move |taken| seen.lock().unwrap().push(taken);
    (LaptopIntake::new(store.clone(), Arc::clone(&backlog), nudge), backlog, nudged)
}

#[tokio::test]
async fn the_intake_stores_before_it_nudges() {
    let Home { store, .. } = &Home::new().await;
    let (intake, _, nudged) = intake(store, Bounds::default());
    intake.take(vec![report("e1", 1000)]).await.unwrap();
    intake.take(Vec::new()).await.unwrap();
    let stored = store.list_intake().await.unwrap();
    assert_eq!(*nudged.lock().unwrap(), stored);
    assert_eq!(stored.len(), 1);
}

#[tokio::test]
async fn what_comes_at_the_same_time_is_one_write() {
    let home = Home::new().await;
    let (intake, _, nudged) = intake(&home.store, Bounds::default());
    let events: Vec<String> = (0..50).map(|number| format!("e{number:02}")).collect();
    let taken = events.iter().map(|event| intake.take(vec![report(event, 1000)]));
    for taken in futures::future::join_all(taken).await {
        taken.unwrap();
    }
    let writes = home.meter.take().item_writes;
    assert!(writes <= 2, "{writes} writes for fifty bodies");
    let stored = home.store.list_intake().await.unwrap();
    let mut ids: Vec<_> = stored.iter().flat_map(|taken| &taken.reports).collect();
    ids.sort_by(|one, other| one.event.id.cmp(&other.event.id));
    assert_eq!(
        ids.iter().map(|report| report.event.id.as_str()).collect::<Vec<_>>(),
        Vec::from_iter(&events)
    );
    assert_eq!(*nudged.lock().unwrap(), stored);
}

#[tokio::test]
async fn a_body_of_a_thousand_alerts_is_one_write() {
    let home = Home::new().await;
    let (intake, ..) = intake(&home.store, Bounds::default());
    let reports: Vec<_> = (0..1000).map(|number| report(&format!("e{number}"), 1000)).collect();
    intake.take(reports.clone()).await.unwrap();
    assert_eq!(home.meter.take().item_writes, 1);
    assert_eq!(home.store.list_intake().await.unwrap()[0].reports, reports);
}

#[tokio::test]
async fn a_flood_is_left_in_the_table_and_then_refused() {
    let home = Home::new().await;
    let one = {
        home.store.put_intake(&[report("e0", 1000)]).await.unwrap();
        home.store.list_intake().await.unwrap()[0].bytes
    };
    let bounds = Bounds { in_memory: 2 * one, in_all: 5 * one };
    let (intake, backlog, nudged) = intake(&home.store, bounds);
    for number in 1..=5 {
        intake.take(vec![report(&format!("e{number}"), 1000 + number)]).await.unwrap();
    }
    assert_eq!(nudged.lock().unwrap().len(), 2, "the others wait in the table");
    let refused = intake.take(vec![report("e6", 1006)]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused}");
    assert_eq!(home.store.list_intake().await.unwrap().len(), 6, "nothing of it was stored");
    // Two were worked off: there is room for two, in the table.
    for taken in nudged.lock().unwrap().drain(..) {
        backlog.finished(taken.bytes, true);
    }
    intake.take(vec![report("e7", 1007)]).await.unwrap();
    assert!(nudged.lock().unwrap().is_empty(), "what is older in the table comes first");
}

#[tokio::test]
async fn a_write_that_fails_gives_its_room_back() {
    let home = Home::new().await;
    let mut access = home.embedded.access();
    access.access_key = nightowl_messaging::Secret::new("AKIAIOSFODNN7EXAMPLE");
    let client = access.client(nightowl_store::http_client());
    let nobody = DynamoStore::new(client, Tables::default());
    let (intake, backlog, nudged) = intake(&nobody, Bounds { in_memory: 900, in_all: 900 });
    for _ in 0..20 {
        let refused = intake.take(vec![report("e1", 1000)]).await.unwrap_err();
        assert!(refused.to_string().contains("UnrecognizedClientException"), "{refused}");
    }
    assert!(nudged.lock().unwrap().is_empty());
    assert!(backlog.caught_up(backlog.mark()), "and nothing waits to be read");
}

#[tokio::test]
async fn the_table_is_read_in_pages_and_no_group_in_halves() {
    let home = Home::new().await;
    let groups = [
        vec![report("e1", 1000)],
        vec![long_report("e2")],
        vec![report("e3", 1001)],
        vec![report("e4", 1002)],
    ];
    for group in &groups {
        home.store.put_intake(group).await.unwrap();
    }
    for rows in 1..6 {
        let (mut read, mut from) = (Vec::new(), None);
        loop {
            let page = home.store.page_intake(from, rows).await.unwrap();
            read.extend(page.taken.into_iter().map(|taken| taken.reports));
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        assert_eq!(read, groups, "{rows} rows a page");
    }
}

#[tokio::test]
async fn only_what_is_undone_comes_back() {
    let Home { store, .. } = &Home::new().await;
    let all = [report("e1", 1000), report("e2", 1001), report("e3", 1002)];
    store.put_intake(&all).await.unwrap();
    let key = store.list_intake().await.unwrap()[0].key.clone();
    let first = store.keep_undone(&key, &all[..2]).await.unwrap();
    assert_eq!(first, key);
    assert_eq!(store.list_intake().await.unwrap()[0].reports, all[..2]);
    let second = store.keep_undone(&key, &all[1..2]).await.unwrap();
    assert_ne!(second, key);
    let left = store.list_intake().await.unwrap();
    assert_eq!(left.iter().map(|taken| &taken.key).collect::<Vec<_>>(), [&second]);
    assert_eq!(left[0].reports, all[1..2]);
    store.keep_undone(&second, &[]).await.unwrap();
    assert!(store.list_intake().await.unwrap().is_empty());
}

#[tokio::test]
async fn rows_whose_day_has_come_are_swept() {
    let home = Home::new().await;
    home.store.put_intake(&[report("e1", 1000)]).await.unwrap();
    assert_eq!(home.embedded.expire().unwrap(), 0);
    // The process that made the tables died before it could say that rows expire.
    home.forget_expiry().await;
    create_tables(&home.client, &Tables::default()).await.unwrap();
    create_tables(&home.client, &Tables::default()).await.unwrap();
    let key = home.store.list_intake().await.unwrap()[0].key.clone();
    let past = std::time::SystemTime::now() - Duration::from_secs(60);
    let past = past.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let past = AttributeValue::N(past.to_string());
    home.meddle("nightowl", "E#0", &format!("{key}#0000"), "ttl", past).await;
    assert_eq!(home.embedded.expire().unwrap(), 1);
    assert!(home.store.list_intake().await.unwrap().is_empty());
}
