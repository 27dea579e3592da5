//! The small rows.

use std::time::Duration;

use nightowl_domain::AlertId;

use super::{alert, at};
use crate::Store;

pub(super) async fn short_ids<S: Store>(store: &S) {
    let tenant = "short-ids";
    let one = alert(tenant, "one", 1, 0).occurrence();
    let two = alert(tenant, "two", 1, 0).occurrence();
    let reserve = async |occurrence: &nightowl_domain::Occurrence, short_id: &str| {
        store.reserve_short_id(occurrence, short_id).await.expect("an answer comes")
    };
    assert!(reserve(&one, "x2k9fq").await);
    assert!(reserve(&one, "x2k9fq").await, "it is this alert's already");
    assert!(!reserve(&two, "x2k9fq").await, "it is another alert's");
    assert!(reserve(&two, "x2k0aa").await);
    assert!(reserve(&two, "b00000").await);
    let mut elsewhere = two.clone();
    elsewhere.tenant = "short-ids-other".to_owned();
    assert!(reserve(&elsewhere, "x2k9fq").await, "tenants do not share them");

    let find = async |prefix: &str, limit: usize| -> Vec<(String, AlertId)> {
        store.find_short_ids(tenant, prefix, limit).await.expect("an answer comes")
    };
    let pair = |short_id: &str, id: AlertId| (short_id.to_owned(), id);
    assert_eq!(find("x2k9fq", 5).await, [pair("x2k9fq", one.id)]);
    assert_eq!(find("x2", 5).await, [pair("x2k0aa", two.id), pair("x2k9fq", one.id)]);
    assert_eq!(find("x2", 1).await, [pair("x2k0aa", two.id)]);
    assert_eq!(find("y", 5).await, []);
    assert_eq!(find("", 5).await.len(), 3, "everything begins with nothing");
}

pub(super) async fn used_once<S: Store>(store: &S) {
    let hour = 3_600;
    let once = async |what: &str, seconds: u64| {
        store.use_once(what, at(seconds), hour).await.expect("an answer comes")
    };
    assert!(once("nonce", 0).await);
    assert!(!once("nonce", 1).await);
    assert!(!once("nonce", hour - 1).await);
    assert!(once("other", 1).await);
    assert!(once("nonce", hour + 1).await, "after its time it can be used again");
    assert!(!once("nonce", hour + 2).await);
}

pub(super) async fn identities<S: Store>(store: &S) {
    let read = async |tenant: &str, user_ref: &str| {
        store.read_identity(tenant, "chat", user_ref).await.expect("an answer comes")
    };
    assert_eq!(read("identities", "U1").await, None);
    for user in ["alice", "bob"] {
        store.put_identity("identities", "chat", "U1", user).await.expect("it can be put");
        assert_eq!(read("identities", "U1").await.as_deref(), Some(user));
    }
    assert_eq!(read("identities", "U2").await, None);
    assert_eq!(read("identities-other", "U1").await, None);
}

pub(super) async fn ways_back<S: Store>(store: &S) {
    let tenant = "ways-back";
    let read = async |provider: &str, user: &str| {
        store.read_face(tenant, provider, user).await.expect("an answer comes")
    };
    let meet = async |user_ref: &str, user: &str| {
        store.put_identity(tenant, "chat", user_ref, user).await.expect("it can be put");
    };
    assert_eq!(read("chat", "alice").await, None);
    meet("U1", "alice").await;
    assert_eq!(read("chat", "alice").await.as_deref(), Some("U1"));
    assert_eq!(read("other", "alice").await, None);
    let elsewhere = store.read_face("ways-back-other", "chat", "alice").await;
    assert_eq!(elsewhere.expect("an answer comes"), None);
    meet("U2", "alice").await;
    assert_eq!(read("chat", "alice").await.as_deref(), Some("U2"), "the newest counts");
    meet("U2", "bob").await;
    assert_eq!(read("chat", "alice").await, None, "that account is somebody else's now");
    assert_eq!(read("chat", "bob").await.as_deref(), Some("U2"));
}

pub(super) async fn kept_and_taken_once<S: Store>(store: &S) {
    let quarter = 900;
    let keep = async |what: &str, text: &str, seconds: u64| {
        store.keep(what, text, at(seconds), quarter).await.expect("it can be kept");
    };
    let kept = async |what: &str, seconds: u64| {
        store.kept(what, at(seconds)).await.expect("an answer comes")
    };
    let take = async |what: &str, seconds: u64| {
        store.take_kept(what, at(seconds)).await.expect("an answer comes")
    };
    assert_eq!((kept("keep-1", 0).await, take("keep-1", 0).await), (None, None));
    keep("keep-1", "first", 0).await;
    keep("keep-2", "other", 0).await;
    assert_eq!(kept("keep-1", 1).await.as_deref(), Some("first"));
    keep("keep-1", "second", 2).await;
    assert_eq!(kept("keep-1", quarter + 1).await.as_deref(), Some("second"));
    let (one, two) = futures::join!(take("keep-1", 3), take("keep-1", 3));
    assert!(one.is_some() != two.is_some(), "one alone gets it");
    assert_eq!((kept("keep-1", 4).await, take("keep-1", 4).await), (None, None));
    assert_eq!((kept("keep-2", quarter).await, take("keep-2", quarter).await), (None, None));
    // The names of what is used once are others.
    assert!(store.use_once("keep-3", at(0), quarter).await.expect("an answer comes"));
    assert_eq!(kept("keep-3", 0).await, None);
    keep("keep-3", "text", 0).await;
    assert!(!store.use_once("keep-3", at(1), quarter).await.expect("an answer comes"));
    assert_eq!(take("keep-3", 1).await.as_deref(), Some("text"));
    assert!(!store.use_once("keep-3", at(1), quarter).await.expect("an answer comes"));
}

pub(super) async fn sweep<S: Store>(store: &S) {
    for (seconds, cursor) in [(1, Some("a|b".to_owned())), (2, None)] {
        let moment = at(seconds) + Duration::from_millis(7);
        store.write_sweep(moment, cursor.clone()).await.expect("it can be written");
        let read = store.read_sweep().await.expect("an answer comes");
        assert_eq!(read, Some((moment, cursor)));
    }
}
