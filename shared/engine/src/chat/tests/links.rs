use nightowl_domain::Tenant;
use nightowl_messaging::{ActionId, ChatUser, FormAnswer, WayOn};

use super::{World, bob};
use crate::Store;
use crate::chat::words;
use crate::testing::{Spring, run, sample_tenant};

fn token(link: Option<WayOn>) -> String {
    let link = link.expect("a link is offered");
    assert_eq!(link.label, "Link my account");
    assert!(!format!("{link:?}").contains("?t="), "tokens are not for logs");
    let token = link.url.strip_prefix("https://owl.example/console/link?t=");
    let token = token.expect("it leads to the console").to_owned();
    assert!(token.len() >= 22 && token.bytes().all(|c| c.is_ascii_alphanumeric()), "{token}");
    token
}

impl World {
    fn link(&self, token: &str, user: &str) -> Option<String> {
        run(self.engine.link(token, user)).expect("the store works").map(|linked| linked.said)
    }

    /// What waits behind a link.
    fn pending(&self, token: &str) -> Option<String> {
        let offer = run(self.engine.link_offer(token)).expect("the store works");
        let offer = offer.expect("the link is good");
        assert_eq!((&*offer.tenant, &*offer.provider, &*offer.user_name), ("acme", "chat", "u9"));
        offer.pending
    }
}

#[test]
fn a_click_waits_until_its_person_says_who_they_are() {
    let world = World::with_console();
    world.add_stranger("U9");
    let alert = world.fire("disk");
    world.deliver(&alert);
    let press = World::press(&world.card(&alert), ActionId::Acknowledge, "c1");
    let told = world.guest("U9").presses(&press).expect("an answer");
    assert!(told.text.ends_with("log in: it is done then."), "{}", told.text);
    let token = token(told.link);
    let id = alert.short_id.to_uppercase();
    assert_eq!(world.read(&alert.occurrence()).status.name(), "firing");
    for _ in 0..2 {
        let expected = format!("acknowledge {id} (disk broke)");
        assert_eq!(world.pending(&token), Some(expected), "looking does not use it up");
    }
    assert_eq!(world.link(&token, "nobody"), None, "no user of the tenant");
    world.pass(14 * 60);
    assert_eq!(
        world.link(&token, "bob"),
        Some(format!(
            "What u9 does in chat counts as Bob from now on. You acknowledged {id} (disk broke)."
        ))
    );
    let status = world.read(&alert.occurrence()).status.clone();
    assert!(
        matches!(status, nightowl_domain::Status::Acknowledged { by, .. } if by == bob()),
        "in the name of whoever logged in"
    );
    // Once.
    assert_eq!(world.link(&token, "alice"), None);
    assert!(run(world.engine.link_offer(&token)).expect("it works").is_none());
    let met = run(world.ports.store.read_identity("acme", "chat", "U9")).expect("it works");
    assert_eq!(met.as_deref(), Some("bob"));
    let face = run(world.ports.store.read_face("acme", "chat", "bob")).expect("it works");
    assert_eq!(face.as_deref(), Some("U9"), "and pages find the way back");
    assert!(world.guest("U9").says(&format!("unack {id}")).starts_with("You gave"));
}

#[test]
fn a_link_is_over_after_a_quarter_of_an_hour() {
    let world = World::with_console();
    world.add_stranger("U9");
    let token = token(world.guest("U9").types("link").link);
    world.pass(15 * 60);
    assert!(run(world.engine.link_offer(&token)).expect("it works").is_none());
    assert_eq!(world.link(&token, "bob"), None);
    for wrong in ["", "x", &"0".repeat(32), &"y".repeat(100_000)] {
        assert!(run(world.engine.link_offer(wrong)).expect("it works").is_none());
        assert_eq!(world.link(wrong, "bob"), None);
    }
}

#[test]
fn a_command_waits_with_the_alert_that_was_meant() {
    let world = World::with_console();
    world.add_stranger("U9");
    let alert = world.fire("disk");
    world.deliver(&alert);
    let id = alert.short_id.to_uppercase();
    let card = world.card(&alert);
    let guest = world.guest("U9");
    let table = [
        ("snooze last tomorrow 9:00", format!("snooze {id} (disk broke): tomorrow 9:00")),
        ("note last hums", format!("keep a note on {id} (disk broke): hums")),
        ("escalate", format!("escalate {id} (disk broke)")),
        ("resolve last", format!("resolve {id} (disk broke)")),
    ];
    let mut tokens = Vec::new();
    for (text, expected) in table {
        let told = guest.types(text);
        assert!(!told.text.contains("disk broke"), "a stranger learns nothing: {}", told.text);
        tokens.push(token(told.link));
        assert_eq!(world.pending(&tokens[tokens.len() - 1]), Some(expected));
    }
    let in_thread = guest.in_thread(&card.message.message).types("ack");
    let acked = token(in_thread.link);
    assert!(world.pending(&acked).is_some_and(|words| words.starts_with("acknowledge ")));
    // Another alert fires meanwhile: "last" still means what it meant.
    let other = world.fire("cpu");
    world.deliver(&other);
    let said = world.link(&tokens[0], "alice").expect("linked");
    assert!(said.ends_with("until Sun 2025-11-23 09:00 UTC."), "{said}");
    assert_eq!(world.read(&alert.occurrence()).status.name(), "snoozed");
    // It has moved on: the same words as for a click.
    let said = world.link(&tokens[3], "alice").expect("linked");
    assert!(said.ends_with(&format!("You resolved {id} (disk broke).")), "{said}");
    let said = world.link(&acked, "alice").expect("linked");
    assert!(said.contains("is over: you resolved it at"), "{said}");
    assert_eq!(world.read(&other.occurrence()).status.name(), "firing");
}

#[test]
fn what_is_not_clear_does_not_wait() {
    let world = World::with_console();
    world.add_stranger("U9");
    for text in ["ack zzzzzz", "list", "oncall", "link"] {
        let told = world.guest("U9").types(text);
        assert!(told.text.ends_with("then do it again."), "{}", told.text);
        assert!(told.sections.is_empty(), "nothing is shown to a stranger");
        assert_eq!(world.pending(&token(told.link)), None, "{text}");
    }
    assert_eq!(world.guest("U9").says("help"), words::HELP_HEAD);
    assert!(world.guest("U9").says("akc").contains("Did you mean ack?"));
}

#[test]
fn a_form_waits_with_what_was_written() {
    let world = World::with_console();
    world.meet("alice");
    world.add_stranger("U9");
    let alert = world.fire("disk");
    world.deliver(&alert);
    let press = World::press(&world.card(&alert), ActionId::Note, "c1");
    assert_eq!(world.guest("U-alice").presses(&press), None);
    // The same form in another's hands.
    let answer = world.guest("U9").fills("note", "it hums", "s1");
    let FormAnswer::Done { whisper: Some(told) } = answer else { panic!("{answer:?}") };
    let token = token(told.link);
    assert!(world.pending(&token).is_some_and(|words| words.ends_with(": it hums")));
    world.link(&token, "bob").expect("linked");
    let timeline = world.read(&alert.occurrence()).timeline.clone();
    assert!(timeline.iter().any(|entry| entry.text == "it hums"));
}

#[test]
fn who_is_linked_may_link_anew() {
    let world = World::with_console();
    world.meet("alice");
    let told = world.guest("U-alice").types("link");
    assert!(told.text.starts_with("You act as Alice here."), "{}", told.text);
    let said = world.link(&token(told.link), "bob");
    assert_eq!(said.as_deref(), Some("What al does in chat counts as Bob from now on."));
    let told = world.guest("U-alice").types("link");
    assert!(told.text.starts_with("You act as Bob here."), "{}", told.text);
    let face = run(world.ports.store.read_face("acme", "chat", "alice")).expect("it works");
    assert_eq!(face, None, "pages to Alice do not go to an account that is Bob's now");

    world.ports.config.set(Tenant { allow_unlinked: true, ..sample_tenant() });
    world.add_stranger("U9");
    let told = world.guest("U9").types("link");
    assert!(told.text.starts_with("You act under your name here"), "{}", told.text);
    token(told.link);
}

#[test]
fn no_link_where_it_would_not_help() {
    let world = World::new();
    world.add_stranger("U9");
    let alert = world.fire("disk");
    let told = world.guest("U9").types(&format!("ack {}", alert.short_id));
    assert_eq!(told.link, None, "the console's address is not known");
    assert!(told.text.contains("ask an operator to add you"), "{}", told.text);
    world.meet("alice");
    assert_eq!(world.guest("U-alice").says("link"), words::NO_CONSOLE);

    let world = World::with_console();
    world.chat.add_user("U8", ChatUser { is_gone: true, ..ChatUser::default() });
    let told = world.guest("U8").types("link");
    assert_eq!(
        (told.link, &*told.text),
        (None, "A deactivated account or a bot cannot act on alerts.")
    );
}

#[test]
fn a_pending_click_that_was_done_otherwise_is_done_once() {
    let world = World::with_console();
    world.add_stranger("U9");
    let alert = world.fire("disk");
    world.deliver(&alert);
    let press = World::press(&world.card(&alert), ActionId::Escalate, "c1");
    let first = token(world.guest("U9").presses(&press).expect("an answer").link);
    let second = token(world.guest("U9").presses(&press).expect("an answer").link);
    assert_ne!(first, second);
    for token in [first, second] {
        world.link(&token, "alice").expect("linked");
    }
    assert_eq!(world.read(&alert.occurrence()).plan.tier, 1, "one click is one escalation");
}

#[test]
fn trouble_after_a_login_is_said_or_stored() {
    let mut taken = 0;
    for call in 0..12 {
        let world = World::with_console();
        world.add_stranger("U9");
        let alert = world.fire("disk");
        world.deliver(&alert);
        let press = World::press(&world.card(&alert), ActionId::Acknowledge, "c1");
        let token = token(world.guest("U9").presses(&press).expect("an answer").link);
        world.ports.trap.arm(call, Spring::Fail);
        let linked = run(world.engine.link(&token, "alice"));
        world.ports.trap.disarm();
        match linked {
            Ok(linked) if linked.as_ref().is_some_and(|l| l.said.ends_with(words::TAKEN)) => {
                taken += 1;
                world.work_off();
            }
            Ok(linked) => assert!(linked.is_some_and(|l| l.said.contains("You acknowledged"))),
            // It is said at the console, and nothing is done by halves.
            Err(_) => {
                assert_eq!(world.read(&alert.occurrence()).status.name(), "firing");
                continue;
            }
        }
        assert_eq!(world.read(&alert.occurrence()).status.name(), "acknowledged", "call {call}");
    }
    assert!(taken > 0);
}
