//! `/nightowl …`, carried out.

use nightowl_domain::{Actor, Alert, EventId, EventKind, Ignored, Occurrence, Outcome, Received};
use nightowl_messaging::{CommandResponse, ResponseSection};

use super::find::Sought;
use super::words::{self, About};
use super::{Command, Verb, list, oncall, parse};
use crate::{Clock, Config, Engine, EngineError, Intake, Ports, Report};

/// Whether an act is applied while its person waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Now,
    /// Stored durably, for whoever works the intake off.
    Later,
}

/// One act of one person.
struct Act<'a> {
    verb: Verb,
    note: Option<String>,
    actor: &'a Actor,
    event: EventId,
}

impl<P: Ports> Engine<P> {
    /// `text`: everything behind `/nightowl`, as typed by `actor`, who may act. `event` names this
    /// use of the command. The answer is for that person alone.
    ///
    /// # Errors
    /// After a retryable one, [`Engine::command_later`] may still get it done.
    pub async fn command(
        &self,
        tenant: &str,
        actor: &Actor,
        text: &str,
        event: EventId,
    ) -> Result<CommandResponse, EngineError> {
        self.obey(tenant, actor, text, event, When::Now).await
    }

    /// The same, but what it would do is only stored: for when that failed or took too long. The
    /// same `event` done twice is done once.
    pub async fn command_later(
        &self,
        tenant: &str,
        actor: &Actor,
        text: &str,
        event: EventId,
    ) -> Result<CommandResponse, EngineError> {
        self.obey(tenant, actor, text, event, When::Later).await
    }

    async fn obey(
        &self,
        tenant: &str,
        actor: &Actor,
        text: &str,
        event: EventId,
        when: When,
    ) -> Result<CommandResponse, EngineError> {
        match parse(text) {
            Err(unknown) => Ok(help(words::unknown_command(&unknown))),
            Ok(Command::Help) => Ok(help(words::HELP_HEAD.to_owned())),
            Ok(Command::OnCall { schedule }) => {
                let configured = self.ports().config().tenant(tenant).await?;
                let configured =
                    configured.ok_or_else(|| EngineError::NoTenant(tenant.to_owned()))?;
                let now = self.ports().clock().now();
                Ok(oncall::answer(&configured, schedule.as_deref(), now))
            }
            Ok(Command::Act { verb, alert: None, note: _ }) => {
                let (open, more) = self.open_alerts(tenant).await?;
                let text = match open.is_empty() {
                    true => words::NO_OPEN_ALERTS.to_owned(),
                    false => words::choose(verb, more),
                };
                Ok(list::answer(text, &open))
            }
            Ok(Command::Act { verb, alert: Some(named), note }) => {
                let act = Act { verb, note, actor, event };
                match self.seek(tenant, &named).await? {
                    Sought::One(alert) => self.act_on(&alert, act, when).await,
                    Sought::Several(some) => Ok(list::answer(words::ambiguous(&named), &some)),
                    Sought::Nothing => {
                        let (open, _) = self.open_alerts(tenant).await?;
                        Ok(list::answer(words::no_match(&named, !open.is_empty()), &open))
                    }
                }
            }
        }
    }

    async fn act_on(
        &self,
        alert: &Alert,
        act: Act<'_>,
        when: When,
    ) -> Result<CommandResponse, EngineError> {
        let occurrence = alert.occurrence();
        let kinds = kinds(&act, alert);
        let said = match when {
            When::Now => self.act_now(&occurrence, &act, kinds).await?,
            When::Later => {
                self.take(&occurrence, act.actor, kinds).await?;
                words::TAKEN.to_owned()
            }
        };
        Ok(CommandResponse { text: said, ephemeral: true, sections: Vec::new() })
    }

    async fn act_now(
        &self,
        occurrence: &Occurrence,
        act: &Act<'_>,
        kinds: Vec<(EventId, EventKind)>,
    ) -> Result<String, EngineError> {
        let mut said = Vec::new();
        for (event, kind) in kinds {
            let is_note = matches!(kind, EventKind::Noted { .. });
            let applied = self.act(occurrence, kind, act.actor.clone(), event).await?;
            if is_note {
                said.push(words::NOTE_KEPT.to_owned());
                continue;
            }
            let newer = self.newer(applied.alert.as_ref(), &applied.outcome).await;
            let about = About {
                verb: act.verb,
                alert: applied.alert.as_ref(),
                actor: act.actor,
                newer: newer.as_ref(),
            };
            said.push(words::outcome(&applied.outcome, &about));
            if act.verb == Verb::Resolve && act.note.is_some() && has_taken(&applied.outcome) {
                said.push(words::NOTE_KEPT.to_owned());
            }
        }
        Ok(said.join(" "))
    }

    /// Stores what a person does, for whoever works the intake off.
    pub(super) async fn take(
        &self,
        occurrence: &Occurrence,
        actor: &Actor,
        kinds: Vec<(EventId, EventKind)>,
    ) -> Result<(), EngineError> {
        let received = Received { at: self.ports().clock().now(), position: 0 };
        let reports = kinds
            .into_iter()
            .map(|(id, kind)| Report {
                tenant: occurrence.tenant.clone(),
                alert: Some(occurrence.id),
                event: nightowl_domain::Event { id, received, actor: actor.clone(), kind },
            })
            .collect();
        Ok(self.ports().intake().take(reports).await?)
    }
}

/// The events of one act. A note that the first has no room for is an event of its own.
fn kinds(act: &Act<'_>, alert: &Alert) -> Vec<(EventId, EventKind)> {
    let kind = match act.verb {
        Verb::Acknowledge => EventKind::Acked,
        Verb::Unacknowledge => EventKind::Unacked,
        // What the person knew is what was read for them just now: a retry must not escalate
        // once more what this escalated.
        Verb::Escalate => EventKind::Escalated { seen: Some((alert.plan.round, alert.plan.tier)) },
        Verb::Resolve => EventKind::Resolved { note: act.note.clone() },
    };
    let mut kinds = vec![(act.event.clone(), kind)];
    if let (Some(text), Verb::Acknowledge | Verb::Unacknowledge | Verb::Escalate) =
        (&act.note, act.verb)
    {
        let id = EventId(format!("{}:note", act.event));
        kinds.push((id, EventKind::Noted { text: text.clone() }));
    }
    kinds
}

/// A resolve's note is kept even where it was over already.
const fn has_taken(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Applied { .. } => true,
        Outcome::Ignored(reason) => matches!(reason, Ignored::AlreadyResolved),
    }
}

fn help(text: String) -> CommandResponse {
    let section = |(usage, does): (&str, &str)| ResponseSection {
        title: usage.to_owned(),
        body: does.to_owned(),
        fields: Vec::new(),
    };
    let sections = words::HELP.into_iter().map(section).collect();
    CommandResponse { text, ephemeral: true, sections }
}
