use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use nightowl_domain::{Actor, Alert, AlertId, SendState, Status, Time};
use nightowl_engine::ports::{Store, StoreError, Write};
use nightowl_engine::testing::{sample_alert, sample_details};

use crate::home::{Home, noise};

const OPENED: i64 = 1_763_812_800_000;

fn alert(number: u32) -> Alert {
    sample_alert("acme", "key", number, Time::from_millis(OPENED))
}

async fn open(home: &Home, alert: &Alert) {
    let write = Write::Open { alert: Box::new(alert.clone()), previous: None };
    home.store.write(write).await.unwrap();
}

async fn update(home: &Home, alert: &Alert) -> Result<(), StoreError> {
    home.store.write(Write::Update(Box::new(alert.clone()))).await
}

/// The next version, resolved and with nothing owed.
fn over(alert: &Alert) -> Alert {
    let mut over = alert.clone();
    over.version += 1;
    over.status = Status::Resolved { by: Actor::Source, at: Time::from_millis(OPENED), note: None };
    over.sends.retain(|send| matches!(send.state, SendState::Dropped(_)));
    over.plan.tick_due = None;
    over
}

fn pk(alert: &Alert) -> String {
    format!("A#acme#{}", alert.series())
}

async fn ttl(home: &Home, alert: &Alert, sk: &str) -> Option<i64> {
    let ttl = home.attribute(&pk(alert), sk, "ttl").await?;
    Some(ttl.as_n().unwrap().parse().unwrap())
}

#[tokio::test]
async fn a_newer_format_is_refused_and_never_written_over() {
    let home = Home::new().await;
    let first = alert(1);
    open(&home, &first).await;
    let newer = AttributeValue::N("2".to_owned());
    home.meddle("nightowl", &pk(&first), "O#00000001", "f", newer.clone()).await;
    let refused =
        |error: StoreError| matches!(error, StoreError::NewerFormat { found: 2, known: 1 });
    let mut next = first.clone();
    next.version += 1;
    assert!(refused(home.store.read(&first.occurrence()).await.unwrap_err()));
    assert!(refused(home.store.newest("acme", first.series()).await.unwrap_err()));
    assert!(refused(update(&home, &next).await.unwrap_err()));
    let write = Write::Open { alert: Box::new(first.clone()), previous: None };
    assert!(refused(home.store.write(write).await.unwrap_err()));
    let write = Write::Open { alert: Box::new(alert(2)), previous: Some(Box::new(next)) };
    assert!(refused(home.store.write(write).await.unwrap_err()));
    assert_eq!(home.attribute(&pk(&first), "O#00000001", "f").await, Some(newer));
    assert!(home.attribute(&pk(&first), "O#00000002", "f").await.is_none());
}

#[tokio::test]
async fn rows_that_are_put_over_respect_a_newer_format_too() {
    let home = Home::new().await;
    home.store.write_sweep(Time::from_millis(1), None).await.unwrap();
    home.meddle("nightowl", "W", "sweep", "f", AttributeValue::N("7".to_owned())).await;
    let error = home.store.write_sweep(Time::from_millis(2), None).await.unwrap_err();
    assert!(matches!(error, StoreError::NewerFormat { found: 7, known: 1 }), "{error}");
}

#[tokio::test]
async fn a_damaged_body_is_an_error_that_quotes_nothing() {
    let home = Home::new().await;
    let first = alert(1);
    open(&home, &first).await;
    let mut damaged = vec![0];
    damaged.extend_from_slice(br#"{"k":"the secret words","o":7}"#);
    let damaged = AttributeValue::B(damaged.into());
    home.meddle("nightowl", &pk(&first), "O#00000001", "b", damaged).await;
    let error = home.store.read(&first.occurrence()).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn an_alert_goes_90_days_after_it_is_over_and_its_details_a_day_later() {
    let home = Home::new().await;
    let first = alert(1);
    home.store.put_details(&first, &sample_details()).await.unwrap();
    open(&home, &first).await;
    assert_eq!(ttl(&home, &first, "O#00000001").await, None, "something is owed");
    let over = over(&first);
    update(&home, &over).await.unwrap();
    let day = 86_400;
    let gone = ttl(&home, &first, "O#00000001").await.unwrap();
    assert_eq!(gone, OPENED / 1000 + 90 * day);
    assert_eq!(ttl(&home, &first, &first.details).await, Some(gone + day));
    assert_eq!(home.store.read_details(&first).await.unwrap(), Some(sample_details()));
}

#[tokio::test]
async fn details_that_a_newer_alert_shows_stay() {
    let home = Home::new().await;
    let first = alert(1);
    home.store.put_details(&first, &sample_details()).await.unwrap();
    open(&home, &first).await;
    let done = over(&first);
    update(&home, &done).await.unwrap();
    assert!(ttl(&home, &first, &first.details).await.is_some());
    let second = alert(2).with(|alert| alert.details.clone_from(&first.details));
    let moved = done.clone().with(|alert| {
        alert.version += 1;
        alert.next = Some(second.id);
    });
    let write =
        Write::Open { alert: Box::new(second.clone()), previous: Some(Box::new(moved.clone())) };
    home.store.write(write).await.unwrap();
    assert_eq!(ttl(&home, &first, &first.details).await, None);
    // The older one is written once more, after which it still may not take them along.
    update(&home, &moved.with(|alert| alert.version += 1)).await.unwrap();
    assert_eq!(ttl(&home, &first, &first.details).await, None);
    update(&home, &over(&second)).await.unwrap();
    assert!(ttl(&home, &first, &first.details).await.is_some());
}

#[tokio::test]
async fn details_longer_than_an_item_come_back_whole() {
    let home = Home::new().await;
    let mut details = sample_details();
    details.annotations.insert("noise".to_owned(), noise(150_000));
    home.store.put_details(&alert(1), &details).await.unwrap();
    assert!(home.meter.take().item_writes > 1, "it took several rows");
    assert_eq!(home.store.read_details(&alert(1)).await.unwrap(), Some(details));
    let without = alert(1).with(|alert| alert.details.clear());
    assert_eq!(home.store.read_details(&without).await.unwrap(), None);
}

#[tokio::test]
async fn a_tombstone_goes_after_15_days_and_is_not_listed() {
    let home = Home::new().await;
    let mut tombstone = over(&alert(1));
    tombstone.hidden = true;
    open(&home, &tombstone).await;
    let gone = ttl(&home, &tombstone, "O#00000001").await.unwrap();
    assert_eq!(gone, OPENED / 1000 + 15 * 86_400);
    assert_eq!(home.attribute(&pk(&tombstone), "O#00000001", "list_shard").await, None);
}

#[tokio::test]
async fn an_alert_of_another_id_at_the_same_number_is_not_written_over() {
    let home = Home::new().await;
    let first = alert(1);
    open(&home, &first).await;
    let mut other = first.clone();
    other.version += 1;
    other.opened.at = first.opened.at + Duration::from_secs(1);
    other.id = AlertId::new(first.series(), 1, other.opened.at, 0);
    let Err(StoreError::Conflict(Some(standing))) = update(&home, &other).await else {
        panic!("a conflict was expected");
    };
    assert_eq!(*standing, first);
}
