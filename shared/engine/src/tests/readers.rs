//! A direct message finds its reader, or waits until it is known that there is none.

use std::time::Duration;

use nightowl_domain::{Destination, SendState, What};
use nightowl_messaging::ProviderError;

use super::World;
use crate::testing::run;
use crate::{Delivered, Store};

fn busy() -> ProviderError {
    ProviderError::Retry { after: None, reason: "not now".to_owned() }
}

#[test]
fn a_page_whose_reader_cannot_be_looked_up_is_tried_again_and_not_called_broken() {
    let (world, occurrence) = World::with_alert();
    // Alice and, for the card, Bob.
    world.chat.answer_look_ups([Err(busy()), Err(busy())]);
    let delivered = run(world.engine.deliver(&occurrence)).expect("it is settled");
    assert_eq!(delivered, Delivered { posted: 1, failed: 1, ..Delivered::default() });
    let alert = world.newest();
    let pages: Vec<_> =
        alert.sends.iter().filter(|send| matches!(send.what, What::Page(_))).collect();
    assert_eq!(pages.len(), 1, "no page falls back");
    assert!(matches!(pages[0].state, SendState::Wanted { not_before: Some(_) }));
    world.ports.clock.advance(Duration::from_secs(2));
    let delivered = run(world.engine.deliver(&occurrence)).expect("it is delivered");
    assert_eq!(delivered.posted, 1);
}

#[test]
fn a_look_up_that_never_works_does_not_keep_a_page_for_ever() {
    let (world, occurrence) = World::with_alert();
    world.chat.answer_look_ups((0..40).map(|_| Err(busy())));
    let page = |world: &World| {
        world
            .chat
            .posted()
            .iter()
            .any(|posted| matches!(posted.post.to, Destination::Person { .. }))
    };
    let mut waited = 0;
    while !page(&world) {
        run(world.engine.deliver(&occurrence)).expect("it is settled");
        world.ports.clock.advance(Duration::from_secs(1));
        waited += 1;
        assert!(waited < 60, "{:?}", world.newest().sends);
    }
    assert!(waited > 2, "it was not posted at once");
}

#[test]
fn a_reader_whom_the_platform_does_not_know_is_whoever_they_were_met_as() {
    let (world, occurrence) = World::with_alert();
    let store = &world.ports.store;
    run(store.put_identity("acme", "chat", "U7", "alice")).expect("it is stored");
    world.chat.answer_look_ups([Ok(None)]);
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    let asked: Vec<_> = world
        .chat
        .looked_up()
        .into_iter()
        .filter(|asked| asked.user == "alice")
        .map(|asked| asked.user_ref)
        .collect();
    assert_eq!(asked, [None, Some("U7".to_owned())]);
}

#[test]
fn only_readers_are_asked_after_in_the_store() {
    let (world, occurrence) = World::with_alert();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    let asked = world.chat.looked_up();
    assert_eq!(asked.len(), 2, "alice for her page, bob for the card");
    assert!(asked.iter().all(|user| user.user_ref.is_none()));
}
