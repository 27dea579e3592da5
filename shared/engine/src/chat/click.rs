//! A button was pressed.

use nightowl_domain::mechanism::{Mechanism, is_on};
use nightowl_domain::{
    Actor, Alert, AlertId, Digest, DigestEvent, EventId, EventKind, Hash, MessageRef, Occurrence,
    Send, SendKey, SendState, Settle, Settlement, What,
};
use nightowl_messaging::{ActionId, IncomingAction, InteractionResponse, Snooze, Whisper};

use super::when;
use super::wish::{Deed, Doer, Pressed, Wish, in_digest, meant};
use crate::{Clock, Config, Engine, EngineError, Ports, Store};

/// The alert that is meant, and the message whose button said so.
pub(super) struct Clicked {
    pub(super) occurrence: Occurrence,
    /// `None` if the platform names no message, or none was clicked: then there is nothing to look
    /// up or to adopt.
    message: Option<MessageRef>,
    /// Which send it is, as noted when it was posted; `None`: it is not noted yet.
    noted: Option<SendKey>,
    /// The message is a digest, and the alert a member of it.
    digest: Option<Digest>,
}

impl<P: Ports> Engine<P> {
    /// `action` was parsed from a callback that was proved to come from the platform, and the
    /// clicked message was proved to be ours: on Slack the app that posted it is the tenant's own,
    /// in the inbox our signature covers it. `actor` may act. No form is opened: a button that has
    /// one does what it can without.
    ///
    /// Nothing in answer means that the changed card says it.
    pub async fn click(
        &self,
        tenant: &str,
        action: &IncomingAction,
        actor: &Actor,
    ) -> Result<InteractionResponse, EngineError> {
        let configured = self.ports().config().tenant(tenant).await?.unwrap_or_default();
        let doer = Doer {
            tenant,
            actor,
            zone: when::zone_of(&configured, actor),
            received: self.ports().clock().now(),
            event: event_of(tenant, action),
        };
        if action.action == ActionId::AcknowledgeAll {
            let said = self.acknowledge_all(action, &doer).await?;
            return Ok(InteractionResponse { ephemeral: Some(Whisper::say(said)), form: None });
        }
        let Some(wish) = wish_of(action) else { return Ok(InteractionResponse::default()) };
        let came = self.grant(&wish, &doer).await?;
        let ephemeral = came.say_beside_card(&wish, &doer).map(Whisper::say);
        Ok(InteractionResponse { ephemeral, form: None })
    }

    /// Stores the click durably without a look at its alert, for when [`Engine::click`] failed in a
    /// way that passes. The same click done twice is done once.
    pub async fn click_later(
        &self,
        tenant: &str,
        action: &IncomingAction,
        actor: &Actor,
    ) -> Result<InteractionResponse, EngineError> {
        // Whatever failed may have been the reading of the tenant.
        let configured = self.ports().config().tenant(tenant).await.unwrap_or_default();
        let doer = Doer {
            tenant,
            actor,
            zone: when::zone_of(&configured.unwrap_or_default(), actor),
            received: self.ports().clock().now(),
            event: event_of(tenant, action),
        };
        if action.action == ActionId::AcknowledgeAll {
            let said = self.acknowledge_all_later(action, &doer).await?;
            return Ok(InteractionResponse { ephemeral: Some(Whisper::say(said)), form: None });
        }
        let Some(wish) = wish_of(action) else { return Ok(InteractionResponse::default()) };
        let came = self.grant_later(&wish, &doer).await?;
        let ephemeral = came.say_beside_card(&wish, &doer).map(Whisper::say);
        Ok(InteractionResponse { ephemeral, form: None })
    }

    /// `None`: it is not a message of this tenant, or its button names another alert.
    pub(super) async fn clicked(
        &self,
        tenant: &str,
        wish: &Wish,
    ) -> Result<Option<Clicked>, EngineError> {
        if let Some((digest, place)) = in_digest(&wish.alert) {
            return self.clicked_in_digest(tenant, digest, place, wish).await;
        }
        let Ok(id) = wish.alert.parse::<AlertId>() else { return Ok(None) };
        let occurrence = Occurrence::new(tenant, id);
        let Some(button) = &wish.button else {
            return Ok(Some(Clicked { occurrence, message: None, noted: None, digest: None }));
        };
        let message = button.message();
        if let Some(message) = &message
            && let Some((noted, key)) = self.ports().store().read_reverse(message).await?
        {
            let is_same = noted == occurrence;
            let (message, noted) = (Some(message.clone()), Some(key));
            let clicked = Clicked { occurrence, message, noted, digest: None };
            return Ok(is_same.then_some(clicked));
        }
        // Not noted: it was clicked before that, or twice posted. Its send must fit it.
        let Some(alert) = self.read_shown(&occurrence).await? else { return Ok(None) };
        let send = alert.send(&button.delivery());
        let fits = send.is_none_or(|send| send.to.provider() == button.provider);
        Ok(fits.then_some(Clicked { occurrence, message, noted: None, digest: None }))
    }

    async fn clicked_in_digest(
        &self,
        tenant: &str,
        digest: AlertId,
        place: usize,
        wish: &Wish,
    ) -> Result<Option<Clicked>, EngineError> {
        let Some(button) = &wish.button else { return Ok(None) };
        let Some(digest) = self.clicked_digest(tenant, digest, button).await? else {
            return Ok(None);
        };
        let Some(member) = digest.members.get(place) else { return Ok(None) };
        let occurrence = Occurrence::new(tenant, *member);
        let message = button.message();
        Ok(Some(Clicked { occurrence, message, noted: None, digest: Some(digest) }))
    }

    /// The digest that a button names, if the clicked message is one of its own.
    pub(super) async fn clicked_digest(
        &self,
        tenant: &str,
        digest: AlertId,
        button: &Pressed,
    ) -> Result<Option<Digest>, EngineError> {
        let store = self.ports().store();
        let occurrence = Occurrence::new(tenant, digest);
        if let Some(message) = button.message()
            && let Some((noted, _)) = store.read_reverse(&message).await?
            && noted != occurrence
        {
            return Ok(None);
        }
        let digest = store.read_digest(&occurrence).await?;
        let fits = |digest: &Digest| {
            let send = digest.send(&button.delivery());
            send.is_some_and(|send| send.to.provider() == button.provider)
        };
        Ok(digest.filter(fits))
    }

    /// Which alert a wish is about, without a look at it.
    pub(super) async fn named(
        &self,
        tenant: &str,
        wish: &Wish,
    ) -> Result<Option<AlertId>, EngineError> {
        let Some((digest, place)) = in_digest(&wish.alert) else {
            return Ok(wish.alert.parse::<AlertId>().ok());
        };
        let occurrence = Occurrence::new(tenant, digest);
        let digest = self.ports().store().read_digest(&occurrence).await?;
        Ok(digest.and_then(|digest| digest.members.get(place).copied()))
    }

    /// The clicked message is the one that its send is still believed to have to post, or a second
    /// one: either way it is noted, and the send is settled, so that it is not posted once more and
    /// goes on showing the alert.
    pub(super) async fn adopt(
        &self,
        alert: &Alert,
        clicked: &Clicked,
        wish: &Wish,
    ) -> Result<(), EngineError> {
        let (Some(message), Some(button)) = (&clicked.message, &wish.button) else { return Ok(()) };
        if let Some(digest) = &clicked.digest {
            return self.adopt_digest(digest, message, &button.delivery()).await;
        }
        let key = clicked.noted.clone().unwrap_or_else(|| button.delivery());
        let send = alert.send(&key);
        if clicked.noted.is_none() {
            self.note_clicked(&clicked.occurrence, message, &key, send).await?;
        }
        if !send.is_some_and(is_unsettled) || !is_on(Mechanism::AdoptOnClick) {
            return Ok(());
        }
        let at = self.ports().clock().now();
        // What the message shows is not known, so it is edited.
        let settlement =
            Settlement::Sent { at, message: message.clone(), rev: 0, count: 0, found: true };
        let settles = vec![Settle { key: key.clone(), settlement }];
        let kind = EventKind::Settled { claim: "adopted".into(), settles };
        let event = EventId::from(format!("adopt:{key}"));
        self.act(&clicked.occurrence, kind, Actor::System, event).await?;
        tracing::info!(delivery = %key, "a clicked message was adopted before its settle");
        Ok(())
    }

    /// The same for a digest.
    pub(super) async fn adopt_digest(
        &self,
        digest: &Digest,
        message: &MessageRef,
        key: &SendKey,
    ) -> Result<(), EngineError> {
        if !digest.send(key).is_some_and(is_unsettled) {
            return Ok(());
        }
        self.ports().store().put_reverse(message, &digest.occurrence(), key).await?;
        let at = self.ports().clock().now();
        let settlement =
            Settlement::Sent { at, message: message.clone(), rev: 0, count: 0, found: true };
        let event = DigestEvent::Settled {
            claim: "adopted".into(),
            settles: vec![Settle { key: key.clone(), settlement }],
            elsewhere: None,
            is_over: false,
        };
        self.change_digest(digest.clone(), &event, &[]).await?;
        tracing::info!(delivery = %key, "a clicked digest was adopted before its settle");
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
}

/// What a button says by itself. `None`: a link, or one that says nothing without a form.
pub(super) fn wish_of(action: &IncomingAction) -> Option<Wish> {
    let value = &action.value;
    let deed = match (action.action, action.choice) {
        (ActionId::Acknowledge, _) => Deed::Acknowledge { note: None },
        (ActionId::Unacknowledge, _) => Deed::Unacknowledge { note: None },
        (ActionId::Escalate, _) => Deed::Escalate { seen: (value.round, value.tier), note: None },
        (ActionId::Resolve, _) => Deed::Resolve { note: None },
        (ActionId::Snooze, Some(choice)) => Deed::Snooze { until: until(choice)?.to_owned() },
        (ActionId::Snooze, None)
        | (ActionId::Note | ActionId::Runbook | ActionId::AcknowledgeAll, _) => return None,
    };
    Some(Wish { alert: meant(value), deed, button: Some(pressed(action)) })
}

/// As people would write it.
const fn until(choice: Snooze) -> Option<&'static str> {
    match choice {
        Snooze::HalfHour => Some("30m"),
        Snooze::TwoHours => Some("2h"),
        Snooze::Morning => Some("9:00"),
        Snooze::Until => None,
    }
}

pub(super) fn pressed(action: &IncomingAction) -> Pressed {
    Pressed {
        provider: action.provider.to_owned(),
        channel: action.channel_id.clone(),
        message: action.message_id.clone(),
        delivery: action.value.delivery.to_string(),
    }
}

/// The same for the same click, however long the platform's name of it is.
pub(super) fn event_of(tenant: &str, action: &IncomingAction) -> EventId {
    let parts = ["click", tenant, action.provider, &action.user_ref, &action.click_id];
    EventId::from(Hash::of(&parts.map(str::as_bytes)).text(15))
}

/// Whether a message of it that exists tells something new.
const fn is_unsettled(send: &Send) -> bool {
    match send.state {
        SendState::Wanted { .. }
        | SendState::Claimed { .. }
        | SendState::InDoubt { .. }
        | SendState::Dropped(_)
        | SendState::Folded { .. } => true,
        SendState::Sent(_) => false,
    }
}
