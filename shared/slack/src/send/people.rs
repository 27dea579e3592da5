//! People: by e-mail address, by Slack's id, and their direct-message channels.

use std::time::Duration;

use nightowl_messaging::{ChatUser, Kept, ProviderError};

use crate::render::is_user_id;
use crate::wire::{Body, Open, Opened, User, UserAnswer};

use super::api::{Api, Deadline};
use super::error::{Call, broken};
use super::{Slack, json};

/// An account keeps its id for life; its address may pass to another person.
const KNOWN_FOR: Duration = Duration::from_secs(3600);
/// Short, because an operator who has just added the account is waiting.
const UNKNOWN_FOR: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct People {
    /// Our user id → Slack's, as far as it was looked up.
    by_user: Kept<String, String>,
    by_email: Kept<String, String>,
    unknown: Kept<String, ()>,
    /// Slack's user id → the channel of the direct messages.
    direct: Kept<String, String>,
}

impl Default for People {
    fn default() -> Self {
        Self {
            by_user: Kept::during(KNOWN_FOR),
            by_email: Kept::during(KNOWN_FOR),
            unknown: Kept::during(UNKNOWN_FOR),
            direct: Kept::for_ever(),
        }
    }
}

impl People {
    /// By the id that the configuration says, by the id that they were met with, by their address.
    /// `None`: no account is known by any of these, or it was deactivated.
    pub(crate) async fn look_up(
        &self,
        api: &Api,
        user: &ChatUser,
        deadline: Deadline,
    ) -> Result<Option<String>, ProviderError> {
        let mut found = None;
        // Slack finds nobody by a user name, so that a handle that is no id says nothing.
        for id in [&user.handle, &user.user_ref].into_iter().flatten() {
            let id = id.trim().trim_start_matches('@');
            if found.is_none() && is_user_id(id) {
                found = self.by_id(api, id, deadline).await?;
            }
        }
        if found.is_none() {
            let email = user.email.as_deref().unwrap_or_default();
            found = self.by_email(api, email, deadline).await?;
        }
        if let (Some(id), false) = (&found, user.user.is_empty()) {
            self.by_user.put(user.user.clone(), id.clone());
        }
        Ok(found)
    }

    /// Itself, if somebody who can be reached has it.
    async fn by_id(
        &self,
        api: &Api,
        id: &str,
        deadline: Deadline,
    ) -> Result<Option<String>, ProviderError> {
        // Kept beside the addresses, which no id is like.
        if let Some(known) = self.by_email.get(&id.to_owned()) {
            return Ok(Some(known));
        }
        if self.unknown.get(&id.to_owned()).is_some() {
            return Ok(None);
        }
        let described = describe(api, id, deadline).await?;
        let found = described.filter(|user| !user.is_gone).map(|_| id.to_owned());
        match &found {
            Some(id) => self.by_email.put(id.clone(), id.clone()),
            None => self.unknown.put(id.to_owned(), ()),
        }
        Ok(found)
    }

    async fn by_email(
        &self,
        api: &Api,
        email: &str,
        deadline: Deadline,
    ) -> Result<Option<String>, ProviderError> {
        let email = email.trim().to_lowercase();
        if email.is_empty() || self.unknown.get(&email).is_some() {
            return Ok(None);
        }
        if let Some(id) = self.by_email.get(&email) {
            return Ok(Some(id));
        }
        let body = Body::Form(&[("email", &email)]);
        let answer = api.call("users.lookupByEmail", body, deadline).await;
        let found = match answer {
            Ok(UserAnswer { user }) if !user.deleted && !user.is_bot => Some(user.id),
            Ok(_) => None,
            Err(failure) if failure.is_said(&["users_not_found", "user_not_found"]) => None,
            Err(failure) => return Err(failure.error(Call::Read)),
        };
        match &found {
            Some(id) => self.by_email.put(email, id.clone()),
            None => self.unknown.put(email, ()),
        }
        Ok(found)
    }

    /// `user` is Slack's id, or our own of somebody who was looked up, or an e-mail address.
    pub(crate) async fn direct_channel(
        &self,
        api: &Api,
        user: &str,
        deadline: Deadline,
    ) -> Result<String, ProviderError> {
        let id = match self.by_user.get(&user.to_owned()) {
            Some(id) => id,
            None if is_user_id(user) => user.to_owned(),
            None => {
                let found = self.by_email(api, user, deadline).await?;
                found.ok_or_else(|| {
                    let hint = "give the person the e-mail address of a Slack account";
                    broken("the person is not known to Slack", hint)
                })?
            }
        };
        if let Some(channel) = self.direct.get(&id) {
            return Ok(channel);
        }
        // Opening twice opens the same, so this is a read: nobody sees anything of it.
        let opened = match json(&Open { users: &id }) {
            Ok(body) => api.call("conversations.open", body, deadline).await,
            Err(failure) => Err(failure),
        };
        let Opened { channel } = opened.map_err(|failure| failure.error(Call::Read))?;
        self.direct.put(id, channel.id.clone());
        Ok(channel.id)
    }

    pub(crate) fn forget_direct_channel(&self, channel: &str) {
        self.direct.forget_value(&channel.to_owned());
    }
}

/// Not kept: it is asked once for a person whom we have not met.
pub(crate) async fn describe(
    api: &Api,
    user_ref: &str,
    deadline: Deadline,
) -> Result<Option<ChatUser>, ProviderError> {
    Ok(ask(api, user_ref, deadline).await?.map(chat_user))
}

async fn ask(api: &Api, user_ref: &str, deadline: Deadline) -> Result<Option<User>, ProviderError> {
    let body = Body::Form(&[("user", user_ref)]);
    match api.call("users.info", body, deadline).await {
        Ok(UserAnswer { user }) => Ok(Some(user)),
        Err(failure) if failure.is_said(&["user_not_found", "user_not_visible"]) => Ok(None),
        Err(failure) => Err(failure.error(Call::Read)),
    }
}

impl Slack {
    /// `None` too for somebody of another workspace, whom a shared channel lets us see.
    pub(super) async fn describe(
        &self,
        user_ref: &str,
        deadline: Deadline,
    ) -> Result<Option<ChatUser>, ProviderError> {
        let Some(user) = ask(&self.api, user_ref, deadline).await? else { return Ok(None) };
        if self.team_id.as_ref().is_some_and(|own| *own == user.team_id) {
            return Ok(Some(chat_user(user)));
        }
        let us = self.who_we_are(deadline).await?;
        Ok(user.is_of(&us).then(|| chat_user(user)))
    }
}

fn chat_user(user: User) -> ChatUser {
    ChatUser {
        user: String::new(),
        user_ref: Some(user.id.clone()),
        handle: (!user.name.is_empty()).then(|| user.name.clone()),
        name: user.shown_name(),
        is_gone: user.deleted || user.is_bot,
        email: user.profile.email.filter(|email| !email.is_empty()),
    }
}
