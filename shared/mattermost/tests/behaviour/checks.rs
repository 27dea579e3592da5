//! Test connection: what it finds, and what it says to click.

use nightowl_messaging::{Check, Provider};

use crate::setup::{World, connect};

async fn wrong(world: &World, channel: &str) -> Vec<Check> {
    let found = world.chat.check(channel).await.expect("a checkup");
    found.checks.into_iter().filter(|check| !check.ok).collect()
}

fn only(mut wrong: Vec<Check>) -> Check {
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    let found = wrong.remove(0);
    assert!(!found.hint.is_empty(), "{found:?}");
    found
}

#[tokio::test]
async fn the_test_message_stays_and_says_that_it_was_one() {
    let world = World::new().await;
    assert_eq!(wrong(&world, "alerts").await, vec![]);
    let posts = world.double.posts();
    assert_eq!(posts.len(), 1);
    assert!(posts[0].message.contains("test") || !posts[0].props.is_empty());
    assert!(world.double.read(&posts[0]).text.contains("This was a test"));
}

#[tokio::test]
async fn a_missing_site_url_is_named() {
    let world = World::new().await;
    world.double.configure(|config| config.site_url = Some(String::new()));
    let found = only(wrong(&world, "alerts").await);
    assert_eq!(found.name, "site_url");
    assert!(found.hint.contains("System Console"), "{found:?}");
}

#[tokio::test]
async fn a_private_channel_without_the_bot_says_whom_to_add() {
    let world = World::new().await;
    let found = only(wrong(&world, &world.channel("vault")).await);
    assert_eq!(found.name, "channel");
    assert!(found.hint.contains("add the bot"), "{found:?}");
}

#[tokio::test]
async fn an_archived_channel_is_named() {
    let world = World::new().await;
    let found = only(wrong(&world, "attic").await);
    assert_eq!(found.name, "channel");
    assert!(found.detail.contains("archived"), "{found:?}");
}

#[tokio::test]
async fn a_public_channel_is_joined() {
    let world = World::new().await;
    let found = world.chat.check("off-topic").await.expect("a checkup");
    let member = found.checks.iter().find(|check| check.name == "member").expect("tried");
    assert!(member.ok && member.detail.contains("joined"), "{member:?}");
}

#[tokio::test]
async fn a_persons_token_and_a_missing_address_are_told() {
    let world = World::new().await;
    let token = world.double.seed().token("alice");
    let chat = connect(&world.double, &token, None);
    let found = chat.check("alerts").await.expect("a checkup");
    let wrong: Vec<&str> = found.checks.iter().filter(|c| !c.ok).map(|check| check.name).collect();
    assert_eq!(wrong, ["account", "callbacks"]);
}
