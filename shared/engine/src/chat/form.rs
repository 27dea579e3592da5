//! Forms: opened by a click, and filled in.

use std::collections::BTreeMap;

use nightowl_domain::{Alert, EventId, Hash, Outcome};
use nightowl_messaging::{
    ActionId, FormAnswer, FormId, FormState, IncomingAction, IncomingForm, Opener, Provider,
    Snooze, Whisper,
};

use super::act::Came;
use super::click::pressed;
use super::front::Visitor;
use super::hurry::{Deadlines, Late};
use super::when::{self, Unclear};
use super::wish::{Deed, Doer, Pressed, Wish, meant};
use super::words;
use crate::{Engine, EngineError, Ports};

/// What became of a form that somebody wants.
enum Opened {
    /// It is there.
    Shown,
    /// There is nothing to fill in; these are the words why.
    Needless(String),
    /// `id`: how to name the alert when typing instead.
    Failed { id: String },
}

/// Which form a button opens, if any.
pub(super) const fn form_of(action: &IncomingAction) -> Option<FormId> {
    match (action.action, action.choice) {
        (ActionId::Resolve, _) => Some(FormId::Resolve),
        (ActionId::Note, _) => Some(FormId::Note),
        (ActionId::Snooze, Some(Snooze::Until)) => Some(FormId::SnoozeUntil),
        (
            ActionId::Acknowledge
            | ActionId::Unacknowledge
            | ActionId::Escalate
            | ActionId::Snooze
            | ActionId::Runbook
            | ActionId::AcknowledgeAll,
            _,
        ) => None,
    }
}

impl<P: Ports> Engine<P> {
    /// Opens the form that a button asks for. Where that does not work, a resolve is done without
    /// a note, which is what the person wanted; for the others there are commands.
    pub(super) async fn click_for_form(
        &self,
        visitor: &Visitor<'_>,
        action: &IncomingAction,
        form: FormId,
        opener: Option<&Opener>,
        doer: &Doer<'_>,
    ) -> Option<Whisper> {
        let deadlines = Deadlines::from(visitor.arrived);
        let opening = self.open(visitor.provider, action, form, opener, doer);
        let opened = match self.by(deadlines.done(), opening).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the alert of a form could not be read");
                Opened::Failed { id: action.value.alert_id.clone() }
            }
            Err(Late) => {
                tracing::warn!("opening a form took too long");
                Opened::Failed { id: action.value.alert_id.clone() }
            }
        };
        match opened {
            Opened::Shown => None,
            Opened::Needless(text) => Some(Whisper::say(text)),
            Opened::Failed { .. } if form == FormId::Resolve => {
                self.do_clicked(deadlines, action, doer).await
            }
            Opened::Failed { id } => Some(Whisper::say(words::instead_of_form(form, &id))),
        }
    }

    async fn open(
        &self,
        provider: &dyn Provider,
        action: &IncomingAction,
        form: FormId,
        opener: Option<&Opener>,
        doer: &Doer<'_>,
    ) -> Result<Opened, EngineError> {
        let wish = wish(&meant(&action.value), empty(form), pressed(action));
        let Some(clicked) = self.clicked(doer.tenant, &wish).await? else {
            return Ok(Opened::Needless(words::FOREIGN.to_owned()));
        };
        let Some(alert) = self.read_shown(&clicked.occurrence).await? else {
            return Ok(Opened::Needless(words::FOREIGN.to_owned()));
        };
        if let Some(over) = self.over(form, &alert, &wish, doer).await {
            return Ok(Opened::Needless(over));
        }
        let failed = Opened::Failed { id: alert.short_id.clone() };
        let Some(opener) = opener else { return Ok(failed) };
        let state = FormState {
            form,
            value: action.value.clone(),
            channel_id: action.channel_id.clone(),
            message_id: action.message_id.clone(),
        };
        let shown = words::form(form, &alert, &doer.zone);
        match provider.open_form(opener, &shown, &state).await {
            Ok(()) => Ok(Opened::Shown),
            Err(error) => {
                tracing::warn!(%error, "a form could not be opened");
                Ok(failed)
            }
        }
    }

    /// What is over cannot be resolved or snoozed, and nobody should have to type to learn so.
    async fn over(
        &self,
        form: FormId,
        alert: &Alert,
        wish: &Wish,
        doer: &Doer<'_>,
    ) -> Option<String> {
        match form {
            FormId::Resolve | FormId::SnoozeUntil if !alert.is_open() => {
                Some(self.say_over(alert, wish, doer).await)
            }
            FormId::Resolve | FormId::SnoozeUntil | FormId::Note => None,
        }
    }

    /// `doer` has proved to be somebody who may act.
    pub(super) async fn submit(
        &self,
        visitor: &Visitor<'_>,
        form: &IncomingForm,
        doer: &Doer<'_>,
    ) -> FormAnswer {
        let deadlines = Deadlines::from(visitor.arrived);
        let wish = match wish_of(form, doer) {
            Ok(wish) => wish,
            Err(errors) => return FormAnswer::Errors(errors),
        };
        let now = self.grant(&wish, doer);
        let later = self.grant_later(&wish, doer);
        let Some(came) = self.now_or_later(deadlines, now, later).await else {
            return FormAnswer::Failed(words::NOT_DONE.to_owned());
        };
        match &came {
            Came::Foreign => FormAnswer::Failed(words::FOREIGN.to_owned()),
            Came::Unclear(unclear) => FormAnswer::Errors(error_at("until", *unclear, &wish)),
            // The card shows who resolved it and the note; all else is told.
            Came::Done(done)
                if form.state.form == FormId::Resolve
                    && matches!(done.outcome, Outcome::Applied { .. }) =>
            {
                FormAnswer::Done { whisper: None }
            }
            Came::Done(_) | Came::Taken => {
                FormAnswer::Done { whisper: Some(Whisper::say(came.say(&wish, doer))) }
            }
        }
    }
}

/// What the fields say; the errors are by field, and then nothing is done.
pub(super) fn wish_of(
    form: &IncomingForm,
    doer: &Doer<'_>,
) -> Result<Wish, BTreeMap<String, String>> {
    let field = |id: &str| form.fields.get(id).map_or("", |text| text.trim());
    let at = |id: &str, text: String| BTreeMap::from([(id.to_owned(), text)]);
    let note = field("note");
    if note.chars().count() > words::NOTE_CHARS {
        return Err(at("note", words::too_long()));
    }
    let deed = match form.state.form {
        FormId::Resolve => Deed::Resolve { note: (!note.is_empty()).then(|| note.to_owned()) },
        FormId::Note if note.is_empty() => return Err(at("note", words::NOTE_EMPTY.to_owned())),
        FormId::Note => Deed::Note { text: note.to_owned() },
        FormId::SnoozeUntil => Deed::Snooze { until: field("until").to_owned() },
    };
    let button = Pressed {
        provider: form.provider.to_owned(),
        channel: form.state.channel_id.clone(),
        message: form.state.message_id.clone(),
        delivery: form.state.value.delivery.to_string(),
    };
    let wish = wish(&meant(&form.state.value), deed, button);
    match when_of(&wish, doer) {
        Ok(()) => Ok(wish),
        Err(unclear) => Err(error_at("until", unclear, &wish)),
    }
}

fn when_of(wish: &Wish, doer: &Doer<'_>) -> Result<(), Unclear> {
    match &wish.deed {
        Deed::Snooze { until } => when::read(until, doer.received, &doer.zone).map(drop),
        Deed::Acknowledge { .. }
        | Deed::Unacknowledge { .. }
        | Deed::Escalate { .. }
        | Deed::Resolve { .. }
        | Deed::Note { .. } => Ok(()),
    }
}

fn error_at(field: &str, unclear: Unclear, wish: &Wish) -> BTreeMap<String, String> {
    BTreeMap::from([(field.to_owned(), words::unclear(unclear, wish.deed.until()))])
}

fn wish(alert: &str, deed: Deed, button: Pressed) -> Wish {
    Wish { alert: alert.to_owned(), deed, button: Some(button) }
}

/// What a form is about before anybody has filled it in.
const fn empty(form: FormId) -> Deed {
    match form {
        FormId::Resolve => Deed::Resolve { note: None },
        FormId::SnoozeUntil => Deed::Snooze { until: String::new() },
        FormId::Note => Deed::Note { text: String::new() },
    }
}

/// The same for the same submission.
pub(super) fn event_of(tenant: &str, form: &IncomingForm) -> EventId {
    let parts = ["form", tenant, form.provider, &form.user_ref, &form.submit_id];
    EventId::from(Hash::of(&parts.map(str::as_bytes)).text(15))
}
