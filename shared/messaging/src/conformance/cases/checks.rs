//! Test connection: what works is said to work, and what does not is named with what to click.

use crate::conformance::{Fault, Subject, Verb};
use crate::{Check, ProviderError};

pub async fn check_finds_nothing_wrong<S: Subject>() {
    let subject = S::fresh().await;
    let (provider, world) = (subject.provider(), subject.world());
    let found = provider.check(&world.channel).await.expect("a checkup");
    let wrong: Vec<&Check> = found.checks.iter().filter(|check| !check.ok).collect();
    assert_eq!(wrong, Vec::<&Check>::new());
    for name in ["post", "edit"] {
        assert!(found.checks.iter().any(|check| check.name == name), "{name} was not tried");
    }
    for check in &found.checks {
        assert!(!check.detail.is_empty() && check.hint.is_empty(), "{check:?}");
    }
    assert_eq!(provider.connect().await, Ok(found.workspace));
    // It stays, and says what it is; a second check is a second message.
    let seen = subject.seen().await;
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert!(seen[0].text.contains("connect"), "{seen:?}");
    assert_eq!((&seen[0].at.channel, seen[0].buttons.len()), (&world.channel_id, 0));
    let again = provider.check(&world.channel).await.expect("a checkup");
    assert!(again.checks.iter().all(|check| check.ok), "{again:?}");
}

/// A channel that is not there is a finding, and nothing that depends on it is tried.
pub async fn check_names_what_is_wrong<S: Subject>() {
    let subject = S::fresh().await;
    let world = subject.world();
    let Some(nowhere) = &world.no_channel else {
        return;
    };
    let found = subject.provider().check(nowhere).await.expect("a checkup");
    let wrong: Vec<&Check> = found.checks.iter().filter(|check| !check.ok).collect();
    assert_eq!(wrong.len(), 1, "{found:?}");
    assert_eq!(wrong[0].name, "channel");
    assert!(!wrong[0].detail.is_empty() && !wrong[0].hint.is_empty(), "{found:?}");
    assert_eq!(found.checks.last(), Some(wrong[0]), "what depends on it was tried");
    assert_eq!(subject.seen().await, vec![]);
}

/// With nothing to check, there is no checkup.
pub async fn check_of_bad_credentials_is_no_checkup<S: Subject>() {
    let subject = S::fresh().await;
    if !subject.script(Verb::Connect, Fault::BadCredentials).await {
        return;
    }
    let found = subject.provider().check(&subject.world().channel).await;
    match found {
        Err(ProviderError::Broken { credentials: true, hint, .. }) => assert!(!hint.is_empty()),
        other => panic!("{other:?}"),
    }
}
