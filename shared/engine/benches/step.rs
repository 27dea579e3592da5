//! What one event costs: deciding it, working out what is owed, and showing the alert.

use std::hint::black_box;
use std::time::Duration;

use divan::Bencher;
use nightowl_domain::{
    Actor, Alert, Change, Details, Event, EventKind, Plan, Received, SendKey, Skew, Step, Tenant,
    Time, WriteId, due_at, step, wanted,
};
use nightowl_engine::testing::{fired, sample_alert, sample_details, sample_tenant};
use nightowl_engine::view::{Faces, OnCallNow, View, alert_message};

fn main() {
    divan::main();
}

const NOON: Time = Time::from_seconds(1_763_812_800);

struct World {
    tenant: Tenant,
    write_id: WriteId,
}

impl World {
    fn new() -> Self {
        Self { tenant: sample_tenant(), write_id: "0123456789abcdef".into() }
    }

    fn step(&self, alert: Option<&Alert>, event: &Event) -> Step {
        let plan = Plan {
            tenant: &self.tenant,
            policy: &self.tenant.policies[0],
            policy_config: &self.tenant.hash,
            policy_replaced: false,
            integration: self.tenant.integrations.first(),
        };
        let at = NOON + Duration::from_secs(1);
        step(alert, event, at, Skew::CLOUD, plan, &self.tenant.slug, &self.write_id)
    }

    /// One that has just opened: a card and a page are owed.
    fn opened(&self) -> Alert {
        match self.step(None, &fired("event-1", "disk", "disk full", NOON)).change {
            Change::Open { alert, .. } => *alert,
            Change::None | Change::Write(_) => panic!("a first firing opens an alert"),
        }
    }
}

fn by_alice(id: &str, kind: EventKind) -> Event {
    let actor = Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
    let received = Received { at: NOON + Duration::from_secs(1), position: 0 };
    Event { id: id.into(), received, actor, kind }
}

fn claim(alert: &Alert) -> Event {
    let keys = alert.sends.iter().map(|send| send.key.clone()).collect();
    let lease_until = NOON + Duration::from_secs(16);
    by_alice("claim:1", EventKind::Claimed { keys, claim: "1".into(), lease_until })
}

fn bench_event(bencher: Bencher<'_, '_>, event: impl Fn(&Alert) -> Event) {
    let world = World::new();
    let alert = world.opened();
    let event = event(&alert);
    bencher.bench(|| world.step(black_box(Some(&alert)), black_box(&event)));
}

#[divan::bench]
fn step_opens(bencher: Bencher<'_, '_>) {
    let world = World::new();
    let event = fired("event-1", "disk", "disk full", NOON);
    bencher.bench(|| world.step(None, black_box(&event)));
}

#[divan::bench]
fn step_fires_again(bencher: Bencher<'_, '_>) {
    let later = NOON + Duration::from_secs(1);
    bench_event(bencher, |_| fired("event-2", "disk", "disk full", later));
}

#[divan::bench]
fn step_acknowledges(bencher: Bencher<'_, '_>) {
    bench_event(bencher, |_| by_alice("event-2", EventKind::Acked));
}

#[divan::bench]
fn step_claims(bencher: Bencher<'_, '_>) {
    bench_event(bencher, claim);
}

#[divan::bench]
fn step_ignores_a_duplicate(bencher: Bencher<'_, '_>) {
    bench_event(bencher, |_| fired("event-1", "disk", "disk full", NOON));
}

#[divan::bench]
fn step_ignores_a_stale_tick(bencher: Bencher<'_, '_>) {
    bench_event(bencher, |_| by_alice("tick:0", EventKind::Tick { generation: 0 }));
}

#[divan::bench]
fn wanted_of_a_full_alert(bencher: Bencher<'_, '_>) {
    let alert = sample_alert("acme", "disk", 1, NOON);
    bencher.bench(|| wanted(black_box(&alert)));
}

#[divan::bench]
fn due_at_of_a_full_alert(bencher: Bencher<'_, '_>) {
    let alert = sample_alert("acme", "disk", 1, NOON);
    bencher.bench(|| due_at(black_box(&alert)));
}

#[divan::bench]
fn who_is_on_call(bencher: Bencher<'_, '_>) {
    let (tenant, alert) = (sample_tenant(), sample_alert("acme", "disk", 1, NOON));
    bencher.bench(|| OnCallNow::of(black_box(&alert), &tenant, NOON));
}

#[divan::bench]
fn the_message_of_a_card(bencher: Bencher<'_, '_>) {
    let (tenant, alert) = (sample_tenant(), sample_alert("acme", "disk", 1, NOON));
    let (details, faces): (Details, Faces) = (sample_details(), Faces::default());
    let (on_call, key) = (OnCallNow::of(&alert, &tenant, NOON), SendKey::from("card"));
    let view = View {
        alert: &alert,
        details: &details,
        tenant: &tenant,
        policy: &tenant.policies[0],
        on_call,
        next: None,
        link: None,
        faces: &faces,
    };
    bencher.bench(|| alert_message(black_box(&view), &key));
}
