//! The worst alert that can be: everything in it as long as it is let in, and a story in which
//! nothing that is owed gets done. Its item must stay far from what the table takes.

use std::sync::Arc;
use std::time::Duration;

use nightowl_domain::{
    Actor, Alert, Clearing, Event, EventKind, Hash, Method, Received, Target, Tier, Time, User,
};
use nightowl_engine::Engine;
use nightowl_engine::ports::{Clock, Report};
use nightowl_engine::testing::{ScriptedProvider, TestPorts, fired, sample_tenant};

use crate::columns::encode;

/// The table takes 400 KB. Half of it leaves room for what nobody thought of.
const ITEM_BYTES_MAX: usize = 200_000;
/// What a configuration may have: `shared/config/src/read/policies.rs`.
const TARGETS_OF_POLICY_MAX: usize = 100;
const TARGETS_MAX: usize = 50;

/// So many characters of which no two parts are the same, four bytes each: nothing compresses less.
fn noise(name: &str, chars: usize) -> String {
    let bytes =
        (0_u64..).flat_map(|block| *Hash::of(&[name.as_bytes(), &block.to_be_bytes()]).bytes());
    bytes.take(chars).map(|byte| char::from_u32(0x1F300 + u32::from(byte)).unwrap_or('x')).collect()
}

/// As long as an id may be.
fn id(name: &str) -> String {
    let part = |number: u8| Hash::of(&[name.as_bytes(), &[number]]).text(10);
    (0..4).map(part).collect()
}

struct Story {
    ports: TestPorts,
    engine: Engine<TestPorts>,
    chat: ScriptedProvider,
    events: u32,
}

impl Story {
    fn new() -> Self {
        let ports = TestPorts::default();
        let mut tenant = sample_tenant();
        let user = |number: usize| User {
            id: id(&format!("user {number}")),
            name: noise(&format!("name {number}"), 200),
            email: None,
            timezone: None,
            handles: Default::default(),
        };
        tenant.users = (0..TARGETS_OF_POLICY_MAX).map(user).collect();
        let targets: Vec<Target> =
            tenant.users.iter().map(|user| Target::User(user.id.clone())).collect();
        tenant.policies[0].repeat = 1000;
        tenant.policies[0].tiers = targets
            .chunks(TARGETS_MAX)
            .map(|targets| Tier {
                timeout: Duration::from_secs(60),
                notify_via: vec![Method::MessagingDm, Method::MessagingChannel],
                targets: targets.to_vec(),
                provider: None,
            })
            .collect();
        ports.config.set(tenant);
        let chat = ScriptedProvider::new("chat", ports.clock.clone(), ports.trap.clone());
        ports.providers.set(Arc::new(chat.clone()));
        Self { engine: Engine::new(ports.clone()), ports, chat, events: 0 }
    }

    fn now(&self) -> Time {
        self.ports.clock.now()
    }

    async fn apply(
        &mut self,
        alert: Option<&Alert>,
        actor: Actor,
        kind: EventKind,
    ) -> Option<Alert> {
        self.ports.clock.advance(Duration::from_secs(1));
        self.events += 1;
        let received = Received { at: self.now(), position: self.events };
        let event = Event {
            id: noise(&format!("{}", self.events), 16).as_str().into(),
            received,
            actor,
            kind,
        };
        let report =
            Report { tenant: "acme".to_owned(), alert: alert.map(|alert| alert.id), event };
        self.engine.apply(&report, false).await.ok().and_then(|applied| applied.alert)
    }

    async fn deliver(&mut self, alert: &Alert) {
        for _ in 0..4 {
            let _ = self.engine.deliver(&alert.occurrence()).await;
            self.ports.clock.advance(Duration::from_secs(31));
        }
    }

    async fn tick(&mut self, alert: &Alert) {
        let newest = self.ports.store.alerts().into_iter().find(|newest| newest.id == alert.id);
        let Some(newest) = newest else { return };
        if let Some(due) = newest.plan.tick_due {
            self.ports.clock.set(self.now().max(due));
        }
        let _ = self.engine.tick(&alert.occurrence(), newest.plan.generation).await;
    }

    async fn fire(&mut self, title: &str) -> Option<Alert> {
        let key = noise("key", Alert::DEDUP_KEY_MAX);
        let event = fired("fire", &key, title, self.now());
        self.apply(None, Actor::Source, event.kind).await
    }

    /// Of what began long ago, so that it closes nothing.
    async fn clear_aside(&mut self) {
        let at = self.now();
        let received = Received { at, position: 0 };
        let clearing = Clearing {
            event: noise("clear", 16).as_str().into(),
            received,
            starts_at: Some(at - Duration::from_secs(100_000)),
            ends_at: Some(at - Duration::from_secs(90_000)),
        };
        let (integration, dedup_key) =
            ("prometheus".to_owned(), noise("key", Alert::DEDUP_KEY_MAX));
        let kind = EventKind::Cleared { integration, dedup_key, clearing };
        self.apply(None, Actor::Source, kind).await;
    }

    fn largest(&self) -> (usize, Alert) {
        let sizes = self.ports.store.history().into_iter().map(|alert| (bytes(&alert), alert));
        sizes.max_by_key(|(bytes, _)| *bytes).expect("it was written")
    }
}

/// As the table counts: names and values of all attributes.
fn bytes(alert: &Alert) -> usize {
    let row = encode(alert).expect("it can be written").into_attributes();
    let value = |value: &aws_sdk_dynamodb::types::AttributeValue| match value {
        aws_sdk_dynamodb::types::AttributeValue::B(bytes) => bytes.as_ref().len(),
        aws_sdk_dynamodb::types::AttributeValue::S(text)
        | aws_sdk_dynamodb::types::AttributeValue::N(text) => text.len(),
        _ => 1,
    };
    row.iter().map(|(name, attribute)| name.len() + value(attribute)).sum()
}

fn somebody(number: usize) -> Actor {
    let (id, name) = (id(&format!("user {number}")), noise(&format!("name {number}"), 200));
    Actor::User { id, name }
}

#[tokio::test]
async fn the_worst_alert_is_far_below_what_an_item_holds() {
    for (is_down, is_broken) in [(true, false), (false, true), (false, false)] {
        let mut story = Story::new();
        story.chat.set_down(is_down);
        story.chat.set_broken(is_broken);
        let alert = story.fire(&noise("title", Alert::TITLE_MAX)).await.expect("it opens");
        for round in 0..12 {
            story.deliver(&alert).await;
            // As much as anybody can write, in characters of which each is six in JSON.
            let long = if round % 2 == 0 { noise("note", 4_000) } else { "\u{1}".repeat(4_000) };
            for kind in [
                EventKind::Noted { text: long.clone() },
                EventKind::Escalated { seen: None },
                EventKind::Acked,
                EventKind::Snoozed { until: story.now() + Duration::from_secs(86_400) },
                EventKind::Unacked,
            ] {
                story.apply(Some(&alert), somebody(round), kind).await;
            }
            story.fire(&noise(&format!("title {round}"), Alert::TITLE_MAX)).await;
            story.clear_aside().await;
            story.tick(&alert).await;
            story.tick(&alert).await;
        }
        let note = Some(noise("last", 4_000));
        story.apply(Some(&alert), somebody(1), EventKind::Resolved { note }).await;
        let (bytes, alert) = story.largest();
        let sends = alert.sends.len();
        assert!(sends >= TARGETS_MAX, "the story is bad enough: {sends} sends");
        assert!(bytes <= ITEM_BYTES_MAX, "{bytes} bytes with {sends} sends, down: {is_down}");
    }
}
