//! Secrets, addresses, texts and people reach no log, whatever happens to a request.

mod world;

use std::io::Write;
use std::sync::{Arc, Mutex};

use http::Method;
use nightowl_engine::testing::Spring;
use nightowl_messaging::ActionId;
use serde_json::{Value, json};
use world::{APP, OTHER_SECRET, Press, SECRET, TEAM, Typed, World, form};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A form with a note, sent off by whoever pressed.
fn filled(press: &Press<'_>) -> String {
    let payload = json!({
        "type": "view_submission", "team": {"id": TEAM}, "api_app_id": APP,
        "user": {"id": press.person, "name": "somebody"}, "trigger_id": "a-trigger",
        "view": {"id": "V1", "private_metadata": format!("v1|note|C-ops|m|{}", press.value()),
            "state": {"values": {"note": {"value":
                {"type": "plain_text_input", "value": "a-private-note"}}}}},
    });
    form(&[("payload", &payload.to_string())])
}

fn mentioned(person: &str) -> Value {
    json!({"type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event_id": "Ev1",
        "authorizations": [{"user_id": "U0OWL", "is_bot": true}],
        "event": {"type": "app_mention", "user": person, "channel": "C-ops", "ts": "9.1",
            "text": "<@U0OWL> resolve a-private-note"}})
}

#[tokio::test(start_paused = true)]
async fn nothing_private_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    for (spring, call) in
        Spring::ALL.into_iter().flat_map(|spring| (0..12).map(move |n| (spring, n)))
    {
        for person in ["Ualice", "Umallory", "Unobody"] {
            let world = World::new();
            let (alert, card) = world.posted("disk").await;
            let text = format!("resolve {} a-private-note", alert.short_id);
            let body =
                Typed { person, text: &text, trigger: "a-trigger", ..Typed::default() }.body();
            let press = Press { person, ..Press::new(&card, ActionId::Acknowledge, "a-trigger") };
            world.ports.trap.arm(call, spring);
            world.post("commands/acme", SECRET, &body).await.said();
            world.ports.trap.arm(call, spring);
            world.post("interactions", SECRET, &press.body()).await.is_empty();
            world.ports.trap.arm(call, spring);
            world.post("interactions", SECRET, &filled(&press)).await;
            world.ports.trap.arm(call, spring);
            world.post("events", SECRET, &mentioned(person).to_string()).await;
            world.post("interactions", OTHER_SECRET, &press.body()).await.is_forged();
            world.send(Method::POST, "commands/a-secret-path", &[], body).await.is_forged();
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in
        ["slack command", "slack interaction", "slack event", "was refused", "stored for later"]
    {
        assert!(log.contains(expected), "the log lacks {expected:?}");
    }
    let private = [
        SECRET,
        OTHER_SECRET,
        "v0=",
        "hooks.slack.com",
        "random",
        "a-private-note",
        "a-trigger",
        "example.com",
        "elsewhere.example",
        "Ualice",
        "Umallory",
        "Unobody",
        "a-secret-path",
    ];
    for text in private {
        let line = log.lines().find(|line| line.contains(text));
        assert_eq!(line, None, "{text:?} stands in the log");
    }
}
