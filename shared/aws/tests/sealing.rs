//! Sealing keys: made once, whoever comes first; read by everybody else as soon as they are there.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use nightowl_aws::testing::{FakeAws, Fault};
use nightowl_aws::{LateSealer, Parameters, Purpose};
use nightowl_engine::ports::Sealer;
use nightowl_engine::testing::VirtualClock;
use nightowl_messaging::Secret;

const PREFIX: &str = "/nightowl/owl";

fn aws() -> FakeAws {
    FakeAws::new(VirtualClock::default())
}

fn parameters(aws: &FakeAws) -> Parameters {
    Parameters::new(aws.ssm(), PREFIX)
}

fn count(aws: &FakeAws, operation: &str) -> usize {
    aws.operations().iter().filter(|done| done.name == operation).count()
}

#[tokio::test]
async fn two_admins_that_start_at_once_have_the_same_keys() {
    let aws = aws();
    let (one, other) = (LateSealer::making(parameters(&aws)), LateSealer::making(parameters(&aws)));
    tokio::join!(one.ensure(), other.ensure());
    for purpose in ["webhook", "chat"] {
        let sealed = one.seal(purpose, "acme", &Secret::new("xoxb-1")).unwrap();
        assert_eq!(other.open(purpose, "acme", &sealed), Ok(Secret::new("xoxb-1")));
        let stored = aws.parameter(&format!("{PREFIX}/sealing/{purpose}")).unwrap();
        assert_eq!(BASE64.decode(stored).unwrap().len(), 32);
    }
    assert_ne!(
        aws.parameter(&format!("{PREFIX}/sealing/webhook")),
        aws.parameter(&format!("{PREFIX}/sealing/chat")),
    );
    // A later start reads them, and its sessions are those of before.
    let later = LateSealer::making(parameters(&aws));
    later.ensure().await;
    assert_eq!(one.derive("chat", "session", "*"), later.derive("chat", "session", "*"));
}

#[tokio::test(start_paused = true)]
async fn whoever_only_reads_makes_nothing_and_has_the_key_once_it_is_there() {
    let aws = aws();
    let reader = LateSealer::reading(parameters(&aws), &[Purpose::Chat]);
    reader.ensure().await;
    assert!(reader.awaits("chat"), "it may come");
    assert!(!reader.awaits("webhook"), "it was not given that one");
    assert!(reader.seal("chat", "acme", &Secret::new("x")).is_err());
    assert_eq!(count(&aws, "PutParameter"), 0);
    let admin = LateSealer::making(parameters(&aws));
    admin.ensure().await;
    let sealed = admin.seal("chat", "acme", &Secret::new("xoxb-1")).unwrap();
    // Requests come faster than keys: it does not ask for each.
    let asked = count(&aws, "GetParameter");
    reader.ensure().await;
    assert_eq!(count(&aws, "GetParameter"), asked);
    tokio::time::advance(Duration::from_secs(4)).await;
    reader.ensure().await;
    assert_eq!(reader.open("chat", "acme", &sealed), Ok(Secret::new("xoxb-1")));
    assert!(!reader.awaits("chat"));
    // It was given one key and asks for no other, nor again for the one that it has.
    let webhook = admin.seal("webhook", "acme", &Secret::new("x")).unwrap();
    assert!(reader.open("webhook", "acme", &webhook).is_err());
    let asked = count(&aws, "GetParameter");
    tokio::time::advance(Duration::from_secs(60)).await;
    reader.ensure().await;
    assert_eq!(count(&aws, "GetParameter"), asked);
}

#[tokio::test(start_paused = true)]
async fn trouble_of_the_parameter_store_passes() {
    let aws = aws();
    let admin = LateSealer::making(parameters(&aws));
    aws.fail("GetParameter", 2, Fault::Unreachable);
    admin.ensure().await;
    assert!(admin.seal("chat", "acme", &Secret::new("x")).is_err());
    tokio::time::advance(Duration::from_secs(4)).await;
    admin.ensure().await;
    assert!(admin.seal("chat", "acme", &Secret::new("x")).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_making_was_not_answered_is_the_key() {
    let aws = aws();
    let admin = LateSealer::making(parameters(&aws));
    aws.fail("PutParameter", 2, Fault::LoseAnswer);
    admin.ensure().await;
    tokio::time::advance(Duration::from_secs(4)).await;
    admin.ensure().await;
    let stored = aws.parameter(&format!("{PREFIX}/sealing/chat")).unwrap();
    let sealed = admin.seal("chat", "acme", &Secret::new("x")).unwrap();
    let again = LateSealer::reading(parameters(&aws), &[Purpose::Chat]);
    again.ensure().await;
    assert_eq!(again.open("chat", "acme", &sealed), Ok(Secret::new("x")));
    assert_eq!(aws.parameter(&format!("{PREFIX}/sealing/chat")), Some(stored), "never replaced");
}

#[tokio::test]
async fn a_function_without_secrets_asks_for_none() {
    let none = LateSealer::none();
    none.ensure().await;
    assert!(!none.awaits("chat"));
    assert!(none.open("chat", "acme", "v1:chat:").is_err());
    assert!(!format!("{none:?}").contains('0'));
}
