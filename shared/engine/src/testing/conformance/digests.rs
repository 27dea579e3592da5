//! Digests are items of their own, under the same rules as alerts.

use nightowl_domain::{
    AlertId, Destination, Digest, DigestEvent, Skew, WriteId, digest_due_at, join, open_digest,
    step_digest,
};

use super::{alert, at, conflict, due};
use crate::Store;

fn channel(name: &str) -> Destination {
    Destination::Channel { provider: "chat".to_owned(), channel: name.to_owned() }
}

fn member(name: &str) -> AlertId {
    alert("digests", name, 1, 0).id
}

fn opened(name: &str, newest: Option<&Digest>) -> Digest {
    open_digest("digests", &channel(name), newest, member("one"), at(10), &WriteId::from("first"))
}

async fn write<S: Store>(store: &S, digest: &Digest) {
    let written = store.write_digest(digest).await;
    written.unwrap_or_else(|error| panic!("a digest can be written: {error}"));
}

pub(super) async fn a_digest_is_read_as_it_was_written<S: Store>(store: &S) {
    let series = Digest::series("digests", &channel("ops"));
    let newest = async || store.newest_digest("digests", series).await.expect("it is read");
    assert_eq!(newest().await, None);
    let first = opened("ops", None);
    write(store, &first).await;
    assert_eq!(newest().await.as_ref(), Some(&first));
    let joined =
        join(&first, member("two"), at(11), &WriteId::from("second")).expect("there is room");
    write(store, &joined).await;
    let read = store.read_digest(&joined.occurrence()).await.expect("it is read");
    assert_eq!(read.as_ref(), Some(&joined));
    let second = opened("ops", Some(&joined));
    assert_eq!(second.id.number(), 2);
    write(store, &second).await;
    assert_eq!(newest().await.as_ref(), Some(&second));
    let mut other = second.occurrence();
    other.id = AlertId::of_digest(series, 2, at(12));
    assert_eq!(store.read_digest(&other).await.expect("it is read"), None, "another id");
    assert_eq!(store.read(&second.occurrence()).await.expect("it is read"), None, "no alert");
}

pub(super) async fn only_one_of_two_writers_wins<S: Store>(store: &S) {
    let first = opened("race", None);
    write(store, &first).await;
    let late = Digest { write_id: "late".into(), ..first.clone() };
    assert_eq!(conflict(store.write_digest(&late).await), None, "its number is taken");
    let joined = |name: &str| {
        join(&first, member(name), at(11), &WriteId::from(name)).expect("there is room")
    };
    write(store, &joined("two")).await;
    assert_eq!(conflict(store.write_digest(&joined("three")).await), None, "it has moved on");
    let read = store.read_digest(&first.occurrence()).await.expect("it is read");
    assert_eq!(read.map(|digest| digest.write_id), Some(WriteId::from("two")));
}

pub(super) async fn what_a_digest_owes_is_due<S: Store>(store: &S) {
    let mut digest = opened("due", None);
    digest.tenant = "due-digests".to_owned();
    write(store, &digest).await;
    let due_at = digest_due_at(&digest).expect("it is to be posted");
    due::eventually_due(store, &digest.tenant, at(100), vec![(digest.occurrence(), due_at)]).await;
    let claimed = DigestEvent::Claimed {
        keys: vec![digest.sends[0].key.clone()],
        claim: "claim".into(),
        lease_until: at(30),
    };
    let step = step_digest(&digest, &claimed, at(15), Skew::NONE, &WriteId::from("claimed"));
    let claimed = step.0.expect("it is claimed");
    write(store, &claimed).await;
    due::eventually_due(store, &digest.tenant, at(20), Vec::new()).await;
    let due_at = digest_due_at(&claimed).expect("its lease ends");
    due::eventually_due(store, &digest.tenant, at(100), vec![(claimed.occurrence(), due_at)]).await;
}
