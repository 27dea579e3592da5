use std::time::Duration;

use nightowl_domain::{Alert, Time};
use nightowl_engine::ports::{Store, Write};
use nightowl_engine::testing::sample_alert;

use crate::home::Home;

const DAY: Duration = Duration::from_hours(24);

async fn open(home: &Home, key: &str, at: Time) -> Alert {
    let alert = sample_alert("acme", key, 1, at);
    let write = Write::Open { alert: Box::new(alert.clone()), previous: None };
    home.store.write(write).await.unwrap();
    alert
}

async fn all(home: &Home, status: Option<&str>, limit: usize) -> Vec<String> {
    let (mut titles, mut cursor) = (Vec::new(), None);
    for _ in 0..1000 {
        let page = home.store.list("acme", status, cursor, limit).await.unwrap();
        assert!(page.items.len() <= limit);
        titles.extend(page.items.into_iter().map(|summary| summary.id.to_string()));
        cursor = page.cursor;
        if cursor.is_none() {
            return titles;
        }
    }
    panic!("the pages never end");
}

#[tokio::test]
async fn a_year_is_walked_month_by_month_in_pages_of_any_size() {
    let home = Home::new().await;
    let mut expected = Vec::new();
    let start = Time::parse("2025-01-31T23:59:59.999Z").unwrap();
    for n in 0..40_u32 {
        // Some in one second, some months apart.
        let at = start + DAY * (n / 4 * 11) + Duration::from_millis(u64::from(n % 4));
        expected.push(open(&home, &n.to_string(), at).await.id.to_string());
    }
    expected.reverse();
    for limit in [1, 3, 7, 40, 100] {
        assert_eq!(all(&home, None, limit).await, expected, "limit {limit}");
    }
}

#[tokio::test]
async fn a_status_that_is_rare_is_found_behind_many_others() {
    let home = Home::new().await;
    let start = Time::parse("2025-06-01T00:00:00Z").unwrap();
    let mut firing = Vec::new();
    for n in 0..60_u64 {
        let mut alert = sample_alert("acme", &n.to_string(), 1, start + DAY * 2 * n as u32);
        if n % 20 == 0 {
            alert.status = nightowl_domain::Status::Firing;
            firing.push(alert.id.to_string());
        }
        let write = Write::Open { alert: Box::new(alert), previous: None };
        home.store.write(write).await.unwrap();
    }
    firing.reverse();
    assert_eq!(all(&home, Some("firing"), 2).await, firing);
    assert!(all(&home, Some("resolved"), 5).await.is_empty());
}

#[tokio::test]
async fn a_cursor_that_was_never_given_out_leads_nowhere() {
    let home = Home::new().await;
    open(&home, "k", Time::parse("2025-06-01T00:00:00Z").unwrap()).await;
    for cursor in ["", "!", "zzzz", "../..", "0"] {
        let page = home.store.list("acme", None, Some(cursor.to_owned()), 5).await.unwrap();
        assert!(page.cursor.is_none(), "{cursor}");
    }
}
