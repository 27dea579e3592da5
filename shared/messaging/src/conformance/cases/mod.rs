//! The cases. Each takes a fresh subject and panics with what went wrong.

mod callbacks;
mod checks;
mod digests;
mod doubt;
mod edits;
mod errors;
mod forms;
mod hostile;
mod people;
mod posts;
mod secrets;

pub use callbacks::*;
pub use checks::*;
pub use digests::*;
pub use doubt::*;
pub use edits::*;
pub use errors::*;
pub use forms::*;
pub use hostile::*;
pub use people::*;
pub use posts::*;
pub use secrets::*;

use nightowl_domain::{Destination, MessageRef, SendKey, Time};

use crate::{Message, ProviderError, Whisper};

use super::sample::{alert, carrying, form, form_state, post};
use super::{Fault, Seen, Subject, Verb};

/// Long before anything that the suite posts.
fn before<S: Subject>(subject: &S) -> Time {
    subject.now() - std::time::Duration::from_secs(30)
}

fn channel<S: Subject>(subject: &S) -> Destination {
    Destination::Channel {
        provider: subject.provider().name().to_owned(),
        channel: subject.world().channel,
    }
}

/// Posts the sample alert to the channel, under `delivery`.
async fn post_alert<S: Subject>(subject: &S, delivery: &str) -> Result<MessageRef, ProviderError> {
    let message = Message::Alert(alert("disk full", None));
    let name = subject.provider().name();
    let post = post(&subject.world(), name, delivery, message);
    subject.provider().post(&post).await
}

async fn posted<S: Subject>(subject: &S, delivery: &str) -> MessageRef {
    post_alert(subject, delivery)
        .await
        .unwrap_or_else(|error| panic!("posting {delivery}: {error}"))
}

/// The one message at this place.
async fn seen_at<S: Subject>(subject: &S, at: &MessageRef) -> Seen {
    let mut there = subject.seen_at(at).await;
    assert_eq!(there.len(), 1, "messages at {at:?}");
    there.remove(0)
}

/// How many messages with this delivery id people can see.
async fn count_of<S: Subject>(subject: &S, delivery: &str) -> usize {
    let key = SendKey::from(delivery);
    let seen = subject.seen().await;
    seen.iter().filter(|seen| seen.delivery.as_ref() == Some(&key)).count()
}

/// Does `verb` once on what was posted `at`.
async fn perform<S: Subject>(
    subject: &S,
    verb: Verb,
    at: &MessageRef,
) -> Result<(), ProviderError> {
    let (provider, world) = (subject.provider(), subject.world());
    match verb {
        Verb::Post => post_alert(subject, "performed").await.map(|_| ()),
        Verb::Update => {
            let message = carrying(Message::Alert(alert("changed", None)), "first");
            provider.update(at, &message).await
        }
        Verb::Find => {
            let (to, key) = (channel(subject), SendKey::from("first"));
            provider.find(&to, None, &key, before(subject)).await.map(|_| ())
        }
        Verb::LookUpUser => provider.look_up_user(&world.person).await.map(|_| ()),
        Verb::DescribeUser => provider.describe_user(&world.person_ref).await.map(|_| ()),
        Verb::ResolveChannel => provider.resolve_channel(&world.channel).await.map(|_| ()),
        Verb::Whisper => {
            let words = Whisper::say("only for you");
            provider.whisper(&world.channel_id, &world.person_ref, &words).await
        }
        Verb::Connect => provider.connect().await.map(|_| ()),
        Verb::OpenForm => {
            let opener = subject.opener().await.expect("a platform that opens forms");
            let (form, state) = (form("disk full"), form_state());
            provider.open_form(&opener, &form, &state).await
        }
    }
}

/// A fresh subject, with a message to edit and find if `verb` needs one, whose next `verb` meets
/// `fault`. `None` if this platform cannot fail like that.
async fn broken<S: Subject>(verb: Verb, fault: Fault) -> Option<(S, MessageRef)> {
    let subject = S::fresh().await;
    let nowhere =
        MessageRef { provider: String::new(), channel: String::new(), message: String::new() };
    let at = match verb {
        Verb::Update | Verb::Find => posted(&subject, "first").await,
        Verb::Post
        | Verb::LookUpUser
        | Verb::DescribeUser
        | Verb::ResolveChannel
        | Verb::Whisper
        | Verb::Connect
        | Verb::OpenForm => nowhere,
    };
    subject.script(verb, fault).await.then_some((subject, at))
}
