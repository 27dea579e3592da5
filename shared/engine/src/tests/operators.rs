//! Those who run a tenant hear what is broken.

use std::time::Duration;

use nightowl_domain::{EventKind, Tenant};
use nightowl_messaging::Message;

use super::World;
use crate::testing::{ScriptedProvider, run, sample_tenant};

fn told(provider: &ScriptedProvider) -> Vec<(String, String)> {
    let posted = provider.posted().into_iter();
    let bare = posted.filter_map(|posted| match posted.shows {
        Message::Notice(notice) if notice.alert.is_none() => {
            Some((posted.message.channel, notice.text))
        }
        _ => None,
    });
    bare.collect()
}

/// A world whose tenant has a third provider.
fn with_talk() -> (World, ScriptedProvider) {
    let world = World::new();
    let talk = ScriptedProvider::new("talk", world.ports.clock.clone(), world.ports.trap.clone());
    world.ports.providers.set(std::sync::Arc::new(talk.clone()));
    let mut tenant = sample_tenant();
    tenant.default_channels.insert("talk".to_owned(), "town".to_owned());
    world.ports.config.set(tenant);
    (world, talk)
}

#[test]
fn broken_credentials_are_told_through_another_provider_once_an_hour() {
    let (world, talk) = with_talk();
    world.chat.set_broken(true);
    let opened = run(world.engine.apply(&world.firing("event-1"), false)).expect("it opens");
    let occurrence = opened.alert.expect("there is an alert").occurrence();
    for _ in 0..7 {
        run(world.engine.deliver(&occurrence)).expect("it is settled");
        world.ports.clock.advance(Duration::from_secs(299));
    }
    let text = "NightOwl cannot use chat, and pages go other ways: \
                the token was revoked; install the app again.";
    let expected = [("C-town".to_owned(), text.to_owned())];
    assert_eq!(told(&talk), expected);
    world.act(&occurrence, EventKind::Acked, "click-1").expect("it is acknowledged");
    world.ports.clock.advance(Duration::from_secs(3_600));
    run(world.engine.deliver(&occurrence)).expect("it is settled");
    assert_eq!(told(&talk).len(), 2, "it goes on");
    assert_eq!(told(&world.inbox), [], "one place is enough");
}

#[test]
fn where_all_chat_is_broken_the_inbox_has_it() {
    let (world, talk) = with_talk();
    talk.set_broken(true);
    let tell = |avoid| run(world.engine.tell_operators("acme", "topic", "words", avoid));
    tell(Some("chat"));
    tell(Some("chat"));
    assert_eq!(told(&world.inbox), [("C-alerts".to_owned(), "words".to_owned())]);
    assert_eq!(told(&world.chat), []);
}

#[test]
fn the_tenants_own_chat_comes_first_and_topics_are_apart() {
    let (world, talk) = with_talk();
    let tell = |topic, avoid| run(world.engine.tell_operators("acme", topic, "words", avoid));
    tell("one", None);
    tell("two", None);
    tell("two", None);
    run(world.engine.tell_operators("nobody", "one", "words", None));
    assert_eq!(told(&world.chat).len(), 2);
    assert_eq!((told(&talk).len(), told(&world.inbox).len()), (0, 0));
    let own = Tenant { provider: None, ..sample_tenant() };
    world.ports.config.set(own);
    tell("three", None);
    assert_eq!(told(&world.inbox).len(), 1, "a tenant without chat reads the inbox");
}
