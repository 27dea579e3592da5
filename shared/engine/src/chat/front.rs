//! The one way in for a platform's function: whatever a person did, the answer is words for them.

use nightowl_domain::{Actor, EventId, Tenant, Time};
use nightowl_messaging::{
    ActionId, CommandResponse, FormAnswer, IncomingAction, IncomingForm, Opener, Provider, Secret,
    Whisper,
};

use super::command::{When, help, slip, told};
use super::here::Here;
use super::hurry::{Deadlines, Late};
use super::identify::Met;
use super::link::Asker;
use super::wish::{Doer, Wish};
use super::{Command, Identity, Stranger, click, form, parse, when, words};
use crate::{Engine, Ports};

/// Somebody in chat, as a proved callback has them.
#[derive(Clone, Copy)]
pub struct Visitor<'a> {
    pub tenant: &'a Tenant,
    /// The tenant's connection to the platform that the callback came from.
    pub provider: &'a dyn Provider,
    pub user_ref: &'a str,
    pub user_name: &'a str,
    pub channel: &'a str,
    /// The root message of the thread that they are in, if any.
    pub thread: Option<&'a str>,
    /// When the callback arrived. Stamped once: it is the reception of what they do, and what they
    /// wait for counts from it.
    pub arrived: Time,
}

impl<'a> Visitor<'a> {
    fn here(&self) -> Here<'a> {
        Here { provider: self.provider.name(), channel: self.channel, thread: self.thread }
    }

    /// `name`: what the platform calls them.
    fn asker<'n>(&self, name: &'n str) -> Asker<'n>
    where
        'a: 'n,
    {
        Asker {
            tenant: &self.tenant.slug,
            provider: self.provider.name(),
            user_ref: self.user_ref,
            user_name: name,
        }
    }

    fn doer(&self, actor: &'a Actor, event: EventId) -> Doer<'a> {
        Doer {
            tenant: &self.tenant.slug,
            actor,
            zone: when::zone_of(self.tenant, actor),
            received: self.arrived,
            event,
        }
    }
}

impl<P: Ports> Engine<P> {
    /// `text`: everything behind `/nightowl`, or behind a mention of the bot. `event` names this
    /// use of the command. The answer is for that person alone.
    pub async fn on_command(
        &self,
        visitor: &Visitor<'_>,
        text: &str,
        event: EventId,
    ) -> CommandResponse {
        let command = parse(text);
        match &command {
            // Whoever asks what to type need not be known.
            Ok(Command::Help) => return help(words::HELP_HEAD.to_owned()),
            Err(unknown) => return slip(unknown),
            Ok(
                Command::Act { .. } | Command::OnCall { .. } | Command::List { .. } | Command::Link,
            ) => {}
        }
        let Met { identity, name } = self.who(visitor).await;
        let actor = match identity {
            Identity::Known(actor) => actor,
            Identity::Unknown(why) => {
                let pending = self.pending_typed(visitor, why, &command, event).await;
                return self.turn_away(visitor, &name, why, pending).await;
            }
        };
        if matches!(command, Ok(Command::Link)) {
            return self.link_anew(visitor, &name, &actor).await;
        }
        let doer = visitor.doer(&actor, event);
        let here = Some(visitor.here());
        let now = Box::pin(self.obey(&command, &doer, here, When::Now));
        let later = Box::pin(self.obey(&command, &doer, here, When::Later));
        let deadlines = Deadlines::from(visitor.arrived);
        let answered = self.now_or_later(deadlines, now, later).await;
        answered.unwrap_or_else(|| told(words::NOT_DONE))
    }

    /// `action` was parsed from a proved callback, and the clicked message was proved to be ours.
    /// `trigger`: by which a form can be opened for the person. `None` in answer: the changed card,
    /// or the form, says it.
    pub async fn on_click(
        &self,
        visitor: &Visitor<'_>,
        action: &IncomingAction,
        trigger: Option<&Secret>,
    ) -> Option<Whisper> {
        if action.action == ActionId::Runbook {
            return None;
        }
        let event = click::event_of(&visitor.tenant.slug, action);
        let Met { identity, name } = self.who(visitor).await;
        let actor = match identity {
            Identity::Known(actor) => actor,
            Identity::Unknown(why) => {
                let pending = click::wish_of(action).map(|wish| (wish, event));
                return Some(whisper(self.turn_away(visitor, &name, why, pending).await));
            }
        };
        let doer = visitor.doer(&actor, event);
        let deadlines = Deadlines::from(visitor.arrived);
        if action.action == ActionId::AcknowledgeAll {
            let now = self.acknowledge_all(action, &doer);
            let later = self.acknowledge_all_later(action, &doer);
            let said = self.now_or_later(deadlines, now, later).await;
            return Some(Whisper::say(said.unwrap_or_else(|| words::NOT_DONE.to_owned())));
        }
        let Some(form) = form::form_of(action) else {
            return self.do_clicked(deadlines, action, &doer).await;
        };
        let opener = trigger.map(|trigger| Opener {
            trigger: trigger.clone(),
            user_ref: visitor.user_ref.to_owned(),
            channel_id: visitor.channel.to_owned(),
        });
        self.click_for_form(visitor, action, form, opener.as_ref(), &doer).await
    }

    /// `form` was proved to be one of ours, filled in by this person, and not used before.
    pub async fn on_form(&self, visitor: &Visitor<'_>, form: &IncomingForm) -> FormAnswer {
        let event = form::event_of(&visitor.tenant.slug, form);
        let Met { identity, name } = self.who(visitor).await;
        match identity {
            Identity::Known(actor) => {
                self.submit(visitor, form, &visitor.doer(&actor, event)).await
            }
            Identity::Unknown(why) => {
                let nobody = Actor::System;
                let wish = form::wish_of(form, &visitor.doer(&nobody, event.clone())).ok();
                let pending = wish.map(|wish| (wish, event));
                let answer = self.turn_away(visitor, &name, why, pending).await;
                match answer.link {
                    Some(_) => FormAnswer::Done { whisper: Some(whisper(answer)) },
                    None => FormAnswer::Failed(answer.text),
                }
            }
        }
    }

    /// What a button says by itself is done, now or later.
    pub(super) async fn do_clicked(
        &self,
        deadlines: Deadlines,
        action: &IncomingAction,
        doer: &Doer<'_>,
    ) -> Option<Whisper> {
        let Some(wish) = click::wish_of(action) else {
            return Some(Whisper::say(words::NOT_OFFERED));
        };
        let (now, later) = (self.grant(&wish, doer), self.grant_later(&wish, doer));
        match self.now_or_later(deadlines, now, later).await {
            Some(came) => came.say_beside_card(&wish, doer).map(Whisper::say),
            None => Some(Whisper::say(words::NOT_DONE)),
        }
    }

    /// In time.
    pub(super) async fn who(&self, visitor: &Visitor<'_>) -> Met {
        let Visitor { tenant, provider, user_ref, user_name, .. } = *visitor;
        let asked = Box::pin(self.meet(tenant, provider, user_ref, user_name));
        let deadlines = Deadlines::from(visitor.arrived);
        match self.by(deadlines.person(), asked).await {
            Ok(met) => {
                if let Identity::Unknown(why) = &met.identity {
                    tracing::info!(why = why.name(), "somebody unknown wants to act");
                }
                met
            }
            Err(Late) => {
                tracing::warn!("identifying a person took too long");
                let identity = Identity::Unknown(Stranger::CannotAsk);
                Met { identity, name: String::new() }
            }
        }
    }

    /// What somebody unknown typed, as far as it is clear: it waits until they say who they are.
    async fn pending_typed(
        &self,
        visitor: &Visitor<'_>,
        why: Stranger,
        command: &Result<Command, super::Unknown>,
        event: EventId,
    ) -> Option<(Wish, EventId)> {
        let Ok(Command::Act { verb, rest }) = command else { return None };
        if !why.may_link() || self.console().is_none() {
            return None;
        }
        // Nothing of the alerts that are read for this is told.
        let nobody = Actor::System;
        let doer = visitor.doer(&nobody, event.clone());
        let typed = self.wish_typed(*verb, rest, &doer, Some(visitor.here()));
        match self.by(Deadlines::from(visitor.arrived).done(), typed).await {
            Ok(Ok(Ok(wish))) => Some((wish, event)),
            Ok(Ok(Err(_))) | Err(Late) => None,
            Ok(Err(error)) => {
                tracing::warn!(%error, "what a stranger typed could not be made out");
                None
            }
        }
    }

    /// Nothing is done; where that helps, they are offered to say who they are, and then it is.
    pub(super) async fn turn_away(
        &self,
        visitor: &Visitor<'_>,
        name: &str,
        why: Stranger,
        pending: Option<(Wish, EventId)>,
    ) -> CommandResponse {
        if !why.may_link() {
            return told(&words::stranger(why, &visitor.tenant.slug));
        }
        let has_pending = pending.is_some();
        let offered = self.offer_link(visitor.asker(name), pending);
        match self.by(Deadlines::from(visitor.arrived).taken(), offered).await {
            Ok(Ok(Some(link))) => {
                let text = words::stranger_with_link(has_pending);
                CommandResponse { link: Some(link), ..told(&text) }
            }
            Ok(Ok(None)) | Err(Late) => told(&words::stranger(why, &visitor.tenant.slug)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a link could not be offered");
                told(&words::stranger(why, &visitor.tenant.slug))
            }
        }
    }

    async fn link_anew(&self, visitor: &Visitor<'_>, name: &str, actor: &Actor) -> CommandResponse {
        let is_linked = matches!(actor, Actor::User { .. });
        let offered = self.offer_link(visitor.asker(name), None);
        match self.by(Deadlines::from(visitor.arrived).taken(), offered).await {
            Ok(Ok(Some(link))) => {
                let text = words::link_anew(&actor.show(), is_linked);
                CommandResponse { link: Some(link), ..told(&text) }
            }
            Ok(Ok(None)) => told(words::NO_CONSOLE),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a link could not be offered");
                told(words::NOT_NOW)
            }
            Err(Late) => told(words::NOT_NOW),
        }
    }
}

fn whisper(answer: CommandResponse) -> Whisper {
    Whisper { text: answer.text, link: answer.link }
}
