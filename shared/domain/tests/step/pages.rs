//! Whom a tier pages, and where a page goes that cannot go where it should.

use nightowl_domain::*;

use crate::world::{World, minutes, show_page, tier, user};

fn opened(via: &[Method], targets: &[Target]) -> World {
    let mut world = World::new();
    world.policy().tiers[0] = tier(via, targets);
    world.fire();
    world
}

#[test]
fn an_opening_shows_a_card_and_pages_the_first_tier() {
    let world = opened(&[Method::MessagingDm], &[user("alice"), user("bob")]);
    assert_eq!(
        world.owed_pages(),
        ["alice by messaging_dm on slack", "bob by messaging_dm on slack"]
    );
    let card = Destination::Channel { provider: "slack".into(), channel: "#ops".into() };
    assert_eq!(world.card().to, card);
    let now: Vec<_> =
        wanted(world.alert()).into_iter().filter(|want| want.at().is_none()).collect();
    assert_eq!(now.len(), 3);
    assert_eq!(due_at(world.alert()), Some(world.now));
    let said = "Tier 1 of 2, round 1 of 2: paging Alice by direct message on slack, \
                Bob by direct message on slack.";
    assert!(world.said().contains(said), "{}", world.said());
}

#[test]
fn all_methods_are_used_and_equal_pages_fold() {
    let via = [Method::MessagingDm, Method::MessagingChannel];
    let world = opened(&via, &[user("alice"), user("alice")]);
    assert_eq!(
        world.owed_pages(),
        ["alice by messaging_dm on slack", "alice by messaging_channel on slack #ops"]
    );
}

#[test]
fn a_method_without_a_carrier_is_said_and_skipped() {
    let world = opened(&[Method::Phone, Method::MessagingDm], &[user("alice")]);
    assert_eq!(world.owed_pages(), ["alice by messaging_dm on slack"]);
    assert!(world.said().contains("phone: it has no carrier"), "{}", world.said());

    let world = opened(&[Method::Phone, Method::Sms], &[user("alice")]);
    assert_eq!(world.owed_pages(), ["alice by messaging_channel on slack #ops"]);
}

#[test]
fn a_page_with_nobody_to_go_to_goes_to_the_channel_and_says_whom_it_missed() {
    let targets = [user("carol"), Target::Schedule("night".into()), Target::OnCallPrimary];
    let world = opened(&[Method::MessagingDm], &targets);
    assert_eq!(world.owed_pages(), ["nobody by messaging_channel on slack #ops"]);
    let key = world.page("nobody by messaging_channel on slack #ops");
    let What::Page(page) = &world.alert().send(&key).expect("it").what else {
        panic!("a page");
    };
    let because = page.because.as_deref().expect("a reason");
    for word in ["user:carol", "schedule:night", "oncall_primary: there is no schedule"] {
        assert!(because.contains(word), "{because}");
    }

    let world = opened(&[Method::MessagingDm], &[user("carol"), user("bob")]);
    assert_eq!(world.owed_pages().len(), 2);
    let world = opened(&[Method::MessagingDm], &[]);
    assert_eq!(world.owed_pages(), ["nobody by messaging_channel on slack #ops"]);
}

/// Alice is primary and Bob secondary of the only schedule, or of the one that is named.
fn with_schedule(world: &mut World, id: &str) {
    let rotation = |role: &str, member: &str| Rotation {
        id: role.into(),
        role: role.into(),
        length: RotationLength::Weeks(1),
        start: jiff::civil::date(2025, 1, 6).at(9, 0, 0, 0),
        members: vec![member.into()],
    };
    world.tenant.schedules.push(Schedule {
        id: id.into(),
        timezone: jiff::tz::TimeZone::UTC,
        rotations: vec![rotation("primary", "alice"), rotation("secondary", "bob")],
        overrides: Vec::new(),
    });
}

#[test]
fn whoever_is_on_call_is_paged() {
    let on_call = [Target::OnCallPrimary, Target::OnCallSecondary];
    let both = ["alice by messaging_dm on slack", "bob by messaging_dm on slack"];
    let mut world = World::new();
    with_schedule(&mut world, "platform");
    world.policy().tiers[0].targets = on_call.to_vec();
    world.fire();
    assert_eq!(world.owed_pages(), both);

    let mut world = World::new();
    with_schedule(&mut world, "platform");
    with_schedule(&mut world, "web");
    world.policy().tiers[0].targets = vec![Target::OnCallPrimary];
    let mut named = world.clone();
    world.fire();
    assert_eq!(world.owed_pages(), ["nobody by messaging_channel on slack #ops"]);
    named.tenant.integrations[0].schedule = Some("web".into());
    named.fire();
    assert_eq!(named.owed_pages(), both[..1]);

    let mut world = World::new();
    with_schedule(&mut world, "platform");
    world.policy().tiers[0].targets = vec![Target::Schedule("platform".into())];
    world.fire();
    assert_eq!(world.owed_pages(), both[..1]);
    // A person who left keeps the page from being born for nobody.
    world.tenant.users.remove(0);
    world.act("bob", EventKind::Acked);
    world.act("bob", EventKind::Unacked);
    assert_eq!(world.owed_pages(), ["nobody by messaging_channel on slack #ops"]);
}

#[test]
fn channels_and_providers() {
    let mut world = World::new();
    world.tenant.integrations[0].channel = Some("#prom".into());
    world.policy().tiers[0].notify_via = vec![Method::MessagingChannel];
    world.fire();
    assert_eq!(world.owed_pages(), ["alice by messaging_channel on slack #prom"]);

    // The tier's own provider has no channel here: the inbox takes it.
    world.policy().tiers[1].provider = Some("mattermost".into());
    world.tick();
    assert!(world.owed_pages().contains(&"bob by messaging_channel on inbox alerts".to_owned()));
    assert!(world.owed_pages().contains(&"bob by messaging_dm on mattermost".to_owned()));

    let mut world = World::new();
    world.tenant.provider = None;
    world.fire();
    assert_eq!(world.owed_pages(), ["alice by messaging_dm on inbox"]);
    assert_eq!(world.card().to.provider(), "inbox");
}

#[test]
fn escalation_leaves_undelivered_pages_but_those_to_the_same_person_by_the_same_method() {
    let mut world = World::new();
    world.policy().tiers[1].targets.push(user("alice"));
    world.fire();
    let first = world.page("alice by messaging_dm on slack");
    world.tick();
    assert_eq!(*world.state(&first), SendState::Dropped(DropReason::Superseded));

    let mut world = World::new();
    world.fire();
    let first = world.page("alice by messaging_dm on slack");
    world.tick();
    assert!(matches!(world.state(&first), SendState::Wanted { .. }));
    assert_eq!(world.owed_pages().len(), 3);
}

/// Claims everything and breaks what is shown so.
fn breaks(world: &mut World, shown: &str) {
    let key = world.page(shown);
    let claim = world.draw("c");
    world.claim_keys(&claim, vec![key.clone()]);
    let (at, reason) = (world.now, "not_in_channel".to_owned());
    assert_eq!(
        world.settle(&claim, &key, Settlement::Broken { at, reason, credentials: false }).code(),
        "applied"
    );
}

#[test]
fn a_broken_destination_bears_a_page_elsewhere_down_to_the_inbox() {
    let mut world = World::firing();
    world.tick();
    breaks(&mut world, "bob by messaging_dm on slack");
    let key = world.page("bob by messaging_dm on slack");
    assert_eq!(*world.state(&key), SendState::Dropped(DropReason::FellBack));
    // His channel page is out already, so the next place is the inbox.
    assert!(world.owed_pages().contains(&"bob by messaging_channel on inbox alerts".to_owned()));
    breaks(&mut world, "bob by messaging_channel on inbox alerts");
    let key = world.page("bob by messaging_channel on inbox alerts");
    let again = SendState::Wanted { not_before: Some(world.now + minutes(5)) };
    assert_eq!(*world.state(&key), again);
    assert!(
        world.said().contains("Could not page Bob by direct message on slack: not_in_channel.")
    );
    assert!(world.said().contains("Paging Bob in alerts on inbox instead."));

    let mut world = World::firing();
    world.tick();
    world.tick();
    breaks(&mut world, "alice by messaging_dm on slack");
    assert!(world.owed_pages().contains(&"alice by messaging_channel on slack #ops".to_owned()));
}

#[test]
fn what_breaks_after_an_ack_is_dropped_and_after_an_hour_given_up() {
    let mut world = World::new();
    world.fire();
    let page = world.page("alice by messaging_dm on slack");
    let card = world.card().key.clone();
    world.claim("c1");
    world.act("bob", EventKind::Acked);
    let broken = |world: &World| Settlement::Broken {
        at: world.now,
        reason: "gone".into(),
        credentials: false,
    };
    let settlement = broken(&world);
    world.settle("c1", &page, settlement);
    assert_eq!(*world.state(&page), SendState::Dropped(DropReason::Acknowledged));
    let settlement = broken(&world);
    world.settle("c1", &card, settlement);
    assert!(matches!(world.state(&card), SendState::Wanted { not_before: Some(_) }));
    world.act("bob", EventKind::Resolved { note: Some("done".into()) });
    world.pass(minutes(59));
    world.claim_keys("c2", vec![card.clone()]);
    let settlement = broken(&world);
    world.settle("c2", &card, settlement);
    assert!(matches!(world.state(&card), SendState::Wanted { .. }));
    world.pass(minutes(1));
    world.claim_keys("c3", vec![card.clone()]);
    let settlement = broken(&world);
    world.settle("c3", &card, settlement);
    // Given up, and of a plan so old that it is not kept.
    assert_eq!(world.alert().send(&card), None);
    assert_eq!(due_at(world.alert()), None);
}

#[test]
fn the_list_of_sends_stays_short() {
    let mut world = World::new();
    world.policy().repeat = 30;
    world.fire();
    for _ in 0..50 {
        world.deliver();
        world.tick();
    }
    assert!(world.alert().sends.len() <= 26, "{}", world.alert().sends.len());
    assert!(world.alert().sends.iter().any(|send| send.what == What::Card));
    assert!(world.alert().sends.iter().filter_map(show_page).count() > 10);
}
