//! A press in the console as an attacker sees it: who may forge, replay and change what.

use bytes::Bytes;
use nightowl_domain::Time;
use nightowl_inbox::inbound::{self, PRESS_AGE_MAX, Press, Presser};
use nightowl_messaging::{ActionId, ButtonValue, Forged, Secret, Snooze};

const NOW: Time = Time::from_seconds(1_790_000_000);
const ALICE: Presser<'_> = Presser { tenant: "acme", session: "s1", user: "alice", name: "Alice" };

fn press(action: ActionId, nonce: &str) -> Press {
    Press {
        action,
        choice: None,
        value: ButtonValue {
            alert_id: "0123456789abcdef0hjkmnpq".to_owned(),
            delivery: "delivery-of-the-card".into(),
            round: 1,
            tier: 2,
        },
        channel: "alerts".to_owned(),
        message: "m1".to_owned(),
        shown_at: NOW,
        nonce: nonce.to_owned(),
    }
}

fn key() -> Secret {
    Secret::new("a session key of some length")
}

fn check(presser: &Presser<'_>, body: &[u8], signature: &str, now: Time) -> Result<(), Forged> {
    let body = Bytes::copy_from_slice(body);
    inbound::verify(&key(), presser, body, signature, now).map(|_| ())
}

#[test]
fn every_button_is_read() {
    for action in ActionId::ALL {
        let (body, signature) = press(action, "n").sign(&key(), &ALICE);
        let body = inbound::verify(&key(), &ALICE, body.into(), &signature, NOW).expect("ours");
        let read = inbound::action(&body, &ALICE).expect("complete");
        assert_eq!((read.action, read.value), (action, press(action, "n").value));
        assert_eq!((read.user_ref.as_str(), read.workspace.as_str()), ("alice", "acme"));
        assert_eq!((read.channel_id.as_str(), read.message_id.as_str()), ("alerts", "m1"));
    }
}

/// What was chosen is signed, and another choice is another click.
#[test]
fn a_choice_is_read_and_counts() {
    let mut clicks = Vec::new();
    for choice in Snooze::ALL.map(Some).into_iter().chain([None]) {
        let (body, signature) =
            Press { choice, ..press(ActionId::Snooze, "n") }.sign(&key(), &ALICE);
        let body = inbound::verify(&key(), &ALICE, body.into(), &signature, NOW).expect("ours");
        let read = inbound::action(&body, &ALICE).expect("complete");
        assert_eq!((read.action, read.choice), (ActionId::Snooze, choice));
        assert!(!clicks.contains(&read.click_id), "{choice:?}");
        clicks.push(read.click_id);
    }
}

/// One bit of the body or of the signature, anywhere, spoils it.
#[test]
fn a_press_is_not_tampered_with() {
    let (body, signature) = press(ActionId::Acknowledge, "n").sign(&key(), &ALICE);
    for index in 0..body.len() {
        let mut changed = body.clone().into_bytes();
        changed[index] ^= 1;
        assert_eq!(check(&ALICE, &changed, &signature, NOW), Err(Forged::Mismatch), "byte {index}");
    }
    let longer = format!("{body}&");
    assert_eq!(check(&ALICE, longer.as_bytes(), &signature, NOW), Err(Forged::Mismatch));
    for index in 0..signature.len() {
        let mut changed = signature.clone().into_bytes();
        changed[index] ^= 1;
        let changed = String::from_utf8(changed).expect("still ASCII");
        assert!(check(&ALICE, body.as_bytes(), &changed, NOW).is_err(), "{changed}");
    }
    for junk in ["", " ", "0", "v0=", "é", "\u{0}", &"0".repeat(64), &"é".repeat(32)] {
        assert!(check(&ALICE, body.as_bytes(), junk, NOW).is_err(), "{junk:?}");
    }
    let empty = inbound::verify(&Secret::new(""), &ALICE, body.into(), &signature, NOW);
    assert_eq!(empty, Err(Forged::NoSecret));
}

#[test]
fn a_press_is_not_for_another_tenant_session_or_person() {
    let (body, signature) = press(ActionId::Acknowledge, "n").sign(&key(), &ALICE);
    for other in [
        Presser { tenant: "other", ..ALICE },
        Presser { session: "s2", ..ALICE },
        Presser { user: "bob", ..ALICE },
        // The parts do not run together.
        Presser { tenant: "acmes1", session: "", ..ALICE },
    ] {
        let checked = check(&other, body.as_bytes(), &signature, NOW);
        assert_eq!(checked, Err(Forged::Mismatch), "{other:?}");
    }
}

#[test]
fn a_press_is_not_replayed() {
    let (body, signature) = press(ActionId::Resolve, "n").sign(&key(), &ALICE);
    let second = std::time::Duration::from_secs(1);
    let at = |now| check(&ALICE, body.as_bytes(), &signature, now);
    assert_eq!(at(NOW + PRESS_AGE_MAX), Ok(()));
    assert_eq!(at(NOW + PRESS_AGE_MAX + second), Err(Forged::Stale));
    assert_eq!(at(NOW - second * 61), Err(Forged::Stale));
    let click = |action, nonce| {
        let (body, signature) = press(action, nonce).sign(&key(), &ALICE);
        let body = inbound::verify(&key(), &ALICE, body.into(), &signature, NOW).expect("ours");
        inbound::action(&body, &ALICE).expect("complete").click_id
    };
    assert_eq!(click(ActionId::Resolve, "n"), click(ActionId::Resolve, "n"));
    assert_ne!(click(ActionId::Resolve, "n"), click(ActionId::Resolve, "next page"));
    assert_ne!(click(ActionId::Resolve, "n"), click(ActionId::Acknowledge, "n"));
}
