//! Forms that people fill in, and forms that nobody opened.

mod world;

use mattermost_double::{Got, OpenDialog, Post, Sent};
use nightowl_domain::{Alert, Status};
use serde_json::{Map, Value, json};
use world::World;

fn fields(note: &str) -> Map<String, Value> {
    Map::from_iter([("note".to_owned(), note.into())])
}

/// Alice presses Resolve, which asks what fixed it.
async fn asked(world: &World) -> (Alert, Post, OpenDialog) {
    let (alert, card) = world.posted("disk").await;
    let got = world.click("alice", &card, "resolve").await;
    let [dialog] = got.dialogs.as_slice() else { panic!("{got:?}") };
    assert_eq!(got.ephemerals, []);
    assert!(world.double.warnings().is_empty(), "{:?}", world.double.warnings());
    (alert, card, dialog.clone())
}

async fn sent(world: &World, form: Sent) -> Got {
    let got = world.double.submit(form).await.expect("a form is open");
    assert_eq!(got.status, 200, "{:?}", got.body);
    got
}

fn by(user: &str, note: &str) -> Sent {
    Sent { user: user.to_owned(), submission: fields(note), ..Sent::default() }
}

/// The request that the server would send.
fn request(world: &World, user: &str, dialog: &OpenDialog, note: &str) -> Value {
    json!({
        "type": "dialog_submission",
        "callback_id": "resolve",
        "state": dialog.dialog["state"],
        "user_id": world.user(user),
        "channel_id": world.channel("alerts"),
        "team_id": "",
        "submission": {"note": note},
        "cancelled": false,
    })
}

async fn note_of(world: &World, alert: &Alert) -> Option<String> {
    match world.read(alert).await.status.clone() {
        Status::Resolved { note, .. } => note,
        Status::Firing | Status::Acknowledged { .. } | Status::Snoozed { .. } => None,
    }
}

#[tokio::test]
async fn a_resolve_with_a_note() {
    let world = World::start().await;
    let (alert, _, _) = asked(&world).await;
    assert_eq!(world.status(&alert).await, "firing", "nothing is done before it is sent");
    let got = sent(&world, by("alice", "deleted old logs")).await;
    assert_eq!((got.body, got.dialogs.len()), (json!({}), 0));
    assert_eq!(note_of(&world, &alert).await.as_deref(), Some("deleted old logs"));
}

#[tokio::test]
async fn a_form_that_is_closed_does_nothing() {
    let world = World::start().await;
    let (alert, _, dialog) = asked(&world).await;
    let mut body = request(&world, "alice", &dialog, "");
    body["cancelled"] = true.into();
    body["submission"] = Value::Null;
    world.send("dialogs/acme", &body).await.is_empty();
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn mistakes_come_back_and_the_form_can_be_sent_again() {
    let world = World::start().await;
    let (alert, card) = world.posted("disk").await;
    let got = world.double.choose("alice", &card.id, "snooze", "until").await.expect("a menu");
    assert_eq!(got.dialogs.len(), 1, "{got:?}");
    let until = |text: &str| Sent {
        user: "alice".to_owned(),
        submission: Map::from_iter([("until".to_owned(), text.into())]),
        ..Sent::default()
    };
    let got = sent(&world, until("whenever")).await;
    assert!(got.body["errors"]["until"].is_string(), "{:?}", got.body);
    assert_eq!(got.dialogs.len(), 1, "it stays open");
    assert_eq!(world.status(&alert).await, "firing");
    let got = sent(&world, until("2h")).await;
    assert_eq!((got.body, got.dialogs.len()), (json!({}), 0));
    assert_eq!(world.status(&alert).await, "snoozed");
    let told = world.direct_messages("alice");
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test]
async fn a_form_is_sent_once() {
    let world = World::start().await;
    let (alert, _, dialog) = asked(&world).await;
    let body = request(&world, "alice", &dialog, "first");
    world.send("dialogs/acme", &body).await.is_empty();
    let again = request(&world, "alice", &dialog, "second");
    let told = world.send("dialogs/acme", &again).await.error();
    assert!(told.starts_with("This form was sent before."), "{told}");
    assert_eq!(note_of(&world, &alert).await.as_deref(), Some("first"));
}

#[tokio::test]
async fn a_form_is_of_one_person_in_one_channel_for_a_while() {
    let world = World::start().await;
    let (alert, _, dialog) = asked(&world).await;
    let told = async |path: &str, body: &Value| world.send(path, body).await.error();
    // Bob sends what he saw over Alice's shoulder; his server says who he is.
    let body = request(&world, "bob", &dialog, "x");
    assert!(told("dialogs/acme", &body).await.starts_with("This form was opened for another"));
    let mut body = request(&world, "alice", &dialog, "x");
    body["channel_id"] = world.channel("off-topic").into();
    assert!(told("dialogs/acme", &body).await.starts_with("This form was opened in another"));
    let body = request(&world, "alice", &dialog, "x");
    assert!(told("dialogs/other", &body).await.starts_with("This form is not one"));
    world.pass(15 * 60 + 1);
    let late = told("dialogs/acme", &body).await;
    assert!(late.starts_with("This form was open for more than 15 minutes"), "{late}");
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn a_forged_form_is_refused_and_says_what_to_do() {
    let world = World::start().await;
    let (alert, card, dialog) = asked(&world).await;
    let url = format!("http://{}/api/v1/mattermost/dialogs/acme", world.address);
    let state = dialog.dialog["state"].as_str().expect("a state").to_owned();
    let alter = |from: &str, to: &str| {
        assert!(state.contains(from), "{state}");
        state.replace(from, to)
    };
    let states = [
        "STATE".to_owned(),
        String::new(),
        alter(&world.user("alice"), &world.user("carol")),
        alter("|resolve|", "|note|"),
        format!("{}{}", "0".repeat(64), &state[64..]),
        // What a button carries is signed too, for another purpose.
        world::context(&card, "ack")["mac"].as_str().expect("a MAC").to_owned() + &state[64..],
    ];
    for state in states {
        // Through the server, as everybody with an account can.
        let forged = Sent {
            url: Some(url.clone()),
            state: Some(state),
            channel: Some("alerts".to_owned()),
            ..by("carol", "all is well")
        };
        let got = sent(&world, forged).await;
        let told = got.body["error"].as_str().expect("an error");
        assert!(told.contains("Press the button on the alert"), "{told}");
    }
    for kind in ["refresh", "dialog_lookup", ""] {
        let mut body = request(&world, "alice", &dialog, "x");
        body["type"] = kind.into();
        world.send("dialogs/acme", &body).await.is_forged();
    }
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn a_form_without_a_tenant_in_the_path_works_too() {
    let world = World::start().await;
    let (alert, _, dialog) = asked(&world).await;
    let body = request(&world, "alice", &dialog, "done");
    world.send("dialogs", &body).await.is_empty();
    assert_eq!(note_of(&world, &alert).await.as_deref(), Some("done"));
}
