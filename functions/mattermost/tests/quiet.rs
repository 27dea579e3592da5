//! Secrets, addresses, texts and people reach no log, whatever happens to a request.

mod world;

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Map, json};
use world::{TOKEN, World};

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

async fn everything(world: &World, user: &str) -> Vec<String> {
    let (alert, card) = world.posted("disk").await;
    let text = format!("ack {} a-private-note", alert.short_id);
    let line = format!("/nightowl {text}");
    world.double.command(user, "alerts", "", &line).await.expect("it exists");
    let claim = world.claim(user, &card, "resolve");
    let got = world.click(user, &card, "resolve").await;
    let state = got.dialogs.last().map(|open| open.dialog["state"].clone()).unwrap_or_default();
    let form = json!({
        "type": "dialog_submission", "state": state, "user_id": world.user(user),
        "channel_id": world.channel("alerts"), "submission": {"note": "a-private-note"},
    });
    for body in [&claim, &claim, &form, &form] {
        world.send("actions/acme", body).await;
        world.send("actions/a-secret-path", body).await;
        world.send("dialogs/acme", body).await;
        world.send("dialogs/other", body).await;
        world.send("commands/acme", body).await;
    }
    let said = "@nightowl resolve a-private-note";
    let id = world.double.say(user, "alerts", said, &card.id, Map::new()).await.expect("they may");
    let mention = json!({
        "token": TOKEN, "channel_id": world.channel("alerts"), "user_id": world.user(user),
        "post_id": id, "text": said, "trigger_word": "@nightowl",
    });
    world.send("events/acme", &mention).await;
    world.pass(60);
    world.send("actions/acme", &claim).await;
    let texts = [&claim["trigger_id"], &claim["context"]["mac"], &form["state"]];
    let texts = texts.into_iter().filter_map(|text| text.as_str().map(str::to_owned));
    texts.filter(|text| !text.is_empty()).chain([world.user(user)]).collect()
}

#[tokio::test]
async fn nothing_private_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut private: Vec<String> =
        ["acme-key", "a-private-note", "example.com", "a-secret-path", TOKEN, "/hooks/commands/"]
            .map(str::to_owned)
            .to_vec();
    for user in ["alice", "carol"] {
        let world = World::start().await;
        private.extend(everything(&world, user).await);
        private.push(world.double.seed().token("nightowl"));
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in ["mattermost command", "mattermost click", "was refused", "a second time"] {
        assert!(log.contains(expected), "the log lacks {expected:?}");
    }
    for text in private {
        // The libraries below and the double are not ours; they say nothing of this either, but
        // for addresses of this machine.
        let ours = log.lines().find(|line| line.contains(&text) && line.contains("nightowl_"));
        assert_eq!(ours, None, "{text:?} stands in the log");
    }
}
