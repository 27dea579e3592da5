//! Only the platform can call us, only for this tenant, only now.

use std::time::Duration;

use nightowl_domain::Time;

use crate::conformance::sample::ALERT_ID;
use crate::conformance::{Callbacks, Refusal, Request, Subject, Taken, World};
use crate::{ActionId, ButtonValue, Forged, FormId, FormState, Snooze};

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
        assert_eq!(taken.workspace, subject.callback_workspace());
        assert_eq!(taken.channel_id, world.channel_id);
    }
    for args in ["ack x2k9fq", "", "  héllo  & 100% +1 <@U1> ", "\u{202e}ack"] {
        let request = callbacks.command(args, NOW);
        let Ok(Taken::Command(taken)) = callbacks.take(&request, NOW) else {
            panic!("{args:?}: {:?}", callbacks.take(&request, NOW));
        };
        assert_eq!(taken.args, args);
        assert_eq!(taken.user_ref, world.person_ref);
        assert_eq!(taken.workspace, subject.callback_workspace());
    }
}

/// What was chosen is read only if it was offered.
pub async fn choices_are_read<S: Subject>() {
    let subject = S::fresh().await;
    let Some(callbacks) = subject.callbacks() else {
        return;
    };
    let offered = Snooze::ALL.map(|choice| (choice.name(), Some(choice)));
    let others = ["", "3000h", "30M", "ack", "30m\n"].map(|choice| (choice, None));
    for (choice, expected) in offered.into_iter().chain(others) {
        let Some(request) = callbacks.choose(&value(), choice, 1, NOW) else {
            return;
        };
        match callbacks.take(&request, NOW) {
            Ok(Taken::Action(taken)) => {
                assert_eq!((taken.action, taken.choice), (ActionId::Snooze, expected), "{choice}");
                assert_eq!(taken.value, value(), "{choice}");
            }
            Err(Refusal::Unreadable(_)) if expected.is_none() => {}
            other => panic!("{choice:?}: {other:?}"),
        }
    }
}

/// A form brings back what it was opened with and what was filled in.
pub async fn submissions_are_read<S: Subject>() {
    let subject = S::fresh().await;
    let Some(callbacks) = subject.callbacks() else {
        return;
    };
    let world = subject.world();
    let texts = ["disk cleaned", "", " é | \"quoted\" & 100% +1 \u{202e} ", "a\nb"];
    for text in texts {
        for form in FormId::ALL {
            let state = FormState { form, ..state(&world) };
            let Some(request) = callbacks.submit(&state, &[("note", text)], NOW) else {
                return;
            };
            let Ok(Taken::Form(taken)) = callbacks.take(&request, NOW) else {
                panic!("{text:?}: {:?}", callbacks.take(&request, NOW));
            };
            assert_eq!(taken.state, state);
            assert_eq!(taken.user_ref, world.person_ref);
            assert_eq!(taken.workspace, subject.callback_workspace());
            assert_eq!(taken.fields.get("note").map_or("", String::as_str), text);
            assert!(!taken.submit_id.is_empty());
            let again = callbacks.take(&request, NOW);
            assert_eq!(again, Ok(Taken::Form(taken)), "the same request is the same submission");
        }
    }
}

fn state(world: &World) -> FormState {
    FormState {
        form: FormId::Note,
        value: value(),
        channel_id: world.channel_id.clone(),
        message_id: "1790000000".to_owned(),
    }
}

/// A click and a command, and a choice and a form where there are any: proved, for us, now.
fn genuine(callbacks: &dyn Callbacks, world: &World) -> Vec<Request> {
    let always = [
        callbacks.click(ActionId::Resolve, &value(), 1, NOW),
        callbacks.command("resolve x2k9fq", NOW),
    ];
    let sometimes = [
        callbacks.choose(&value(), Snooze::HalfHour.name(), 1, NOW),
        callbacks.submit(&state(world), &[("note", "disk cleaned")], NOW),
    ];
    always.into_iter().chain(sometimes.into_iter().flatten()).collect()
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
    for request in genuine(callbacks, &subject.world()) {
        for header in callbacks.proof_headers() {
            let without = request.with_header(header, None);
            refused(callbacks, &without, NOW, &format!("without {header}"));
            for value in junk {
                let changed = request.with_header(header, Some(value));
                refused(callbacks, &changed, NOW, &format!("{header}: {value:?}"));
            }
        }
        let forgeries = callbacks.forgeries(&request, NOW);
        let names_some = callbacks.proves_every_byte() || !forgeries.is_empty();
        assert!(names_some, "nothing says what a forged request would be");
        for (what, forged) in forgeries {
            assert_ne!(forged, request, "{what}");
            let taken = callbacks.take(&forged, NOW);
            assert!(taken.is_err(), "{what}: {taken:?}");
        }
    }
}

/// One bit of the body or of a proof, anywhere, spoils it, if the platform proves all of it.
pub async fn callbacks_are_not_tampered_with<S: Subject>() {
    let subject = S::fresh().await;
    let Some(callbacks) = subject.callbacks().filter(|callbacks| callbacks.proves_every_byte())
    else {
        return;
    };
    for request in genuine(callbacks, &subject.world()) {
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
    for request in genuine(callbacks, &subject.world()) {
        assert!(callbacks.take(&request, NOW).is_ok());
        let Some(window) = callbacks.window(&request) else {
            continue;
        };
        let second = Duration::from_secs(1);
        let too_early = window.before.map(|before| NOW - before - second);
        for now in [NOW + window.after + second].into_iter().chain(too_early) {
            let forged = refused(callbacks, &request, now, "too far from now");
            assert_eq!(forged, Forged::Stale);
        }
    }
    let click_id = |click: u32| {
        let request = callbacks.click(ActionId::Resolve, &value(), click, NOW);
        let later = callbacks.window(&request).map_or(Duration::ZERO, |window| window.after / 5);
        match callbacks.take(&request, NOW + later) {
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
    for request in genuine(callbacks, &subject.world()) {
        let foreign = callbacks.for_other_tenant(&request, NOW);
        assert_ne!(foreign, request);
        let forged = refused(callbacks, &foreign, NOW, "another tenant's");
        assert_eq!(forged, Forged::Mismatch);
    }
}
