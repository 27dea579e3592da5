//! `/nightowl …` typed into a real Mattermost, and messages that call the bot.

mod world;

use nightowl_engine::chat::words;
use serde_json::{Map, Value, json};
use world::{OTHER_TOKEN, SECOND_TOKEN, TOKEN, World};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// What the person reads alone.
async fn typed(world: &World, user: &str, text: &str) -> String {
    let line = format!("/nightowl {text}");
    let got = world.double.command(user, "alerts", "", &line).await.expect("it exists");
    assert_eq!(got.status, 200, "{:?}", got.body);
    assert_eq!(got.body["response_type"], "ephemeral", "{:?}", got.body);
    let [told] = got.ephemerals.as_slice() else { panic!("{got:?}") };
    told.message.clone()
}

/// The form of a command, with another token.
fn form(world: &World, user: &str, text: &str, token: &str) -> String {
    let line = format!("/nightowl {text}");
    let body = world.double.command_body(&world.user(user), "alerts", &line);
    body.expect("it exists").encode().replace(TOKEN, token)
}

#[tokio::test]
async fn a_command_acts_and_says_so() {
    let world = World::start().await;
    let (alert, _) = world.posted("disk").await;
    let said = typed(&world, "alice", &format!("ack {}", alert.short_id)).await;
    assert!(said.contains("You acknowledged"), "{said}");
    assert_eq!(world.status(&alert).await, "acknowledged");
    let said = typed(&world, "alice", "help").await;
    assert!(said.contains("/nightowl"), "{said}");
    let said = typed(&world, "carol", &format!("resolve {}", alert.short_id)).await;
    assert!(said.contains("does not know you"), "{said}");
    assert_eq!(world.status(&alert).await, "acknowledged");
}

#[tokio::test]
async fn any_of_several_tokens_will_do_in_header_or_form() {
    let world = World::start().await;
    let (alert, _) = world.posted("disk").await;
    let ack = format!("ack {}", alert.short_id);
    let bare = form(&world, "alice", &ack, "");
    let path = "commands/acme";
    world.request("POST", path, &[FORM], &bare).await.is_forged();
    let in_header = ("Authorization", &*format!("Token {SECOND_TOKEN}"));
    let answer = world.request("POST", path, &[FORM, in_header], &bare).await;
    assert_eq!((answer.status, &answer.json()["response_type"]), (200, &json!("ephemeral")));
    assert_eq!(world.status(&alert).await, "acknowledged");
    // An outgoing connection has put its own credential into the header.
    let of_connection = ("Authorization", "Bearer abc");
    let body = form(&world, "alice", "help", SECOND_TOKEN);
    assert_eq!(world.request("POST", path, &[FORM, of_connection], &body).await.status, 200);
    for token in [OTHER_TOKEN, "wrong", &TOKEN[..26]] {
        let body = form(&world, "alice", &ack, token);
        world.request("POST", path, &[FORM], &body).await.is_forged();
    }
}

#[tokio::test]
async fn without_a_tenant_the_token_says_whose_it_is() {
    let world = World::start().await;
    let theirs = world.fire_at("other", "cpu").await;
    let body = form(&world, "alice", &format!("ack {}", theirs.short_id), OTHER_TOKEN);
    assert_eq!(world.request("POST", "commands", &[FORM], &body).await.status, 200);
    assert_eq!(world.status(&theirs).await, "acknowledged");
    world.connect("twin", &"twin-key".repeat(5), &[OTHER_TOKEN]);
    let answer = world.request("POST", "commands", &[FORM], &body).await;
    let said = answer.json()["text"].as_str().expect("a text").to_owned();
    assert!(said.starts_with(&words::WHICH_TENANT[..40]), "{said}");
}

/// However many tenants there are, a request is tried with those that it may be of.
#[tokio::test]
async fn without_a_tenant_any_of_many_is_found() {
    let world = World::start().await;
    for number in 0..40 {
        let slug = format!("many-{number}");
        let token = format!("commandtokenofthetenant{number:03}");
        world.connect(&slug, &format!("key-of-tenant-{number:03}-").repeat(3), &[&token]);
    }
    for number in [0, 39] {
        let alert = world.fire_at(&format!("many-{number}"), "cpu").await;
        let token = format!("commandtokenofthetenant{number:03}");
        let body = form(&world, "alice", &format!("ack {}", alert.short_id), &token);
        assert_eq!(world.request("POST", "commands", &[FORM], &body).await.status, 200);
        assert_eq!(world.status(&alert).await, "acknowledged");
    }
    let alert = world.fire_at("many-39", "disk").await;
    let card = world.post_unnoted(&alert).await;
    let claim = world.claim("alice", &card, "ack");
    world.send("actions", &claim).await.is_empty();
    assert_eq!(world.status(&alert).await, "acknowledged");
}

#[tokio::test]
async fn once_proved_there_is_always_an_answer() {
    let world = World::start().await;
    let body = format!("token={TOKEN}&text=ack");
    let answer = world.request("POST", "commands/acme", &[FORM], &body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["response_type"], "ephemeral", "{}", answer.body);
    assert_eq!(answer.json()["skip_slack_parsing"], true, "{}", answer.body);
}

#[tokio::test]
async fn the_same_use_of_a_command_is_one() {
    let world = World::start().await;
    let (alert, _) = world.posted("disk").await;
    let body = form(&world, "alice", &format!("escalate {}", alert.short_id), TOKEN);
    for _ in 0..2 {
        world.request("POST", "commands/acme", &[FORM], &body).await;
    }
    assert_eq!(world.read(&alert).await.plan.tier, 1);
}

/// As an outgoing webhook sends it.
async fn called(world: &World, user: &str, text: &str, root: &str, token: &str) -> Value {
    let id = world.double.say(user, "alerts", text, root, Map::new()).await.expect("they may");
    json!({
        "token": token,
        "team_id": "t",
        "channel_id": world.channel("alerts"),
        "user_id": world.user(user),
        "user_name": user,
        "post_id": id,
        "text": text,
        "trigger_word": "@nightowl",
    })
}

#[tokio::test]
async fn a_reply_that_mentions_the_bot_acts_on_its_threads_alert() {
    let world = World::start().await;
    let (_, _) = world.posted("cpu").await;
    let (alert, card) = world.posted("disk").await;
    let body = called(&world, "alice", "@nightowl ack", &card.id, TOKEN).await;
    world.send("events/acme", &body).await.is_empty();
    assert_eq!(world.status(&alert).await, "acknowledged");
    let told = world.direct_messages("alice");
    assert_eq!(told.len(), 1, "{told:?}");
    // The same message once more is nothing new.
    world.send("events", &body).await.is_empty();
    assert_eq!(world.direct_messages("alice").len(), 1);
    let forged = called(&world, "alice", "@nightowl resolve", &card.id, OTHER_TOKEN).await;
    world.send("events/acme", &forged).await.is_forged();
    assert_eq!(world.status(&alert).await, "acknowledged");
}

#[tokio::test]
async fn what_the_bot_says_itself_and_what_nobody_called_is_left_alone() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let own = called(&world, "nightowl", "@nightowl ack", &card.id, TOKEN).await;
    world.send("events/acme", &own).await.is_empty();
    let mut uncalled = called(&world, "alice", "ack", &card.id, TOKEN).await;
    uncalled["trigger_word"] = "".into();
    world.send("events/acme", &uncalled).await.is_empty();
    assert_eq!(world.status(&alert).await, "firing");
    assert_eq!(world.direct_messages("alice"), Vec::<String>::new());
}
