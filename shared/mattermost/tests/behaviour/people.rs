//! Who is who: by address, by name, by mapping.

use mattermost_double::{Seed, Version};
use nightowl_messaging::conformance::{alert, escalation};
use nightowl_messaging::{ChatUser, Message, Post, Provider};

use crate::setup::{World, broken, person, post, somebody, to};

#[tokio::test]
async fn a_hidden_address_falls_to_the_mapping_or_the_user_name() {
    let world = World::new().await;
    world.double.configure(|config| config.show_email_address = false);
    let alice = ChatUser { email: Some("alice@example.com".to_owned()), ..somebody("alice") };
    assert_eq!(world.chat.look_up_user(&alice).await, Ok(Some(world.id_of("alice"))));
    let mapped = ChatUser { handle: Some("@Bob".to_owned()), ..alice.clone() };
    assert_eq!(world.chat.look_up_user(&mapped).await, Ok(Some(world.id_of("bob"))));
    let by_id = ChatUser { handle: Some(world.id_of("carol")), ..alice };
    assert_eq!(world.chat.look_up_user(&by_id).await, Ok(Some(world.id_of("carol"))));
    let described = world.chat.describe_user(&world.id_of("alice")).await;
    let described = described.expect("an answer").expect("somebody");
    assert_eq!((described.email, described.handle), (None, Some("alice".to_owned())));
}

/// Somebody else may have taken a name that is our user id: an address that is known to the server
/// and belongs to nobody is believed before that.
#[tokio::test]
async fn a_name_is_no_proof_where_addresses_are_shown() {
    let world = World::new().await;
    let other = ChatUser { email: Some("alice@elsewhere.example".to_owned()), ..somebody("alice") };
    assert_eq!(world.chat.look_up_user(&other).await, Ok(None));
    assert_eq!(world.chat.look_up_user(&somebody("alice")).await, Ok(Some(world.id_of("alice"))));
    let mapped = ChatUser { handle: Some("alice".to_owned()), ..other };
    assert_eq!(world.chat.look_up_user(&mapped).await, Ok(Some(world.id_of("alice"))));
}

#[tokio::test]
async fn who_was_looked_up_is_written_to_by_our_own_id() {
    let world = World::new().await;
    let alice = ChatUser { email: Some("ALICE@example.com".to_owned()), ..somebody("al") };
    assert_eq!(world.chat.look_up_user(&alice).await, Ok(Some(world.id_of("alice"))));
    let at = world.chat.post(&post(person("al"), "p")).await.expect("a page");
    let bot = world.id_of("nightowl");
    assert_eq!(world.double.direct_to(&at.channel, &bot), Some(world.id_of("alice")));
}

/// People of no common team, where the server allows no such message.
#[tokio::test]
async fn a_restricted_direct_message_is_the_persons_trouble() {
    let mut seed = Seed::default();
    seed.teams[0].members.retain(|name| name != "carol");
    let world = World::of(seed).await;
    world.double.configure(|config| config.restrict_direct_message = true);
    let (_, credentials) = broken(world.chat.post(&post(person("carol@example.com"), "p")).await);
    assert!(!credentials);
}

/// A mention needs the name, which is asked for; without an answer the person is named only.
#[tokio::test]
async fn a_page_mentions_by_user_name() {
    let world = World::new().await;
    let page = |key: &str, user: &str| Post {
        message: Message::Escalation(escalation("zorn", Some(user))),
        ..post(to("alerts"), key)
    };
    let at = world.chat.post(&page("a", &world.id_of("alice"))).await.expect("a page");
    assert!(world.double.read(&world.stored(&at)).mentions.contains(&"@alice".to_owned()));
    world
        .double
        .script("users.get", mattermost_double::Fault::Status { status: 500, retry_after: None });
    let at = world.chat.post(&page("b", &world.id_of("bob"))).await.expect("a page");
    assert_eq!(world.double.read(&world.stored(&at)).mentions.first().map(String::as_str), None);
}

#[tokio::test]
async fn a_channel_is_found_as_people_write_it() {
    let mut seed = Seed::default();
    seed.teams[0].members.push("nightowl".to_owned());
    let world = World::of(seed).await;
    for name in ["alerts", "~alerts", "#Alerts", "ops/alerts", "ops/~alerts"] {
        let found = world.chat.resolve_channel(name).await;
        assert_eq!(found, Ok(world.channel("alerts")), "{name}");
    }
    let reason = async |name: &str| broken(world.chat.resolve_channel(name).await).0;
    assert!(reason("attic").await.contains("archived"));
    assert!(reason("nowhere").await.contains("no such channel"));
    assert!(reason("vault").await.contains("no such channel"), "a private one tells nothing");
    assert!(reason("sales/alerts").await.contains("no team of that name"));
    assert!(reason(" ").await.contains("no channel"));
    assert!(reason(&world.channel("attic")).await.contains("archived"));
}

/// Nothing of this form has a route, and the server would seem to be none of Mattermost.
#[tokio::test]
async fn what_can_be_no_name_is_nobody_and_nowhere() {
    let world = World::new().await;
    for name in ["Alice Adams", "störung", "a/b", "alice?x", &"x".repeat(70)] {
        assert_eq!(world.chat.look_up_user(&somebody(name)).await, Ok(None), "{name}");
        let mapped = ChatUser { handle: Some(name.to_owned()), ..somebody("zoe") };
        assert_eq!(world.chat.look_up_user(&mapped).await, Ok(None), "{name}");
    }
    for email in ["alice", "@", "a/../b@example.com", "a b@example.com", "zoe@example.com"] {
        let someone = ChatUser { email: Some(email.to_owned()), ..somebody("zoe") };
        assert_eq!(world.chat.look_up_user(&someone).await, Ok(None), "{email}");
    }
    for name in ["Ops Alerts", "störung", "a.b"] {
        let (reason, credentials) = broken(world.chat.resolve_channel(name).await);
        assert!(reason.contains("no such channel") && !credentials, "{name}: {reason}");
    }
}

#[tokio::test]
async fn a_bot_without_a_team_is_told_so() {
    for version in [Version::V5_37, Version::V11_6] {
        let mut seed = Seed { version, ..Seed::default() };
        seed.teams[0].members.retain(|name| name != "nightowl");
        let world = World::of(seed).await;
        let (reason, credentials) = broken(world.chat.resolve_channel("alerts").await);
        assert_eq!(reason, "the bot is in no team", "{version:?}");
        assert!(!credentials);
    }
}

/// Both on call are named on the card, and neither is called by it.
#[tokio::test]
async fn a_card_wakes_nobody() {
    let world = World::new().await;
    let card = alert("zorn", Some(&world.id_of("alice")));
    let post = Post { message: Message::Alert(card), ..post(to("alerts"), "a") };
    let at = world.chat.post(&post).await.expect("a card");
    assert_eq!(world.double.read(&world.stored(&at)).mentions, Vec::<String>::new());
    assert_eq!(world.calls_of("users.get"), 1, "nobody's name is asked for but our own");
}

#[tokio::test]
async fn a_name_in_two_teams_has_to_be_told_apart() {
    let world = World::new().await;
    let admin = world.double.seed().token("admin");
    let ask = async |path: &str, body: serde_json::Value| {
        let url = format!("{}/api/v4{path}", world.double.url());
        let answer = reqwest::Client::new().post(url).bearer_auth(&admin).json(&body).send().await;
        answer.expect("an answer").json::<serde_json::Value>().await.expect("JSON")
    };
    let team = serde_json::json!({"name": "sales", "display_name": "Sales", "type": "O"});
    let team = ask("/teams", team).await["id"].as_str().expect("a team").to_owned();
    let bot = serde_json::json!({"team_id": team, "user_id": world.id_of("nightowl")});
    ask(&format!("/teams/{team}/members"), bot).await;
    let channel = serde_json::json!({"team_id": team, "name": "alerts", "type": "O",
        "display_name": "Alerts"});
    let theirs = ask("/channels", channel).await["id"].as_str().expect("a channel").to_owned();
    let (reason, _) = broken(world.chat.resolve_channel("alerts").await);
    assert!(reason.contains("several teams"), "{reason}");
    assert_eq!(world.chat.resolve_channel("sales/alerts").await, Ok(theirs));
    assert_eq!(world.chat.resolve_channel("ops/alerts").await, Ok(world.channel("alerts")));
}
