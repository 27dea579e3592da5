//! Edits that the server refuses, each for its own reason.

use mattermost_double::Fault;
use nightowl_messaging::{Message, Provider, ProviderError};

use crate::setup::{World, broken, card, connect, notice, post, to};

fn resolved(key: &str) -> Message {
    let mut card = card(key);
    card.status = "resolved";
    Message::Alert(card)
}

/// Whatever stands there now is replaced by what we know, so buttons live on and the delivery id
/// stays; the server's own copy, which lacks what buttons need, is never written back.
#[tokio::test]
async fn an_edit_writes_the_whole_of_it_anew() {
    let world = World::new().await;
    let at = world.post("alerts", "a").await.expect("a post");
    assert_eq!(world.chat.update(&at, &resolved("a")).await, Ok(()));
    let stored = world.stored(&at);
    assert_eq!(stored.props["nightowl_delivery"], "a");
    assert_eq!(stored.props["from_bot"], "true");
    let buttons = world.double.read(&stored).buttons;
    assert!(!buttons.is_empty() && buttons.iter().all(|button| button.is_alive), "{buttons:?}");
    assert_eq!(world.calls_of("posts.get"), 0);
    assert_eq!(world.double.warnings(), Vec::<String>::new());
}

/// A message without an alert does not say which delivery it is, so its post is asked.
#[tokio::test]
async fn a_notice_keeps_its_delivery_when_it_is_edited() {
    let world = World::new().await;
    let mut first = crate::setup::post(crate::setup::to("alerts"), "n");
    first.message = notice("one");
    let at = world.chat.post(&first).await.expect("a notice");
    assert_eq!(world.chat.update(&at, &notice("two")).await, Ok(()));
    assert_eq!(world.stored(&at).props["nightowl_delivery"], "n");
}

#[tokio::test]
async fn time_that_is_up_is_for_good() {
    let world = World::new().await;
    let at = world.post("alerts", "a").await.expect("a post");
    world.double.configure(|config| config.post_edit_time_limit = 60);
    world.double.shift_clock(61_000);
    let edited = world.chat.update(&at, &resolved("a")).await;
    let is_final = matches!(edited, Err(ProviderError::Gone { may_repost: false, .. }));
    assert!(is_final, "{edited:?}");
}

/// The server says "forbidden" for both of these and means different things.
#[tokio::test]
async fn a_deleted_post_is_told_from_a_channel_that_we_are_not_in() {
    let world = World::new().await;
    let deleted = world.post("alerts", "a").await.expect("a post");
    assert!(world.double.delete(&deleted.message));
    let edited = world.chat.update(&deleted, &resolved("a")).await;
    let reposts = matches!(edited, Err(ProviderError::Gone { may_repost: true, .. }));
    assert!(reposts, "{edited:?}");

    let there = world.post("alerts", "b").await.expect("a post");
    assert!(world.double.remove_member("alerts", "nightowl"));
    assert_eq!(world.chat.update(&there, &resolved("b")).await, Ok(()), "it joins again");

    let private = world.post("war-room", "c").await.expect("a post");
    assert!(world.double.remove_member("war-room", "nightowl"));
    let (_, credentials) = broken(world.chat.update(&private, &resolved("c")).await);
    assert!(!credentials);
}

/// After a change of the bot the old one's posts stay as they are: a reply says what became of it.
#[tokio::test]
async fn what_another_account_posted_stays_as_it_is() {
    let world = World::new().await;
    let others = connect(&world.double, &world.double.seed().token("bob"), None);
    let at = others.post(&post(to("alerts"), "a")).await.expect("a post");
    let edited = world.chat.update(&at, &resolved("a")).await;
    let stays = matches!(edited, Err(ProviderError::Gone { may_repost: false, .. }));
    assert!(stays, "{edited:?}");
}

/// An administrator has taken away the permission to edit one's own posts.
#[tokio::test]
async fn a_bot_that_may_edit_nothing_says_what_to_click() {
    let world = World::new().await;
    let at = world.post("alerts", "a").await.expect("a post");
    let refused = Fault::Error {
        status: 403,
        id: "api.context.permissions.app_error".to_owned(),
        message: String::new(),
    };
    world.double.script("posts.patch", refused.clone());
    world.double.script("posts.patch", refused);
    let (reason, credentials) = broken(world.chat.update(&at, &resolved("a")).await);
    assert_eq!(reason, "the bot may not edit its own post");
    assert!(!credentials);
}

/// It was deleted while the server looked at it.
#[tokio::test]
async fn a_post_that_goes_during_its_edit_is_gone() {
    let world = World::new().await;
    let at = world.post("alerts", "a").await.expect("a post");
    for what in ["find", "permissions_details"] {
        let id = format!("api.post.update_post.{what}.app_error");
        world
            .double
            .script("posts.patch", Fault::Error { status: 400, id, message: String::new() });
        let edited = world.chat.update(&at, &resolved("a")).await;
        let reposts = matches!(edited, Err(ProviderError::Gone { may_repost: true, .. }));
        assert!(reposts, "{what}: {edited:?}");
    }
}

#[tokio::test]
async fn an_archived_channel_is_named() {
    let world = World::new().await;
    let at = world.post("alerts", "a").await.expect("a post");
    assert!(world.double.archive("alerts"));
    let (reason, credentials) = broken(world.chat.update(&at, &resolved("a")).await);
    assert!(reason.contains("can_not_update_post_in_deleted"), "{reason}");
    assert!(!credentials);
}

/// The simpler form of the same is tried once; a proxy that refuses the size counts too.
#[tokio::test]
async fn refused_content_is_said_plainly() {
    let too_long = Fault::Error {
        status: 400,
        id: "model.post.is_valid.message_length.app_error".to_owned(),
        message: String::new(),
    };
    for fault in [too_long, Fault::Page { status: 413 }] {
        let world = World::new().await;
        let at = world.post("alerts", "a").await.expect("a post");
        world.double.script("posts.patch", fault);
        assert_eq!(world.chat.update(&at, &resolved("a")).await, Ok(()));
        let reading = world.double.read(&world.stored(&at));
        assert_eq!(reading.buttons, vec![], "the plain form has none");
        assert_eq!(world.stored(&at).props["nightowl_delivery"], "a");
    }
}
