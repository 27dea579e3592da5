//! What is said under a card, and to whoever resolved it.

use std::time::Duration;

use nightowl_domain::{EventKind, Occurrence, Tenant, Turn};
use nightowl_messaging::{Button, Message};

use super::World;
use crate::testing::{Posted, Script, run, sample_tenant};
use crate::{Delivered, Store};

/// An alert of a tenant that wants every turn told; its card is posted.
fn with_card() -> (World, Occurrence) {
    let world = World::new();
    world.ports.config.set(Tenant { thread_replies: Turn::ALL.into(), ..sample_tenant() });
    let opened = run(world.engine.apply(&world.firing("event-1"), false)).expect("it opens");
    let occurrence = opened.alert.expect("there is an alert").occurrence();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    // The channel takes one message a second.
    world.ports.clock.advance(Duration::from_secs(2));
    world.forget_wakeups();
    (world, occurrence)
}

fn replies(world: &World) -> Vec<Posted> {
    let posted = world.chat.posted().into_iter();
    posted.filter(|posted| posted.post.under.is_some()).collect()
}

fn says(posted: &Posted) -> String {
    match &posted.shows {
        Message::Notice(notice) => notice.text.clone(),
        other => panic!("{other:?}"),
    }
}

fn card(world: &World) -> Posted {
    let mut posted = world.chat.posted().into_iter();
    posted.rfind(|posted| matches!(posted.shows, Message::Alert(_))).expect("a card")
}

#[test]
fn a_turn_is_told_under_the_card_in_the_write_that_edits_it() {
    let (world, occurrence) = with_card();
    world.act(&occurrence, EventKind::Acked, "click-1").expect("it is acknowledged");
    assert_eq!(world.woken(), (1, false), "one wake-up serves the edits and the reply");
    let versions = world.newest().version;
    let delivered = run(world.engine.deliver(&occurrence)).expect("it is delivered");
    assert_eq!(delivered, Delivered { posted: 1, edited: 2, ..Delivered::default() });
    assert_eq!(world.newest().version, versions + 2, "one claim, one settle");
    let [reply] = replies(&world).try_into().expect("one reply");
    assert_eq!(says(&reply), "Alice acknowledged.");
    assert_eq!(reply.post.under, Some(card(&world).message));
    assert!(reply.post.message.alert().is_none(), "the card above it shows the alert");
    let noted = run(world.ports.store.read_reverse(&reply.message)).expect("an answer");
    assert_eq!(noted, None, "a reply has no button");
    let again = run(world.engine.deliver(&occurrence)).expect("nothing to do");
    assert_eq!(again, Delivered::default());
}

#[test]
fn a_reply_wakes_when_its_card_is_there() {
    let world = World::new();
    world.ports.config.set(Tenant { thread_replies: Turn::ALL.into(), ..sample_tenant() });
    let opened = run(world.engine.apply(&world.firing("event-1"), false)).expect("it opens");
    let occurrence = opened.alert.expect("there is an alert").occurrence();
    world.act(&occurrence, EventKind::Acked, "click-1").expect("it is acknowledged");
    world.forget_wakeups();
    run(world.engine.deliver(&occurrence)).expect("the card is posted");
    assert_eq!(replies(&world).len(), 0);
    assert_eq!(world.woken().0, 1, "the card's settle wakes the reply");
    world.ports.clock.advance(Duration::from_secs(2));
    run(world.engine.deliver(&occurrence)).expect("the reply is posted");
    assert_eq!(replies(&world).len(), 1);
}

#[test]
fn a_reply_in_doubt_is_looked_for_under_its_card() {
    let (world, occurrence) = with_card();
    let note = EventKind::Noted { text: "looking".to_owned() };
    world.act(&occurrence, note, "note-1").expect("it is noted");
    world.chat.script([Script::LostLanded]);
    run(world.engine.deliver(&occurrence)).expect("its answer is lost");
    world.ports.clock.advance(Duration::from_secs(20));
    run(world.engine.deliver(&occurrence)).expect("it is found");
    let [reply] = replies(&world).try_into().expect("not posted again");
    assert_eq!(says(&reply), "Alice noted: looking");
    assert_eq!(nightowl_domain::wanted(&world.newest()).len(), 1, "the tick alone");
}

#[test]
fn a_reply_whose_card_was_deleted_is_given_up_until_there_is_another_card() {
    let (world, occurrence) = with_card();
    let note = |text: &str| EventKind::Noted { text: text.to_owned() };
    world.act(&occurrence, note("one"), "note-1").expect("it is noted");
    world.chat.script([Script::Gone]);
    run(world.engine.deliver(&occurrence)).expect("it is settled");
    assert_eq!(replies(&world).len(), 0);
    // The next edit finds out that the card is gone; the alert fires, so there is a new one.
    world.chat.delete(&card(&world).message);
    world.act(&occurrence, EventKind::Escalated { seen: None }, "esc-1").expect("it escalates");
    for _ in 0..4 {
        run(world.engine.deliver(&occurrence)).expect("it is delivered");
        world.ports.clock.advance(Duration::from_secs(2));
    }
    let last = replies(&world).pop().expect("a reply");
    assert!(says(&last).starts_with("Alice escalated."), "{last:?}");
    assert_eq!(last.post.under, Some(card(&world).message));
    let noted = world.ports.store.cards(&occurrence);
    assert_eq!(noted, [card(&world).message], "the mapping names the card that is there");
}

#[test]
fn whoever_resolves_without_a_note_is_asked_what_fixed_it() {
    let (world, occurrence) = World::with_alert();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    world.ports.clock.advance(Duration::from_secs(2));
    world.act(&occurrence, EventKind::Resolved { note: None }, "click-1").expect("it resolves");
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    let asked = world.chat.posted().pop().expect("a prompt");
    let Message::Prompt(prompt) = &asked.shows else { panic!("{asked:?}") };
    assert_eq!(asked.message.channel, "D-alice");
    assert_eq!(prompt.alert.buttons, [Button::Note]);
    let noted = run(world.ports.store.read_reverse(&asked.message)).expect("an answer");
    assert_eq!(noted, Some((occurrence.clone(), asked.post.delivery)), "its button is known");
    let note = EventKind::Noted { text: "a new disk".to_owned() };
    world.act(&occurrence, note, "form-1").expect("it is noted");
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    let shown = card(&world).shows.alert().and_then(|alert| alert.resolution.clone());
    assert_eq!(shown.as_deref(), Some("a new disk"));
}

#[test]
fn a_card_whose_channel_is_gone_is_shown_in_the_default_channel() {
    let world = World::new();
    let mut tenant = sample_tenant();
    tenant.integrations[0].channel = Some("db".to_owned());
    world.ports.config.set(tenant);
    let opened = run(world.engine.apply(&world.firing("event-1"), false)).expect("it opens");
    let occurrence = opened.alert.expect("there is an alert").occurrence();
    run(world.engine.deliver(&occurrence)).expect("it is delivered");
    assert_eq!(card(&world).message.channel, "C-db");
    world.chat.close_channel("db");
    world.act(&occurrence, EventKind::Acked, "click-1").expect("it is acknowledged");
    for _ in 0..4 {
        run(world.engine.deliver(&occurrence)).expect("it is delivered");
        world.ports.clock.advance(Duration::from_secs(2));
    }
    let moved = card(&world);
    assert_eq!(moved.message.channel, "C-ops");
    let [reply] = replies(&world).try_into().expect("it says why, once");
    assert_eq!(reply.post.under, Some(moved.message));
    let said = "This should have been shown in db on chat, where nothing can be posted: \
                is_archived; choose another channel.";
    assert_eq!(says(&reply), said);
    assert_eq!(world.inbox.posted().len(), 0, "one channel is no matter for operators");
}
