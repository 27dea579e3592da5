//! No secret is in an error, in `Debug` or in a message, even when the platform repeats it.

use crate::conformance::{Fault, Subject, Verb};

use super::{broken, perform};

pub async fn secrets_stay_secret<S: Subject>() {
    let faults = [
        Fault::Echo,
        Fault::Status { status: 401, retry_after: None },
        Fault::Status { status: 500, retry_after: None },
        Fault::BadCredentials,
        Fault::Nonsense,
        Fault::LostAnswer,
        Fault::Hangs,
        Fault::Unreachable,
    ];
    for verb in Verb::ALL {
        for fault in &faults {
            let Some((subject, at)) = broken::<S>(verb, fault.clone()).await else {
                continue;
            };
            if let Err(error) = perform(&subject, verb, &at).await {
                let said = format!("{error} {error:?}");
                none_in::<S>(&subject, &said, &format!("error of {verb:?}, {fault:?}"));
            }
            none_in::<S>(&subject, &subject.debug(), "Debug");
            none_in::<S>(&subject, &subject.logged(), "log");
            for seen in subject.seen().await {
                none_in::<S>(&subject, &format!("{seen:?}"), "message");
            }
        }
    }
}

fn none_in<S: Subject>(subject: &S, text: &str, place: &str) {
    for secret in subject.world().secrets {
        assert!(secret.len() >= 8, "a secret too short to search for");
        assert!(!text.contains(&secret), "a secret is in {place}");
    }
}
