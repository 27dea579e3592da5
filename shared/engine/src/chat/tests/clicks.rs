use nightowl_domain::{Alert, SendState, Status};
use nightowl_messaging::ActionId;

use super::{World, alice, bob};
use crate::Store;
use crate::chat::words;
use crate::testing::{Script, Spring, run, run_or_killed};

fn sent(alert: &Alert) -> usize {
    alert.sends.iter().filter(|send| matches!(send.state, SendState::Sent(_))).count()
}

#[test]
fn a_click_acts_and_the_card_says_so() {
    let world = World::new();
    let alert = world.fire("disk");
    world.deliver(&alert);
    let press = World::press(&world.card(&alert), ActionId::Acknowledge, "c1");
    assert_eq!(world.click(&press, &alice()), None);
    let standing = world.read(&alert.occurrence());
    assert!(matches!(&standing.status, Status::Acknowledged { by, .. } if *by == alice()));
    world.deliver(&alert);
    let card = world.card(&alert);
    assert_eq!(card.shows.alert().and_then(|card| card.acknowledged_by.as_deref()), Some("Alice"));
}

#[test]
fn each_button_does_what_it_says() {
    let table = [
        (ActionId::Acknowledge, "acknowledged", 0),
        (ActionId::Unacknowledge, "firing", 0),
        (ActionId::Escalate, "firing", 1),
        (ActionId::Resolve, "resolved", 1),
        (ActionId::Runbook, "resolved", 1),
    ];
    let world = World::new();
    let alert = world.fire("disk");
    world.deliver(&alert);
    for (action, status, tier) in table {
        let press = World::press(&world.card(&alert), action, action.name());
        assert_eq!(world.click(&press, &alice()), None, "{action:?}");
        let standing = world.read(&alert.occurrence());
        assert_eq!((standing.status.name(), standing.plan.tier), (status, tier), "{action:?}");
    }
}

#[test]
fn a_click_that_is_reported_twice_is_one_and_two_clicks_are_answered() {
    let world = World::new();
    let alert = world.fire("disk");
    world.deliver(&alert);
    let card = world.card(&alert);
    let press = World::press(&card, ActionId::Escalate, "c1");
    assert_eq!(world.click(&press, &alice()), None);
    assert_eq!(world.click(&press, &alice()), None);
    assert_eq!(world.read(&alert.occurrence()).plan.tier, 1);
    // A second finger on the same button: the card still showed the first tier.
    let again = World::press(&card, ActionId::Escalate, "c2");
    let said = world.click(&again, &bob()).expect("an answer");
    assert!(said.contains("has moved on already: tier 2 in round 1"), "{said}");
    assert_eq!(world.read(&alert.occurrence()).plan.tier, 1);

    world.click(&World::press(&card, ActionId::Acknowledge, "c3"), &alice());
    let again = world.click(&World::press(&card, ActionId::Acknowledge, "c4"), &alice());
    assert!(again.is_some_and(|said| said.starts_with("You have acknowledged")));
    // The same name of a click by another person is another click.
    let other = World::press(&card, ActionId::Acknowledge, "c3");
    let other = nightowl_messaging::IncomingAction { user_ref: "U-bob".to_owned(), ..other };
    assert_eq!(world.click(&other, &bob()), None);
    let status = world.read(&alert.occurrence()).status.clone();
    assert!(matches!(status, Status::Acknowledged { by, .. } if by == bob()));
}

#[test]
fn the_button_of_an_old_alert_names_the_new_one() {
    let world = World::new();
    let old = world.fire("disk");
    world.deliver(&old);
    let card = world.card(&old);
    world.click(&World::press(&card, ActionId::Resolve, "c1"), &bob());
    let said = world.click(&World::press(&card, ActionId::Acknowledge, "c2"), &alice());
    let id = old.short_id.to_uppercase();
    let over = format!("{id} (disk broke) is over: Bob resolved it at 2025-11-22 12:00 UTC.");
    assert_eq!(said.as_deref(), Some(&*over));
    world.pass(60);
    let new = world.fire("disk");
    assert_ne!(new.id, old.id);
    let said = world.click(&World::press(&card, ActionId::Acknowledge, "c3"), &alice());
    let newer = new.short_id.to_uppercase();
    assert_eq!(said, Some(format!("{over} {newer} came after it and is firing.")));
    assert_eq!(world.read(&new.occurrence()).status, Status::Firing, "the new one is untouched");
}

#[test]
fn a_click_that_was_taken_before_is_answered_once_the_alert_is_over() {
    let world = World::new();
    let old = world.fire("disk");
    world.deliver(&old);
    let card = world.card(&old);
    let press = World::press(&card, ActionId::Acknowledge, "c1");
    assert_eq!(world.click(&press, &alice()), None);
    assert_eq!(world.click(&press, &alice()), None, "the card says it");
    world.click(&World::press(&card, ActionId::Resolve, "c2"), &bob());
    let said = world.click(&press, &alice()).expect("it is over");
    assert!(said.contains(" is over: Bob resolved it at "), "{said}");
    world.pass(3_600);
    let new = world.fire("disk");
    assert_ne!(new.id, old.id);
    let said = world.click(&press, &alice()).expect("it is over");
    let newer = format!(" {} came after it and is firing.", new.short_id.to_uppercase());
    assert!(said.ends_with(&newer), "{said}");
    assert_eq!(world.read(&new.occurrence()).status, Status::Firing);
}

#[test]
fn what_is_not_ours_is_refused_and_changes_nothing() {
    let world = World::new();
    let alert = world.fire("disk");
    let other = world.fire("cpu");
    world.deliver(&alert);
    world.deliver(&other);
    let card = world.card(&alert);
    let good = World::press(&card, ActionId::Acknowledge, "c1");

    let elsewhere = run(world.engine.click("other", &good, &alice())).expect("it works");
    assert_eq!(elsewhere.ephemeral.as_ref().map(|told| &*told.text), Some(words::FOREIGN));

    let mut of_other = good.clone();
    of_other.value.alert_id = other.id.to_string();
    let mut nonsense = good.clone();
    nonsense.value.alert_id = "x".to_owned();
    let mut unknown = good.clone();
    unknown.value.alert_id = "0".repeat(24);
    unknown.message_id = "nowhere".to_owned();
    let other_platform = nightowl_messaging::IncomingAction { provider: "inbox", ..good };
    for press in [of_other, nonsense, unknown, other_platform] {
        assert_eq!(world.click(&press, &alice()).as_deref(), Some(words::FOREIGN), "{press:?}");
    }
    for alert in [&alert, &other] {
        assert_eq!(world.read(&alert.occurrence()).status, Status::Firing);
    }
}

#[test]
fn a_click_in_doubt_settles_the_message() {
    let world = World::new();
    let alert = world.fire("disk");
    world.chat.script([Script::LostLanded, Script::LostLanded]);
    run(world.engine.deliver(&alert.occurrence())).expect("it works");
    assert_eq!(sent(&world.read(&alert.occurrence())), 0);
    let posted = world.chat.posted();
    assert!(!posted.is_empty());
    for (number, posted) in posted.iter().enumerate() {
        let press = World::press(posted, ActionId::Acknowledge, &format!("c{number}"));
        world.click(&press, &alice());
        let reverse = run(world.ports.store.read_reverse(&posted.message)).expect("it works");
        assert_eq!(reverse, Some((alert.occurrence(), posted.post.delivery.clone())));
    }
    assert_eq!(sent(&world.read(&alert.occurrence())), posted.len());
    world.pass(120);
    world.deliver(&alert);
    for posted in &posted {
        assert_eq!(world.chat.count(&posted.post.delivery), 1, "nothing is posted again");
    }
    let shows = world.chat.posted()[0].shows.alert().map(|alert| alert.status);
    assert_eq!(shows, Some("acknowledged"), "what was adopted is edited");
}

#[test]
fn a_click_while_its_worker_is_dead_settles_the_message() {
    // The worker dies somewhere between its claim and its settle: wherever a message exists and
    // nothing is settled, a click on it settles it, and nobody posts it again.
    let mut adopted = 0;
    for call in 0..40 {
        let world = World::new();
        let alert = world.fire("disk");
        world.ports.trap.arm(call, Spring::KillAfter);
        let alive = run_or_killed(&world.ports.trap, world.engine.deliver(&alert.occurrence()));
        world.ports.trap.disarm();
        if alive.is_some() {
            break;
        }
        let posted = world.chat.posted();
        let Some(posted) = posted.first() else { continue };
        if sent(&world.read(&alert.occurrence())) > 0 {
            continue;
        }
        adopted += 1;
        let press = World::press(posted, ActionId::Acknowledge, "c1");
        assert_eq!(world.click(&press, &alice()), None);
        assert_eq!(sent(&world.read(&alert.occurrence())), 1);
        world.pass(120);
        world.deliver(&alert);
        assert_eq!(world.chat.count(&posted.post.delivery), 1);
    }
    assert!(adopted > 0, "the worker never died behind a post");
}

#[test]
fn a_second_copy_is_noted_beside_the_first() {
    let world = World::new();
    let alert = world.fire("disk");
    world.deliver(&alert);
    let card = world.card(&alert);
    let mut press = World::press(&card, ActionId::Acknowledge, "c1");
    press.message_id = "copy".to_owned();
    assert_eq!(world.click(&press, &alice()), None);
    let copy = nightowl_domain::MessageRef { message: "copy".to_owned(), ..card.message.clone() };
    let noted = run(world.ports.store.read_reverse(&copy)).expect("it works");
    assert_eq!(noted, Some((alert.occurrence(), card.post.delivery.clone())));
    assert_eq!(world.ports.store.cards(&alert.occurrence()), [card.message]);
    let standing = world.read(&alert.occurrence());
    let send = standing.send(&card.post.delivery).expect("the card");
    assert!(matches!(&send.state, SendState::Sent(shown) if shown.message.message != "copy"));
}
