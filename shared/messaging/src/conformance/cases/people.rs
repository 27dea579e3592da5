//! People, channels and the connection.

use crate::ProviderError;
use crate::conformance::Subject;

/// Asked twice, because the second answer may come from what was kept of the first.
pub async fn users_are_found_by_address<S: Subject>() {
    let subject = S::fresh().await;
    let (provider, world) = (subject.provider(), subject.world());
    for _ in 0..2 {
        let found = provider.look_up_user(&world.person).await;
        assert_eq!(found, Ok(Some(world.person_ref.clone())));
        if let Some(stranger) = &world.stranger {
            assert_eq!(provider.look_up_user(stranger).await, Ok(None));
        }
    }
}

pub async fn a_user_is_described<S: Subject>() {
    let subject = S::fresh().await;
    let (provider, world) = (subject.provider(), subject.world());
    let user = provider.describe_user(&world.person_ref).await;
    let user = user.expect("an answer").expect("somebody");
    assert_eq!(user.email, world.person.email);
    assert_eq!(user.name, world.person.name);
    assert!(!user.is_gone);
    let nobody = provider.describe_user("U0NOBODY0").await;
    assert_eq!(nobody, Ok(None));
}

pub async fn channels_are_resolved<S: Subject>() {
    let subject = S::fresh().await;
    let (provider, world) = (subject.provider(), subject.world());
    for name in [&world.channel, &world.channel_id] {
        let id = provider.resolve_channel(name).await;
        assert_eq!(id, Ok(world.channel_id.clone()), "{name}");
    }
    if let Some(nowhere) = &world.no_channel {
        match provider.resolve_channel(nowhere).await {
            Err(ProviderError::Broken { hint, .. }) => assert!(!hint.is_empty(), "no hint"),
            other => panic!("{nowhere}: {other:?}"),
        }
    }
}

pub async fn a_whisper_is_for_one<S: Subject>() {
    let subject = S::fresh().await;
    let (provider, world) = (subject.provider(), subject.world());
    provider
        .whisper(&world.channel_id, &world.person_ref, "already resolved")
        .await
        .expect("a whisper");
    let whispered = subject.whispered().await;
    assert_eq!(whispered.len(), 1);
    assert_eq!(whispered[0].user_ref, world.person_ref);
    assert!(whispered[0].text.contains("already resolved"));
    assert_eq!(subject.seen().await.len(), 0, "others see nothing");
}

pub async fn connect_names_the_workspace<S: Subject>() {
    let subject = S::fresh().await;
    let workspace = subject.provider().connect().await.expect("a connection");
    assert_eq!(workspace.id, subject.world().workspace);
    assert!(!workspace.name.is_empty());
}
