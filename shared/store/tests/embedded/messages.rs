use nightowl_domain::{SendKey, Time};
use nightowl_messaging::{LoggedMessage, MessageLog};

use crate::home::Home;

fn message(delivery: &str, at: i64) -> LoggedMessage {
    LoggedMessage {
        id: format!("id-{delivery}"),
        channel: "alerts".to_owned(),
        delivery: delivery.into(),
        posted_at: Time::from_millis(at),
        body: format!("body of {delivery}"),
        revision: 0,
    }
}

#[tokio::test]
async fn a_delivery_is_appended_once() {
    let Home { store, .. } = &Home::new().await;
    assert_eq!(store.append("acme", message("d", 1000)).await.unwrap(), "id-d");
    // The same delivery, posted again later because the first answer was lost.
    let again = LoggedMessage { body: "other".to_owned(), ..message("d", 2000) };
    assert_eq!(store.append("acme", again).await.unwrap(), "id-d");
    assert_eq!(store.list("acme", "alerts", 10).await.unwrap(), [message("d", 1000)]);
    let found = store.find("acme", "alerts", &"d".into()).await.unwrap();
    assert_eq!(found.as_deref(), Some("id-d"));
    assert_eq!(store.find("acme", "alerts", &SendKey::default()).await.unwrap(), None);
    assert_eq!(store.find("other", "alerts", &"d".into()).await.unwrap(), None);
    assert_eq!(store.find("acme", "@alice", &"d".into()).await.unwrap(), None);
}

#[tokio::test]
async fn the_newest_come_first_and_no_more_than_asked_for() {
    let Home { store, .. } = &Home::new().await;
    for (delivery, at) in [("b", 2000), ("d", 10_000), ("a", 1000), ("c", 3000)] {
        store.append("acme", message(delivery, at)).await.unwrap();
    }
    let three = store.list("acme", "alerts", 3).await.unwrap();
    let names: Vec<_> = three.iter().map(|message| message.delivery.as_str()).collect();
    assert_eq!(names, ["d", "c", "b"]);
    assert!(store.list("acme", "@alice", 3).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_replacement_counts() {
    let Home { store, .. } = &Home::new().await;
    store.append("acme", message("d", 1000)).await.unwrap();
    for body in ["second", "third"] {
        assert!(store.replace("acme", "alerts", "id-d", body.to_owned()).await.unwrap());
    }
    assert!(!store.replace("acme", "alerts", "id-x", String::new()).await.unwrap());
    assert!(!store.replace("other", "alerts", "id-d", String::new()).await.unwrap());
    let listed = store.list("acme", "alerts", 10).await.unwrap();
    let expected = LoggedMessage { body: "third".to_owned(), revision: 2, ..message("d", 1000) };
    assert_eq!(listed, [expected]);
}

#[tokio::test]
async fn replacements_at_once_all_count() {
    let Home { store, .. } = &Home::new().await;
    store.append("acme", message("d", 1000)).await.unwrap();
    let replace = |n: u32| store.replace("acme", "alerts", "id-d", n.to_string());
    let all = futures::future::join_all((0..4).map(replace)).await;
    let counted = all.into_iter().filter(|replaced| *replaced == Ok(true)).count();
    let listed = store.list("acme", "alerts", 10).await.unwrap();
    assert_eq!(listed[0].revision, counted as u64);
}
