//! Buttons as Slack reports them.

mod world;

use nightowl_domain::{SendState, Status};
use nightowl_engine::chat::words;
use nightowl_engine::testing::Script;
use nightowl_messaging::ActionId;
use world::{APP, OTHER_SECRET, Press, SECRET, TEAM, World, alice, settings};

#[tokio::test]
async fn a_click_acts_and_says_nothing() {
    let world = World::new();
    let (alert, card) = world.posted("disk").await;
    world.click(&Press::new(&card, ActionId::Acknowledge, "t1")).await;
    let status = world.read(&alert).await.status.clone();
    assert!(matches!(status, Status::Acknowledged { by, .. } if by == alice()));
    world.click(&Press::new(&card, ActionId::Runbook, "t2")).await;
    world.click(&Press::new(&card, ActionId::Unacknowledge, "t3")).await;
    assert_eq!(world.status(&alert).await, "firing");
    assert!(world.whispers().is_empty() && world.responses().is_empty());
}

#[tokio::test]
async fn a_click_without_a_tenant_in_the_path_works_too() {
    let world = World::new();
    let (alert, card) = world.posted("disk").await;
    let press = Press::new(&card, ActionId::Acknowledge, "t1");
    world.post("interactions", SECRET, &press.body()).await.is_empty();
    assert_eq!(world.status(&alert).await, "acknowledged");
}

#[tokio::test]
async fn a_double_click_is_one() {
    let world = World::new();
    let (alert, card) = world.posted("disk").await;
    let press = Press::new(&card, ActionId::Escalate, "t1");
    // Slack repeats it; then the person presses again before the card changes.
    world.click(&press).await;
    world.click(&press).await;
    assert!(world.whispers().is_empty());
    world.click(&Press::new(&card, ActionId::Escalate, "t2")).await;
    assert_eq!(world.read(&alert).await.plan.tier, 1);
    let whispers = world.chat.whispers();
    let [(channel, person, said)] = whispers.as_slice() else { panic!("{whispers:?}") };
    assert_eq!((&**channel, &**person), ("C-ops", "Ualice"));
    assert!(said.contains("has moved on already"), "{said}");
}

#[tokio::test]
async fn an_old_card_says_what_happened_instead() {
    let world = World::new();
    let (old, card) = world.posted("disk").await;
    world.resolve(&old).await;
    world.pass(60);
    let new = world.fire("disk").await;
    let press = Press { person: "Ubob", ..Press::new(&card, ActionId::Acknowledge, "t2") };
    world.click(&press).await;
    let said = world.whispers().pop().expect("an answer");
    assert!(said.contains("Alice resolved it at"), "{said}");
    let newer = format!("{} came after it and is firing.", new.short_id.to_uppercase());
    assert!(said.ends_with(&newer), "{said}");
    assert_eq!((world.status(&old).await, world.status(&new).await), ("resolved", "firing"));
}

#[tokio::test]
async fn what_is_not_ours_is_refused() {
    let world = World::new();
    let (alert, card) = world.posted("disk").await;
    let elsewhere = world.fire_at("other", "cpu").await;
    world.deliver(&elsewhere).await;
    let press = Press::new(&card, ActionId::Acknowledge, "t1");
    let value = press.value();
    let theirs = world.card(&elsewhere);
    let theirs = Press::new(&theirs, ActionId::Acknowledge, "t2");
    let bodies = [
        press.with("ack", "v0|junk"),
        press.with("approve_purchase", &value),
        press.with("ack", &theirs.value()),
        theirs.body(),
        theirs.with("ack", &value),
    ];
    for (number, body) in bodies.iter().enumerate() {
        world.post("interactions/acme", SECRET, body).await.is_empty();
        let said = world.whispers();
        assert_eq!(said.len(), number + 1);
        assert_eq!(said[number], words::FOREIGN);
    }
    // Another app's or workspace's click is not even answered.
    let wrong_app = Press { app: "A0OTHER", ..Press::new(&card, ActionId::Acknowledge, "t3") };
    let wrong_team = Press { team: "T0OTHER", ..Press::new(&card, ActionId::Acknowledge, "t4") };
    for press in [wrong_app, wrong_team] {
        world.post("interactions/acme", SECRET, &press.body()).await.is_forged();
    }
    world.post("interactions/acme", OTHER_SECRET, &press.body()).await.is_forged();
    assert_eq!((world.status(&alert).await, world.status(&elsewhere).await), ("firing", "firing"));
}

#[tokio::test]
async fn a_stranger_is_told_and_does_nothing() {
    let world = World::new();
    let (alert, card) = world.posted("disk").await;
    let press = Press { person: "Umallory", ..Press::new(&card, ActionId::Acknowledge, "t1") };
    world.click(&press).await;
    let said = world.whispers().pop().expect("an answer");
    assert!(said.contains("ask an operator to add you to"), "{said}");
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn a_click_before_the_settle_settles_it() {
    let world = World::new();
    let alert = world.fire("disk").await;
    world.chat.script([Script::LostLanded, Script::LostLanded]);
    world.parts_deliver(&alert).await;
    let posted = world.chat.posted();
    assert!(!posted.is_empty());
    for (number, posted) in posted.iter().enumerate() {
        world.click(&Press::new(posted, ActionId::Acknowledge, &format!("t{number}"))).await;
    }
    assert_eq!(world.status(&alert).await, "acknowledged");
    let standing = world.read(&alert).await;
    for posted in &posted {
        let send = standing.send(&posted.post.delivery).expect("the send");
        assert!(matches!(&send.state, SendState::Sent(shown) if shown.message == posted.message));
    }
    world.pass(120);
    world.deliver(&alert).await;
    for posted in &posted {
        assert_eq!(world.chat.count(&posted.post.delivery), 1, "nothing is posted again");
    }
}

#[tokio::test]
async fn where_slack_names_no_channel_the_response_address_serves() {
    let world = World::new();
    let (alert, card) = world.posted("disk").await;
    world.resolve(&alert).await;
    let press = Press { placed: false, ..Press::new(&card, ActionId::Acknowledge, "t2") };
    world.click(&press).await;
    let responses = world.responses();
    let [(tenant, said)] = responses.as_slice() else { panic!("{responses:?}") };
    assert_eq!(tenant, "acme");
    assert!(said.contains("is over: you resolved it"), "{said}");
    // An address that is not Slack's is never written to.
    for response_url in ["https://evil.example/actions", "http://hooks.slack.com/x", ""] {
        let press =
            Press { placed: false, response_url, ..Press::new(&card, ActionId::Acknowledge, "t3") };
        world.click(&press).await;
    }
    assert_eq!(world.responses().len(), 1);
    assert_eq!(world.status(&alert).await, "resolved");
}

#[tokio::test]
async fn of_tenants_that_share_an_app_the_alerts_own_acts() {
    let world = World::new();
    world.set("a-twin", settings(SECRET, Some(TEAM), Some(APP)));
    let (alert, card) = world.posted("disk").await;
    let press = Press::new(&card, ActionId::Acknowledge, "t1");
    world.post("interactions", SECRET, &press.body()).await.is_empty();
    assert_eq!(world.status(&alert).await, "acknowledged");
    // At the twin's own address it is nobody's.
    let press = Press::new(&card, ActionId::Resolve, "t2");
    world.post("interactions/a-twin", SECRET, &press.body()).await.is_empty();
    assert_eq!(world.whispers(), [words::FOREIGN]);
    assert_eq!(world.status(&alert).await, "acknowledged");
}

#[tokio::test]
async fn an_app_that_is_not_configured_is_learned_and_pinned() {
    let world = World::new();
    world.set("acme", settings(SECRET, None, None));
    let (alert, card) = world.posted("disk").await;
    world.click(&Press::new(&card, ActionId::Acknowledge, "t1")).await;
    let other = Press { app: "A0NEW", ..Press::new(&card, ActionId::Resolve, "t2") };
    world.post("interactions/acme", SECRET, &other.body()).await.is_forged();
    assert_eq!(world.status(&alert).await, "acknowledged");
}
