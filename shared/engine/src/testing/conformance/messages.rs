//! What is stored beside an alert.

use nightowl_domain::{Actor, Details, Entry, EntryKind, MessageRef, SendKey};

use super::{alert, at};
use crate::testing::sample_details;
use crate::{Mapping, Mappings, Store};

pub(super) async fn details_are_put_once<S: Store>(store: &S) {
    let one = alert("details", "one", 1, 0);
    let absent = store.read_details(&one).await.expect("an answer comes");
    assert_eq!(absent, None);
    let details = sample_details();
    store.put_details(&one, &details).await.expect("details are put before their alert");
    store.put_details(&one, &Details::default()).await.expect("a second put is no error");
    let read = store.read_details(&one).await.expect("an answer comes");
    assert_eq!(read.as_ref(), Some(&details), "the first put stands");

    let mut split = alert("details", "one", 2, 60);
    split.details.clone_from(&one.details);
    let shared = store.read_details(&split).await.expect("an answer comes");
    assert_eq!(shared.as_ref(), Some(&details), "an alert that was split off shares them");

    let mut other = alert("details", "one", 2, 60);
    other.details = "another key".to_owned();
    assert_eq!(store.read_details(&other).await.expect("an answer comes"), None);
}

pub(super) async fn timeline_is_idempotent<S: Store>(store: &S) {
    let one = alert("timeline", "one", 1, 0);
    let entry = |seq: u64| Entry {
        seq,
        at: at(seq),
        kind: EntryKind::ALL[usize::try_from(seq).unwrap_or_default() % EntryKind::ALL.len()],
        actor: Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() },
        text: format!("Entry {seq} «ü»"),
    };
    assert_eq!(store.read_timeline(&one).await.expect("an answer comes"), Vec::new());
    let late: Vec<Entry> = (8..40).map(entry).collect();
    let early: Vec<Entry> = (0..12).map(entry).collect();
    store.put_timeline(&one, &late).await.expect("entries can be put");
    store.put_timeline(&one, &early).await.expect("entries can be put again");
    store.put_timeline(&one, &[]).await.expect("no entries are no error");
    let read = store.read_timeline(&one).await.expect("an answer comes");
    assert_eq!(read, (0..40).map(entry).collect::<Vec<Entry>>(), "each once, in order");
    let other = alert("timeline", "one", 2, 0);
    assert_eq!(store.read_timeline(&other).await.expect("an answer comes"), Vec::new());
}

pub(super) async fn reverse_rows<S: Store>(store: &S) {
    let one = alert("reverse", "one", 1, 0).occurrence();
    let message = MessageRef {
        provider: "chat".to_owned(),
        channel: "C-reverse".to_owned(),
        message: "1700000000.000100".to_owned(),
    };
    assert_eq!(store.read_reverse(&message).await.expect("an answer comes"), None);
    let key = SendKey::from("send");
    for _ in 0..2 {
        store.put_reverse(&message, &one, &key).await.expect("a reverse row can be put");
        store.put_mapping(&one, &message).await.expect("a mapping row can be put");
    }
    let read = store.read_reverse(&message).await.expect("an answer comes");
    assert_eq!(read, Some((one.clone(), key)));
    let other = MessageRef { channel: "C-other".to_owned(), ..message };
    assert_eq!(store.read_reverse(&other).await.expect("an answer comes"), None);
    store.put_mapping(&one, &other).await.expect("a card may be in two channels");
}

pub(super) async fn mapping_rows<S: Store + Mappings>(store: &S) {
    let one = alert("mapping", "one", 1, 0).occurrence();
    let message = |channel: &str, message: &str| MessageRef {
        provider: "chat".to_owned(),
        channel: channel.to_owned(),
        message: message.to_owned(),
    };
    let ours = one.id.to_string();
    assert_eq!(store.mappings(&ours).await.expect("an answer comes"), Vec::new());
    let mapped = |alert: &str, message: &MessageRef| Mapping {
        tenant: "mapping".to_owned(),
        alert: alert.to_owned(),
        message: message.clone(),
    };
    let (first, second) = (message("C-1", "1"), message("C-2", "2"));
    store.put_mapping(&one, &second).await.expect("a mapping row can be put");
    store.put_mapping(&one, &message("C-1", "0")).await.expect("a mapping row can be put");
    store.put_mapping(&one, &first).await.expect("the newest wins");
    let rows = store.mappings(&ours).await.expect("an answer comes");
    assert_eq!(rows, [mapped(&ours, &first), mapped(&ours, &second)]);

    // An id that is none of ours, and of no alert that is stored.
    let foreign = "mapping-0b9c1f0e-8a52-4d4f-9c3e-5f6a7b8c9d0e";
    let put = async |mapping: &Mapping| {
        store.put_mapping_once(mapping).await.expect("a mapping row can be put once")
    };
    assert_eq!(put(&mapped(foreign, &first)).await, None, "it is the first");
    assert_eq!(put(&mapped(foreign, &second)).await, None, "of that channel too");
    let again = put(&mapped(foreign, &first)).await;
    assert_eq!(again, Some(mapped(foreign, &first)), "it is there");
    let late = put(&mapped(foreign, &message("C-1", "9"))).await;
    assert_eq!(late, Some(mapped(foreign, &first)), "it is not written over");
    let rows = store.mappings(foreign).await.expect("an answer comes");
    assert_eq!(rows, [mapped(foreign, &first), mapped(foreign, &second)]);
}
