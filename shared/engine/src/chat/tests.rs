//! Commands, clicks and people over ports in memory.

mod clicks;
mod commands;
mod forms;
mod here;
mod home;
mod hurry;
mod links;
mod people;
mod snoozes;

use std::collections::BTreeMap;
use std::sync::Arc;

use nightowl_domain::{Actor, Alert, Event, Occurrence, Tenant};
use nightowl_messaging::{
    ActionId, ButtonValue, ChatUser, CommandResponse, FormAnswer, IncomingAction, IncomingForm,
    Secret, Whisper,
};

use super::Visitor;

use crate::testing::{Posted, ScriptedProvider, TestPorts, fired, run, sample_tenant};
use crate::{Clock, Config, Engine, Report, Store};

/// Somebody in a channel.
#[derive(Clone)]
struct Guest<'a> {
    world: &'a World,
    tenant: Arc<Tenant>,
    user_ref: &'a str,
    channel: &'a str,
    thread: Option<&'a str>,
}

impl<'a> Guest<'a> {
    fn visitor(&self) -> Visitor<'_> {
        Visitor {
            tenant: &self.tenant,
            provider: &self.world.chat,
            user_ref: self.user_ref,
            user_name: "al",
            channel: self.channel,
            thread: self.thread,
            arrived: self.world.ports.clock.now(),
        }
    }

    fn in_thread(&self, root: &'a str) -> Self {
        Self { thread: Some(root), ..self.clone() }
    }

    fn types(&self, text: &str) -> CommandResponse {
        let event = format!("typed:{text}:{}", self.world.ports.trap.calls());
        run(self.world.engine.on_command(&self.visitor(), text, event.into()))
    }

    fn says(&self, text: &str) -> String {
        self.types(text).text
    }

    /// With a trigger by which a form can be opened.
    fn presses(&self, action: &IncomingAction) -> Option<Whisper> {
        let trigger = Secret::new("trigger");
        run(self.world.engine.on_click(&self.visitor(), action, Some(&trigger)))
    }

    /// The form that was shown last, with this field filled in.
    fn fills(&self, field: &str, text: &str, submit: &str) -> FormAnswer {
        run(self.world.engine.on_form(&self.visitor(), &self.filled(field, text, submit)))
    }

    fn filled(&self, field: &str, text: &str, submit: &str) -> IncomingForm {
        let (_, _, state) = self.world.chat.forms().pop().expect("a form was opened");
        IncomingForm {
            provider: "chat",
            state,
            user_ref: self.user_ref.to_owned(),
            user_name: "al".to_owned(),
            workspace: "T1".to_owned(),
            app_id: "A1".to_owned(),
            fields: BTreeMap::from([(field.to_owned(), text.to_owned())]),
            submit_id: submit.to_owned(),
        }
    }
}

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
            choice: None,
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
        let answered = run(self.engine.click("acme", action, actor)).expect("the store works");
        answered.ephemeral.map(|told| told.text)
    }

    /// The same world with a console that people can be sent to.
    fn with_console() -> Self {
        let mut world = Self::new();
        world.engine = Engine::new(world.ports.clone()).with_console("https://owl.example/");
        world
    }

    fn tenant(&self) -> Arc<Tenant> {
        run(self.ports.config.tenant("acme")).expect("it works").expect("configured")
    }

    /// `U-alice` and so on are met already.
    fn meet(&self, user: &str) {
        let user_ref = format!("U-{user}");
        run(self.ports.store.put_identity("acme", "chat", &user_ref, user)).expect("it works");
    }

    /// An account with that user name and without an address that is shown.
    fn add_stranger(&self, user_ref: &str) {
        let handle = Some(user_ref.to_lowercase());
        self.chat.add_user(user_ref, ChatUser { handle, ..ChatUser::default() });
    }

    fn guest<'a>(&'a self, user_ref: &'a str) -> Guest<'a> {
        Guest { world: self, tenant: self.tenant(), user_ref, channel: "C-ops", thread: None }
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
