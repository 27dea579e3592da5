//! What one incident asks of the database: paged, acknowledged, resolved.

#![allow(clippy::print_stdout, reason = "the figures are what this is for")]

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use nightowl_domain::{
    Actor, Clearing, Event, EventKind, Occurrence, Received, Send, SendState, Skew, Tenant, Turn,
    What,
};
use nightowl_engine::ports::{Clock, Ports, Report, Store};
use nightowl_engine::testing::{
    CountingEntropy, MemoryIntake, MemoryTimer, MemoryWake, ScriptedProvider, StaticConfig,
    StaticProviders, TestPorts, VirtualClock, fired, sample_tenant,
};
use nightowl_engine::{Applied, Engine, Spacing};
use nightowl_store::DynamoStore;
use nightowl_store::meter::Reading;

use crate::home::Home;

/// The ports in memory, but for the store.
struct StoredPorts {
    rest: TestPorts,
    store: DynamoStore,
}

impl Ports for StoredPorts {
    type Store = DynamoStore;
    type Intake = MemoryIntake;
    type Wake = MemoryWake;
    type Timer = MemoryTimer;
    type Clock = VirtualClock;
    type Entropy = CountingEntropy;
    type Config = StaticConfig;
    type Providers = StaticProviders;
    type Pacer = Spacing;

    fn store(&self) -> &DynamoStore {
        &self.store
    }
    fn intake(&self) -> &MemoryIntake {
        &self.rest.intake
    }
    fn wake(&self) -> &MemoryWake {
        &self.rest.wake
    }
    fn timer(&self) -> &MemoryTimer {
        &self.rest.timer
    }
    fn clock(&self) -> &VirtualClock {
        &self.rest.clock
    }
    fn entropy(&self) -> &CountingEntropy {
        &self.rest.entropy
    }
    fn config(&self) -> &StaticConfig {
        &self.rest.config
    }
    fn providers(&self) -> &StaticProviders {
        &self.rest.providers
    }
    fn pacer(&self) -> &Spacing {
        &self.rest.pacer
    }
    fn skew(&self) -> Skew {
        Skew::NONE
    }
}

struct Incident {
    home: Home,
    engine: Engine<StoredPorts>,
    provider: ScriptedProvider,
}

impl Incident {
    async fn new() -> Self {
        let home = Home::new().await;
        let rest = TestPorts::default();
        // As long as the real ones are.
        let hash = "k3v9x0c2m7q8w1e4r5t6y7z8p9a0s1d2".to_owned();
        // Every turn is told under the card, as by default.
        let thread_replies = Turn::ALL.into();
        rest.config.set(Tenant { hash, thread_replies, ..sample_tenant() });
        let provider = ScriptedProvider::new("chat", rest.clock.clone(), rest.trap.clone());
        rest.providers.set(Arc::new(provider.clone()));
        let engine = Engine::new(StoredPorts { rest, store: home.store.clone() });
        Self { home, engine, provider }
    }

    async fn apply(&self, event: Event) -> Applied {
        let report = Report { tenant: "acme".to_owned(), alert: None, event };
        self.engine.apply(&report, false).await.unwrap()
    }

    /// Time passes, and every wake-up is carried out when it is due.
    async fn pass(&self, span: Duration) {
        let rest = &self.engine.ports().rest;
        let end = rest.clock.now() + span;
        loop {
            for wake_up in rest.wake.take_due(rest.clock.now()) {
                self.engine.deliver(&wake_up.occurrence).await.unwrap();
            }
            match rest.wake.next_at() {
                Some(at) if at <= end => rest.clock.set(at),
                _ => break,
            }
        }
        rest.clock.set(end);
    }

    /// Nobody acknowledged in time.
    async fn tick(&self, occurrence: &Occurrence) {
        let rest = &self.engine.ports().rest;
        rest.clock.advance(Duration::from_secs(300));
        let due = rest.timer.take_due(rest.clock.now());
        let mine = due.into_iter().filter(|timed| timed.occurrence == *occurrence);
        for timed in mine {
            self.engine.tick(occurrence, timed.generation).await.unwrap();
        }
    }

    /// It is over, nothing is owed, and so many people were paged.
    async fn check(&self, occurrence: &Occurrence, pages: usize) {
        let stored = self.home.store.read(occurrence).await.unwrap().expect("it is stored");
        assert!(!stored.is_open());
        assert_eq!(nightowl_domain::due_at(&stored), None, "nothing is owed");
        let is_sent_page =
            |send: &&Send| matches!((&send.what, &send.state), (What::Page(_), SendState::Sent(_)));
        assert_eq!(stored.sends.iter().filter(is_sent_page).count(), pages);
        assert!(self.provider.posted().iter().any(|posted| posted.edits > 0), "a card was edited");
    }

    fn received(&self) -> Received {
        Received { at: self.engine.ports().rest.clock.now(), position: 0 }
    }

    fn firing(&self, event: &str, key: &str) -> Event {
        let title = "HighErrorRate: checkout answers 12 % of requests with 500";
        fired(event, key, title, self.received().at)
    }

    fn cleared(&self, event: &str, key: &str) -> Event {
        Event {
            id: event.into(),
            received: self.received(),
            actor: Actor::Source,
            kind: EventKind::Cleared {
                integration: "prometheus".to_owned(),
                dedup_key: key.to_owned(),
                clearing: Clearing {
                    event: event.into(),
                    received: self.received(),
                    starts_at: None,
                    ends_at: None,
                },
            },
        }
    }

    /// Bytes of the item as the service counts them: names and values.
    async fn item_bytes(&self, occurrence: &Occurrence) -> usize {
        let answer = self
            .home
            .client
            .get_item()
            .table_name("nightowl")
            .key("pk", AttributeValue::S(format!("A#acme#{}", occurrence.id.series())))
            .key("sk", AttributeValue::S(format!("O#{:08}", occurrence.id.number())))
            .send()
            .await
            .unwrap();
        let value = |value: &AttributeValue| match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
            AttributeValue::B(bytes) => bytes.as_ref().len(),
            other => panic!("an attribute of an unexpected kind: {other:?}"),
        };
        answer.item.unwrap().iter().map(|(name, it)| name.len() + value(it)).sum()
    }
}

fn add(total: &mut Reading, step: &str, reading: &Reading) {
    println!("{step:>12}: {reading}");
    total.item_writes += reading.item_writes;
    total.reads += reading.reads;
    total.refused += reading.refused;
    total.write_units += reading.write_units;
    total.read_units += reading.read_units;
}

/// How an incident goes on after its first page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Acknowledged, then cleared by the source.
    Prompt,
    /// The same, after the second tier was paged.
    Late,
    /// Acknowledged, then resolved by a person, who is asked what fixed it.
    ByPerson,
}

/// Fired, paged, acknowledged, over.
async fn one_incident(course: Course) -> Reading {
    let incident = Incident::new().await;
    let meter = &incident.home.meter;
    // Another alert first, so that what a process does once is not counted.
    incident.apply(incident.firing("e0", "other")).await;
    incident.pass(Duration::from_secs(2)).await;
    meter.take();
    let mut total = Reading::default();
    let mut bytes = Vec::new();

    let key = "9d41f0c7aa53e2b8";
    let opened = incident.apply(incident.firing("3f9c2b7a41d8e6050b6c2f9d8e714a35", key)).await;
    let occurrence = opened.alert.expect("an alert").occurrence();
    add(&mut total, "fired", &meter.take());
    incident.pass(Duration::from_secs(60)).await;
    add(&mut total, "paged", &meter.take());
    if course == Course::Late {
        incident.tick(&occurrence).await;
        incident.pass(Duration::from_secs(60)).await;
        add(&mut total, "escalated", &meter.take());
    }
    bytes.push(incident.item_bytes(&occurrence).await);
    meter.take();

    let alice = Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
    let click = "8b6de5d0c1f2a394f60718293a4b5c6d".into();
    incident.engine.act(&occurrence, EventKind::Acked, alice.clone(), click).await.unwrap();
    add(&mut total, "acknowledged", &meter.take());
    incident.pass(Duration::from_secs(600)).await;
    add(&mut total, "shown", &meter.take());
    bytes.push(incident.item_bytes(&occurrence).await);
    meter.take();

    let over = "77aa0b3e5c9d1f24c8e0f1a2b3d4e596";
    if course == Course::ByPerson {
        let kind = EventKind::Resolved { note: None };
        incident.engine.act(&occurrence, kind, alice, over.into()).await.unwrap();
    } else {
        incident.apply(incident.cleared(over, key)).await;
    }
    add(&mut total, "over", &meter.take());
    incident.pass(Duration::from_secs(120)).await;
    add(&mut total, "shown", &meter.take());
    bytes.push(incident.item_bytes(&occurrence).await);
    println!("{:>12}: {total}\nitem bytes: {bytes:?}\n", "in all");
    incident.check(&occurrence, if course == Course::Late { 2 } else { 1 }).await;
    total
}

#[tokio::test]
async fn one_incident_stays_within_its_budget() {
    for course in [Course::Prompt, Course::ByPerson] {
        let total = one_incident(course).await;
        assert_eq!(total.refused, 0);
        assert!(total.item_writes <= 16, "{total}");
        assert!(total.write_units <= 36.0, "{total}");
        assert!(total.reads <= 10, "{total}");
    }
}

#[tokio::test]
async fn an_escalation_adds_no_more_than_half() {
    let (prompt, late) = (one_incident(Course::Prompt).await, one_incident(Course::Late).await);
    assert_eq!(late.refused, 0);
    assert!(late.item_writes * 2 <= prompt.item_writes * 3, "{late}");
    assert!(late.write_units * 2.0 <= prompt.write_units * 3.0, "{late}");
}

#[tokio::test]
async fn a_firing_that_is_folded_costs_one_read_and_one_write() {
    let incident = Incident::new().await;
    incident.apply(incident.firing("e0", "k")).await;
    incident.pass(Duration::from_secs(100)).await;
    incident.home.meter.take();
    incident.apply(incident.firing("e1", "k")).await;
    let reading = incident.home.meter.take();
    println!("fired again: {reading}");
    assert_eq!((reading.item_writes, reading.reads, reading.refused), (1, 1, 0));
}
