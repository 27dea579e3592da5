//! People: by e-mail address, by Slack's id, and their direct-message channels.

use std::time::Duration;

use nightowl_messaging::{ChatUser, ProviderError};

use crate::render::is_user_id;
use crate::wire::{Body, Open, Opened, User, UserAnswer};

use super::api::{Api, Deadline};
use super::error::{Call, broken};
use super::json;
use super::kept::Kept;

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
    /// `None`: no account has this address, or it was deactivated, or there is no address.
    pub(crate) async fn look_up(
        &self,
        api: &Api,
        user: &ChatUser,
        deadline: Deadline,
    ) -> Result<Option<String>, ProviderError> {
        let email = user.email.as_deref().unwrap_or_default();
        let found = self.by_email(api, email, deadline).await?;
        if let (Some(id), false) = (&found, user.user.is_empty()) {
            self.by_user.put(user.user.clone(), id.clone());
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
    let body = Body::Form(&[("user", user_ref)]);
    match api.call("users.info", body, deadline).await {
        Ok(UserAnswer { user }) => Ok(Some(chat_user(user))),
        Err(failure) if failure.is_said(&["user_not_found", "user_not_visible"]) => Ok(None),
        Err(failure) => Err(failure.error(Call::Read)),
    }
}

fn chat_user(user: User) -> ChatUser {
    ChatUser {
        user: String::new(),
        name: user.shown_name(),
        is_gone: user.deleted || user.is_bot,
        email: user.profile.email.filter(|email| !email.is_empty()),
    }
}
