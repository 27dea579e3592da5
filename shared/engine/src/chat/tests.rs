//! Commands, clicks and people over ports in memory.

mod clicks;
mod commands;
mod people;

use std::sync::Arc;

use nightowl_domain::{Actor, Alert, Event, Occurrence};
use nightowl_messaging::{ActionId, ButtonValue, IncomingAction};

use crate::testing::{Posted, ScriptedProvider, TestPorts, fired, run, sample_tenant};
use crate::{Clock, Engine, Report};

/// One tenant, `acme`, whose platform is called `chat`.
struct World {
    ports: TestPorts,
    engine: Engine<TestPorts>,
    chat: ScriptedProvider,
}

fn alice() -> Actor {
    Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() }
}

fn bob() -> Actor {
    Actor::User { id: "bob".to_owned(), name: "Bob".to_owned() }
}

impl World {
    fn new() -> Self {
        let ports = TestPorts::default();
        ports.config.set(sample_tenant());
        let chat = ScriptedProvider::new("chat", ports.clock.clone(), ports.trap.clone());
        ports.providers.set(Arc::new(chat.clone()));
        Self { engine: Engine::new(ports.clone()), ports, chat }
    }

    fn apply(&self, event: Event) -> Alert {
        let report = Report { tenant: "acme".to_owned(), alert: None, event };
        let applied = run(self.engine.apply(&report, false)).expect("the store works");
        applied.alert.expect("a firing has an alert")
    }

    /// An alert of this series fires; nothing is delivered yet.
    fn fire(&self, series: &str) -> Alert {
        let now = self.ports.clock.now();
        self.apply(fired(&format!("fire:{series}:{now}"), series, &format!("{series} broke"), now))
    }

    fn deliver(&self, alert: &Alert) {
        // The pacer lets one message a second into a channel.
        for _ in 0..3 {
            run(self.engine.deliver(&alert.occurrence())).expect("the store works");
            self.pass(2);
        }
    }

    fn pass(&self, seconds: u64) {
        self.ports.clock.advance(std::time::Duration::from_secs(seconds));
    }

    fn read(&self, occurrence: &Occurrence) -> Alert {
        let shown = run(self.engine.show(occurrence)).expect("the store works");
        shown.expect("the alert is there").alert
    }

    fn card(&self, alert: &Alert) -> Posted {
        let id = alert.id.to_string();
        let posted = self.chat.posted();
        let mut cards = posted.into_iter().filter(|posted| {
            matches!(&posted.shows, nightowl_messaging::Message::Alert(card) if card.alert_id == id)
        });
        cards.next().expect("the card is posted")
    }

    /// A press of a button of a posted message, as a platform reports it.
    fn press(posted: &Posted, action: ActionId, click: &str) -> IncomingAction {
        let alert = posted.shows.alert().expect("a message with buttons shows an alert");
        IncomingAction {
            provider: "chat",
            action,
            value: ButtonValue {
                alert_id: alert.alert_id.clone(),
                delivery: posted.post.delivery.clone(),
                round: alert.round,
                tier: alert.tier,
            },
            user_ref: "U-alice".to_owned(),
            user_name: "alice".to_owned(),
            channel_id: posted.message.channel.clone(),
            message_id: posted.message.message.clone(),
            workspace: "T1".to_owned(),
            app_id: "A1".to_owned(),
            click_id: click.to_owned(),
        }
    }

    /// What the person reads who pressed.
    fn click(&self, action: &IncomingAction, actor: &Actor) -> Option<String> {
        run(self.engine.click("acme", action, actor)).expect("the store works").ephemeral
    }

    /// What the intake took is worked off.
    fn work_off(&self) -> usize {
        let taken = self.ports.store.intake();
        for (receipt, report) in &taken {
            run(self.engine.apply(report, false)).expect("the store works");
            self.ports.store.finish(*receipt);
        }
        taken.len()
    }
}
