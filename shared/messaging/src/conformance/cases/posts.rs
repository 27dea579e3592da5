//! A post lands once, where it was told, and shows all that it was given.

use nightowl_domain::{Destination, SendKey};

use crate::conformance::sample::{ALERT_ID, SHORT_ID, carrying};
use crate::conformance::{Subject, alert, direct, every_message, post, prompt};
use crate::{Button, ButtonValue, Form, Message, NoticeMessage, Post, Snooze};

use super::{count_of, posted, seen_at};

pub async fn post_says_where_it_is<S: Subject>() {
    let subject = S::fresh().await;
    let at = posted(&subject, "a").await;
    let world = subject.world();
    assert_eq!(at.provider, subject.provider().name());
    assert_eq!(at.channel, world.channel_id, "the id, not the name");
    let seen = seen_at(&subject, &at).await;
    assert_eq!(seen.delivery, Some(SendKey::from("a")));
    assert_eq!(seen.direct_to, None);
    let other = posted(&subject, "b").await;
    assert_ne!(at, other);
    assert_eq!(count_of(&subject, "a").await, 1);
}

/// Every field of every message is somewhere in what a person reads.
pub async fn post_shows_everything<S: Subject>() {
    let subject = S::fresh().await;
    let name = subject.provider().name();
    for (kind, message) in every_message("zorn", None) {
        let post = post(&subject.world(), name, kind, distinct(message));
        let at = subject.provider().post(&post).await.expect(kind);
        let seen = seen_at(&subject, &at).await;
        let is_digest = matches!(post.message, Message::Digest(_));
        let about = is_digest || post.message.alert().is_some();
        for word in words_of(&post.message) {
            assert!(seen.text.contains(word), "{kind}: no {word} in {seen:?}");
        }
        assert_eq!(seen.text.contains(SHORT_ID), about, "{kind}: {seen:?}");
    }
}

/// Whoever is on call is named on a card. Only a page in a channel calls somebody: whom it is for.
pub async fn only_a_page_in_a_channel_calls<S: Subject>() {
    let subject = S::fresh().await;
    let (world, name) = (subject.world(), subject.provider().name());
    for form in [Form::Rich, Form::Plain] {
        for (kind, message) in every_message("zorn", Some(&world.person_ref)) {
            let may_call = matches!(message, Message::Escalation(_));
            let post = Post { form, ..post(&world, name, &format!("{kind}{form:?}"), message) };
            let at = subject.provider().post(&post).await.expect(kind);
            let mut mentions = seen_at(&subject, &at).await.mentions;
            // The notification's text repeats it.
            mentions.dedup();
            assert!(mentions.len() <= usize::from(may_call), "{kind} {form:?}: {mentions:?}");
        }
    }
}

/// Gives the fields that must be read other words than each other.
fn distinct(mut message: Message) -> Message {
    match &mut message {
        Message::Alert(alert) => {
            "title-word".clone_into(&mut alert.title);
            "description-word".clone_into(&mut alert.description);
            "escalation-word".clone_into(&mut alert.escalation);
            alert.cluster = Some("cluster-word".to_owned());
            alert.namespace = Some("namespace-word".to_owned());
            alert.service = Some("service-word".to_owned());
            alert.labels = vec![("key-word".to_owned(), "value-word".to_owned())];
        }
        Message::Escalation(page) => {
            "title-word".clone_into(&mut page.alert.title);
            "tier-word".clone_into(&mut page.tier_label);
            page.because = Some("because-word".to_owned());
        }
        Message::Direct(page) => {
            "title-word".clone_into(&mut page.alert.title);
            "text-word".clone_into(&mut page.text);
        }
        Message::Notice(notice) => "text-word".clone_into(&mut notice.text),
        Message::Prompt(prompt) => {
            "title-word".clone_into(&mut prompt.alert.title);
            "text-word".clone_into(&mut prompt.text);
        }
        Message::Digest(digest) => {
            let last = digest.members.last_mut().expect("it has members");
            "title-word".clone_into(&mut last.title);
            "standing-word".clone_into(&mut last.standing);
        }
    }
    message
}

fn words_of(message: &Message) -> &'static [&'static str] {
    match message {
        Message::Alert(_) => &[
            "title-word",
            "description-word",
            "escalation-word",
            "cluster-word",
            "namespace-word",
            "service-word",
            "key-word",
            "value-word",
            "critical",
            "firing",
        ],
        Message::Escalation(_) => &["title-word", "tier-word", "because-word", "7.5"],
        Message::Direct(_) | Message::Prompt(_) => &["title-word", "text-word"],
        Message::Notice(_) => &["text-word"],
        Message::Digest(_) => &["title-word", "standing-word", "critical", "6 more"],
    }
}

pub async fn post_to_a_person_is_direct<S: Subject>() {
    let subject = S::fresh().await;
    let world = subject.world();
    let post = Post {
        to: Destination::Person {
            provider: subject.provider().name().to_owned(),
            user: world.person_ref.clone(),
        },
        under: None,
        delivery: SendKey::from("dm"),
        message: carrying(Message::Direct(direct("wake up", None)), "dm"),
        form: Form::Rich,
    };
    let at = subject.provider().post(&post).await.expect("a page");
    let seen = seen_at(&subject, &at).await;
    assert_eq!(seen.direct_to, Some(world.person_ref));
    let since = super::before(&subject);
    let found = subject.provider().find(&post.to, None, &post.delivery, since);
    assert_eq!(found.await, Ok(Some(at)));
}

pub async fn post_carries_its_buttons<S: Subject>() {
    let subject = S::fresh().await;
    let mut card = alert("disk full", None);
    card.buttons = vec![
        Button::Unacknowledge,
        Button::Escalate,
        Button::Resolve,
        Button::Snooze,
        Button::Runbook,
    ];
    let post = post(&subject.world(), subject.provider().name(), "a", Message::Alert(card.clone()));
    let at = subject.provider().post(&post).await.expect("a card");
    let seen = seen_at(&subject, &at).await;
    let buttons: Vec<_> = seen.buttons.iter().map(|button| button.button).collect();
    assert_eq!(buttons, card.buttons);
    let value = ButtonValue {
        alert_id: ALERT_ID.to_owned(),
        delivery: SendKey::from("a"),
        round: card.round,
        tier: card.tier,
    };
    for button in seen.buttons {
        assert!(!button.label.trim().is_empty(), "{button:?}");
        match button.button {
            Button::Runbook => assert_eq!(button.url, card.runbook_url),
            Button::Snooze => {
                assert_eq!(button.choices, Snooze::ALL, "{button:?}");
                assert_eq!(button.value.as_ref(), Some(&value), "{button:?}");
            }
            Button::Acknowledge
            | Button::Unacknowledge
            | Button::Escalate
            | Button::Resolve
            | Button::Note
            | Button::AcknowledgeAll => {
                assert_eq!(button.value.as_ref(), Some(&value), "{button:?}");
            }
        }
    }
}

/// Its one button opens a form for a note; nothing else makes sense on an alert that is over.
pub async fn a_prompt_asks_for_a_note<S: Subject>() {
    let subject = S::fresh().await;
    let message = Message::Prompt(prompt("disk full", None));
    let post = post(&subject.world(), subject.provider().name(), "a", message);
    let at = subject.provider().post(&post).await.expect("a prompt");
    let seen = seen_at(&subject, &at).await;
    let buttons: Vec<_> = seen.buttons.iter().map(|button| button.button).collect();
    assert_eq!(buttons, [Button::Note], "{seen:?}");
    let value = seen.buttons[0].value.as_ref().expect("it comes back");
    assert_eq!((value.alert_id.as_str(), &value.delivery), (ALERT_ID, &post.delivery));
}

/// A reply stands under its message; a message that is no reply stands under nothing.
pub async fn a_reply_is_under_its_message<S: Subject>() {
    let subject = S::fresh().await;
    let card = posted(&subject, "card").await;
    assert_eq!(seen_at(&subject, &card).await.under, None);
    let message = Message::Notice(NoticeMessage { text: "tier 2 now".to_owned(), alert: None });
    let mut reply = post(&subject.world(), subject.provider().name(), "reply", message);
    reply.under = Some(card.clone());
    let at = subject.provider().post(&reply).await.expect("a reply");
    let seen = seen_at(&subject, &at).await;
    assert_eq!(seen.under.as_ref(), Some(&card.message));
    assert!(seen.text.contains("tier 2 now"), "{seen:?}");
    let (to, since) = (super::channel(&subject), super::before(&subject));
    let found = subject.provider().find(&to, Some(&card), &reply.delivery, since);
    assert_eq!(found.await, Ok(Some(at)));
}

/// After a refusal the plain form still says what burns, how bad it is and how to answer.
pub async fn plain_form_says_the_same<S: Subject>() {
    let subject = S::fresh().await;
    let name = subject.provider().name();
    for (kind, message) in every_message("zorn", None) {
        let mut post = post(&subject.world(), name, kind, distinct(message));
        post.form = Form::Plain;
        let at = subject.provider().post(&post).await.expect(kind);
        let seen = seen_at(&subject, &at).await;
        let words: &[&str] = match &post.message {
            Message::Alert(_) => &["title-word", "description-word", "escalation-word"],
            Message::Escalation(_)
            | Message::Direct(_)
            | Message::Notice(_)
            | Message::Prompt(_)
            | Message::Digest(_) => words_of(&post.message),
        };
        for word in words {
            assert!(seen.text.contains(word), "{kind}: no {word} in {seen:?}");
        }
        assert_eq!(seen.delivery, Some(SendKey::from(kind)), "{kind}");
    }
}
