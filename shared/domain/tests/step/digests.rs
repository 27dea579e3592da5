//! Digests: one message for many cards.

use std::time::Duration;

use nightowl_domain::{
    AlertId, ClaimMode, Destination, Digest, DigestEvent, DropReason, EventKind, Ignored,
    MessageRef, Outcome, SendKey, SendState, SeriesHash, Settle, Settlement, Skew, Time, Want,
    digest_due_at, digest_wanted, join, open_digest, step_digest, wanted,
};

use crate::world::World;

fn at(seconds: i64) -> Time {
    Time::from_seconds(1_000_000 + seconds)
}

fn channel(name: &str) -> Destination {
    Destination::Channel { provider: "chat".to_owned(), channel: name.to_owned() }
}

fn member(number: u32) -> AlertId {
    AlertId::new(SeriesHash::of("acme", "test", "x"), number, at(0), 0)
}

fn opened() -> Digest {
    open_digest("acme", &channel("ops"), None, member(1), at(0), &"w0".into())
}

/// The digest after the event, and what it came to.
fn after(digest: &Digest, event: &DigestEvent, now: Time) -> (Digest, Outcome) {
    let (changed, outcome) = step_digest(digest, event, now, Skew::NONE, &"w".into());
    (changed.unwrap_or_else(|| digest.clone()), outcome)
}

fn key(digest: &Digest) -> SendKey {
    digest.sends.last().expect("it has a send").key.clone()
}

fn claimed(digest: &Digest, claim: &str, now: Time) -> (Digest, Outcome) {
    let lease_until = now + Duration::from_secs(15);
    let event = DigestEvent::Claimed { keys: vec![key(digest)], claim: claim.into(), lease_until };
    after(digest, &event, now)
}

fn settled(digest: &Digest, claim: &str, settlement: Settlement, now: Time) -> Digest {
    settled_when(digest, claim, settlement, now, (None, false)).0
}

fn settled_when(
    digest: &Digest,
    claim: &str,
    settlement: Settlement,
    now: Time,
    (elsewhere, is_over): (Option<Destination>, bool),
) -> (Digest, Outcome) {
    let settles = vec![Settle { key: key(digest), settlement }];
    after(digest, &DigestEvent::Settled { claim: claim.into(), settles, elsewhere, is_over }, now)
}

fn message() -> MessageRef {
    MessageRef { provider: "chat".into(), channel: "C1".into(), message: "m1".into() }
}

fn posted(now: Time) -> Settlement {
    Settlement::Sent { at: now, message: message(), rev: 1, count: 0, found: false }
}

/// Posted at 3 s.
fn sent() -> Digest {
    let (digest, _) = claimed(&opened(), "one", at(3));
    settled(&digest, "one", posted(at(3)), at(3))
}

fn granted(outcome: &Outcome) -> Vec<ClaimMode> {
    match outcome {
        Outcome::Applied { granted } => granted.iter().map(|(_, mode)| *mode).collect(),
        Outcome::Ignored(_) => Vec::new(),
    }
}

#[test]
fn alerts_join_until_somebody_begins_to_post() {
    let first = opened();
    assert!(first.id.is_digest() && first.holds(member(1)));
    assert_eq!(digest_due_at(&first), Some(at(0) + Digest::GATHER));
    let mut digest = first.clone();
    for number in 2..=30 {
        digest = join(&digest, member(number), at(1), &"w".into()).expect("there is room");
    }
    assert_eq!(digest.members.len(), Digest::MEMBERS_MAX);
    assert_eq!(join(&digest, member(31), at(1), &"w".into()), None, "it is full");
    let (taken, _) = claimed(&first, "one", at(3));
    assert_eq!(join(&taken, member(2), at(3), &"w".into()), None, "somebody posts it");
    assert_eq!(join(&sent(), member(2), at(3), &"w".into()), None);
    let next = open_digest("acme", &channel("ops"), Some(&taken), member(2), at(4), &"w".into());
    assert_eq!((next.id.number(), next.id.series()), (2, first.id.series()));
    assert_ne!(key(&next), key(&first));
}

#[test]
fn it_is_claimed_and_found_like_everything_that_is_said() {
    let (digest, outcome) = claimed(&opened(), "one", at(3));
    assert_eq!(granted(&outcome), [ClaimMode::Post]);
    assert_eq!(claimed(&digest, "two", at(4)).1, Outcome::Ignored(Ignored::AlreadyTaken));
    assert_eq!(granted(&claimed(&digest, "one", at(4)).1), [ClaimMode::Post], "a lost answer");
    let (taken_over, outcome) = claimed(&digest, "two", at(18));
    assert_eq!(granted(&outcome), [ClaimMode::FindThenPost]);
    let retry_at = at(33);
    let doubt = settled(&digest, "one", Settlement::Unknown { started: at(3), retry_at }, at(11));
    assert!(matches!(doubt.sends[0].state, SendState::InDoubt { .. }));
    let found = settled(&taken_over, "two", posted(at(20)), at(20));
    assert_eq!(digest_wanted(&found).len(), 0);
    assert_eq!(digest_due_at(&found), None);
}

#[test]
fn a_change_is_shown_once_and_not_at_once() {
    let waiting = opened();
    assert_eq!(
        step_digest(&waiting, &DigestEvent::Touched, at(1), Skew::NONE, &"w".into()).0,
        None
    );
    let (touched, _) = after(&sent(), &DigestEvent::Touched, at(4));
    assert_eq!(touched.rev, 2);
    let edit = Want::Refresh { key: key(&touched), rev: 2, at: Some(at(3) + Digest::EVERY) };
    assert_eq!(digest_wanted(&touched).into_iter().collect::<Vec<_>>(), [edit]);
    assert_eq!(after(&touched, &DigestEvent::Touched, at(5)).0, touched, "it is in the same edit");
    assert_eq!(granted(&claimed(&touched, "two", at(5)).1), [], "too early");
    let (editing, outcome) = claimed(&touched, "two", at(8));
    assert_eq!(granted(&outcome), [ClaimMode::Refresh]);
    let (again, _) = after(&editing, &DigestEvent::Touched, at(8));
    assert_eq!(again.rev, 3, "whoever edits may have read it already");
    let edited = Settlement::Refreshed { at: at(9), rev: 2, count: 0 };
    let edited = settled(&again, "two", edited, at(9));
    assert_eq!(digest_due_at(&edited), Some(at(9) + Digest::EVERY));
}

#[test]
fn a_change_while_it_is_posted_is_shown_behind_it() {
    let (posting, _) = claimed(&opened(), "one", at(3));
    let (touched, _) = after(&posting, &DigestEvent::Touched, at(4));
    let sent = settled(&touched, "one", posted(at(5)), at(5));
    assert_eq!(digest_due_at(&sent), Some(at(5) + Digest::EVERY));
}

#[test]
fn it_finds_another_place() {
    let (posting, _) = claimed(&opened(), "one", at(3));
    let broken = || Settlement::Broken { at: at(4), reason: "gone".into(), credentials: false };
    let there = (Some(channel("general")), false);
    let (moved, _) = settled_when(&posting, "one", broken(), at(4), there);
    assert_eq!(moved.sends[0].state, SendState::Dropped(DropReason::FellBack));
    assert_eq!(moved.sends[1].to, channel("general"));
    assert!(moved.is_alive() && moved.will_show());
    let (waits, _) = settled_when(&posting, "one", broken(), at(4), (None, false));
    assert_eq!((waits.sends.len(), digest_due_at(&waits)), (1, Some(at(304))));
    let late = at(4_000);
    let (posting, _) = claimed(&waits, "late", late);
    let (left, _) = settled_when(&posting, "late", broken(), late, (None, true));
    assert_eq!(left.sends[0].state, SendState::Dropped(DropReason::GaveUp), "all are over");
    assert!(!left.is_alive());
}

#[test]
fn a_message_that_went_comes_again_while_an_alert_is_open() {
    let (touched, _) = after(&sent(), &DigestEvent::Touched, at(4));
    let (editing, _) = claimed(&touched, "two", at(8));
    let gone = Settlement::Gone { at: at(9) };
    let (again, _) = settled_when(&editing, "two", gone.clone(), at(9), (None, false));
    assert_eq!(again.sends.len(), 2);
    assert!(matches!(again.sends[1].state, SendState::Wanted { not_before: None }));
    let (over, _) = settled_when(&editing, "two", gone, at(9), (None, true));
    assert_eq!((over.sends.len(), digest_due_at(&over)), (1, None));
    let refused = Settlement::EditRefused { at: at(9), reason: "no".into() };
    let (frozen, _) = settled_when(&editing, "two", refused, at(9), (None, true));
    assert_eq!(digest_due_at(&frozen), Some(at(69)), "its last state is worth a message");
}

#[test]
fn a_card_is_in_a_digest_and_owes_it_every_change() {
    let mut world = World::new();
    world.fire();
    let card = world.card().key.clone();
    let digest = opened().id;
    let rev = world.alert().card_rev;
    let folded = Settlement::Folded { digest, rev };
    assert_eq!(world.settle("fold", &card, folded.clone()).code(), "applied");
    assert_eq!(*world.state(&card), SendState::Folded { digest, rev });
    let owes = |world: &World| {
        wanted(world.alert()).iter().any(|want| match want {
            Want::Refresh { key, .. } | Want::Deliver { key, .. } => *key == card,
            Want::Tick { .. } => false,
        })
    };
    assert!(!owes(&world));
    world.act("alice", EventKind::Acked);
    assert!(owes(&world), "the digest is to be told");
    let rev = world.alert().card_rev;
    world.settle("fold", &card, Settlement::Folded { digest, rev });
    assert!(!owes(&world));
    world.settle("fold", &card, Settlement::Unfolded);
    assert_eq!(*world.state(&card), SendState::Wanted { not_before: None });
    let sent = world.claim_keys("one", vec![card.clone()]);
    assert_eq!(sent.granted(), [ClaimMode::Post]);
    assert_eq!(world.settle("fold", &card, folded).code(), "nothing_claimed", "it is posted");
}
