//! What people want is done, now or later.

use nightowl_domain::{
    Alert, Event, EventId, EventKind, Ignored, Occurrence, Outcome, Received, Status, Time,
};

use super::Verb;
use super::when::Unclear;
use super::wish::{Doer, Wish};
use super::words;
use crate::{Applied, Engine, EngineError, Intake, Ports, Report, Store};

/// What a wish came to.
#[derive(Debug)]
pub(super) enum Came {
    /// The message is not ours, or its button names another alert: nothing was done.
    Foreign,
    /// It does not say until when: nothing was done.
    Unclear(Unclear),
    /// Stored durably, for whoever works the intake off.
    Taken,
    Done(Box<Done>),
}

#[derive(Debug)]
pub(super) struct Done {
    pub(super) outcome: Outcome,
    /// As it stands now.
    pub(super) alert: Option<Alert>,
    /// The newest of the series, if the alert is over and that one came after it.
    pub(super) newer: Option<Alert>,
    /// A note of the person's is kept with the alert.
    pub(super) is_noted: bool,
}

impl<P: Ports> Engine<P> {
    /// # Errors
    /// After a retryable one, [`Engine::grant_later`] may still get it done.
    pub(super) async fn grant(&self, wish: &Wish, doer: &Doer<'_>) -> Result<Came, EngineError> {
        let events = match wish.deed.events(doer) {
            Ok(events) => events,
            Err(unclear) => return Ok(Came::Unclear(unclear)),
        };
        let Some(clicked) = self.clicked(doer.tenant, wish).await? else {
            return Ok(Came::Foreign);
        };
        let mut first: Option<Applied> = None;
        let mut is_noted = false;
        for (id, kind) in events {
            let has_note =
                matches!(kind, EventKind::Noted { .. } | EventKind::Resolved { note: Some(_) });
            let applied = self.act_once(&clicked.occurrence, kind, doer, id).await?;
            is_noted |= has_note && keeps_note(&applied.outcome);
            first.get_or_insert(applied);
        }
        let Some(Applied { alert, outcome, .. }) = first else { return Ok(Came::Foreign) };
        if let Some(alert) = &alert
            && let Err(error) = self.adopt(alert, &clicked, wish).await
        {
            // What was wanted is done; the message is found by its delivery id later.
            tracing::warn!(%error, "a clicked message could not be adopted");
        }
        let newer = self.newer(alert.as_ref(), &outcome).await;
        Ok(Came::Done(Box::new(Done { outcome, alert, newer, is_noted })))
    }

    /// Stores it durably without a look at its alert; a digest tells whom a button of it means. The
    /// same event done twice is done once.
    pub(super) async fn grant_later(
        &self,
        wish: &Wish,
        doer: &Doer<'_>,
    ) -> Result<Came, EngineError> {
        let Some(id) = self.named(doer.tenant, wish).await? else { return Ok(Came::Foreign) };
        let events = match wish.deed.events(doer) {
            Ok(events) => events,
            Err(unclear) => return Ok(Came::Unclear(unclear)),
        };
        let report = |(event, kind)| Report {
            tenant: doer.tenant.to_owned(),
            alert: Some(id),
            event: event_of(doer, kind, event),
        };
        self.ports().intake().take(events.into_iter().map(report).collect()).await?;
        Ok(Came::Taken)
    }

    pub(super) async fn act_once(
        &self,
        occurrence: &Occurrence,
        kind: EventKind,
        doer: &Doer<'_>,
        event: EventId,
    ) -> Result<Applied, EngineError> {
        let report = Report {
            tenant: occurrence.tenant.clone(),
            alert: Some(occurrence.id),
            event: event_of(doer, kind, event),
        };
        self.apply(&report, false).await
    }

    /// That `alert` is over, to somebody who wanted to do something to it.
    pub(super) async fn say_over(&self, alert: &Alert, wish: &Wish, doer: &Doer<'_>) -> String {
        let outcome = Outcome::Ignored(Ignored::AlreadyResolved);
        let newer = self.newer(Some(alert), &outcome).await;
        let done = Done { outcome, alert: Some(alert.clone()), newer, is_noted: false };
        done.say(wish, doer)
    }

    /// The newest of the series, if `alert` is over and that one came after it. Worth no failure.
    async fn newer(&self, alert: Option<&Alert>, outcome: &Outcome) -> Option<Alert> {
        let alert = alert.filter(|alert| alert.next.is_some())?;
        match outcome {
            Outcome::Ignored(Ignored::AlreadyResolved | Ignored::Duplicate) => {}
            Outcome::Ignored(_) | Outcome::Applied { .. } => return None,
        }
        match self.ports().store().newest(&alert.tenant, alert.series()).await {
            Ok(newest) => newest.filter(|newest| newest.id != alert.id && !newest.hidden),
            Err(error) => {
                tracing::warn!(%error, "the newer alert could not be read");
                None
            }
        }
    }
}

pub(super) fn event_of(doer: &Doer<'_>, kind: EventKind, id: EventId) -> Event {
    let received = Received { at: doer.received, position: 0 };
    Event { id, received, actor: doer.actor.clone(), kind }
}

/// A resolve's note is kept even where it was over already.
const fn keeps_note(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Applied { .. } => true,
        Outcome::Ignored(reason) => {
            matches!(reason, Ignored::AlreadyResolved | Ignored::Duplicate)
        }
    }
}

impl Came {
    /// Whoever is answered learns all of it.
    pub(super) fn say(&self, wish: &Wish, doer: &Doer<'_>) -> String {
        match self {
            Self::Foreign => words::FOREIGN.to_owned(),
            Self::Unclear(unclear) => words::unclear(*unclear, wish.deed.until()),
            Self::Taken => words::TAKEN.to_owned(),
            Self::Done(done) => done.say(wish, doer),
        }
    }

    /// The card says what changed; the person alone is told the rest.
    pub(super) fn say_beside_card(&self, wish: &Wish, doer: &Doer<'_>) -> Option<String> {
        let Self::Done(done) = self else { return Some(self.say(wish, doer)) };
        match &done.outcome {
            Outcome::Applied { .. } => None,
            // A platform that sends a click again has been answered before; but what was done then
            // no longer tells how it stands once the alert is over.
            Outcome::Ignored(Ignored::Duplicate) => done
                .is_over()
                .then(|| words::ignored(Ignored::AlreadyResolved, &done.about(wish, doer))),
            Outcome::Ignored(_) => Some(done.say(wish, doer)),
        }
    }
}

impl Done {
    fn say(&self, wish: &Wish, doer: &Doer<'_>) -> String {
        let about = self.about(wish, doer);
        let is_snooze = about.verb == Verb::Snooze;
        let mut said = match (&self.outcome, self.snoozed_until().filter(|_| is_snooze)) {
            (Outcome::Applied { .. }, Some(until)) => words::snoozed(&about, until),
            (outcome, _) => words::outcome(outcome, &about),
        };
        if self.is_noted && about.verb != Verb::Note {
            said.push(' ');
            said.push_str(words::NOTE_KEPT);
        }
        said
    }

    fn is_over(&self) -> bool {
        self.alert.as_ref().is_some_and(|alert| !alert.is_open() || alert.next.is_some())
    }

    fn snoozed_until(&self) -> Option<Time> {
        match self.alert.as_ref()?.status {
            Status::Snoozed { until, .. } => Some(until),
            Status::Firing | Status::Acknowledged { .. } | Status::Resolved { .. } => None,
        }
    }

    const fn about<'a>(&'a self, wish: &Wish, doer: &'a Doer<'_>) -> words::About<'a> {
        words::About {
            verb: wish.deed.verb(),
            alert: self.alert.as_ref(),
            actor: doer.actor,
            newer: self.newer.as_ref(),
            zone: &doer.zone,
        }
    }
}
