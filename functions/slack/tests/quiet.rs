//! Secrets, addresses, texts and people reach no log, whatever happens to a request.

mod world;

use std::io::Write;
use std::sync::{Arc, Mutex};

use http::Method;
use nightowl_engine::testing::Spring;
use nightowl_messaging::ActionId;
use world::{OTHER_SECRET, Press, SECRET, Typed, World};

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
            world.post("interactions", OTHER_SECRET, &press.body()).await.is_forged();
            world.send(Method::POST, "commands/a-secret-path", &[], body).await.is_forged();
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in ["slack command", "slack interaction", "was refused", "stored for later"] {
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
