//! `/nightowl …` as Slack sends it.

mod world;

use nightowl_engine::chat::words;
use world::{APP, OTHER_SECRET, SECRET, TEAM, Typed, World, settings};

#[tokio::test]
async fn a_command_is_answered_to_its_person_alone() {
    let world = World::new();
    let alert = world.fire("disk").await;
    let id = alert.short_id.to_uppercase();
    let said = world.type_as("Ualice", &format!("ack {}", alert.short_id), "t1").await;
    assert_eq!(said, format!("You acknowledged {id} (disk broke)."));
    assert_eq!(world.status(&alert).await, "acknowledged");
    let said = world.type_as("Ubob", &format!("resolve {id} swapped it"), "t2").await;
    assert!(said.starts_with(&format!("You resolved {id}")), "{said}");
    assert_eq!(world.status(&alert).await, "resolved");
}

#[tokio::test]
async fn lists_and_help_are_blocks() {
    let world = World::new();
    world.fire("disk").await;
    for text in ["ack", "help", "oncall", "resolve nothing-like-it"] {
        let body = Typed { text, ..Typed::default() }.body();
        let answer = world.post("commands/acme", SECRET, &body).await;
        answer.said();
        let blocks = answer.json()["blocks"].as_array().map_or(0, Vec::len);
        assert!(blocks > 0, "{text}: {}", answer.text);
    }
    let said = world.type_as("Ualice", "akc", "t1").await;
    let (first, rest) = said.split_once('\n').expect("the command follows, as text too");
    assert_eq!(first, "There is no command akc. Did you mean ack?");
    let line = "/nightowl ack ID [NOTE] · You take the alert: nobody else is paged for it.";
    assert_eq!(rest, line, "that one alone");
    let said = world.type_as("Ualice", "pizza", "t2").await;
    assert!(said.contains("/nightowl resolve ID [NOTE] · It is over."), "{said}");
}

#[tokio::test]
async fn without_a_tenant_in_the_path_the_signature_finds_it() {
    let world = World::new();
    let alert = world.fire("disk").await;
    let text = format!("ack {}", alert.short_id);
    let body = Typed { text: &text, ..Typed::default() }.body();
    let said = world.post("commands", SECRET, &body).await.said();
    assert!(said.starts_with("You acknowledged"), "{said}");
    // The team it claims does not make it that team's.
    world.post("commands", OTHER_SECRET, &body).await.is_forged();
    // A tenant that does not say its team is found by its secret all the same.
    world.set("third", settings("third-secret", None, None));
    let body = Typed { team: "T0THIRD", text: "help", ..Typed::default() }.body();
    world.post("commands", "third-secret", &body).await.said();
}

#[tokio::test]
async fn the_same_command_twice_is_done_once() {
    let world = World::new();
    let alert = world.fire("disk").await;
    let text = format!("escalate {}", alert.short_id);
    let first = world.type_as("Ualice", &text, "t1").await;
    assert!(first.contains("tier 2 in round 1"), "{first}");
    let again = world.type_as("Ualice", &text, "t1").await;
    assert!(again.ends_with("was taken before."), "{again}");
    assert_eq!(world.read(&alert).await.plan.tier, 1);
    // Typed again, it is another wish.
    world.type_as("Ualice", &text, "t2").await;
    assert_eq!(world.read(&alert).await.plan.round, 1);
}

#[tokio::test]
async fn a_stranger_learns_how_to_become_known_and_does_nothing() {
    let world = World::new();
    let alert = world.fire("disk").await;
    let text = format!("ack {}", alert.short_id);
    for person in ["Umallory", "Unobody"] {
        let said = world.type_as(person, &text, person).await;
        assert!(said.contains("ask an operator to add you to"), "{said}");
    }
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn another_tenants_alerts_are_not_seen() {
    let world = World::new();
    let alert = world.fire_at("other", "secret-disk").await;
    let text = format!("ack {}", alert.id);
    let body = Typed { text: &text, ..Typed::default() }.body();
    let answer = world.post("commands/acme", SECRET, &body).await;
    assert!(answer.said().starts_with("No alert is called"));
    assert!(!answer.text.contains("secret-disk"));
    assert_eq!(world.status(&alert).await, "firing");
    // The other tenant's own request at this tenant's address, and the other way round.
    let body = Typed { team: "T0OTHER", app: "A0OTHER", ..Typed::default() }.body();
    world.post("commands/acme", OTHER_SECRET, &body).await.is_forged();
    world.post("commands/other", SECRET, &body).await.is_forged();
    world.post("commands/other", OTHER_SECRET, &body).await.said();
}

#[tokio::test]
async fn tenants_that_share_an_app_have_to_be_named() {
    let world = World::new();
    world.set("twin", settings(SECRET, Some(TEAM), Some(APP)));
    let body = Typed { text: "ack", ..Typed::default() }.body();
    let said = world.post("commands", SECRET, &body).await.said();
    assert_eq!(said, words::WHICH_TENANT);
    assert_eq!(world.post("commands/twin", SECRET, &body).await.said(), words::NO_OPEN_ALERTS);
}
