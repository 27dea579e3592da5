//! What Slack tells of by itself.

mod world;

use std::sync::Arc;

use http::{Method, StatusCode};
use nightowl_domain::Alert;
use nightowl_engine::testing::{Posted, ScriptedProvider, Spring, run_or_killed};
use nightowl_messaging::Message;
use serde_json::{Value, json};
use slack_double::sign;
use world::{APP, SECRET, TEAM, World, settings};

const OWL: &str = "U0OWL";

/// The envelope of an event.
fn told(id: &str, event: &Value) -> Value {
    json!({"token": "deprecated", "type": "event_callback", "team_id": TEAM, "api_app_id": APP,
        "event_id": id, "event_time": 1,
        "authorizations": [{"team_id": TEAM, "user_id": OWL, "is_bot": true}], "event": event})
}

/// Alice writes in the thread of a card.
fn mention(kind: &str, card: &Posted, text: &str, ts: &str) -> Value {
    json!({"type": kind, "user": "Ualice", "channel": card.message.channel, "ts": ts,
        "thread_ts": card.message.message, "text": format!("<@{OWL}> {text}")})
}

impl World {
    /// Told and taken.
    async fn hear(&self, id: &str, event: &Value) {
        self.tell(&told(id, event)).await.is_empty();
    }

    async fn in_thread(&self) -> (Alert, Posted) {
        self.posted("disk").await
    }

    fn notices(&self, chat: &ScriptedProvider) -> Vec<String> {
        let posted = chat.posted().into_iter();
        let notices = posted.filter_map(|posted| match posted.shows {
            Message::Notice(notice) => Some(notice.text),
            Message::Alert(_)
            | Message::Escalation(_)
            | Message::Direct(_)
            | Message::Prompt(_)
            | Message::Digest(_) => None,
        });
        notices.collect()
    }
}

#[tokio::test]
async fn a_mention_in_a_thread_acts_and_is_answered_there() {
    let world = World::new();
    let (alert, card) = world.in_thread().await;
    world.hear("Ev1", &mention("app_mention", &card, "ack", "9.1")).await;
    assert_eq!(world.status(&alert).await, "acknowledged", "{:?}", world.answers());
    let answers = world.answers();
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((&*answer.tenant, &*answer.user_ref), ("acme", "Ualice"));
    assert_eq!(answer.channel, card.message.channel);
    assert_eq!(answer.thread.as_ref(), Some(&card.message.message));
    assert!(answer.response.text.starts_with("You acknowledged"), "{answer:?}");
    world.hear("Ev2", &mention("app_mention", &card, "note the disk &amp; the fan", "9.2")).await;
    let timeline = world.read(&alert).await.timeline.clone();
    assert!(timeline.iter().any(|entry| entry.text.contains("the disk & the fan")), "{timeline:?}");
}

/// Nobody else reads it, so nobody else can be meant.
#[tokio::test]
async fn a_direct_message_needs_no_mention() {
    let world = World::new();
    let (alert, card) = world.in_thread().await;
    let mut event = mention("message", &card, "", "9.1");
    event["text"] = "ack".into();
    world.hear("Ev1", &event).await;
    assert_eq!(world.status(&alert).await, "firing", "in a channel people talk to each other");
    event["channel_type"] = "im".into();
    event["ts"] = "9.2".into();
    world.hear("Ev2", &event).await;
    assert_eq!(world.status(&alert).await, "acknowledged", "{:?}", world.answers());
}

/// By a retry, under other names, and as two kinds of event.
#[tokio::test]
async fn a_message_is_acted_on_once() {
    let world = World::new();
    let (alert, card) = world.in_thread().await;
    for (id, kind) in [
        ("Ev1", "app_mention"),
        ("Ev1", "app_mention"),
        ("Ev2", "app_mention"),
        ("Ev3", "message"),
        ("Ev3", "message"),
        ("", "message"),
    ] {
        world.hear(id, &mention(kind, &card, "escalate", "9.1")).await;
    }
    assert_eq!(world.read(&alert).await.plan.tier, 1);
    assert_eq!(world.answers().len(), 1);
    // An hour later it is still the same.
    world.pass(3600);
    world.hear("Ev1", &mention("app_mention", &card, "escalate", "9.1")).await;
    world.hear("Ev9", &mention("app_mention", &card, "escalate", "9.1")).await;
    assert_eq!(world.answers().len(), 1);
    world.hear("Ev10", &mention("app_mention", &card, "escalate", "9.2")).await;
    assert_eq!(world.answers().len(), 2, "another message is another");
}

/// What never reached us comes only as a retry.
#[tokio::test]
async fn a_retry_is_not_dropped_for_its_header() {
    let world = World::new();
    let (alert, card) = world.in_thread().await;
    let body = told("Ev1", &mention("message", &card, "ack", "9.1")).to_string();
    let seconds = (nightowl_engine::Clock::now(&world.ports.clock).millis() / 1000).to_string();
    let signed = sign(SECRET, &seconds, body);
    let mut headers: Vec<(&str, &str)> =
        signed.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    headers.extend([("X-Slack-Retry-Num", "1"), ("X-Slack-Retry-Reason", "http_timeout")]);
    world.send(Method::POST, "events", &headers, signed.body.clone()).await.is_empty();
    assert_eq!(world.status(&alert).await, "acknowledged");
}

#[tokio::test]
async fn what_is_not_for_the_bot_does_nothing() {
    let world = World::new();
    let (alert, card) = world.in_thread().await;
    let change = |field: &str, value: Value| {
        let mut event = mention("message", &card, "ack", "9.1");
        event[field] = value;
        event
    };
    let events = [
        change("text", json!("ack")),
        change("text", json!("<@U0OTHER> ack")),
        change("bot_id", json!("B1")),
        change("subtype", json!("message_changed")),
        change("user", json!(OWL)),
        json!({"type": "member_joined_channel", "user": "Ualice", "channel": "C1"}),
        json!({"type": "tokens_revoked", "tokens": {"oauth": ["Ualice"]}}),
        json!({"type": "app_home_opened", "user": "Ualice", "tab": "messages"}),
    ];
    // Most of what is told is none of ours, and costs no look into the store.
    world.ports.trap.arm(0, Spring::Fail);
    for (number, event) in events.iter().enumerate() {
        world.hear(&format!("Ev{number}"), event).await;
    }
    world.ports.trap.disarm();
    assert_eq!(world.status(&alert).await, "firing");
    assert!(world.answers().is_empty() && world.homes().is_empty());
}

#[tokio::test]
async fn a_stranger_is_told_in_the_thread() {
    let world = World::new();
    let (alert, card) = world.in_thread().await;
    let mut event = mention("app_mention", &card, "ack", "9.1");
    event["user"] = "Umallory".into();
    world.hear("Ev1", &event).await;
    assert_eq!(world.status(&alert).await, "firing");
    assert_eq!(world.answers().len(), 1);
}

/// The process dies at any call: Slack got no answer and tells it again, and what was wanted is
/// done then, once.
#[tokio::test(start_paused = true)]
async fn an_event_that_died_half_way_is_done_when_it_is_told_again() {
    let quiet = World::new();
    let (_, card) = quiet.in_thread().await;
    let before = quiet.ports.trap.calls();
    quiet.hear("Ev1", &mention("app_mention", &card, "note the disk", "9.1")).await;
    let calls = quiet.ports.trap.calls() - before;
    assert!(calls > 3, "{calls} calls are no act");
    for spring in [Spring::KillBefore, Spring::KillAfter] {
        for number in 0..calls {
            let world = World::new();
            let (alert, card) = world.in_thread().await;
            let event = told("Ev1", &mention("app_mention", &card, "note the disk", "9.1"));
            world.ports.trap.arm(number, spring);
            let answer = run_or_killed(&world.ports.trap, world.tell(&event));
            assert!(answer.is_none(), "{spring:?} at call {number}: it did not die");
            world.ports.trap.disarm();
            world.tell(&event).await.is_empty();
            let timeline = world.read(&alert).await.timeline.clone();
            let notes = timeline.iter().filter(|entry| entry.text.contains("the disk")).count();
            assert_eq!(notes, 1, "{spring:?} at call {number} of {calls}");
        }
    }
}

/// Slack tells it again, which is why nothing may have been done.
#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_noted_is_asked_for_again() {
    for spring in Spring::ALL {
        let world = World::new();
        let (alert, card) = world.in_thread().await;
        let event = told("Ev1", &mention("app_mention", &card, "escalate", "9.1"));
        world.ports.trap.arm(0, spring);
        let answer = world.tell(&event).await;
        world.ports.trap.disarm();
        if answer.status != StatusCode::OK {
            answer.is_problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
            assert_eq!(world.read(&alert).await.plan.tier, 0, "{spring:?}");
            world.pass(60);
            world.tell(&event).await;
        }
        assert!(world.read(&alert).await.plan.tier <= 1, "{spring:?}");
    }
}

#[tokio::test]
async fn another_apps_event_is_refused() {
    let world = World::new();
    let (alert, card) = world.in_thread().await;
    let mut event = told("Ev1", &mention("app_mention", &card, "ack", "9.1"));
    event["api_app_id"] = "A0OTHER".into();
    world.tell(&event).await.is_forged();
    assert_eq!(world.status(&alert).await, "firing");
}

#[tokio::test]
async fn operators_hear_once_of_an_archived_channel_that_is_in_use() {
    let world = World::new();
    let archived = json!({"type": "channel_archive", "channel": "C-ops", "user": "Ubob"});
    world.hear("Ev1", &archived).await;
    assert_eq!(world.forgotten(), ["acme"]);
    let notices = world.notices(&world.chat);
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    assert!(notice.contains("ops was archived"), "{notice}");
    world.hear("Ev2", &archived).await;
    assert_eq!(world.notices(&world.chat).len(), 1, "told under another name");
    let elsewhere = json!({"type": "channel_archive", "channel": "C-elsewhere"});
    world.hear("Ev3", &elsewhere).await;
    assert_eq!(world.notices(&world.chat).len(), 1, "nobody posts there");
    assert_eq!(world.forgotten().len(), 3);
}

#[tokio::test]
async fn a_rename_matters_to_whoever_said_the_name() {
    let world = World::new();
    let renamed = |channel: &str| json!({"type": "channel_rename", "channel": {"id": channel, "name": "new"}});
    world.hear("Ev1", &renamed("C-elsewhere")).await;
    assert_eq!(world.notices(&world.chat), Vec::<String>::new());
    world.hear("Ev2", &renamed("C-ops")).await;
    let notices = world.notices(&world.chat);
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    assert!(notice.contains("ops was renamed"), "{notice}");
    assert_eq!(world.forgotten().len(), 2);
}

#[tokio::test]
async fn a_lost_connection_is_told_by_another_way() {
    for event in [
        json!({"type": "app_uninstalled"}),
        json!({"type": "tokens_revoked", "tokens": {"bot": [OWL]}}),
    ] {
        let world = World::new();
        let ports = &world.ports;
        let inbox = ScriptedProvider::new("inbox", ports.clock.clone(), ports.trap.clone());
        ports.providers.set(Arc::new(inbox.clone()));
        world.hear("Ev1", &event).await;
        assert_eq!(world.notices(&world.chat), Vec::<String>::new());
        let notices = world.notices(&inbox);
        let [notice] = notices.as_slice() else { panic!("{notices:?}") };
        assert!(notice.contains("Slack is disconnected"), "{notice}");
    }
}

#[tokio::test]
async fn the_home_tab_is_shown_to_whoever_opens_it() {
    let world = World::new();
    let (alert, _) = world.in_thread().await;
    let open = |id: &str, person: &str| {
        told(id, &json!({"type": "app_home_opened", "user": person, "tab": "home"}))
    };
    world.tell(&open("Ev1", "Ualice")).await.is_empty();
    world.tell(&open("Ev1", "Ualice")).await.is_empty();
    let homes = world.homes();
    let [(tenant, person, view)] = homes.as_slice() else { panic!("{homes:?}") };
    assert_eq!((&**tenant, &**person), ("acme", "Ualice"));
    assert!(!view.text.is_empty(), "{view:?}");
    let shown = format!("{view:?}");
    assert!(shown.contains(&alert.short_id.to_uppercase()), "paged and open: {shown}");
    world.tell(&open("Ev2", "Umallory")).await.is_empty();
    assert_eq!(world.homes().len(), 2);
    // Two tenants of one app share the tab.
    world.set("a-twin", settings(SECRET, Some(TEAM), Some(APP)));
    let body = open("Ev3", "Ualice").to_string();
    world.post("events", SECRET, &body).await.is_empty();
    let (_, _, both) = world.homes().pop().expect("a view");
    assert!(both.sections.len() >= 2, "{both:?}");
}
