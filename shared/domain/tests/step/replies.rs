//! What is said under the card and to whoever resolved it.

use nightowl_domain::*;

use crate::world::{World, minutes, person, seconds};

/// The alert's replies, as text and state.
fn replies(world: &World) -> Vec<(String, SendState)> {
    let sends = world.alert().sends.iter();
    sends
        .filter_map(|send| match &send.what {
            What::Notice(NoticeKind::Reply { text }) => Some((text.clone(), send.state.clone())),
            _ => None,
        })
        .collect()
}

fn texts(world: &World) -> Vec<String> {
    replies(world).into_iter().map(|(text, _)| text).collect()
}

fn reply_key(world: &World) -> SendKey {
    let mut sends = world.alert().sends.iter();
    sends.rfind(|send| send.is_reply()).expect("a reply").key.clone()
}

fn is_owed(world: &World, key: &SendKey) -> bool {
    wanted(world.alert())
        .iter()
        .any(|want| matches!(want, Want::Deliver { key: owed, .. } if owed == key))
}

fn talkative() -> World {
    World::new().that_replies()
}

#[test]
fn a_reply_waits_for_its_card_and_takes_in_what_happens_meanwhile() {
    let mut world = talkative();
    world.fire();
    assert_eq!(replies(&world), [], "not for the opening");
    world.tick();
    let key = reply_key(&world);
    assert!(!is_owed(&world, &key), "there is nothing to say it under");
    assert_eq!(world.claim_keys("early", vec![key.clone()]).code(), "too_early");
    world.act("bob", EventKind::Acked);
    assert_eq!(
        texts(&world),
        ["Nobody answered tier 1 within 5 minutes.\n\
          Tier 2 of 2, round 1 of 2: paging Bob by direct message on slack, \
          Bob in #ops on slack.\n\
          Bob acknowledged."]
    );
    let card = world.card().key.clone();
    world.claim_keys("c", vec![card.clone()]);
    let sent = world.sent(&card);
    let before = wanted(world.alert());
    world.settle("c", &card, sent);
    assert!(is_owed(&world, &key));
    let new = wanted(world.alert());
    let woken = new.difference(&before).any(
        |want| matches!(want, Want::Deliver { key: owed, at: None, urgent: false } if *owed == key),
    );
    assert!(woken, "the card's settle makes it owed, and not urgently");
    let parent = world.alert().parent(world.alert().send(&key).expect("a reply"));
    assert_eq!(parent.map(|at| at.message.clone()), Some(card.to_string()));
    world.deliver();
    assert!(matches!(world.state(&key), SendState::Sent(_)));
}

#[test]
fn each_turn_is_told_if_the_tenant_wants_it() {
    let mut world = World::firing().that_replies();
    world.tenant.thread_replies = [Turn::Acknowledged, Turn::Noted].into();
    world.act("bob", EventKind::Escalated { seen: None });
    assert_eq!(replies(&world), [], "escalations are not wanted");
    world.act("alice", EventKind::Noted { text: "looking".into() });
    world.act("alice", EventKind::Acked);
    world.act("alice", EventKind::Unacked);
    let text = texts(&world).join("|");
    let said = [
        "Alice noted: looking",
        "Alice acknowledged.",
        "Alice gave it back: it fires again.",
        "Tier 2 of 2, round 1 of 2: paging Bob by direct message on slack, Bob in #ops on slack.",
    ];
    assert_eq!(text, said.join("\n"));
    world.pass(seconds(9)).clear();
    assert!(!world.alert().is_open());
    assert_eq!(texts(&world), [text]);
}

#[test]
fn a_turn_after_the_claim_is_another_reply_and_posted_ones_are_forgotten() {
    let mut world = World::firing().that_replies();
    world.act("bob", EventKind::Acked);
    let first = reply_key(&world);
    world.claim("c1");
    world.act("bob", EventKind::Noted { text: "on it".into() });
    assert_eq!(texts(&world), ["Bob acknowledged.", "Bob noted: on it"]);
    let sent = world.sent(&first);
    world.settle("c1", &first, sent);
    for number in 0..40 {
        world.pass(seconds(20));
        world.act("bob", EventKind::Noted { text: format!("step {number}") });
        world.deliver();
    }
    assert!(world.alert().sends.len() < 6, "{:#?}", world.alert().sends);
    assert_eq!(world.alert().send(&first), None);
    // Told late that it is there: it was known.
    let sent = world.sent(&first);
    assert_eq!(world.settle("c0", &first, sent).code(), "nothing_claimed");
}

#[test]
fn a_reply_does_not_grow_without_bound() {
    let mut world = World::firing().that_replies();
    for _ in 0..5 {
        world.act("bob", EventKind::Noted { text: "x".repeat(900) });
    }
    let text = texts(&world).pop().expect("a reply");
    assert_eq!(replies(&world).len(), 1);
    assert!(text.chars().count() <= 2_000, "{}", text.len());
    assert_eq!(text.matches("there is more in the timeline").count(), 1);
    assert!(text.ends_with("there is more in the timeline."));
}

fn card_is_deleted(world: &mut World) {
    let card = world.card().key.clone();
    let claim = world.draw("c");
    world.claim_keys(&claim, vec![card.clone()]);
    let gone = Settlement::Gone { at: world.now };
    assert_eq!(world.settle(&claim, &card, gone).code(), "applied");
}

#[test]
fn a_reply_follows_a_card_that_is_posted_anew_and_ends_with_the_last_one() {
    let mut world = World::firing().that_replies();
    world.tenant.integrations[0].channel = Some("#db".to_owned());
    world.act("bob", EventKind::Escalated { seen: None });
    card_is_deleted(&mut world);
    let key = reply_key(&world);
    assert!(!is_owed(&world, &key), "the new card is not there yet");
    assert_eq!(world.alert().send(&key).expect("a reply").to, world.card().to);
    world.deliver();
    assert!(is_owed(&world, &key));
    world.pass(seconds(9)).clear();
    card_is_deleted(&mut world);
    assert_eq!(*world.state(&key), SendState::Dropped(DropReason::GaveUp));
    world.act("bob", EventKind::Noted { text: "into the void".into() });
    assert_eq!(replies(&world).len(), 1, "there is nothing to say it under any more");
    world.deliver();
    assert_eq!(wanted(world.alert()).len(), 0, "nothing is owed for ever");
}

#[test]
fn a_card_that_cannot_be_edited_still_has_its_thread() {
    let mut world = World::firing().that_replies();
    world.act("bob", EventKind::Escalated { seen: None });
    let card = world.card().key.clone();
    let claim = world.draw("c");
    world.claim_keys(&claim, vec![card.clone()]);
    let refused =
        Settlement::EditRefused { at: world.now, reason: "the time for edits is over".to_owned() };
    assert_eq!(world.settle(&claim, &card, refused).code(), "applied");
    world.deliver();
    world.act("bob", EventKind::Acked);
    let key = reply_key(&world);
    assert!(is_owed(&world, &key), "nothing else shows the acknowledgement");
    let parent = world.alert().parent(world.alert().send(&key).expect("a reply"));
    assert_eq!(parent.map(|at| at.message.clone()), Some(card.to_string()));
    world.deliver();
    assert!(matches!(world.state(&key), SendState::Sent(_)));
}

#[test]
fn a_channel_is_told_by_its_name_and_never_by_an_id() {
    for (channel, said) in [
        ("#db", "in #db on slack"),
        ("ops-alerts-2", "in ops-alerts-2 on slack"),
        ("C0OPS00001", "in its channel on slack"),
        ("4xp9fdt77pncbef59f4k1qe83o", "in its channel on slack"),
    ] {
        let mut world = World::new();
        world.tenant.default_channels.insert("slack".to_owned(), channel.to_owned());
        world.fire();
        world.tick();
        let timeline = &world.alert().timeline;
        let is_said = timeline.iter().any(|entry| entry.text.contains(said));
        assert!(is_said, "{said:?}: {timeline:?}");
    }
}

#[test]
fn a_reply_in_doubt_is_only_looked_for_once_its_card_is_gone() {
    let mut world = World::firing().that_replies();
    world.act("bob", EventKind::Acked);
    let key = reply_key(&world);
    world.claim_keys("c1", vec![key.clone()]);
    let lost = Settlement::Unknown { started: world.now, retry_at: world.now };
    world.settle("c1", &key, lost);
    card_is_deleted(&mut world);
    world.pass(seconds(16));
    assert_eq!(world.claim_keys("c2", vec![key.clone()]).granted(), [ClaimMode::FindOnly]);
    let parent = world.alert().parent(world.alert().send(&key).expect("a reply"));
    assert!(parent.is_some(), "it is looked for where it may have landed");
    let no = Settlement::NotPosted { retry_at: world.now };
    world.settle("c2", &key, no);
    assert_eq!(*world.state(&key), SendState::Dropped(DropReason::NeverPosted));
}

#[test]
fn a_reply_whose_card_turns_out_to_be_gone_is_given_up() {
    let mut world = World::firing().that_replies();
    world.act("bob", EventKind::Acked);
    let key = reply_key(&world);
    world.claim_keys("c1", vec![key.clone()]);
    let gone = Settlement::Gone { at: world.now };
    assert_eq!(world.settle("c1", &key, gone).code(), "applied");
    assert_eq!(*world.state(&key), SendState::Dropped(DropReason::GaveUp));
}

/// Prompts: to whom and how they stand.
fn prompts(world: &World) -> Vec<(Destination, SendState)> {
    let sends = world.alert().sends.iter();
    sends
        .filter(|send| send.what == What::Notice(NoticeKind::WhatFixedIt))
        .map(|send| (send.to.clone(), send.state.clone()))
        .collect()
}

fn to(provider: &str, user: &str) -> Destination {
    Destination::Person { provider: provider.to_owned(), user: user.to_owned() }
}

fn resolved_by(actor: Actor, note: Option<&str>) -> World {
    let mut world = World::firing();
    let kind = EventKind::Resolved { note: note.map(str::to_owned) };
    let event = world.event(actor, world.now, kind);
    assert_eq!(world.step(&event).code(), "applied");
    world
}

#[test]
fn whoever_resolves_without_a_note_is_asked_once() {
    let wanted = SendState::Wanted { not_before: None };
    let mut world = resolved_by(person("bob"), None);
    assert_eq!(prompts(&world), [(to("slack", "bob"), wanted.clone())]);
    world.act("alice", EventKind::Resolved { note: None });
    assert_eq!(prompts(&world).len(), 1);
    let chat = Actor::Chat { provider: "talk".into(), id: "U7".into(), name: "Somebody".into() };
    assert_eq!(prompts(&resolved_by(chat, None)), [(to("talk", "U7"), wanted)]);
    for (actor, note) in [
        (person("bob"), Some("restarted")),
        (person("carol"), None),
        (Actor::Api { key: "ops".into() }, None),
    ] {
        assert_eq!(prompts(&resolved_by(actor, note)), []);
    }
    let mut world = World::firing();
    world.pass(seconds(9)).clear();
    assert!(!world.alert().is_open());
    assert_eq!(prompts(&world), [], "the source is not asked");
}

#[test]
fn a_tenant_without_chat_is_asked_in_the_inbox() {
    let mut world = World::firing();
    world.tenant.provider = None;
    world.act("bob", EventKind::Resolved { note: None });
    assert_eq!(prompts(&world)[0].0, to("inbox", "bob"));
}

#[test]
fn a_note_answers_the_question_before_it_is_asked() {
    let mut world = resolved_by(person("bob"), None);
    world.act("alice", EventKind::Noted { text: "it was the cable".into() });
    assert_eq!(prompts(&world)[0].1, SendState::Dropped(DropReason::Superseded));
    let Status::Resolved { note, .. } = &world.alert().status else { panic!("resolved") };
    assert_eq!(*note, None, "what fixed it is for whoever fixed it to say");
}

#[test]
fn a_prompt_that_cannot_be_delivered_is_let_go() {
    let mut world = resolved_by(person("bob"), None);
    let sends = &world.alert().sends;
    let prompt = sends.iter().find(|send| send.what == What::Notice(NoticeKind::WhatFixedIt));
    let key = prompt.expect("a prompt").key.clone();
    world.claim_keys("c1", vec![key.clone()]);
    let broken =
        Settlement::Broken { at: world.now, reason: "no such user".into(), credentials: false };
    world.settle("c1", &key, broken);
    assert_eq!(*world.state(&key), SendState::Dropped(DropReason::GaveUp));
}

#[test]
fn the_resolvers_first_note_becomes_the_resolution() {
    let mut world = resolved_by(person("bob"), None);
    world.deliver();
    let note = |world: &World| match &world.alert().status {
        Status::Resolved { note, .. } => note.clone(),
        other => panic!("{other:?}"),
    };
    let rev = world.alert().card_rev;
    world.act("alice", EventKind::Noted { text: "well done".into() });
    assert_eq!((note(&world), world.alert().card_rev), (None, rev));
    world.act("bob", EventKind::Noted { text: "restarted it".into() });
    assert_eq!(note(&world).as_deref(), Some("restarted it"));
    assert_eq!(world.alert().card_rev, rev + 1, "the card shows it");
    world.act("bob", EventKind::Noted { text: "twice".into() });
    assert_eq!(note(&world).as_deref(), Some("restarted it"));
    assert_eq!(world.alert().card_rev, rev + 1);
    let mut world = resolved_by(person("bob"), None);
    world.act("bob", EventKind::Resolved { note: Some("it was the cable".into()) });
    assert_eq!(note(&world).as_deref(), Some("it was the cable"));
}

fn in_db() -> World {
    let mut world = World::new();
    world.tenant.integrations[0].channel = Some("#db".to_owned());
    world.fire();
    world
}

fn channel(name: &str) -> Destination {
    Destination::Channel { provider: "slack".to_owned(), channel: name.to_owned() }
}

fn breaks(world: &mut World, key: &SendKey, credentials: bool) {
    let claim = world.draw("c");
    world.claim_keys(&claim, vec![key.clone()]);
    let reason = "is_archived; invite the bot".to_owned();
    let broken = Settlement::Broken { at: world.now, reason, credentials };
    assert_eq!(world.settle(&claim, key, broken).code(), "applied");
}

#[test]
fn a_card_whose_channel_is_gone_is_shown_in_the_default_channel_and_says_why() {
    let mut world = in_db();
    let first = world.card().key.clone();
    breaks(&mut world, &first, false);
    assert_eq!(*world.state(&first), SendState::Dropped(DropReason::FellBack));
    assert_eq!(world.card().to, channel("#ops"));
    assert!(world.said().ends_with(
        "Could not show the alert in #db on slack: is_archived; invite the bot.\n\
         The alert is shown in #ops on slack instead."
    ));
    let line = "This should have been shown in #db on slack, where nothing can be posted: \
                is_archived; invite the bot.";
    assert_eq!(texts(&world), [line]);
    world.deliver();
    world.deliver();
    assert!(matches!(world.state(&reply_key(&world)), SendState::Sent(_)), "it is said");
    // The default channel has nowhere to fall to.
    world.act("bob", EventKind::Acked);
    let second = world.card().key.clone();
    breaks(&mut world, &second, false);
    assert_eq!(world.card().key, second);
    assert!(matches!(world.state(&second), SendState::Sent(shown) if shown.not_before.is_some()));
}

#[test]
fn a_card_that_was_posted_moves_when_its_channel_goes_and_replies_with_it() {
    let mut world = in_db().that_replies();
    world.deliver();
    world.act("bob", EventKind::Acked);
    let first = world.card().key.clone();
    breaks(&mut world, &first, false);
    assert!(matches!(world.state(&first), SendState::Sent(shown) if shown.closed));
    assert_eq!(world.card().to, channel("#ops"));
    let reply = world.alert().send(&reply_key(&world)).expect("a reply").clone();
    assert_eq!(reply.to, channel("#ops"));
    let text = texts(&world).join("|");
    assert!(text.starts_with("Bob acknowledged.\nThis should have been shown in #db"), "{text}");
    // Over: it is shown nowhere anew.
    let mut over = in_db();
    over.deliver();
    over.pass(seconds(9)).clear();
    let card = over.card().key.clone();
    breaks(&mut over, &card, false);
    assert_eq!(over.card().key, card);
}

#[test]
fn broken_credentials_move_no_card() {
    let mut world = in_db();
    let card = world.card().key.clone();
    breaks(&mut world, &card, true);
    assert_eq!(world.card().key, card);
    assert_eq!(*world.state(&card), SendState::Wanted { not_before: Some(world.now + minutes(5)) });
    assert_eq!(texts(&world), Vec::<String>::new());
    let mut posted = in_db();
    posted.deliver();
    posted.act("bob", EventKind::Acked);
    let card = posted.card().key.clone();
    breaks(&mut posted, &card, true);
    assert_eq!(posted.card().key, card, "nor one that was posted");
}

#[test]
fn a_reply_goes_under_the_newest_card_that_stands() {
    let mut world = World::firing().that_replies();
    let first = world.card().key.clone();
    world.act("bob", EventKind::Escalated { seen: None });
    card_is_deleted(&mut world);
    world.deliver();
    let second = world.card().key.clone();
    assert_ne!(first, second);
    let reply = world.alert().send(&reply_key(&world)).expect("a reply").clone();
    let parent = |world: &World| world.alert().parent(&reply).map(|at| at.message.clone());
    assert_eq!(parent(&world), Some(second.to_string()));
    world.pass(minutes(1));
    world.act("bob", EventKind::Acked);
    card_is_deleted(&mut world);
    assert_eq!(parent(&world), Some(second.to_string()), "where it may have landed last");
}

#[test]
fn that_nobody_answered_is_said_in_the_default_channel_if_need_be() {
    let mut world = in_db();
    world.deliver();
    while world.alert().plan.exhausted.is_none() {
        world.tick();
    }
    let notices = |world: &World| -> Vec<(SendKey, Destination)> {
        let sends = world.alert().sends.iter();
        let said = sends.filter(|send| send.what == What::Notice(NoticeKind::Exhausted));
        said.map(|send| (send.key.clone(), send.to.clone())).collect()
    };
    let (key, to) = notices(&world).pop().expect("a notice");
    assert_eq!(to, channel("#db"));
    breaks(&mut world, &key, false);
    let all = notices(&world);
    assert_eq!(*world.state(&key), SendState::Dropped(DropReason::FellBack));
    assert_eq!((all.len(), &all[1].1), (2, &channel("#ops")));
}
