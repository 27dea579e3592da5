//! Who is not believed.

mod world;

use std::sync::Arc;

use http::StatusCode;
use mattermost_double::Fault;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use world::World;

#[tokio::test]
async fn what_a_button_carries_does_not_say_who_pressed_it() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    // Carol reads the button by a link to the post and says that she is Alice.
    let mut claim = world.claim("carol", &card, "resolve");
    claim["user_id"] = world.user("alice").into();
    claim["user_name"] = "alice".into();
    world.send("actions/acme", &claim).await.is_forged();
    // With a trigger that she signs herself.
    let forger = mattermost_double::TriggerKey::generate().expect("a key");
    let signed = forger.sign(&world.user("alice"), world.double.now());
    claim["trigger_id"] = signed.trigger_id.into();
    world.send("actions/acme", &claim).await.is_forged();
    claim["trigger_id"] = Value::Null;
    world.send("actions/acme", &claim).await.is_forged();
    assert_eq!(world.status(&alert).await, "firing");
}

/// The server shows what a button carries to everybody who links to its post.
#[tokio::test]
async fn what_a_link_to_the_post_leaks_is_of_no_use() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let link = format!("{}/ops/pl/{}", world.double.url(), card.id);
    let post = json!({"channel_id": world.channel("alerts"), "message": link});
    let linked = world.ask_server("carol", "POST", "posts", &post).await;
    let embedded = &linked["metadata"]["embeds"][0]["data"]["post"];
    let actions = embedded["props"]["attachments"][0]["actions"].as_array().expect("they leak");
    for action in actions {
        let mut claim = world.claim("carol", &card, "ack");
        claim["context"] = action["integration"]["context"].clone();
        claim["user_id"] = world.user("alice").into();
        world.send("actions/acme", &claim).await.is_forged();
        // As herself she is who she is.
        claim["user_id"] = world.user("carol").into();
        let told = world.send("actions/acme", &claim).await.whispered();
        assert!(told.contains("does not know you"), "{told}");
    }
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn a_trigger_acts_once_and_soon() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let claim = world.claim("alice", &card, "ack");
    world.send("actions/acme", &claim).await.is_empty();
    // The same one, on another of our buttons.
    let mut replayed = claim.clone();
    replayed["context"] = world::context(&card, "resolve");
    let told = world.send("actions/acme", &replayed).await.whispered();
    assert!(told.starts_with("That click was taken before."), "{told}");
    let late = world.claim("alice", &card, "resolve");
    world.pass(12);
    let told = world.send("actions/acme", &late).await.whispered();
    assert!(told.starts_with("That click took too long"), "{told}");
    assert_eq!(world.status(&alert).await, "acknowledged");
}

#[tokio::test]
async fn a_button_that_was_altered_is_not_ours() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let mut claim = world.claim("alice", &card, "ack");
    for (name, value) in [("op", "resolve"), ("mac", ""), ("k", ""), ("v", "v1|a|b|0|0")] {
        let kept = claim["context"][name].clone();
        claim["context"][name] = value.into();
        let told = world.send("actions/acme", &claim).await.whispered();
        assert!(told.contains("not one that NightOwl believes"), "{name}: {told}");
        // Nobody says that a person of this server clicked it.
        let mut faceless = claim.clone();
        faceless["user_id"] = world.user("bob").into();
        world.send("actions/acme", &faceless).await.is_forged();
        world.send("actions", &claim).await.is_forged();
        claim["context"][name] = kept;
    }
    for context in [json!(null), json!({}), json!([]), json!("x"), json!({"op": 1})] {
        claim["context"] = context;
        let answer = world.send("actions/acme", &claim).await;
        assert!(matches!(answer.status, 200 | 401), "{answer:?}");
    }
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn a_new_key_of_the_server_is_fetched_and_its_old_triggers_are_over() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    world.click("alice", &card, "ack").await;
    // The key was fetched just now, and is not fetched for every forgery.
    world.pass(60);
    let old = world.claim("alice", &card, "ack");
    world.double.change_key();
    world.click("bob", &card, "escalate").await;
    assert_eq!(world.status(&alert).await, "firing", "the new key was fetched");
    world.send("actions/acme", &old).await.is_forged();
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn a_new_key_of_ours_makes_old_buttons_say_so() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    world.connect("acme", &"new-key-".repeat(5), &[world::TOKEN]);
    let got = world.click("alice", &card, "ack").await;
    let [told] = got.ephemerals.as_slice() else { panic!("{got:?}") };
    assert!(told.message.contains("not one that NightOwl believes"), "{}", told.message);
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn what_cannot_be_checked_is_not_believed() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    world.double.script("config.client", Fault::Page { status: 503 });
    let claim = world.claim("alice", &card, "ack");
    let told = world.send("actions/acme", &claim).await.whispered();
    assert!(told.contains("could not check just now"), "{told}");
    assert_eq!(world.status(&alert).await, "firing");
    // The trigger was not used up.
    world.send("actions/acme", &claim).await.is_empty();
    assert_eq!(world.status(&alert).await, "acknowledged");
}

#[tokio::test]
async fn the_servers_clock_counts_and_operators_hear_of_a_great_difference() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    world.double.shift_clock(-90_000);
    let claim = world.claim("alice", &card, "ack");
    world.send("actions/acme", &claim).await.is_empty();
    assert_eq!(world.status(&alert).await, "acknowledged");
    let told: Vec<String> = world
        .double
        .posts()
        .into_iter()
        .map(|post| format!("{} {}", post.message, json!(post.props)))
        .filter(|text| text.contains("The clock of the Mattermost server is"))
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("behind NightOwl"), "{told:?}");
}

#[tokio::test]
async fn junk_is_refused_everywhere() {
    let world = World::start().await;
    for route in ["actions", "dialogs", "commands", "events"] {
        for path in [route.to_owned(), format!("{route}/acme"), format!("{route}/nobody")] {
            for body in ["", "{}", "[]", "\u{0}", "token=x", "{\"token\":\"x\"}", "a=b&a=c"] {
                world.request("POST", &path, &[], body).await.is_forged();
            }
            let answer = world.request("GET", &path, &[], "").await;
            answer.is_problem(StatusCode::METHOD_NOT_ALLOWED, "method");
        }
        let large = "x".repeat(nightowl_fn_mattermost::BODY_BYTES_MAX + 1);
        let answer = world.request("POST", route, &[], &large).await;
        answer.is_problem(StatusCode::PAYLOAD_TOO_LARGE, "too-large");
        world.request("POST", &format!("{route}/%ff"), &[], "{}").await.is_forged();
    }
}

/// Whatever stands in an address or in a form is a name of the store's only if it can be one.
#[tokio::test]
async fn what_is_no_name_of_a_tenant_is_not_looked_up() {
    let world = World::start().await;
    let (_, card) = world.posted("disk").await;
    let claim = world.claim("alice", &card, "ack");
    world.set_down();
    for name in ["ACME", "a_b", "acme%20", &"a".repeat(65)] {
        world.send(&format!("actions/{name}"), &claim).await.is_forged();
        world.request("POST", &format!("commands/{name}"), &[], "token=x").await.is_forged();
        let state = format!("{}[{:?}]", "0".repeat(64), name);
        let (user, channel) = (world.user("alice"), world.channel("alerts"));
        let form = json!({"type": "dialog_submission", "state": state, "user_id": user,
            "channel_id": channel, "submission": {}});
        world.send("dialogs", &form).await.is_forged();
    }
}

/// A server that does not answer is not asked for every forgery.
#[tokio::test]
async fn forgeries_do_not_make_us_ask_without_end() {
    let world = World::start().await;
    let (_, card) = world.posted("disk").await;
    let mut claim = world.claim("alice", &card, "ack");
    claim["context"]["mac"] = "".into();
    world.connect("acme", &"acme-key".repeat(5), &[world::TOKEN]);
    let asked = |world: &World| {
        world.double.calls().iter().filter(|call| call.route == "config.client").count()
    };
    let before = asked(&world);
    for _ in 0..20 {
        world.double.script("config.client", Fault::Hang);
    }
    let world = Arc::new(world);
    let mut all = JoinSet::new();
    for _ in 0..20 {
        let (world, claim) = (Arc::clone(&world), claim.clone());
        all.spawn(async move { world.send("actions/acme", &claim).await });
    }
    for answer in all.join_all().await {
        assert_eq!(answer.status, if answer.body.contains("forged") { 401 } else { 200 });
    }
    let times = asked(&world) - before;
    assert!((1..=4).contains(&times), "{times}");
}

#[tokio::test]
async fn without_a_configuration_nothing_is_proved() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let claim = world.claim("alice", &card, "ack");
    world.set_down();
    let answer = world.send("actions/acme", &claim).await;
    answer.is_problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert_eq!(world.status(&alert).await, "firing");
}
