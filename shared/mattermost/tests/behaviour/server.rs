//! The server's key and clock, and what callbacks ask of a post.

use std::sync::Arc;

use nightowl_domain::Time;
use nightowl_mattermost::inbound::ClickClaim;
use nightowl_messaging::{Opener, Provider, ProviderError, Secret};
use serde_json::{Map, json};

use crate::setup::{World, broken, connect};

/// Kept, and asked again when it stops verifying, but not for every forged click.
#[tokio::test]
async fn the_servers_key_is_kept_and_renewed() {
    let world = World::new().await;
    let alice = world.id_of("alice");
    let at = world.post("alerts", "a").await.expect("a post");
    let claim = || {
        let body = world.double.action_body(&alice, &at.message, json!({}), world.double.now());
        let body = serde_json::to_vec(&body.expect("a post")).expect("JSON");
        ClickClaim::read(&body).expect("a click")
    };
    let facts = world.chat.server(false).await.expect("facts");
    assert!(claim().presser(&facts.public_key, facts.now(world.now())).is_ok());
    world.double.change_key();
    let kept = world.chat.server(false).await.expect("facts");
    assert!(claim().presser(&kept.public_key, kept.now(world.now())).is_err());
    let early = world.chat.server(true).await.expect("facts");
    assert_eq!(early.public_key, kept.public_key, "not asked twice within half a minute");
    world.double.shift_clock(31_000);
    let renewed = world.chat.server(true).await.expect("facts");
    assert!(claim().presser(&renewed.public_key, renewed.now(world.now())).is_ok());
    assert_eq!(world.calls_of("config.client"), 2);
}

#[tokio::test]
async fn the_servers_clock_is_known_from_its_answers() {
    let world = World::new().await;
    world.double.shift_clock(120_000);
    let clock = Arc::clone(&world.double);
    let home = nightowl_mattermost::Home {
        tenant: "acme".to_owned(),
        callbacks: None,
        now: Arc::new(move || Time::from_millis(clock.now() - 120_000)),
    };
    let settings = crate::setup::settings(&world.double);
    let chat = nightowl_mattermost::Mattermost::new(&settings, crate::setup::client(), &home);
    let chat = chat.expect("good settings");
    let facts = chat.server(false).await.expect("facts");
    // Half a second of rounding, and however long the answer took.
    let off = facts.clock_ahead_millis - 120_000;
    assert!((-60_000..=600).contains(&off), "{facts:?}");
    let now = facts.now(Time::from_seconds(0)).millis();
    assert_eq!(now, facts.clock_ahead_millis);
}

#[tokio::test]
async fn a_post_is_ours_only_by_its_author() {
    let world = World::new().await;
    let at = world.post("alerts", "a").await.expect("a post");
    let mut props = Map::from_iter([("nightowl_delivery".to_owned(), "a".into())]);
    props.insert("from_bot".to_owned(), "true".into());
    let forged = world.double.say("bob", "alerts", "forged", "", props).await.expect("a post");
    let ours = async |post: &str, channel: &str, key: &str| {
        world.chat.is_ours(post, channel, &key.into()).await.expect("an answer")
    };
    assert!(ours(&at.message, &at.channel, "a").await);
    assert!(!ours(&at.message, &at.channel, "b").await);
    assert!(!ours(&at.message, &world.channel("off-topic"), "a").await);
    assert!(!ours(&forged, &at.channel, "a").await);
    for post in ["", "../users/me", "nobody99999999999999999999"] {
        assert!(!ours(post, &at.channel, "a").await, "{post}");
    }
    assert!(world.double.delete(&at.message));
    assert!(!ours(&at.message, &at.channel, "a").await);
}

#[tokio::test]
async fn the_thread_of_a_post_is_its_root() {
    let world = World::new().await;
    let at = world.post("alerts", "a").await.expect("a post");
    let reply = world.double.say("alice", "alerts", "ack", &at.message, Map::new()).await;
    let reply = reply.expect("a reply");
    assert_eq!(world.chat.post_root(&reply).await, Ok(Some(at.message.clone())));
    assert_eq!(world.chat.post_root(&at.message).await, Ok(None));
    assert_eq!(world.chat.post_root("../users").await, Ok(None));
}

#[tokio::test]
async fn a_form_opens_while_its_trigger_lives() {
    let world = World::new().await;
    let alice = world.id_of("alice");
    let opener = |at: i64| Opener {
        trigger: Secret::new(world.double.trigger(&alice, at).trigger_id),
        user_ref: alice.clone(),
        channel_id: world.channel("alerts"),
    };
    use nightowl_messaging::conformance::{form, form_state};
    let (form, state) = (form("disk full"), form_state());
    let now = world.double.now();
    assert_eq!(world.chat.open_form(&opener(now), &form, &state).await, Ok(()));
    let open = world.double.dialogs().pop().expect("a form");
    assert_eq!(open.url, "https://owl.example.com/api/v1/mattermost/dialogs/acme");
    assert_eq!(world.double.warnings(), Vec::<String>::new());
    assert_eq!(world.chat.open_form(&opener(now), &form, &state).await, Ok(()));
    let again = world.double.dialogs().pop().expect("a form");
    assert_ne!(open.dialog["state"], again.dialog["state"], "each opening has its own nonce");
    let late = world.chat.open_form(&opener(now - 31_000), &form, &state).await;
    let (reason, credentials) = broken(late);
    assert!(reason.contains("expired") && !credentials, "{reason}");
    let token = world.double.seed().token("nightowl");
    let mute = connect(&world.double, &token, None);
    broken(mute.open_form(&opener(now), &form, &state).await);
}

#[tokio::test]
async fn a_revoked_token_breaks_everything() {
    let world = World::new().await;
    assert!(world.double.revoke(&world.double.seed().token("nightowl")));
    let (_, credentials) = broken(world.post("alerts", "a").await);
    assert!(credentials);
    let connected: Result<_, ProviderError> = world.chat.connect().await;
    assert!(broken(connected).1);
}
