//! Only the platform can call us, only for this tenant, only now.

use std::time::Duration;

use nightowl_domain::Time;

use crate::conformance::sample::ALERT_ID;
use crate::conformance::{Callbacks, Refusal, Request, Subject, Taken};
use crate::{ActionId, ButtonValue, Forged};

/// Any moment will do; the platform's clock is an argument.
const NOW: Time = Time::from_seconds(1_790_000_000);

fn value() -> ButtonValue {
    ButtonValue {
        alert_id: ALERT_ID.to_owned(),
        delivery: "delivery-of-the-card".into(),
        round: 1,
        tier: 2,
    }
}

pub async fn callbacks_are_read<S: Subject>() {
    let subject = S::fresh().await;
    let Some(callbacks) = subject.callbacks() else {
        return;
    };
    let world = subject.world();
    for action in ActionId::ALL {
        let request = callbacks.click(action, &value(), 1, NOW);
        let Ok(Taken::Action(taken)) = callbacks.take(&request, NOW) else {
            panic!("{action:?}: {:?}", callbacks.take(&request, NOW));
        };
        assert_eq!((taken.action, taken.value), (action, value()));
        assert_eq!(taken.user_ref, world.person_ref);
        assert_eq!(taken.workspace, world.workspace);
        assert_eq!(taken.channel_id, world.channel_id);
    }
    for args in ["ack x2k9fq", "", "  héllo  & 100% +1 <@U1> ", "\u{202e}ack"] {
        let request = callbacks.command(args, NOW);
        let Ok(Taken::Command(taken)) = callbacks.take(&request, NOW) else {
            panic!("{args:?}: {:?}", callbacks.take(&request, NOW));
        };
        assert_eq!(taken.args, args);
        assert_eq!(taken.user_ref, world.person_ref);
        assert_eq!(taken.workspace, world.workspace);
    }
}

/// A click and a command, signed for us now.
fn genuine(callbacks: &dyn Callbacks) -> [Request; 2] {
    [callbacks.click(ActionId::Resolve, &value(), 1, NOW), callbacks.command("resolve x2k9fq", NOW)]
}

fn refused(callbacks: &dyn Callbacks, request: &Request, now: Time, what: &str) -> Forged {
    match callbacks.take(request, now) {
        Err(Refusal::Forged(forged)) => forged,
        other => panic!("{what}: {other:?}"),
    }
}

pub async fn callbacks_are_not_forged<S: Subject>() {
    let subject = S::fresh().await;
    let Some(callbacks) = subject.callbacks() else {
        return;
    };
    let junk = ["", " ", "0", "-1", "v0=", "v1=00", "nan", "99999999999999999999", "é", "\u{0}"];
    for request in genuine(callbacks) {
        for header in callbacks.proof_headers() {
            let without = request.with_header(header, None);
            refused(callbacks, &without, NOW, &format!("without {header}"));
            for value in junk {
                let changed = request.with_header(header, Some(value));
                refused(callbacks, &changed, NOW, &format!("{header}: {value:?}"));
            }
        }
    }
}

/// One bit of the body or of a proof, anywhere, spoils it.
pub async fn callbacks_are_not_tampered_with<S: Subject>() {
    let subject = S::fresh().await;
    let Some(callbacks) = subject.callbacks() else {
        return;
    };
    for request in genuine(callbacks) {
        for index in 0..request.body.len() {
            let mut changed = request.clone();
            changed.body[index] ^= 1;
            refused(callbacks, &changed, NOW, &format!("byte {index}"));
        }
        let mut longer = request.clone();
        longer.body.push(b'&');
        refused(callbacks, &longer, NOW, "one byte more");
        for header in callbacks.proof_headers() {
            let proof = request.header(header).expect(header).to_owned();
            for index in 0..proof.len() {
                let mut bytes = proof.clone().into_bytes();
                bytes[index] ^= 1;
                let Ok(text) = String::from_utf8(bytes) else {
                    continue;
                };
                let changed = request.with_header(header, Some(&text));
                refused(callbacks, &changed, NOW, &format!("{header}: {text:?}"));
            }
        }
    }
}

/// Too old and too new are refused; within the window the same request is the same click, and
/// another click is another.
pub async fn callbacks_are_not_replayed<S: Subject>() {
    let subject = S::fresh().await;
    let Some(callbacks) = subject.callbacks() else {
        return;
    };
    let window = Duration::from_secs(301);
    for request in genuine(callbacks) {
        assert!(callbacks.take(&request, NOW).is_ok());
        for now in [NOW + window, NOW - window] {
            let forged = refused(callbacks, &request, now, "too far from now");
            assert_eq!(forged, Forged::Stale);
        }
    }
    let click_id = |click: u32| {
        let request = callbacks.click(ActionId::Resolve, &value(), click, NOW);
        match callbacks.take(&request, NOW + Duration::from_secs(60)) {
            Ok(Taken::Action(action)) => action.click_id,
            other => panic!("{other:?}"),
        }
    };
    assert!(!click_id(1).is_empty());
    assert_eq!(click_id(1), click_id(1));
    assert_ne!(click_id(1), click_id(2));
}

pub async fn callbacks_are_not_for_another_tenant<S: Subject>() {
    let subject = S::fresh().await;
    let Some(callbacks) = subject.callbacks() else {
        return;
    };
    for request in genuine(callbacks) {
        let foreign = callbacks.for_other_tenant(&request, NOW);
        assert_ne!(foreign, request);
        let forged = refused(callbacks, &foreign, NOW, "another tenant's");
        assert_eq!(forged, Forged::Mismatch);
    }
}
