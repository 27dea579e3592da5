//! Of two writers one wins, and the other learns what stands.

use futures::future::join_all;
use nightowl_domain::AlertId;

use super::{alert, at, changed, conflict, open, stored, update};
use crate::{Store, Write};

pub(super) async fn an_update_needs_its_version<S: Store>(store: &S) {
    let first = alert("versions", "one", 1, 0);
    assert_eq!(conflict(update(store, &changed(&first, "early")).await), None, "nothing stands");
    open(store, &first).await;

    let winner = changed(&first, "winner");
    update(store, &winner).await.expect("over the version before");
    let loser = changed(&first, "loser");
    let standing = conflict(update(store, &loser).await);
    assert_eq!(standing.as_ref(), Some(&winner), "the loser is told what stands");
    assert_eq!(stored(store, &first).await.as_ref(), Some(&winner));

    let mut jump = changed(&winner, "jump");
    jump.version += 1;
    conflict(update(store, &jump).await);
    let again = conflict(update(store, &winner).await).map(|standing| standing.write_id.clone());
    assert_eq!(again, Some(winner.write_id.clone()), "a writer recognises its own write");
}

pub(super) async fn only_one_of_many_wins<S: Store>(store: &S) {
    let first = alert("many", "one", 1, 0);
    open(store, &first).await;
    let writers: Vec<_> = (0..8).map(|number| changed(&first, &format!("w{number}"))).collect();
    let results = join_all(writers.iter().map(|alert| update(store, alert))).await;
    let won = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(won, 1, "{results:?}");
    for (result, alert) in results.into_iter().zip(&writers) {
        let standing = stored(store, &first).await.expect("it stands").write_id.clone();
        if result.is_ok() {
            assert_eq!(standing, alert.write_id);
        } else {
            assert_eq!(conflict(result).map(|alert| alert.write_id.clone()), Some(standing));
        }
    }
}

pub(super) async fn an_opening_needs_its_number<S: Store>(store: &S) {
    let first = alert("numbers", "one", 1, 0);
    open(store, &first).await;
    let mut other = alert("numbers", "one", 1, 9);
    other.id = AlertId::new(first.series(), 1, at(9), 0);
    let write = Write::Open { alert: Box::new(other), previous: None };
    let standing = conflict(store.write(write).await);
    assert_eq!(standing, Some(first), "the number is taken");
}

pub(super) async fn an_opening_moves_the_one_before_or_nothing<S: Store>(store: &S) {
    let first = alert("openings", "one", 1, 0);
    open(store, &first).await;
    let second = alert("openings", "one", 2, 60);
    let mut moved = changed(&first, "opens");
    moved.next = Some(second.id);
    let write =
        Write::Open { alert: Box::new(second.clone()), previous: Some(Box::new(moved.clone())) };
    store.write(write.clone()).await.expect("both are written");
    assert_eq!(stored(store, &first).await.as_ref(), Some(&moved));
    assert_eq!(stored(store, &second).await.as_ref(), Some(&second));
    conflict(store.write(write).await);

    let third = alert("openings", "one", 3, 120);
    let mut stale = second.clone();
    stale.version += 5;
    let write = Write::Open { alert: Box::new(third.clone()), previous: Some(Box::new(stale)) };
    conflict(store.write(write).await);
    assert_eq!(stored(store, &third).await, None, "nothing is done by halves");
    assert_eq!(stored(store, &second).await.as_ref(), Some(&second));

    let mut moved = changed(&first, "late");
    moved.version = 3;
    let write = Write::Open { alert: Box::new(second.clone()), previous: Some(Box::new(moved)) };
    conflict(store.write(write).await);
    let standing = stored(store, &first).await.expect("it stands");
    assert_eq!(standing.write_id, "opens".into(), "nothing is done by halves");
}
