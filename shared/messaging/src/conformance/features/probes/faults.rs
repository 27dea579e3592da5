//! What happens when something goes wrong.

use std::time::Duration;

use nightowl_domain::{Destination, SendKey};

use crate::conformance::features::Feature;
use crate::conformance::{Class, Fault, Subject, Verb, alert, post};
use crate::{Form, Message, ProviderError};

use super::{posted, row, yes};

pub(super) async fn faults<S: Subject>() -> Vec<Feature> {
    vec![
        row("A post whose answer was lost is found", found_after_loss::<S>().await),
        row("A deleted card is noticed", deletion_noticed::<S>().await),
        row("Refused content is sent as plain text", falls_back::<S>().await),
        row("Waits as long as it is told", waits::<S>().await),
        row("Nobody else's message passes for ours", unbelieved::<S>().await),
    ]
}

const NEVER: &str = "cannot happen";

async fn found_after_loss<S: Subject>() -> String {
    let subject = S::fresh().await;
    drop(posted(&subject, "first", Message::Alert(alert("disk full", None))).await);
    if !subject.script(Verb::Post, Fault::LostAnswer).await {
        return NEVER.to_owned();
    }
    let lost = posted(&subject, "lost", Message::Alert(alert("disk full", None))).await;
    let (to, since) = (channel(&subject), subject.now() - Duration::from_secs(30));
    let found = subject.provider().find(&to, None, &SendKey::from("lost"), since).await;
    yes(lost.is_none() && matches!(found, Ok(Some(_))))
}

async fn deletion_noticed<S: Subject>() -> String {
    let subject = S::fresh().await;
    let card = || Message::Alert(alert("disk full", None));
    let Some(at) = posted(&subject, "card", card()).await else {
        return yes(false);
    };
    if !subject.delete(&at).await {
        return NEVER.to_owned();
    }
    yes(Class::of(&subject.provider().update(&at, &card()).await) == Class::Gone)
}

async fn falls_back<S: Subject>() -> String {
    let subject = S::fresh().await;
    if !subject.script(Verb::Post, Fault::RefusesContent).await {
        return NEVER.to_owned();
    }
    let mut post = post(
        &subject.world(),
        subject.provider().name(),
        "plain",
        Message::Alert(alert("disk full", None)),
    );
    let refused = Class::of(&subject.provider().post(&post).await) == Class::Refused;
    post.form = Form::Plain;
    yes(refused && subject.provider().post(&post).await.is_ok())
}

async fn waits<S: Subject>() -> String {
    let subject = S::fresh().await;
    let fault = Fault::RateLimited { retry_after: Some(30) };
    if !subject.script(Verb::Post, fault).await {
        return NEVER.to_owned();
    }
    let post = post(
        &subject.world(),
        subject.provider().name(),
        "limited",
        Message::Alert(alert("disk full", None)),
    );
    match subject.provider().post(&post).await {
        Err(ProviderError::Retry { after, .. }) => yes(after == Some(Duration::from_secs(30))),
        Ok(_) | Err(_) => yes(false),
    }
}

async fn unbelieved<S: Subject>() -> String {
    let subject = S::fresh().await;
    let (to, key) = (channel(&subject), SendKey::from("forged"));
    if !subject.somebody_else_posts(&to, &key).await {
        return NEVER.to_owned();
    }
    let since = subject.now() - Duration::from_secs(30);
    yes(subject.provider().find(&to, None, &key, since).await == Ok(None))
}

fn channel<S: Subject>(subject: &S) -> Destination {
    let provider = subject.provider().name().to_owned();
    Destination::Channel { provider, channel: subject.world().channel }
}
