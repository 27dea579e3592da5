//! Forms: opened by a click or a choice, filled in, and refused where they have to be.

mod world;

use http::StatusCode;
use nightowl_domain::{Alert, Status};
use nightowl_engine::chat::words;
use nightowl_engine::testing::Posted;
use nightowl_messaging::{ActionId, FormState, Snooze};
use serde_json::{Value, json};
use world::{APP, OTHER_SECRET, Press, SECRET, TEAM, World, form};

/// A modal as its person sends it off.
struct Filled<'a> {
    state: String,
    person: &'a str,
    view: &'a str,
    app: &'a str,
    values: &'a [(&'a str, &'a str)],
}

impl<'a> Filled<'a> {
    fn new(state: &FormState, values: &'a [(&'a str, &'a str)]) -> Self {
        Self { state: state.encode(), person: "Ualice", view: "V1", app: APP, values }
    }

    fn body(&self) -> String {
        let blocks = self.values.iter().map(|(id, _)| json!({"type": "input", "block_id": id}));
        let values = self.values.iter().map(|(id, value)| {
            let stands = json!({"value": {"type": "plain_text_input", "value": value}});
            ((*id).to_owned(), stands)
        });
        let payload = json!({
            "type": "view_submission", "team": {"id": TEAM}, "api_app_id": self.app,
            "user": {"id": self.person, "name": "somebody", "team_id": TEAM}, "trigger_id": "1.s",
            "view": {"id": self.view, "type": "modal", "private_metadata": self.state,
                "blocks": blocks.collect::<Vec<_>>(),
                "state": {"values": values.collect::<serde_json::Map<_, _>>()}},
        });
        form(&[("payload", &payload.to_string())])
    }
}

/// Fires, posts and clicks; what the form that opened brings back.
async fn opened(world: &World, action: ActionId) -> (Alert, Posted, FormState) {
    let (alert, card) = world.posted("disk").await;
    world.click(&Press::new(&card, action, "t1")).await;
    let forms = world.chat.forms();
    let [(person, _, state)] = forms.as_slice() else { panic!("{forms:?}") };
    assert_eq!(person, "Ualice");
    (alert, card, state.clone())
}

impl World {
    async fn submit(&self, filled: &Filled<'_>) -> world::Answer {
        self.post("interactions/acme", SECRET, &filled.body()).await
    }
}

#[track_caller]
fn errors(answer: &world::Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json()["response_action"], "errors", "{}", answer.text);
    answer.json()["errors"].clone()
}

#[tokio::test]
async fn a_resolve_asks_what_fixed_it() {
    let world = World::new();
    let (alert, card, state) = opened(&world, ActionId::Resolve).await;
    assert_eq!(state.channel_id, card.message.channel);
    assert_eq!(world.status(&alert).await, "firing", "not before it is sent off");
    let filled = Filled::new(&state, &[("note", "deleted old logs")]);
    world.submit(&filled).await.is_empty();
    let standing = world.read(&alert).await;
    assert!(matches!(standing.status, Status::Resolved { .. }), "{:?}", standing.status);
    let says = |text: &str| standing.timeline.iter().any(|entry| entry.text.contains(text));
    assert!(says("deleted old logs"), "{:?}", standing.timeline);
    // Sent again, it is found done.
    world.submit(&filled).await.is_empty();
    let entries = world.read(&alert).await.timeline.len();
    assert_eq!(entries, standing.timeline.len());
}

#[tokio::test]
async fn a_choice_snoozes_and_another_asks_until_when() {
    let world = World::new();
    let (alert, card) = world.posted("disk").await;
    let press = Press::new(&card, ActionId::Snooze, "t1");
    world.post("interactions/acme", SECRET, &press.choosing("2h")).await.is_empty();
    assert_eq!(world.status(&alert).await, "snoozed");
    let press = Press::new(&card, ActionId::Snooze, "t2");
    world.post("interactions/acme", SECRET, &press.choosing("until")).await.is_empty();
    let (_, _, state) = world.chat.forms().pop().expect("a form");
    let bad = world.submit(&Filled::new(&state, &[("until", "whenever")])).await;
    assert!(errors(&bad)["until"].as_str().is_some_and(|why| !why.is_empty()), "{}", bad.text);
    let before = world.read(&alert).await;
    world.submit(&Filled::new(&state, &[("until", "3h")])).await.is_empty();
    let after = world.read(&alert).await;
    assert_ne!(before.status, after.status, "the same form, corrected");
    // What was never offered is not done.
    let press = Press::new(&card, ActionId::Snooze, "t3");
    let odd = press.choosing("99999h");
    world.post("interactions/acme", SECRET, &odd).await.is_empty();
    assert_eq!(world.read(&alert).await.status, after.status);
    assert_eq!(Snooze::parse("99999h"), None);
}

#[tokio::test]
async fn a_form_of_somebody_else_or_of_nobody_does_nothing() {
    let world = World::new();
    let (alert, _, state) = opened(&world, ActionId::Resolve).await;
    let good = Filled::new(&state, &[("note", "x")]);
    let body = good.body();
    world.post("interactions/acme", OTHER_SECRET, &body).await.is_forged();
    let other_app = Filled { app: "A0OTHER", ..Filled::new(&state, &[("note", "x")]) };
    world.submit(&other_app).await.is_forged();
    let stranger = Filled { person: "Umallory", ..Filled::new(&state, &[("note", "x")]) };
    let answer = world.submit(&stranger).await;
    assert_ne!(errors(&answer)["note"], Value::Null);
    let junk = Filled { state: "v1|resolve|x".to_owned(), ..Filled::new(&state, &[("note", "x")]) };
    let answer = world.submit(&junk).await;
    assert_eq!(answer.json()["response_action"], "update");
    assert_eq!(answer.json()["view"]["blocks"][0]["text"]["text"], words::FOREIGN);
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn what_cannot_be_done_is_said_in_the_form() {
    let world = World::new();
    let (_, _, state) = opened(&world, ActionId::Note).await;
    world.ports.config.disable("acme");
    let answer = world.submit(&Filled::new(&state, &[("note", "x")])).await;
    assert_eq!(errors(&answer)["note"], words::NOT_DONE);
}

#[tokio::test]
async fn a_resolve_whose_form_does_not_open_resolves() {
    let world = World::new();
    let (alert, card) = world.posted("disk").await;
    let press = Press { trigger: "", ..Press::new(&card, ActionId::Resolve, "") };
    world.click(&press).await;
    assert_eq!(world.status(&alert).await, "resolved");
    assert!(world.chat.forms().is_empty());
}
