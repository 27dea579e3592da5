//! People who click in a real Mattermost.

mod world;

use nightowl_domain::{Actor, SendState, Status};
use nightowl_engine::chat::words;
use world::World;

#[tokio::test]
async fn a_click_acts_and_the_card_says_it() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let got = world.click("alice", &card, "ack").await;
    assert_eq!(got.ephemerals, [], "the changed card says it");
    let status = world.read(&alert).await.status.clone();
    let alice = Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
    assert!(matches!(status, Status::Acknowledged { by, .. } if by == alice));
    world.click("bob", &card, "resolve").await;
    assert!(world.double.warnings().is_empty(), "{:?}", world.double.warnings());
}

#[tokio::test]
async fn who_presses_what_is_over_is_told_alone() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    world.click("alice", &card, "ack").await;
    let got = world.click("alice", &card, "ack").await;
    let [told] = got.ephemerals.as_slice() else { panic!("{got:?}") };
    assert_eq!(told.user_id, world.user("alice"));
    assert!(told.message.starts_with("You have acknowledged"), "{}", told.message);
    assert_eq!(world.status(&alert).await, "acknowledged");
}

#[tokio::test]
async fn a_stranger_is_told_and_does_nothing() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let got = world.click("carol", &card, "ack").await;
    assert_eq!(got.ephemerals.len(), 1, "{got:?}");
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn a_snooze_is_chosen_from_the_menu() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    world.click("alice", &card, "ack").await;
    let got = world.double.choose("alice", &card.id, "snooze", "2h").await.expect("it is there");
    assert_eq!((got.status, got.ephemerals.len()), (200, 0), "{got:?}");
    assert_eq!(world.status(&alert).await, "snoozed");
}

/// The worker died between the post and the note of where it is.
#[tokio::test]
async fn a_click_before_the_settle_settles_it() {
    let world = World::start().await;
    let alert = world.fire_at("acme", "disk").await;
    let card = world.post_unnoted(&alert).await;
    world.click("alice", &card, "ack").await;
    let standing = world.read(&alert).await;
    assert_eq!(standing.status.name(), "acknowledged");
    let delivery = world.owed_card(&alert).await.delivery;
    let send = standing.send(&delivery).expect("the card");
    assert!(matches!(&send.state, SendState::Sent(shown) if shown.message.message == card.id));
    world.pass(120);
    world.deliver(&alert).await;
    let cards = world.double.posts().into_iter().filter(|post| {
        post.props.get("nightowl_delivery").is_some_and(|id| id == delivery.as_str())
    });
    assert_eq!(cards.count(), 1, "nothing is posted again");
}

#[tokio::test]
async fn a_click_without_a_tenant_in_the_path_works_too() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let claim = world.claim("alice", &card, "ack");
    world.send("actions", &claim).await.is_empty();
    assert_eq!(world.status(&alert).await, "acknowledged");
}

#[tokio::test]
async fn another_tenants_alert_is_not_touched() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let theirs = world.fire_at("other", "cpu").await;
    let their_card = world.post_unnoted(&theirs).await;
    // Sent to the wrong address: the button is not the tenant's, the person is real.
    let claim = world.claim("alice", &card, "ack");
    let told = world.send("actions/other", &claim).await.whispered();
    assert!(told.contains("not one that NightOwl believes"), "{told}");
    let claim = world.claim("alice", &their_card, "ack");
    let told = world.send("actions/acme", &claim).await.whispered();
    assert!(told.contains("not one that NightOwl believes"), "{told}");
    assert_eq!((world.status(&alert).await, world.status(&theirs).await), ("firing", "firing"));
    // To the right one it works, though another tenant's bot posted it, being the same bot.
    let claim = world.claim("alice", &their_card, "ack");
    world.send("actions/other", &claim).await.is_empty();
    assert_eq!(
        (world.status(&alert).await, world.status(&theirs).await),
        ("firing", "acknowledged")
    );
}

#[tokio::test]
async fn a_button_on_a_post_of_somebody_else_does_nothing() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    // Carol can read the post, so she can copy what it carries.
    let copied = card.props.clone();
    let id = world.double.say("carol", "alerts", "look", "", copied).await.expect("she may");
    let copy = world.double.post(&id).expect("it is there");
    let got = world.click("alice", &copy, "ack").await;
    let [told] = got.ephemerals.as_slice() else { panic!("{got:?}") };
    assert_eq!(told.message, words::FOREIGN);
    assert_eq!(world.status(&alert).await, "firing");
    // Nor does the button of one alert on the card of another.
    let (other, other_card) = world.posted("cpu").await;
    let mut claim = world.claim("alice", &other_card, "ack");
    claim["context"] = world::context(&card, "ack");
    let told = world.send("actions/acme", &claim).await.whispered();
    assert_eq!(told, words::FOREIGN);
    // Nor in another channel than it stands in.
    let mut claim = world.claim("alice", &card, "ack");
    claim["channel_id"] = world.channel("off-topic").into();
    assert_eq!(world.send("actions/acme", &claim).await.whispered(), words::FOREIGN);
    assert_eq!((world.status(&alert).await, world.status(&other).await), ("firing", "firing"));
}
