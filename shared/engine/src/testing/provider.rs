//! A chat platform that does what the test says, and remembers what was said in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Time};
use nightowl_messaging::{
    ChatUser, Checkup, Form, FormDef, FormState, Message, Opener, Post, Provider, ProviderError,
    Whisper, Workspace,
};

use super::clock::VirtualClock;
use super::trap::Trap;
use crate::Clock;

/// What the next post or edit comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    Land,
    Retry(Option<Duration>),
    /// The answer is lost, and the message is there.
    LostLanded,
    /// The answer is lost, and the message never came.
    LostNotLanded,
    /// The answer is lost, and the message comes after this long.
    LandsLate(Duration),
    /// The rich form is refused; the plain one lands.
    RefuseRich,
    /// The rich form is refused after this long.
    RefuseSlowly(Duration),
    Broken,
    /// An edit's message is gone.
    Gone,
    /// An edit is refused for good.
    Uneditable,
    /// There is never an answer.
    Hang,
}

/// A message in the platform.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// From when on it is there.
    pub at: Time,
    pub post: Post,
    pub message: MessageRef,
    /// What it shows now.
    pub shows: Message,
    pub edits: usize,
}

/// A platform behind the script: what lands by the script lands there too.
pub trait Stage: Send + Sync {
    fn name(&self) -> &'static str;
    /// Never fails: failures are the script's.
    fn post(&self, post: &Post) -> MessageRef;
    fn update(&self, at: &MessageRef, message: &Message);
    fn find(
        &self,
        to: &Destination,
        under: Option<&MessageRef>,
        delivery: &SendKey,
        since: Time,
    ) -> Option<MessageRef>;
    fn look_up_user(&self, user: &ChatUser) -> Option<String>;
    /// A person deletes the message.
    fn delete(&self, at: &MessageRef);
}

/// A handle: a clone is the same platform.
#[derive(Clone)]
pub struct ScriptedProvider {
    name: &'static str,
    clock: VirtualClock,
    trap: Trap,
    state: Arc<Mutex<State>>,
    stage: Option<Arc<dyn Stage>>,
}

#[derive(Default)]
struct State {
    script: VecDeque<Script>,
    finds: VecDeque<ProviderError>,
    is_down: bool,
    is_broken: bool,
    closed_channels: BTreeSet<String>,
    look_ups: VecDeque<Result<Option<String>, ProviderError>>,
    looked_up: Vec<ChatUser>,
    cannot_find: bool,
    posted: Vec<Posted>,
    numbers: usize,
    attempts: Vec<SendKey>,
    connects: usize,
    whispers: Vec<(String, String, String)>,
    forms: Vec<(String, FormDef, FormState)>,
    users: BTreeMap<String, ChatUser>,
}

impl ScriptedProvider {
    pub fn new(name: &'static str, clock: VirtualClock, trap: Trap) -> Self {
        Self { name, clock, trap, state: Arc::default(), stage: None }
    }

    /// The same, with a platform behind it.
    pub fn on_stage(stage: Arc<dyn Stage>, clock: VirtualClock, trap: Trap) -> Self {
        Self { name: stage.name(), clock, trap, state: Arc::default(), stage: Some(stage) }
    }

    /// The next posts and edits come to these, in order; after them everything lands.
    pub fn script(&self, script: impl IntoIterator<Item = Script>) {
        self.lock().script.extend(script);
    }

    /// The next finds are answered so, in order; after them truthfully.
    pub fn fail_finds(&self, errors: impl IntoIterator<Item = ProviderError>) {
        self.lock().finds.extend(errors);
    }

    /// While it is down, every call is to be tried again.
    pub fn set_down(&self, is_down: bool) {
        self.lock().is_down = is_down;
    }

    /// While its credentials are broken, every post and edit is refused for that.
    pub fn set_broken(&self, is_broken: bool) {
        self.lock().is_broken = is_broken;
    }

    /// Nothing can be posted or edited in this channel any more; as configured, not the
    /// platform's id.
    pub fn close_channel(&self, channel: &str) {
        self.lock().closed_channels.insert(channel.to_owned());
    }

    /// The next look-ups are answered so, in order; after them everybody is known.
    pub fn answer_look_ups(
        &self,
        answers: impl IntoIterator<Item = Result<Option<String>, ProviderError>>,
    ) {
        self.lock().look_ups.extend(answers);
    }

    /// Who was asked for, oldest first.
    pub fn looked_up(&self) -> Vec<ChatUser> {
        self.lock().looked_up.clone()
    }

    /// Whether posts can be looked for at all.
    pub fn set_cannot_find(&self, cannot_find: bool) {
        self.lock().cannot_find = cannot_find;
    }

    /// Somebody deletes the message in chat.
    pub fn delete(&self, message: &MessageRef) {
        self.lock().posted.retain(|posted| posted.message != *message);
        if let Some(stage) = &self.stage {
            stage.delete(message);
        }
    }

    /// Somebody whom `describe_user` knows.
    pub fn add_user(&self, user_ref: &str, user: ChatUser) {
        self.lock().users.insert(user_ref.to_owned(), user);
    }

    /// What is there now, in the order in which it was posted.
    pub fn posted(&self) -> Vec<Posted> {
        let now = self.clock.now();
        self.lock().posted.iter().filter(|posted| posted.at <= now).cloned().collect()
    }

    /// How many times a post of this key landed.
    pub fn count(&self, key: &SendKey) -> usize {
        self.posted().iter().filter(|posted| posted.post.delivery == *key).count()
    }

    /// Every post that was tried, whatever it came to.
    pub fn attempts(&self) -> Vec<SendKey> {
        self.lock().attempts.clone()
    }

    /// How often it was asked how it is.
    pub fn connects(&self) -> usize {
        self.lock().connects
    }

    /// Who was shown which form, oldest first.
    pub fn forms(&self) -> Vec<(String, FormDef, FormState)> {
        self.lock().forms.clone()
    }

    /// Channel, user and text of what was told to one person.
    pub fn whispers(&self) -> Vec<(String, String, String)> {
        self.lock().whispers.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn land(&self, post: &Post, at: Time) -> MessageRef {
        let mut state = self.lock();
        let channel = match &post.to {
            Destination::Channel { channel, .. } => format!("C-{channel}"),
            Destination::Person { user, .. } => format!("D-{user}"),
        };
        let message = match &self.stage {
            Some(stage) => stage.post(post),
            None => MessageRef {
                provider: self.name.to_owned(),
                channel,
                message: format!("m{}", state.numbers),
            },
        };
        state.numbers += 1;
        state.posted.push(Posted {
            at,
            post: post.clone(),
            message: message.clone(),
            shows: post.message.clone(),
            edits: 0,
        });
        message
    }

    fn change(&self, at: &MessageRef, message: &Message) -> Result<(), ProviderError> {
        let mut state = self.lock();
        let posted = state.posted.iter_mut().find(|posted| posted.message == *at);
        let posted = posted.ok_or_else(|| gone(true))?;
        posted.shows = message.clone();
        posted.edits += 1;
        if let Some(stage) = &self.stage {
            stage.update(at, message);
        }
        Ok(())
    }

    /// By the platform's id.
    fn is_closed(&self, channel: &str) -> bool {
        let state = self.lock();
        channel.strip_prefix("C-").is_some_and(|name| state.closed_channels.contains(name))
    }

    fn next(&self) -> Script {
        let mut state = self.lock();
        if state.is_down {
            return Script::Retry(None);
        }
        if state.is_broken {
            return Script::Broken;
        }
        state.script.pop_front().unwrap_or(Script::Land)
    }
}

fn failure(lost: bool) -> ProviderError {
    if lost { unknown() } else { retry(None) }
}

fn unknown() -> ProviderError {
    ProviderError::Unknown { reason: "the answer was lost".to_owned() }
}

fn retry(after: Option<Duration>) -> ProviderError {
    ProviderError::Retry { after, reason: "not now".to_owned() }
}

fn refused() -> ProviderError {
    ProviderError::Refused { reason: "invalid blocks".to_owned() }
}

fn broken() -> ProviderError {
    ProviderError::Broken {
        reason: "the token was revoked".to_owned(),
        hint: "install the app again".to_owned(),
        credentials: true,
    }
}

fn closed() -> ProviderError {
    ProviderError::Broken {
        reason: "is_archived".to_owned(),
        hint: "choose another channel".to_owned(),
        credentials: false,
    }
}

fn gone(may_repost: bool) -> ProviderError {
    ProviderError::Gone { reason: "there is no such message".to_owned(), may_repost }
}

#[async_trait]
impl Provider for ScriptedProvider {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn post(&self, post: &Post) -> Result<MessageRef, ProviderError> {
        let script = self.next();
        if script == Script::Hang {
            self.lock().attempts.push(post.delivery.clone());
            return pending().await;
        }
        self.trap
            .around(failure, || {
                self.lock().attempts.push(post.delivery.clone());
                let now = self.clock.now();
                if let Destination::Channel { channel, .. } = &post.to
                    && self.lock().closed_channels.contains(channel)
                {
                    return Err(closed());
                }
                match script {
                    Script::Land => Ok(self.land(post, now)),
                    Script::RefuseRich if post.form == Form::Plain => Ok(self.land(post, now)),
                    Script::RefuseRich => {
                        self.lock().script.push_front(Script::RefuseRich);
                        Err(refused())
                    }
                    Script::RefuseSlowly(after) => {
                        self.clock.advance(after);
                        Err(refused())
                    }
                    Script::Retry(after) => Err(retry(after)),
                    Script::LostLanded => {
                        self.land(post, now);
                        Err(unknown())
                    }
                    Script::LandsLate(after) => {
                        self.land(post, now + after);
                        Err(unknown())
                    }
                    Script::LostNotLanded | Script::Hang => Err(unknown()),
                    Script::Broken => Err(broken()),
                    Script::Gone | Script::Uneditable => Err(gone(false)),
                }
            })
            .await
    }

    async fn update(&self, at: &MessageRef, message: &Message) -> Result<(), ProviderError> {
        let script = self.next();
        if script == Script::Hang {
            return pending().await;
        }
        self.trap
            .around(failure, || match script {
                _ if self.is_closed(&at.channel) => Err(closed()),
                Script::Land | Script::LandsLate(_) => self.change(at, message),
                Script::LostLanded => {
                    self.change(at, message)?;
                    Err(unknown())
                }
                Script::Retry(after) => Err(retry(after)),
                Script::LostNotLanded | Script::Hang => Err(unknown()),
                Script::RefuseRich | Script::RefuseSlowly(_) => Err(refused()),
                Script::Broken => Err(broken()),
                Script::Gone => Err(gone(true)),
                Script::Uneditable => Err(gone(false)),
            })
            .await
    }

    async fn find(
        &self,
        to: &Destination,
        under: Option<&MessageRef>,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError> {
        self.trap
            .around(failure, || {
                let now = self.clock.now();
                let mut state = self.lock();
                if state.is_down {
                    return Err(retry(None));
                }
                if state.cannot_find {
                    return Err(ProviderError::Cannot { reason: "no scope".to_owned() });
                }
                if let Some(error) = state.finds.pop_front() {
                    return Err(error);
                }
                let found = state.posted.iter().find(|posted| {
                    posted.post.to == *to
                        && posted.post.under.as_ref() == under
                        && posted.post.delivery == *delivery
                        && posted.at >= since
                        && posted.at <= now
                });
                let found = found.map(|posted| posted.message.clone());
                if let Some(stage) = &self.stage {
                    let landed = state.posted.iter().any(|one| one.post.delivery == *delivery);
                    // What lands by the script only later is on the stage already.
                    if found.is_some() || !landed {
                        let there = stage.find(to, under, delivery, since);
                        assert_eq!(there, found, "what the platform finds");
                    }
                }
                Ok(found)
            })
            .await
    }

    async fn look_up_user(&self, user: &ChatUser) -> Result<Option<String>, ProviderError> {
        self.trap
            .around(failure, || {
                self.lock().looked_up.push(user.clone());
                if let Some(answer) = self.lock().look_ups.pop_front() {
                    return answer;
                }
                Ok(match &self.stage {
                    Some(stage) => stage.look_up_user(user),
                    None => Some(format!("U-{}", user.user)),
                })
            })
            .await
    }

    async fn describe_user(&self, user_ref: &str) -> Result<Option<ChatUser>, ProviderError> {
        self.trap.around(failure, || Ok(self.lock().users.get(user_ref).cloned())).await
    }

    /// `U1`, as its tests have them.
    fn is_user_ref(&self, text: &str) -> bool {
        let digits = text.strip_prefix('U').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    }

    async fn resolve_channel(&self, channel: &str) -> Result<String, ProviderError> {
        self.trap.around(failure, || Ok(format!("C-{channel}"))).await
    }

    async fn whisper(
        &self,
        channel: &str,
        user_ref: &str,
        whisper: &Whisper,
    ) -> Result<(), ProviderError> {
        self.trap
            .around(failure, || {
                let text = whisper.text.clone();
                let whisper = (channel.to_owned(), user_ref.to_owned(), text);
                self.lock().whispers.push(whisper);
                Ok(())
            })
            .await
    }

    async fn open_form(
        &self,
        opener: &Opener,
        form: &FormDef,
        state: &FormState,
    ) -> Result<(), ProviderError> {
        self.trap
            .around(failure, || {
                let opened = (opener.user_ref.clone(), form.clone(), state.clone());
                self.lock().forms.push(opened);
                Ok(())
            })
            .await
    }

    async fn check(&self, _channel: &str) -> Result<Checkup, ProviderError> {
        let workspace = self.connect().await?;
        Ok(Checkup { workspace, checks: Vec::new() })
    }

    async fn connect(&self) -> Result<Workspace, ProviderError> {
        self.trap
            .around(failure, || {
                let mut state = self.lock();
                state.connects += 1;
                if state.is_down {
                    return Err(retry(None));
                }
                Ok(Workspace {
                    name: "Test".to_owned(),
                    id: "T1".to_owned(),
                    bot_name: "nightowl".to_owned(),
                })
            })
            .await
    }
}
