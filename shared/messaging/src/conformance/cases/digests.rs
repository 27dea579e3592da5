//! Many alerts in one message.

use nightowl_domain::SendKey;

use super::seen_at;
use crate::conformance::sample::carrying;
use crate::conformance::{SeenButton, Subject, digest, post};
use crate::{Button, ButtonValue, Form, Message};

/// As many as the engine puts into one.
const MANY: u32 = 30;

/// Whatever the platform has for it, a button or an entry of a menu: it comes back with the digest
/// and the member's place. The button for all comes back with the digest.
pub async fn a_digest_has_a_way_to_act_on_each<S: Subject>() {
    let subject = S::fresh().await;
    let message = digest("disk full", 5);
    let post =
        post(&subject.world(), subject.provider().name(), "a", Message::Digest(message.clone()));
    let at = subject.provider().post(&post).await.expect("a digest");
    let seen = seen_at(&subject, &at).await;
    let value = |place: u32| ButtonValue {
        alert_id: message.digest_id.clone(),
        delivery: SendKey::from("a"),
        round: 0,
        tier: place,
    };
    let mut expected: Vec<(Button, u32)> =
        message.members.iter().filter_map(|member| Some((member.button?, member.place))).collect();
    expected.push((Button::AcknowledgeAll, 0));
    assert_eq!(seen.buttons.len(), expected.len(), "{seen:?}");
    for (button, place) in expected {
        let is_it = |seen: &&SeenButton| seen.button == button && seen.value == Some(value(place));
        assert!(seen.buttons.iter().any(|seen| is_it(&seen)), "{button:?} {place}: {seen:?}");
    }
}

/// Nothing that a sender writes makes it too long for the platform, and nobody is left out.
pub async fn a_digest_of_many_fits<S: Subject>() {
    let subject = S::fresh().await;
    let (world, name) = (subject.world(), subject.provider().name());
    let texts = [
        "x".repeat(10_000),
        "&<>\"".repeat(3_000),
        "*_~`".repeat(2_500),
        "🦉".repeat(2_500),
        "http://example.com/x ".repeat(500),
        "\n".repeat(10_000),
    ];
    for (number, text) in texts.iter().enumerate() {
        let mut message = digest(text, MANY);
        for member in &mut message.members {
            member.short_id = format!("SHORT{}", member.place);
        }
        let delivery = format!("many{number}");
        let mut post = post(&world, name, &delivery, Message::Digest(message.clone()));
        for form in [Form::Rich, Form::Plain] {
            post.form = form;
            post.delivery = SendKey::from(format!("{delivery}{form:?}"));
            let posted = subject.provider().post(&post).await;
            let at = posted.unwrap_or_else(|error| panic!("{number}: {error}"));
            let seen = seen_at(&subject, &at).await;
            // Only in plain text, where there is less room, the last may be counted instead.
            let shown = if form == Form::Rich { MANY } else { 10 };
            for place in 0..shown {
                let id = format!("SHORT{place}");
                assert!(seen.text.contains(&id), "{number} {form:?}: no {id} in {seen:?}");
            }
            if form == Form::Rich {
                assert_eq!(seen.buttons.len(), 21, "{number}: {:?}", seen.buttons);
            }
        }
    }
}

pub async fn a_digest_shows_its_members_anew<S: Subject>() {
    let subject = S::fresh().await;
    let name = subject.provider().name();
    let message = digest("disk full", 3);
    let first = post(&subject.world(), name, "a", Message::Digest(message.clone()));
    let at = subject.provider().post(&first).await.expect("a digest");
    let mut over = message;
    for member in &mut over.members {
        member.status = "resolved";
        "resolved by Zorn".clone_into(&mut member.standing);
        member.button = None;
    }
    let over = carrying(Message::Digest(over), "a");
    subject.provider().update(&at, &over).await.expect("an edit");
    let seen = seen_at(&subject, &at).await;
    assert!(seen.text.contains("resolved by Zorn"), "{seen:?}");
    assert!(seen.text.contains("3 resolved"), "{seen:?}");
    assert_eq!(seen.buttons, vec![], "{seen:?}");
    assert_eq!(seen.delivery, Some(SendKey::from("a")));
}
