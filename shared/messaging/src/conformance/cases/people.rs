//! People, channels and the connection.

use crate::conformance::Subject;
use crate::{ChatUser, ProviderError, Whisper};

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
    let nobody = provider.describe_user(&subject.no_user_ref()).await;
    assert_eq!(nobody, Ok(None));
}

/// Whoever was deactivated is told as gone, and is not found by any way.
pub async fn a_gone_user_is_recognised<S: Subject>() {
    let subject = S::fresh().await;
    let Some(gone) = subject.gone_user_ref() else {
        return;
    };
    let provider = subject.provider();
    let described = provider.describe_user(&gone).await;
    let described = described.expect("an answer").expect("somebody");
    assert!(described.is_gone, "{described:?}");
    let nobody = ChatUser { user: "somebody".to_owned(), ..ChatUser::default() };
    let ways = [
        ChatUser { user_ref: Some(gone), ..nobody.clone() },
        ChatUser { email: described.email, ..nobody.clone() },
        ChatUser { handle: described.handle, ..nobody },
    ];
    for way in ways {
        assert_eq!(provider.look_up_user(&way).await, Ok(None), "{way:?}");
    }
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
        .whisper(&world.channel_id, &world.person_ref, &Whisper::say("already resolved"))
        .await
        .expect("a whisper");
    let whispered = subject.whispered().await;
    assert_eq!(whispered.len(), 1);
    assert_eq!(whispered[0].user_ref, world.person_ref);
    assert!(whispered[0].text.contains("already resolved"));
    let mut seen = subject.seen().await;
    // Where nothing in a channel can be for one person, it is a direct message.
    seen.retain(|seen| seen.direct_to.as_ref() != Some(&world.person_ref));
    assert_eq!(seen, vec![], "others see nothing");
}

pub async fn connect_names_the_workspace<S: Subject>() {
    let subject = S::fresh().await;
    let workspace = subject.provider().connect().await.expect("a connection");
    assert_eq!(workspace.id, subject.world().workspace);
    assert!(!workspace.name.is_empty());
}
