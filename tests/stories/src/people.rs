//! What people do.

use std::time::Duration;

use nightowl_domain::{Actor, EventKind, Ignored, MessageRef, Occurrence, Outcome};
use nightowl_engine::Applied;
use nightowl_messaging::{ActionId, ButtonValue, IncomingAction, Provider};

use crate::Owl;

impl Owl {
    /// On the newest open alert, or on the newest.
    pub fn ack_as(&mut self, user: &str) {
        self.act(user, EventKind::Acked);
    }

    pub fn unack_as(&mut self, user: &str) {
        self.act(user, EventKind::Unacked);
    }

    pub fn resolve_as(&mut self, user: &str) {
        self.act(user, EventKind::Resolved { note: None });
    }

    pub fn escalate_as(&mut self, user: &str) {
        self.act(user, EventKind::Escalated { seen: None });
    }

    pub fn snooze_as(&mut self, user: &str, minutes: u64) {
        let until = self.now() + Duration::from_secs(minutes * 60);
        self.act(user, EventKind::Snoozed { until });
    }

    /// What the person is told when it does nothing.
    ///
    /// # Panics
    /// If it did something.
    pub fn in_vain(&mut self, user: &str, kind: EventKind) -> Ignored {
        match self.act(user, kind).outcome {
            Outcome::Ignored(reason) => reason,
            Outcome::Applied { .. } => panic!("it did something"),
        }
    }

    /// An act that is repeated until it went through, as by somebody who gets no answer.
    pub fn act(&mut self, user: &str, kind: EventKind) -> Applied {
        let occurrence = self.current();
        self.act_on(&occurrence, user, kind)
    }

    pub fn act_on(&mut self, on: &Occurrence, user: &str, kind: EventKind) -> Applied {
        let event = self.event_id();
        let actor = Actor::User { id: user.to_owned(), name: name_of(user) };
        let applied = self.insist(async |engine| {
            engine.act(on, kind.clone(), actor.clone(), event.as_str().into()).await
        });
        self.work();
        applied
    }

    /// Presses a button of this message. Answers what the person alone is told.
    pub fn press(
        &mut self,
        user: &str,
        on: &MessageRef,
        action: ActionId,
        value: ButtonValue,
    ) -> Option<String> {
        let click = IncomingAction {
            provider: self.chat.name(),
            action,
            choice: None,
            value,
            user_ref: user.to_owned(),
            user_name: user.to_owned(),
            channel_id: on.channel.clone(),
            message_id: on.message.clone(),
            workspace: String::new(),
            app_id: String::new(),
            click_id: self.event_id(),
        };
        let actor = Actor::User { id: user.to_owned(), name: name_of(user) };
        let answer = self.insist(async |engine| engine.click("acme", &click, &actor).await);
        self.work();
        answer.ephemeral.map(|whisper| whisper.text)
    }

    fn current(&self) -> Occurrence {
        let all = self.ports.store.alerts();
        let open = all.iter().rev().find(|alert| alert.is_open());
        let newest = open.or(all.last()).unwrap_or_else(|| panic!("there is no alert"));
        newest.occurrence()
    }
}

/// "alice" is Alice.
pub(crate) fn name_of(user: &str) -> String {
    let mut letters = user.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
