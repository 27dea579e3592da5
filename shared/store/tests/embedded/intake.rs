use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use nightowl_domain::{EventKind, Time};
use nightowl_engine::ports::{Intake, Report};
use nightowl_engine::testing::fired;
use nightowl_store::{LaptopIntake, Tables, Taken, create_tables};

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

#[tokio::test]
async fn the_intake_stores_before_it_nudges() {
    let Home { store, .. } = &Home::new().await;
    let nudged: Arc<Mutex<Vec<Taken>>> = Arc::default();
    let seen = Arc::clone(&nudged);
    let intake = LaptopIntake::new(store.clone(), move |taken| seen.lock().unwrap().push(taken));
    intake.take(vec![report("e1", 1000)]).await.unwrap();
    intake.take(Vec::new()).await.unwrap();
    let stored = store.list_intake().await.unwrap();
    assert_eq!(*nudged.lock().unwrap(), stored);
    assert_eq!(stored.len(), 1);
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
