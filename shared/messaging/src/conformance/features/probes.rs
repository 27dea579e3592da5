//! Each feature, tried.

mod faults;
mod people;

use std::time::Duration;

use nightowl_domain::{Destination, MessageRef, SendKey};

use crate::conformance::{
    Seen, SeenButton, Subject, alert, digest, direct, escalation, form, form_state, post, prompt,
};
use crate::{ActionId, Button, Form, FormId, FormState, Message, NoticeMessage, Post, Whisper};

use super::Feature;

/// Every feature, each group of them tried on a subject of its own.
pub(super) async fn all<S: Subject>() -> Vec<Feature> {
    let mut features = posts::<S>().await;
    features.extend(acts::<S>().await);
    features.extend(people::people::<S>().await);
    features.extend(faults::faults::<S>().await);
    features
}

fn row(name: &'static str, answer: impl Into<String>) -> Feature {
    Feature { name, answer: answer.into() }
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

/// Posts to the world's channel. `None`: it did not work.
async fn posted<S: Subject>(subject: &S, delivery: &str, message: Message) -> Option<MessageRef> {
    let post = post(&subject.world(), subject.provider().name(), delivery, message);
    subject.provider().post(&post).await.ok()
}

async fn seen_at<S: Subject>(subject: &S, at: Option<&MessageRef>) -> Option<Seen> {
    subject.seen_at(at?).await.pop()
}

/// What a person sees of it. Each needs a delivery of its own, because a delivery is posted once.
async fn shown<S: Subject>(subject: &S, delivery: &str, message: Message) -> Option<Seen> {
    let at = posted(subject, delivery, message).await;
    seen_at(subject, at.as_ref()).await
}

async fn posts<S: Subject>() -> Vec<Feature> {
    let subject = S::fresh().await;
    let world = subject.world();
    let mut card = alert("disk full", None);
    let at = posted(&subject, "card", Message::Alert(card.clone())).await;
    card.delivery = "card".into();
    card.status = "resolved";
    let edited = match &at {
        Some(at) => subject.provider().update(at, &Message::Alert(card)).await.is_ok(),
        None => false,
    };
    let text = seen_at(&subject, at.as_ref()).await.map(|seen| seen.text).unwrap_or_default();
    let called =
        shown(&subject, "call", Message::Escalation(escalation("zorn", Some(&world.person_ref))));
    let mentions = called.await.map(|seen| seen.mentions).unwrap_or_default();
    let notice = Message::Notice(NoticeMessage { text: "tier 2 now".to_owned(), alert: None });
    let mut reply = post(&world, subject.provider().name(), "reply", notice);
    reply.under.clone_from(&at);
    let reply = subject.provider().post(&reply).await.ok();
    let under = seen_at(&subject, reply.as_ref()).await.and_then(|seen| seen.under);
    vec![
        row("Card in a channel", yes(at.is_some())),
        row("Card is edited as the alert changes", yes(edited && text.contains("resolved"))),
        row("Page in a direct message", yes(direct_message(&subject).await)),
        row("Page in a channel mentions whom it calls", yes(!mentions.is_empty())),
        row("Steps as replies under the card", yes(under.is_some())),
        row("What one person alone is told", whispered(&subject).await),
    ]
}

async fn direct_message<S: Subject>(subject: &S) -> bool {
    let user = subject.world().person_ref;
    let page = Post {
        to: Destination::Person { provider: subject.provider().name().to_owned(), user },
        under: None,
        delivery: SendKey::from("page"),
        message: Message::Direct(direct("wake up", None)),
        form: Form::Rich,
    };
    let at = subject.provider().post(&page).await.ok();
    let seen = seen_at(subject, at.as_ref()).await;
    seen.is_some_and(|seen| seen.direct_to == Some(subject.world().person_ref))
}

async fn whispered<S: Subject>(subject: &S) -> String {
    let (world, before) = (subject.world(), subject.seen().await.len());
    let words = Whisper::say("already resolved");
    let told = subject.provider().whisper(&world.channel_id, &world.person_ref, &words).await;
    let after = subject.seen().await.len();
    match (told.is_ok(), subject.whispered().await.is_empty()) {
        (true, false) if after == before => "in the channel, unseen by others",
        (true, false) => "in a direct message",
        _ => "no",
    }
    .to_owned()
}

async fn acts<S: Subject>() -> Vec<Feature> {
    let subject = S::fresh().await;
    let mut card = alert("disk full", None);
    card.buttons = vec![
        Button::Acknowledge,
        Button::Unacknowledge,
        Button::Escalate,
        Button::Resolve,
        Button::Snooze,
        Button::Runbook,
    ];
    let seen = shown(&subject, "buttons", Message::Alert(card)).await;
    let buttons = seen.map(|seen| seen.buttons).unwrap_or_default();
    let find = |button: Button| buttons.iter().find(|seen| seen.button == button);
    let acts = |button: Button| yes(find(button).is_some_and(|seen| seen.value.is_some()));
    let asked = shown(&subject, "prompt", Message::Prompt(prompt("disk full", None))).await;
    let many = shown(&subject, "digest", Message::Digest(digest("disk full", 2))).await;
    // One to acknowledge, one to resolve, and one for all.
    let many = many.is_some_and(|seen| seen.buttons.len() == 3);
    let note = asked.is_some_and(|seen| seen.buttons.iter().any(is_note));
    let signed = subject.callbacks();
    let sends_commands = signed.is_some_and(|callbacks| {
        let request = callbacks.command("list", subject.now());
        callbacks.take(&request, subject.now()).is_ok()
    });
    vec![
        row("Button: acknowledge", acts(Button::Acknowledge)),
        row("Button: take an acknowledgement back", acts(Button::Unacknowledge)),
        row("Button: escalate", acts(Button::Escalate)),
        row("Button: resolve", acts(Button::Resolve)),
        row("Snooze", snooze(find(Button::Snooze))),
        row("Runbook", yes(find(Button::Runbook).is_some_and(|seen| seen.url.is_some()))),
        row("Asks the resolver what fixed it", yes(note)),
        row("Acts on each alert of a digest", yes(many)),
        row("Forms", forms(&subject).await),
        row("Commands by typing", yes(sends_commands)),
        row("A click is taken for", click_window(&subject)),
        row("A form is taken for", form_window(&subject).await),
    ]
}

fn is_note(seen: &SeenButton) -> bool {
    seen.button == Button::Note && seen.value.is_some()
}

fn snooze(seen: Option<&SeenButton>) -> String {
    let choices = seen.map(|seen| seen.choices.as_slice()).unwrap_or_default();
    if choices.is_empty() {
        return yes(seen.is_some_and(|seen| seen.value.is_some()));
    }
    let labels: Vec<&str> = choices.iter().map(|choice| choice.label()).collect();
    labels.join(", ")
}

async fn forms<S: Subject>(subject: &S) -> String {
    let Some(opener) = subject.opener().await else {
        return yes(false);
    };
    let opened = subject.provider().open_form(&opener, &form("disk full"), &form_state()).await;
    let seen = subject.forms().await.pop();
    let is_whole = seen.is_some_and(|seen| seen.fields.len() == form("").fields.len());
    match opened.is_ok() && is_whole {
        true => "line, lines, choice".to_owned(),
        false => yes(false),
    }
}

fn click_window<S: Subject>(subject: &S) -> String {
    let window = subject.callbacks().and_then(|callbacks| {
        let action = ActionId::Acknowledge;
        let request = callbacks.click(action, &form_state().value, 1, subject.now());
        callbacks.window(&request)
    });
    window.map_or_else(|| "the session".to_owned(), |window| span(window.after))
}

async fn form_window<S: Subject>(subject: &S) -> String {
    if subject.opener().await.is_none() {
        return yes(false);
    }
    let state = FormState { form: FormId::Note, ..form_state() };
    let window = subject.callbacks().and_then(|callbacks| {
        let request = callbacks.submit(&state, &[("note", "zorn")], subject.now())?;
        callbacks.window(&request)
    });
    window.map_or_else(|| "the session".to_owned(), |window| span(window.after))
}

fn span(span: Duration) -> String {
    match span.as_secs() {
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
