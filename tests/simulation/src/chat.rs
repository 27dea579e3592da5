//! The chat platforms: each remembers what was said in it, and fails as platforms do.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::time::Duration;

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Time};
use nightowl_messaging::{
    ChatUser, Checkup, Form, FormDef, FormState, Message, Opener, Post, Provider, ProviderError,
    Whisper, Workspace,
};

use crate::check;
use crate::message::{Item, Landing, Shows};
use crate::world::{Shared, World};

#[derive(Default)]
pub(crate) struct Platform {
    pub(crate) name: &'static str,
    pub(crate) messages: BTreeMap<MessageRef, Posted>,
    pub(crate) down_until: i64,
    /// When its last outage ended, or ends.
    pub(crate) back_at: i64,
    /// Where nothing can be posted until the fault is mended.
    pub(crate) broken: BTreeSet<Destination>,
    /// The credentials of these tenants were revoked.
    pub(crate) revoked: BTreeSet<String>,
    pub(crate) cannot_find: bool,
    pub(crate) numbers: u64,
}

/// Why a find said no of something that is said twice in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// It had not landed yet.
    Landing,
    /// It had landed, and could not be found yet.
    Lagging,
    /// Somebody had deleted it.
    Deleted,
}

/// A message in the platform.
pub(crate) struct Posted {
    pub(crate) at: i64,
    pub(crate) tenant: String,
    pub(crate) to: Destination,
    pub(crate) under: Option<MessageRef>,
    pub(crate) key: SendKey,
    pub(crate) shows: Shows,
    /// `find` sees it from then on.
    seen_from: i64,
    pub(crate) is_deleted: bool,
    pub(crate) is_locked: bool,
}

/// One worker's connection of one tenant.
pub(crate) struct SimChat {
    pub(crate) shared: Shared,
    pub(crate) worker: usize,
    pub(crate) tenant: String,
    pub(crate) name: &'static str,
}

/// What one call comes to.
enum Answer<T> {
    Now(Result<T, ProviderError>),
    /// After so many milliseconds.
    After(i64, Result<T, ProviderError>),
    Never,
}

fn retry(after: Option<Duration>) -> ProviderError {
    ProviderError::Retry { after, reason: "not now".to_owned() }
}

fn unknown() -> ProviderError {
    ProviderError::Unknown { reason: "no answer".to_owned() }
}

fn broken() -> ProviderError {
    ProviderError::Broken {
        reason: "not in the channel".to_owned(),
        hint: "invite it".to_owned(),
        credentials: false,
    }
}

fn revoked() -> ProviderError {
    ProviderError::Broken {
        reason: "the token was revoked".to_owned(),
        hint: "install the app again".to_owned(),
        credentials: true,
    }
}

fn gone(may_repost: bool) -> ProviderError {
    ProviderError::Gone { reason: "gone".to_owned(), may_repost }
}

impl World {
    fn platform(&mut self, name: &'static str) -> &mut Platform {
        self.platforms.entry(name).or_default()
    }

    /// Faults of a platform; the inbox is in the table and has fewer.
    fn chat_hit(&mut self, name: &str, rate: f64) -> bool {
        let rate = if name == "inbox" { rate * 0.1 } else { rate };
        self.chance.hit(rate)
    }

    fn is_down(&mut self, name: &'static str) -> bool {
        let now = self.now;
        self.platform(name).down_until > now
    }

    /// What goes wrong with a call before the platform looks at what it says.
    fn trouble<T>(&mut self, name: &'static str, tenant: &str) -> Option<Answer<T>> {
        if self.is_down(name) {
            return Some(match self.chance.below(3) {
                0 => Answer::Never,
                1 => Answer::After(self.chance.between(10, 5_000), Err(retry(None))),
                _ => Answer::Now(Err(retry(None))),
            });
        }
        if self.chat_hit(name, self.rates.chat_429) {
            let wait = u64::try_from(self.chance.between(1, 30)).unwrap_or(1);
            return Some(Answer::Now(Err(retry(Some(Duration::from_secs(wait))))));
        }
        if self.platform(name).revoked.contains(tenant) {
            return Some(Answer::After(50, Err(revoked())));
        }
        None
    }

    /// How an accepted post or edit travels: when it lands, if it does, and what is answered.
    fn travel<T>(
        &mut self,
        name: &'static str,
        latest: i64,
        answer: T,
    ) -> (Option<i64>, Answer<T>) {
        let quick = self.chance.between(20, 300);
        if self.chat_hit(name, self.rates.chat_500) {
            self.figures.ambiguous += 1;
            return (self.lands(quick, latest), Answer::After(quick + 50, Err(unknown())));
        }
        if self.chat_hit(name, self.rates.chat_hang) {
            self.figures.ambiguous += 1;
            return (self.lands(quick, latest), Answer::Never);
        }
        let back = quick + self.chance.between(10, 100);
        (Some(quick), Answer::After(back, Ok(answer)))
    }

    fn lands(&mut self, quick: i64, latest: i64) -> Option<i64> {
        if self.chance.hit(0.5) {
            return None;
        }
        let is_late = self.chance.hit(self.rates.chat_late);
        Some(if is_late { self.chance.between(1_000, latest) } else { quick })
    }

    pub(crate) fn land(&mut self, landing: Landing) {
        match landing {
            Landing::Post { message, to, under, tenant, key, shows, is_first } => {
                check::landed(self, &key, &to, is_first);
                let lag = if self.chance.hit(self.rates.find_lag) {
                    self.chance.between(0, 4_000)
                } else {
                    0
                };
                self.note(|| format!("{} shows {key} in {to:?}", message.message));
                if self.healed_at.is_none() && self.chance.hit(0.05) {
                    let at = self.now + self.chance.between(1, 1_500);
                    self.schedule(at, Item::PersonClicks(message.clone()));
                }
                let (at, name) = (self.now, message.provider.clone());
                let posted = Posted {
                    at,
                    tenant,
                    to,
                    under,
                    key,
                    shows,
                    seen_from: at + lag,
                    is_deleted: false,
                    is_locked: self.chance.hit(self.rates.chat_uneditable),
                };
                if let Some(platform) = self.platforms.get_mut(name.as_str()) {
                    platform.messages.insert(message, posted);
                }
            }
            Landing::Edit { message, shows } => {
                self.note(|| format!("{} is edited: {}", message.message, short(&shows)));
                let platform = self.platforms.get_mut(message.provider.as_str());
                if let Some(posted) =
                    platform.and_then(|platform| platform.messages.get_mut(&message))
                {
                    posted.shows = shows;
                }
            }
        }
    }

    fn post(&mut self, chat: &SimChat, post: &Post) -> Answer<MessageRef> {
        let name = chat.name;
        self.figures.posts += 1;
        if self.chance.hit(self.rates.freeze_holding) {
            let span = self.chance.between(14_000, 32_000);
            self.workers[chat.worker].frozen_until = self.now + span;
            self.note(|| format!("worker {} freezes for {span} ms as it posts", chat.worker));
        }
        if let Some(trouble) = self.trouble(name, &chat.tenant) {
            return trouble;
        }
        if self.platform(name).broken.contains(&post.to) {
            return Answer::After(100, Err(broken()));
        }
        if let Some(root) = &post.under {
            self.figures.replies += 1;
            let Some(posted) = self.platform(name).messages.get(root) else {
                self.violate(format!("a reply to {root:?}, which was never posted"));
                return Answer::Now(Err(unknown()));
            };
            if posted.to != post.to {
                self.violate(format!("a reply to {root:?} in another channel"));
            } else if posted.is_deleted {
                return Answer::After(100, Err(gone(false)));
            }
        }
        if post.form == Form::Rich && self.chat_hit(name, self.rates.chat_refused) {
            let reason = "invalid blocks".to_owned();
            return Answer::After(100, Err(ProviderError::Refused { reason }));
        }
        let channel = match &post.to {
            Destination::Channel { channel, .. } => format!("C-{}-{channel}", chat.tenant),
            Destination::Person { user, .. } => format!("D-{}-{user}", chat.tenant),
        };
        let platform = self.platform(name);
        platform.numbers += 1;
        let message = MessageRef {
            provider: name.to_owned(),
            channel,
            message: format!("{name}-m{}", platform.numbers),
        };
        let (lands, answer) = self.travel(name, 30_000, message.clone());
        if let Some(after) = lands {
            let landing = Landing::Post {
                message,
                to: post.to.clone(),
                under: post.under.clone(),
                tenant: chat.tenant.clone(),
                key: post.delivery.clone(),
                shows: Shows::of(&post.message),
                is_first: check::is_first(self, &post.delivery),
            };
            self.schedule(self.now + after, Item::Land(Box::new(landing)));
        }
        answer
    }

    fn update(&mut self, chat: &SimChat, at: &MessageRef, message: &Message) -> Answer<()> {
        let name = chat.name;
        self.figures.edits += 1;
        if let Some(trouble) = self.trouble(name, &chat.tenant) {
            return trouble;
        }
        let platform = self.platform(name);
        let Some(posted) = platform.messages.get(at) else {
            self.violate(format!("an edit of {at:?}, which was never posted"));
            return Answer::Now(Err(unknown()));
        };
        if platform.broken.contains(&posted.to) {
            return Answer::After(100, Err(broken()));
        }
        if posted.is_deleted {
            return Answer::After(100, Err(gone(true)));
        }
        if posted.is_locked {
            return Answer::After(100, Err(gone(false)));
        }
        // An edit in doubt is made again a minute later, when it can no longer land.
        let (lands, answer) = self.travel(name, 50_000, ());
        if let Some(after) = lands {
            let landing = Landing::Edit { message: at.clone(), shows: Shows::of(message) };
            self.schedule(self.now + after, Item::Land(Box::new(landing)));
        }
        answer
    }

    fn missed_by_find(&mut self, name: &'static str, key: &SendKey) -> Missed {
        let now = self.now;
        let mut there = self.platform(name).messages.values().filter(|one| one.key == *key);
        if there.clone().any(|posted| !posted.is_deleted && posted.seen_from > now) {
            Missed::Lagging
        } else if there.any(|posted| posted.is_deleted) {
            Missed::Deleted
        } else {
            Missed::Landing
        }
    }

    fn find(
        &mut self,
        chat: &SimChat,
        to: &Destination,
        under: Option<&MessageRef>,
        key: &SendKey,
        since: Time,
    ) -> Answer<Option<MessageRef>> {
        self.figures.finds += 1;
        if let Some(trouble) = self.trouble(chat.name, &chat.tenant) {
            return trouble;
        }
        if self.platform(chat.name).cannot_find {
            return Answer::After(50, Err(ProviderError::Cannot { reason: "no scope".to_owned() }));
        }
        if self.chat_hit(chat.name, self.rates.find_error) {
            let error = if self.chance.hit(0.5) { unknown() } else { retry(None) };
            return Answer::After(self.chance.between(50, 9_000), Err(error));
        }
        let now = self.now;
        let found = self.platform(chat.name).messages.iter().find(|(_, posted)| {
            posted.key == *key
                && posted.tenant == chat.tenant
                && posted.to == *to
                && posted.under.as_ref() == under
                && posted.at >= since.millis()
                && posted.seen_from <= now
                && !posted.is_deleted
        });
        let found = found.map(|(message, _)| message.clone());
        if found.is_none() {
            let missed = self.missed_by_find(chat.name, key);
            self.missed.insert(key.clone(), missed);
        }
        self.note(|| format!("find {key}: {:?}", found.as_ref().map(|found| &found.message)));
        Answer::After(self.chance.between(20, 200), Ok(found))
    }
}

fn short(shows: &Shows) -> String {
    shows.alert().map(|alert| format!("{} ×{}", alert.status, alert.count)).unwrap_or_default()
}

impl SimChat {
    async fn ask<T: Send>(
        &self,
        act: impl FnOnce(&mut World) -> Answer<T> + Send,
    ) -> Result<T, ProviderError> {
        match self.shared.call(self.worker, act).await {
            Answer::Now(answer) => answer,
            Answer::After(wait, answer) => {
                self.shared.pause(wait).await;
                answer
            }
            Answer::Never => pending().await,
        }
    }
}

#[async_trait]
impl Provider for SimChat {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn post(&self, post: &Post) -> Result<MessageRef, ProviderError> {
        // A post starts here; the request may then be slow.
        self.shared.with(|world| check::posting(world, self.worker, &self.tenant, post));
        self.ask(|world| world.post(self, post)).await
    }

    async fn update(&self, at: &MessageRef, message: &Message) -> Result<(), ProviderError> {
        self.ask(|world| world.update(self, at, message)).await
    }

    async fn find(
        &self,
        to: &Destination,
        under: Option<&MessageRef>,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError> {
        self.ask(|world| world.find(self, to, under, delivery, since)).await
    }

    async fn look_up_user(&self, user: &ChatUser) -> Result<Option<String>, ProviderError> {
        let found = Some(format!("U-{}", user.user));
        self.ask(|world| {
            if world.chat_hit(self.name, world.rates.look_up_error) {
                return Answer::After(world.chance.between(10, 4_000), Err(retry(None)));
            }
            Answer::Now(Ok(found))
        })
        .await
    }

    async fn describe_user(&self, user_ref: &str) -> Result<Option<ChatUser>, ProviderError> {
        let name = user_ref.trim_start_matches("U-").to_owned();
        let email = Some(format!("{name}@example.com"));
        let user_ref = Some(user_ref.to_owned());
        let found = ChatUser { email, user_ref, name, ..ChatUser::default() };
        self.ask(|_| Answer::Now(Ok(Some(found)))).await
    }

    async fn resolve_channel(&self, channel: &str) -> Result<String, ProviderError> {
        self.ask(|_| Answer::Now(Ok(format!("C-{channel}")))).await
    }

    async fn whisper(&self, _: &str, _: &str, _: &Whisper) -> Result<(), ProviderError> {
        self.ask(|_| Answer::Now(Ok(()))).await
    }

    async fn open_form(&self, _: &Opener, _: &FormDef, _: &FormState) -> Result<(), ProviderError> {
        self.ask(|_| Answer::Now(Ok(()))).await
    }

    async fn check(&self, _: &str) -> Result<Checkup, ProviderError> {
        let workspace = self.connect().await?;
        Ok(Checkup { workspace, checks: Vec::new() })
    }

    async fn connect(&self) -> Result<Workspace, ProviderError> {
        self.ask(|world| {
            if let Some(trouble) = world.trouble(self.name, &self.tenant) {
                return trouble;
            }
            Answer::Now(Ok(Workspace {
                name: "Sim".to_owned(),
                id: "T1".to_owned(),
                bot_name: "nightowl".to_owned(),
            }))
        })
        .await
    }
}
