//! A button was pressed.

use nightowl_domain::{
    Actor, Alert, AlertId, EventId, EventKind, Hash, Ignored, MessageRef, Occurrence, Outcome,
    Send, SendKey, SendState, Settle, Settlement, What,
};
use nightowl_messaging::{ActionId, IncomingAction, InteractionResponse};

use super::Verb;
use super::words::{self, About};
use crate::{Applied, Clock, Engine, EngineError, Ports, Store};

/// A message that was clicked.
struct Clicked {
    occurrence: Occurrence,
    /// `None` if the platform names no message: then there is nothing to look up or to adopt.
    message: Option<MessageRef>,
    /// Which send it is, as noted when it was posted; `None`: it is not noted yet.
    noted: Option<SendKey>,
}

impl<P: Ports> Engine<P> {
    /// `action` was parsed from a callback that was proved to come from the platform, and the
    /// clicked message was proved to be ours: on Slack the app that posted it is the tenant's own,
    /// in the inbox our signature covers it. `actor` may act.
    ///
    /// Nothing in answer means that the changed card says it.
    ///
    /// # Errors
    /// After a retryable one, [`Engine::click_later`] may still get it done.
    pub async fn click(
        &self,
        tenant: &str,
        action: &IncomingAction,
        actor: &Actor,
    ) -> Result<InteractionResponse, EngineError> {
        let Some((verb, kind)) = wish(action) else { return Ok(InteractionResponse::default()) };
        let Some(clicked) = self.clicked(tenant, action).await? else {
            return Ok(say(words::FOREIGN));
        };
        let event = event_of(tenant, action);
        let applied = self.act(&clicked.occurrence, kind, actor.clone(), event).await?;
        let answer = self.answer(verb, &applied, actor).await;
        if let Some(alert) = &applied.alert
            && let Err(error) = self.adopt(alert, &clicked, action).await
        {
            // What was clicked for is done; the message is found by its delivery id later.
            tracing::warn!(%error, "a clicked message could not be adopted");
        }
        Ok(answer)
    }

    /// Stores the click durably without a look at its alert, for when `click` failed or took too
    /// long. The same click done twice is done once.
    pub async fn click_later(
        &self,
        tenant: &str,
        action: &IncomingAction,
        actor: &Actor,
    ) -> Result<InteractionResponse, EngineError> {
        let Some((_, kind)) = wish(action) else { return Ok(InteractionResponse::default()) };
        let Ok(id) = action.value.alert_id.parse::<AlertId>() else {
            return Ok(say(words::FOREIGN));
        };
        let occurrence = Occurrence::new(tenant, id);
        self.take(&occurrence, actor, vec![(event_of(tenant, action), kind)]).await?;
        Ok(say(words::TAKEN))
    }

    /// `None`: it is not a message of this tenant, or its button names another alert.
    async fn clicked(
        &self,
        tenant: &str,
        action: &IncomingAction,
    ) -> Result<Option<Clicked>, EngineError> {
        let Ok(id) = action.value.alert_id.parse::<AlertId>() else { return Ok(None) };
        let occurrence = Occurrence::new(tenant, id);
        let message = message_of(action);
        if let Some(message) = &message
            && let Some((noted, key)) = self.ports().store().read_reverse(message).await?
        {
            let is_same = noted == occurrence;
            let clicked = Clicked { occurrence, message: Some(message.clone()), noted: Some(key) };
            return Ok(is_same.then_some(clicked));
        }
        // Not noted: it was clicked before that, or twice posted. Its send must fit it.
        let Some(alert) = self.read_shown(&occurrence).await? else { return Ok(None) };
        let send = alert.send(&action.value.delivery);
        let fits = send.is_none_or(|send| send.to.provider() == action.provider);
        Ok(fits.then_some(Clicked { occurrence, message, noted: None }))
    }

    /// The clicked message is the one that its send is still believed to have to post, or a second
    /// one: either way it is noted, and the send is settled, so that it is not posted once more and
    /// goes on showing the alert.
    async fn adopt(
        &self,
        alert: &Alert,
        clicked: &Clicked,
        action: &IncomingAction,
    ) -> Result<(), EngineError> {
        let Some(message) = &clicked.message else { return Ok(()) };
        let key = clicked.noted.as_ref().unwrap_or(&action.value.delivery);
        let send = alert.send(key);
        if clicked.noted.is_none() {
            self.note_clicked(&clicked.occurrence, message, key, send).await?;
        }
        if !send.is_some_and(is_unsettled) {
            return Ok(());
        }
        let at = self.ports().clock().now();
        // What the message shows is not known, so it is edited.
        let settlement =
            Settlement::Sent { at, message: message.clone(), rev: 0, count: 0, found: true };
        let settles = vec![Settle { key: key.clone(), settlement }];
        let kind = EventKind::Settled { claim: "adopted".into(), settles };
        let event = EventId(format!("adopt:{key}"));
        self.act(&clicked.occurrence, kind, Actor::System, event).await?;
        tracing::info!(delivery = %key, "a clicked message was adopted before its settle");
        Ok(())
    }

    async fn note_clicked(
        &self,
        occurrence: &Occurrence,
        message: &MessageRef,
        key: &SendKey,
        send: Option<&Send>,
    ) -> Result<(), EngineError> {
        let store = self.ports().store();
        store.put_reverse(message, occurrence, key).await?;
        if let Some(Send { what: What::Card, state, .. }) = send
            && !matches!(state, SendState::Sent(_))
        {
            store.put_mapping(occurrence, message).await?;
        }
        Ok(())
    }

    async fn answer(&self, verb: Verb, applied: &Applied, actor: &Actor) -> InteractionResponse {
        let alert = applied.alert.as_ref();
        let outcome = match &applied.outcome {
            Outcome::Applied { .. } => return InteractionResponse::default(),
            // Sent again by the platform, or pressed again on a card that is long behind: what was
            // done then no longer tells how it stands.
            Outcome::Ignored(Ignored::Duplicate) if alert.is_some_and(is_over) => {
                Outcome::Ignored(Ignored::AlreadyResolved)
            }
            // A platform that sends a click again has been answered before.
            Outcome::Ignored(Ignored::Duplicate) => return InteractionResponse::default(),
            Outcome::Ignored(reason) => Outcome::Ignored(*reason),
        };
        let newer = self.newer(alert, &outcome).await;
        let about = About { verb, alert, actor, newer: newer.as_ref() };
        say(&words::outcome(&outcome, &about))
    }

    /// The newest of the series, if `alert` is over and that one came after it. Worth no failure.
    pub(super) async fn newer(&self, alert: Option<&Alert>, outcome: &Outcome) -> Option<Alert> {
        let alert = alert.filter(|alert| alert.next.is_some())?;
        if *outcome != Outcome::Ignored(Ignored::AlreadyResolved) {
            return None;
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

/// `None` for a link.
fn wish(action: &IncomingAction) -> Option<(Verb, EventKind)> {
    let seen = Some((action.value.round, action.value.tier));
    Some(match action.action {
        ActionId::Acknowledge => (Verb::Acknowledge, EventKind::Acked),
        ActionId::Unacknowledge => (Verb::Unacknowledge, EventKind::Unacked),
        ActionId::Escalate => (Verb::Escalate, EventKind::Escalated { seen }),
        ActionId::Resolve => (Verb::Resolve, EventKind::Resolved { note: None }),
        ActionId::Runbook => return None,
    })
}

fn message_of(action: &IncomingAction) -> Option<MessageRef> {
    let is_named = !action.channel_id.is_empty() && !action.message_id.is_empty();
    is_named.then(|| MessageRef {
        provider: action.provider.to_owned(),
        channel: action.channel_id.clone(),
        message: action.message_id.clone(),
    })
}

/// The same for the same click, however long the platform's name of it is.
fn event_of(tenant: &str, action: &IncomingAction) -> EventId {
    let parts = ["click", tenant, action.provider, &action.user_ref, &action.click_id];
    EventId(Hash::of(&parts.map(str::as_bytes)).text(15))
}

/// Whether a message of it that exists tells something new.
const fn is_unsettled(send: &Send) -> bool {
    match send.state {
        SendState::Wanted { .. }
        | SendState::Claimed { .. }
        | SendState::InDoubt { .. }
        | SendState::Dropped(_) => true,
        SendState::Sent(_) => false,
    }
}

const fn is_over(alert: &Alert) -> bool {
    !alert.is_open() || alert.next.is_some()
}

fn say(text: &str) -> InteractionResponse {
    InteractionResponse { ephemeral: Some(text.to_owned()) }
}
