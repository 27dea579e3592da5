//! An edit shows the state it was given, and nothing of the one before.

use crate::conformance::{Fault, Subject, Verb, alert, escalation, post};
use crate::{Button, Form, Message, ProviderError};

use super::{posted, seen_at};

pub async fn update_shows_the_new_state<S: Subject>() {
    let subject = S::fresh().await;
    let at = posted(&subject, "a").await;
    let mut card = alert("quiet again", None);
    card.delivery = "a".into();
    card.status = "resolved";
    card.buttons = vec![Button::Runbook];
    let message = Message::Alert(card);
    let updated = subject.provider().update(&at, &message).await;
    assert_eq!(updated, Ok(()));
    let seen = seen_at(&subject, &at).await;
    assert!(seen.text.contains("quiet again"), "{seen:?}");
    assert!(seen.text.contains("resolved"), "{seen:?}");
    assert!(!seen.text.contains("disk full"), "the old state: {seen:?}");
    assert_eq!(seen.buttons.len(), 1, "{seen:?}");
    assert_eq!(seen.delivery, Some("a".into()), "an edit keeps the id");
    let (to, since) = (super::channel(&subject), super::before(&subject));
    let found = subject.provider().find(&to, None, &"a".into(), since).await;
    assert_eq!(found, Ok(Some(at)));
}

pub async fn update_twice_is_update_once<S: Subject>() {
    let subject = S::fresh().await;
    let at = posted(&subject, "a").await;
    let mut card = alert("same", None);
    card.delivery = "a".into();
    let message = Message::Alert(card);
    assert_eq!(subject.provider().update(&at, &message).await, Ok(()));
    let once = seen_at(&subject, &at).await;
    assert_eq!(subject.provider().update(&at, &message).await, Ok(()));
    assert_eq!(seen_at(&subject, &at).await, once);
    assert_eq!(subject.seen().await.len(), 1);
}

/// What was a call says how the alert stands, in either form, and mentions nobody any more.
pub async fn update_of_a_page_that_is_over_calls_nobody<S: Subject>() {
    let subject = S::fresh().await;
    let world = subject.world();
    let mut page = escalation("zorn", Some(&world.person_ref));
    page.alert = alert("disk full", None);
    "tier-word".clone_into(&mut page.tier_label);
    let called = post(&world, subject.provider().name(), "a", Message::Escalation(page.clone()));
    let at = subject.provider().post(&called).await.expect("a page");
    assert!(seen_at(&subject, &at).await.text.contains("7.5"));

    page.standing = Some("Bob was paged (tier 2). Acknowledged by Alice.".to_owned());
    let mut over = post(&world, subject.provider().name(), "b", Message::Escalation(page));
    over.form = Form::Plain;
    let plain = subject.provider().post(&over).await.expect("a page");
    assert_eq!(subject.provider().update(&at, &over.message).await, Ok(()));
    for at in [at, plain] {
        let seen = seen_at(&subject, &at).await;
        assert!(seen.text.contains("Bob was paged (tier 2). Acknowledged by Alice."), "{seen:?}");
        for word in ["tier-word", "7.5"] {
            assert!(!seen.text.contains(word), "{word}: {seen:?}");
        }
        assert_eq!(seen.mentions, Vec::<String>::new(), "{seen:?}");
    }
}

pub async fn update_of_a_deleted_message_is_gone<S: Subject>() {
    let subject = S::fresh().await;
    let at = posted(&subject, "a").await;
    if !subject.delete(&at).await && !subject.script(Verb::Update, Fault::NoMessage).await {
        return;
    }
    let message = Message::Alert(alert("same", None));
    let updated = subject.provider().update(&at, &message).await;
    let reposts = matches!(updated, Err(ProviderError::Gone { may_repost: true, .. }));
    assert!(reposts, "{updated:?}");
}
