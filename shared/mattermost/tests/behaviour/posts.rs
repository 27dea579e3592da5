//! Posting once.

use std::sync::Arc;
use std::time::Duration;

use mattermost_double::Fault;
use nightowl_messaging::conformance::every_message;
use nightowl_messaging::{Post, Provider, ProviderError};
use serde_json::{Map, Value};

use crate::setup::{World, broken, connect, notice, person, post, to};

fn props(delivery: &str) -> Map<String, Value> {
    Map::from_iter([("nightowl_delivery".to_owned(), delivery.into())])
}

/// Two processes, and a retry after a lost answer: the server's own key makes them one.
#[tokio::test]
async fn the_same_delivery_is_one_post_whoever_posts_it() {
    let world = World::new().await;
    let token = world.double.seed().token("nightowl");
    let other = connect(&world.double, &token, None);
    world.double.script("posts.create", Fault::Lost);
    let lost = world.post("alerts", "a").await;
    assert!(matches!(lost, Err(ProviderError::Unknown { .. })), "{lost:?}");
    let one = world.post("alerts", "a").await.expect("a post");
    let same = other.post(&post(to("alerts"), "a")).await.expect("the same post");
    assert_eq!(one, same);
    assert_eq!(world.double.posts().len(), 1);
    let another = world.post("off-topic", "a").await.expect("another place, another post");
    assert_ne!(one, another);
}

/// The server is still busy with it: asked again under the same key, until it has landed.
#[tokio::test]
async fn a_post_that_is_being_made_is_waited_for() {
    let world = World::new().await;
    world.post("alerts", "first").await.expect("a post");
    let busy = Fault::Late { after_millis: Some(700), in_flight: true };
    world.double.script("posts.create", busy);
    let lost = world.post("alerts", "a").await;
    assert!(matches!(lost, Err(ProviderError::Unknown { .. })), "{lost:?}");
    let before = world.calls_of("posts.create");
    let at = world.post("alerts", "a").await.expect("it landed meanwhile");
    assert!(world.calls_of("posts.create") > before + 1, "it was asked more than once");
    assert_eq!(world.stored(&at).props["nightowl_delivery"], "a");
    assert_eq!(world.double.posts().len(), 2);
}

/// As long as it is being made nobody can say whether it will land.
#[tokio::test]
async fn a_post_that_never_ends_is_a_doubt() {
    let world = World::new().await;
    world.post("alerts", "first").await.expect("a post");
    world.double.script("posts.create", Fault::Late { after_millis: None, in_flight: true });
    drop(world.post("alerts", "a").await);
    let doubt = world.post("alerts", "a").await;
    assert!(matches!(doubt, Err(ProviderError::Unknown { .. })), "{doubt:?}");
}

/// Whoever guesses our key, or reuses it, would have us believe that theirs is our post.
#[tokio::test]
async fn somebody_elses_post_under_our_key_is_not_believed() {
    let world = World::new().await;
    world.post("alerts", "a").await.expect("a post");
    let key = world.double.calls().into_iter().find(|call| call.route == "posts.create");
    let key = key.expect("it was called").body["pending_post_id"].clone();
    assert!(key.as_str().is_some_and(|key| key.len() >= 32), "{key}");
    // The server forgets it, and somebody who saw it is first.
    world.double.restart();
    let alice = reqwest::Client::new();
    let body = serde_json::json!({"channel_id": world.channel("alerts"), "message": "gotcha",
        "pending_post_id": key, "props": props("a")});
    let said = alice
        .post(format!("{}/api/v4/posts", world.double.url()))
        .bearer_auth(world.double.seed().token("alice"))
        .json(&body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(said.status(), 201);
    let at = world.post("alerts", "a").await.expect("our own post");
    assert_eq!(world.stored(&at).user_id, world.id_of("nightowl"));
}

#[tokio::test]
async fn a_post_that_was_deleted_at_once_is_posted_later() {
    let world = World::new().await;
    let at = world.post("alerts", "a").await.expect("a post");
    assert!(world.double.delete(&at.message));
    let again = world.post("alerts", "a").await;
    assert!(matches!(again, Err(ProviderError::Retry { .. })), "{again:?}");
    world.double.shift_clock(31_000);
    assert!(world.post("alerts", "a").await.is_ok());
}

#[tokio::test]
async fn a_public_channel_is_joined_and_a_private_one_says_what_to_click() {
    let world = World::new().await;
    let at = world.post("off-topic", "a").await.expect("a post");
    assert_eq!(at.channel, world.channel("off-topic"));
    assert_eq!(world.calls_of("members.add"), 1);
    world.post("off-topic", "b").await.expect("a post");
    assert_eq!(world.calls_of("members.add"), 1, "once is enough");
    let vault = world.channel("vault");
    let (_, credentials) = broken(world.post(&vault, "c").await);
    assert!(!credentials);
    let (reason, _) = broken(world.post(&world.channel("attic"), "d").await);
    assert!(reason.contains("deleted"), "{reason}");
}

/// A reply to a reply goes into its thread; to what is gone, nothing is said out of its context.
#[tokio::test]
async fn a_reply_finds_its_thread_or_is_let_go() {
    let world = World::new().await;
    let card = world.post("alerts", "card").await.expect("a post");
    let under = |at, key: &str| Post {
        under: Some(at),
        message: notice("tier 2 now"),
        ..post(to("alerts"), key)
    };
    let reply = world.chat.post(&under(card.clone(), "r1")).await.expect("a reply");
    assert_eq!(world.stored(&reply).root_id, card.message);
    let to_reply = world.chat.post(&under(reply, "r2")).await.expect("a reply");
    assert_eq!(world.stored(&to_reply).root_id, card.message);
    assert!(world.double.delete(&card.message));
    let let_go = world.chat.post(&under(card, "r3")).await;
    assert!(matches!(let_go, Err(ProviderError::Gone { may_repost: false, .. })), "{let_go:?}");
}

/// After an hour of chatter, and although a thousand changes is all that the server answers.
#[tokio::test]
async fn find_goes_on_where_a_full_page_ends() {
    let world = World::new().await;
    let first = world.post("alerts", "first").await.expect("a post");
    for index in 0..1_100 {
        world.double.shift_clock(1);
        let said = world.double.say("alice", "alerts", &format!("{index}"), "", Map::new()).await;
        said.expect("alice can post");
    }
    let last = world.post("alerts", "last").await.expect("a post");
    let since = world.now() - Duration::from_secs(60);
    for (key, at) in [("first", first), ("last", last)] {
        let found = world.chat.find(&to("alerts"), None, &key.into(), since).await;
        assert_eq!(found, Ok(Some(at)), "{key}");
    }
    let found = world.chat.find(&to("alerts"), None, &"never".into(), since).await;
    assert_eq!(found, Ok(None));
}

/// Old versions of an edited post are listed too, and a deleted post.
#[tokio::test]
async fn find_sees_neither_old_versions_nor_what_was_deleted() {
    let world = World::new().await;
    let at = world.post("alerts", "a").await.expect("a post");
    let mut card = crate::setup::card("a");
    card.title = "quiet again".to_owned();
    let edited = world.chat.update(&at, &nightowl_messaging::Message::Alert(card)).await;
    assert_eq!(edited, Ok(()));
    let since = world.now() - Duration::from_secs(60);
    let find = async || world.chat.find(&to("alerts"), None, &"a".into(), since).await;
    assert_eq!(find().await, Ok(Some(at.clone())));
    assert!(world.double.delete(&at.message));
    assert_eq!(find().await, Ok(None));
}

/// The server's clock is minutes behind ours, and so are its times.
#[tokio::test]
async fn find_counts_by_the_servers_clock() {
    let world = World::new().await;
    let before = Arc::new(world.now());
    world.double.shift_clock(-300_000);
    let home = nightowl_mattermost::Home {
        tenant: "acme".to_owned(),
        callbacks: None,
        now: Arc::new(move || *before),
    };
    let settings = crate::setup::settings(&world.double);
    let chat = nightowl_mattermost::Mattermost::new(&settings, crate::setup::client(), &home);
    let chat = chat.expect("good settings");
    let at = chat.post(&post(to("alerts"), "a")).await.expect("a post");
    let since = (home.now)();
    let found = chat.find(&to("alerts"), None, &"a".into(), since).await;
    assert_eq!(found, Ok(Some(at)));
}

#[tokio::test]
async fn without_an_address_to_come_back_to_there_are_no_buttons() {
    let world = World::new().await;
    let token = world.double.seed().token("nightowl");
    let chat = connect(&world.double, &token, None);
    assert!(chat.signer().is_none());
    let at = chat.post(&post(to("alerts"), "a")).await.expect("a card");
    let reading = world.double.read(&world.stored(&at));
    assert_eq!(reading.buttons, vec![]);
    assert!(reading.text.contains("disk full"));
}

#[tokio::test]
async fn a_page_for_nobody_who_could_read_it_is_not_posted() {
    let world = World::new().await;
    for user in [world.id_of("gone"), world.id_of("nightowl"), "zoe@example.com".to_owned()] {
        let (_, credentials) = broken(world.chat.post(&post(person(&user), "p")).await);
        assert!(!credentials);
    }
    assert_eq!(world.double.posts().len(), 0);
    let at = world.chat.post(&post(person("bob@example.com"), "p")).await.expect("a page");
    let bot = world.id_of("nightowl");
    assert_eq!(world.double.direct_to(&at.channel, &bot), Some(world.id_of("bob")));
}

/// Props of 8,000 characters are all that a server of version 5.37 takes.
#[tokio::test]
async fn an_old_server_takes_every_message_however_long() {
    let seed = mattermost_double::Seed {
        version: mattermost_double::Version::V5_37,
        ..mattermost_double::Seed::default()
    };
    let world = World::of(seed).await;
    let alice = world.id_of("alice");
    for (number, text) in ["zorn".to_owned(), "&<>*_ @all ".repeat(9_000)].iter().enumerate() {
        for (kind, message) in every_message(text, Some(&alice)) {
            let key = format!("{kind}{number}");
            let rich = Post { message: message.clone(), ..post(to("alerts"), &key) };
            let at = world.chat.post(&rich).await.expect(kind);
            assert_eq!(world.chat.update(&at, &message).await, Ok(()), "{key}");
            assert_eq!(world.stored(&at).user_id, world.id_of("nightowl"));
        }
    }
    assert_eq!(world.double.warnings(), Vec::<String>::new());
}
