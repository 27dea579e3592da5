//! A post in doubt is found if it landed, and only then.

use std::time::Duration;

use nightowl_domain::SendKey;

use crate::ProviderError;
use crate::conformance::{Fault, Subject, Verb};

use super::{before, channel, count_of, post_alert, posted};

pub async fn find_knows_only_its_own_delivery<S: Subject>() {
    let subject = S::fresh().await;
    let (a, b) = (posted(&subject, "a").await, posted(&subject, "b").await);
    let (to, since) = (channel(&subject), before(&subject));
    let find = async |key: &str| {
        let key = SendKey::from(key);
        subject.provider().find(&to, None, &key, since).await
    };
    assert_eq!(find("a").await, Ok(Some(a)));
    assert_eq!(find("b").await, Ok(Some(b)));
    assert_eq!(find("c").await, Ok(None));
    assert_eq!(find("").await, Ok(None));
}

/// The first of many is found too: a page of answers is not all of them. And what is much older
/// than `since` is not looked at.
pub async fn find_pages_through_everything_since<S: Subject>() {
    let subject = S::fresh().await;
    let first = posted(&subject, "first").await;
    for index in 0..230 {
        posted(&subject, &format!("later {index}")).await;
    }
    let (to, key) = (channel(&subject), SendKey::from("first"));
    let found = subject.provider().find(&to, None, &key, before(&subject)).await;
    assert_eq!(found, Ok(Some(first)));
    let later = subject.now() + Duration::from_secs(3600);
    let found = subject.provider().find(&to, None, &key, later).await;
    assert_eq!(found, Ok(None));
}

pub async fn find_does_not_believe_somebody_else<S: Subject>() {
    let subject = S::fresh().await;
    let (to, key) = (channel(&subject), SendKey::from("forged"));
    if !subject.somebody_else_posts(&to, &key).await {
        return;
    }
    let found = subject.provider().find(&to, None, &key, before(&subject)).await;
    assert_eq!(found, Ok(None));
}

pub async fn find_after_a_lost_answer<S: Subject>() {
    let subject = S::fresh().await;
    // A first post, so that whatever is asked once only (ids, names) is known.
    posted(&subject, "first").await;
    if !subject.script(Verb::Post, Fault::LostAnswer).await {
        return;
    }
    let lost = post_alert(&subject, "lost").await;
    let in_doubt = matches!(lost, Err(ProviderError::Unknown { .. }));
    assert!(in_doubt, "{lost:?}");
    assert_eq!(count_of(&subject, "lost").await, 1, "nobody posted again");
    let (to, key) = (channel(&subject), SendKey::from("lost"));
    let found = subject.provider().find(&to, None, &key, before(&subject)).await;
    let at = found.expect("find works").expect("it landed");
    assert_eq!(super::seen_at(&subject, &at).await.delivery, Some(key));
}

/// Not there, and then there: `find` says what is so at the moment.
pub async fn find_after_a_late_landing<S: Subject>() {
    let subject = S::fresh().await;
    posted(&subject, "first").await;
    if !subject.script(Verb::Post, Fault::LandsLate).await {
        return;
    }
    let lost = post_alert(&subject, "late").await;
    let in_doubt = matches!(lost, Err(ProviderError::Unknown { .. }));
    assert!(in_doubt, "{lost:?}");
    let (to, key) = (channel(&subject), SendKey::from("late"));
    let since = before(&subject);
    let found = subject.provider().find(&to, None, &key, since).await;
    assert_eq!(found, Ok(None), "before it landed");
    subject.land().await;
    let found = subject.provider().find(&to, None, &key, since).await;
    assert!(matches!(found, Ok(Some(_))), "after it landed: {found:?}");
    assert_eq!(count_of(&subject, "late").await, 1);
}
