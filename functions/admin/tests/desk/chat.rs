//! A chat platform that answers as a test says, and what was asked of it.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use nightowl_config::{Problem, Trial};
use nightowl_domain::{Destination, MessageRef, SendKey, Tenant, Time};
use nightowl_engine::StoreError;
use nightowl_fn_admin::Chat;
use nightowl_fn_admin::guard::Reach;
use nightowl_messaging::{
    ChatUser, Check, Checkup, FormDef, FormState, Message, Opener, Post, Provider, ProviderError,
    Settings, Whisper, Workspace,
};
use serde_json::{Map, Value};

use super::Configured;

/// How the platform is.
#[derive(Clone, Debug)]
pub enum Mood {
    Fine,
    /// This check fails, with a hint.
    Fails {
        name: &'static str,
        detail: String,
        hint: &'static str,
    },
    Broken(ProviderError),
    /// Never answers.
    Hangs,
    /// Asks a real server, with the client that the guard made.
    Asks,
}

#[derive(Debug)]
pub struct ScriptedChat {
    pub name: &'static str,
    pub mood: Mood,
    pub settings: Settings,
    pub client: Option<reqwest::Client>,
}

impl ScriptedChat {
    pub fn new(name: &'static str, mood: Mood) -> Self {
        Self { name, mood, settings: Settings::default(), client: None }
    }

    async fn answer<T>(&self, fine: T) -> Result<T, ProviderError> {
        match &self.mood {
            Mood::Fine | Mood::Fails { .. } => Ok(fine),
            Mood::Broken(error) => Err(error.clone()),
            Mood::Hangs => std::future::pending().await,
            Mood::Asks => self.ask(fine).await,
        }
    }

    async fn ask<T>(&self, fine: T) -> Result<T, ProviderError> {
        let url = self.settings.text("url").or(self.settings.text("api_url")).expect("an address");
        let token = self.settings.secret("bot_token").expect("a token");
        let client = self.client.as_ref().expect("a client");
        let sent = client.get(url).bearer_auth(token.expose()).send().await;
        let failed = |reason: String| ProviderError::Retry { after: None, reason };
        let answer = sent.map_err(|_| failed("it cannot be reached".to_owned()))?;
        let status = answer.status();
        if status.is_success() { Ok(fine) } else { Err(failed(format!("it answered {status}"))) }
    }
}

fn workspace() -> Workspace {
    let text = str::to_owned;
    Workspace { name: text("Wisbric"), id: text("T1"), bot_name: text("nightowl") }
}

fn cannot<T>() -> Result<T, ProviderError> {
    Err(ProviderError::Cannot { reason: "this platform only answers".to_owned() })
}

#[async_trait]
impl Provider for ScriptedChat {
    fn name(&self) -> &'static str {
        self.name
    }
    async fn post(&self, _: &Post) -> Result<MessageRef, ProviderError> {
        cannot()
    }
    async fn update(&self, _: &MessageRef, _: &Message) -> Result<(), ProviderError> {
        cannot()
    }
    async fn find(
        &self,
        _: &Destination,
        _: Option<&MessageRef>,
        _: &SendKey,
        _: Time,
    ) -> Result<Option<MessageRef>, ProviderError> {
        cannot()
    }
    async fn look_up_user(&self, _: &ChatUser) -> Result<Option<String>, ProviderError> {
        Ok(None)
    }
    async fn describe_user(&self, user_ref: &str) -> Result<Option<ChatUser>, ProviderError> {
        let user_ref = Some(user_ref.to_owned());
        Ok(Some(ChatUser { user_ref, name: "stranger".to_owned(), ..ChatUser::default() }))
    }
    async fn resolve_channel(&self, channel: &str) -> Result<String, ProviderError> {
        Ok(channel.to_owned())
    }
    async fn whisper(&self, _: &str, _: &str, _: &Whisper) -> Result<(), ProviderError> {
        Ok(())
    }
    async fn open_form(&self, _: &Opener, _: &FormDef, _: &FormState) -> Result<(), ProviderError> {
        cannot()
    }
    async fn check(&self, channel: &str) -> Result<Checkup, ProviderError> {
        let check = |name, ok, detail: String, hint: &str| Check {
            name,
            ok,
            detail,
            hint: hint.to_owned(),
        };
        let posted = format!("a message was posted to {channel}");
        let mut checks = vec![
            check("token", true, "the token is good".to_owned(), ""),
            check("post", true, posted, ""),
        ];
        if let Mood::Fails { name, detail, hint } = &self.mood {
            checks.push(check(name, false, detail.clone(), hint));
        }
        self.answer(Checkup { workspace: workspace(), checks }).await
    }
    async fn connect(&self) -> Result<Workspace, ProviderError> {
        self.answer(workspace()).await
    }
}

/// The port, over the configuration in force.
pub struct DeskChat {
    pub live: Arc<Configured>,
    state: Mutex<State>,
}

struct State {
    mood: Result<Mood, String>,
    tried: Vec<(String, Settings, Reach)>,
}

impl DeskChat {
    pub fn new(live: Arc<Configured>) -> Self {
        Self { live, state: Mutex::new(State { mood: Ok(Mood::Fine), tried: Vec::new() }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the next connections will be.
    pub fn set(&self, mood: Result<Mood, String>) {
        self.state().mood = mood;
    }

    /// Every connection that was made since the last look: for whom, from what, how far.
    pub fn tried(&self) -> Vec<(String, Settings, Reach)> {
        std::mem::take(&mut self.state().tried)
    }
}

impl Chat for DeskChat {
    fn trial(
        &self,
        tenant: &str,
        provider: &str,
        given: &Map<String, Value>,
    ) -> impl Future<Output = Result<Result<Trial, Vec<Problem>>, StoreError>> + Send {
        self.live.trial(tenant, provider, given)
    }

    fn connect(
        &self,
        tenant: &Tenant,
        settings: &Settings,
        reach: Reach,
    ) -> Result<Arc<dyn Provider>, String> {
        let mut state = self.state();
        state.tried.push((tenant.slug.clone(), settings.clone(), reach));
        let mood = state.mood.clone()?;
        drop(state);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reach.guard(reqwest::Client::builder()).build();
        let client = Some(client.expect("a client can be built"));
        let settings = settings.clone();
        Ok(Arc::new(ScriptedChat { name: "scripted", mood, settings, client }))
    }
}
