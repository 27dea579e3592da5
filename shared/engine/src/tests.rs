//! The engine over ports in memory.

mod apply;
mod deliver;
mod fold;
mod log;
mod operators;
mod page;
mod readers;
mod sweep;
mod thread;
mod view;

use std::sync::Arc;

use nightowl_domain::{Actor, Alert, EventKind, Occurrence, Outcome, SeriesHash};

use crate::testing::{ScriptedProvider, TestPorts, fired, run, sample_tenant};
use crate::{Applied, Clock, Engine, EngineError, Report};

struct World {
    ports: TestPorts,
    chat: ScriptedProvider,
    inbox: ScriptedProvider,
    engine: Engine<TestPorts>,
}

impl World {
    fn new() -> Self {
        let ports = TestPorts::default();
        let provider = |name| ScriptedProvider::new(name, ports.clock.clone(), ports.trap.clone());
        let chat = provider("chat");
        ports.providers.set(Arc::new(chat.clone()));
        let inbox = provider("inbox");
        ports.providers.set(Arc::new(inbox.clone()));
        ports.config.set(sample_tenant());
        let engine = Engine::new(ports.clone()).with_console("https://owl.example/");
        Self { ports, chat, inbox, engine }
    }

    /// One with an alert that has just opened; its wake-ups are taken.
    fn with_alert() -> (Self, Occurrence) {
        let world = Self::new();
        let opened = run(world.engine.apply(&world.firing("event-1"), false)).expect("it opens");
        world.forget_wakeups();
        let occurrence = opened.alert.expect("there is an alert").occurrence();
        (world, occurrence)
    }

    fn firing(&self, event: &str) -> Report {
        Report {
            tenant: "acme".to_owned(),
            alert: None,
            event: fired(event, "disk", "disk full", self.ports.clock.now()),
        }
    }

    fn act(&self, on: &Occurrence, kind: EventKind, event: &str) -> Result<Applied, EngineError> {
        let alice = Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
        run(self.engine.act(on, kind, alice, event.into()))
    }

    fn newest(&self) -> Alert {
        let series = SeriesHash::of("acme", "prometheus", "disk");
        let all = self.ports.store.alerts();
        all.into_iter().rev().find(|alert| alert.series() == series).expect("there is an alert")
    }

    fn forget_wakeups(&self) {
        self.ports.wake.clear();
        self.ports.timer.clear();
    }

    /// How many wake-ups and whether a timer.
    fn woken(&self) -> (usize, bool) {
        (self.ports.wake.len(), self.ports.timer.next_at().is_some())
    }
}

const APPLIED: Outcome = Outcome::APPLIED;

#[test]
fn every_verb_can_run_on_any_thread() {
    fn is_send<T: Send>(_: &T) {}
    let (world, occurrence) = World::with_alert();
    let report = world.firing("event-2");
    is_send(&world.engine.apply(&report, false));
    is_send(&world.engine.deliver(&occurrence));
    is_send(&world.engine.sweep());
    is_send(&world.engine.rebuild());
    is_send(&world.engine.show(&occurrence));
    is_send(&world.engine.tick(&occurrence, 1));
}
