//! Every way to fail has its class.

use std::time::Duration;

use crate::conformance::expect::{of_fault, of_status};
use crate::conformance::{Class, Fault, Subject, Verb};
use crate::{Form, Message, ProviderError};

use super::{broken, count_of, perform};

/// All statuses from 200 to 599 for each verb; a fresh subject each time, so that nothing kept
/// from a success answers instead of the platform.
pub async fn every_status_has_its_class<S: Subject>() {
    for verb in Verb::ALL {
        for status in 200..=599 {
            let fault = Fault::Status { status, retry_after: None };
            let Some((subject, at)) = broken::<S>(verb, fault).await else {
                break;
            };
            let result = perform(&subject, verb, &at).await;
            let allowed = of_status(verb, status);
            let class = Class::of(&result);
            assert!(
                allowed.contains(&class),
                "{verb:?} with {status}: {result:?}, expected {allowed:?}"
            );
            if verb == Verb::Post {
                assert_eq!(count_of(&subject, "performed").await, 0, "posted again");
            }
        }
    }
}

pub async fn rate_limits_say_when<S: Subject>() {
    for verb in Verb::ALL {
        for seconds in [None, Some(0), Some(1), Some(30), Some(7200)] {
            let status = Fault::Status { status: 429, retry_after: seconds };
            let own = Fault::RateLimited { retry_after: seconds };
            for fault in [status, own] {
                let Some((subject, at)) = broken::<S>(verb, fault).await else {
                    continue;
                };
                match perform(&subject, verb, &at).await {
                    Err(ProviderError::Retry { after, .. }) => {
                        let told = seconds.map(Duration::from_secs);
                        assert_eq!(after, told, "{verb:?}");
                    }
                    other => panic!("{verb:?}: {other:?}"),
                }
            }
        }
    }
}

/// Cut, hanging and unreadable answers: a write may have been done, a read is asked again.
pub async fn lost_answers_are_doubts<S: Subject>() {
    let faults = [
        Fault::LostAnswer,
        Fault::LandsLate,
        Fault::Hangs,
        Fault::Nonsense,
        Fault::BrokeInside,
        Fault::Unreachable,
    ];
    check_all::<S>(&faults).await;
}

pub async fn platform_errors_have_their_class<S: Subject>() {
    let faults = [
        Fault::RefusesContent,
        Fault::BadCredentials,
        Fault::NoPermission,
        Fault::NoChannel,
        Fault::NoMessage,
    ];
    check_all::<S>(&faults).await;
}

/// Whoever is told must know whether another channel would help.
pub async fn bad_credentials_break_everything<S: Subject>() {
    for (fault, all) in [(Fault::BadCredentials, true), (Fault::NoChannel, false)] {
        for verb in Verb::ALL {
            if of_fault(verb, &fault) != Some(&[Class::Broken]) {
                continue;
            }
            let Some((subject, at)) = broken::<S>(verb, fault.clone()).await else {
                continue;
            };
            match perform(&subject, verb, &at).await {
                Err(ProviderError::Broken { credentials, .. }) => {
                    assert_eq!(credentials, all, "{verb:?} with {fault:?}");
                }
                other => panic!("{verb:?} with {fault:?}: {other:?}"),
            }
        }
    }
}

async fn check_all<S: Subject>(faults: &[Fault]) {
    for verb in Verb::ALL {
        for fault in faults {
            let Some(allowed) = of_fault(verb, fault) else {
                continue;
            };
            let Some((subject, at)) = broken::<S>(verb, fault.clone()).await else {
                continue;
            };
            let result = perform(&subject, verb, &at).await;
            let class = Class::of(&result);
            assert!(
                allowed.contains(&class),
                "{verb:?} with {fault:?}: {result:?}, expected {allowed:?}"
            );
            if let Err(ProviderError::Broken { hint, .. }) = &result {
                assert!(!hint.trim().is_empty(), "{verb:?} with {fault:?}: no hint");
            }
        }
    }
}

/// There is nothing plainer than plain: a second `Refused` would be a loop.
pub async fn content_refused_twice_is_broken<S: Subject>() {
    let Some((subject, _)) = broken::<S>(Verb::Post, Fault::RefusesContent).await else {
        return;
    };
    let message = Message::Alert(crate::conformance::alert("disk full", None));
    let name = subject.provider().name();
    let mut post = crate::conformance::post(&subject.world(), name, "a", message);
    post.form = Form::Plain;
    let result = subject.provider().post(&post).await;
    assert_eq!(Class::of(&result), Class::Broken, "{result:?}");
}
