//! People: by e-mail address, by user name, by Mattermost's id, and their direct channels.

use std::collections::BTreeSet;
use std::time::Duration;

use nightowl_messaging::{ChatUser, Kept, ProviderError};

use crate::wire::{Channel, User};

use super::api::{Api, Ask, Deadline};
use super::channels::is_id;
use super::error::{Call, broken};

/// An account keeps its id for life; its address and its name may pass to another person, and the
/// server takes a page for a deactivated account as if somebody could read it.
const KNOWN_FOR: Duration = Duration::from_secs(600);
/// Short, because an operator who has just added the account is waiting.
const UNKNOWN_FOR: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct People {
    /// Our user id → Mattermost's, as far as it was looked up.
    by_user: Kept<String, String>,
    /// What was asked (`email:…`, `name:…`, `id:…`) → the id.
    found: Kept<String, String>,
    unknown: Kept<String, ()>,
    /// Mattermost's user id → the user name, for mentions.
    names: Kept<String, String>,
    /// Mattermost's user id → the channel of the direct messages.
    direct: Kept<String, String>,
}

impl Default for People {
    fn default() -> Self {
        Self {
            by_user: Kept::during(KNOWN_FOR),
            found: Kept::during(KNOWN_FOR),
            unknown: Kept::during(UNKNOWN_FOR),
            names: Kept::during(KNOWN_FOR),
            direct: Kept::for_ever(),
        }
    }
}

/// What one question about a person came to.
enum Found {
    /// Somebody who can be written to.
    Id(String),
    Nobody,
    /// The server does not let the bot see addresses.
    Hidden,
}

impl People {
    /// By the id where it is known, the e-mail address, or the configured `handle`. Our own user
    /// id is tried as a user name only where the address says nothing: there is none, or the
    /// server hides it. `None`: no account, a deactivated one, or a bot.
    pub(crate) async fn look_up(
        &self,
        api: &Api,
        user: &ChatUser,
        deadline: Deadline,
    ) -> Result<Option<String>, ProviderError> {
        let found = self.search(api, user, deadline).await?;
        if let (Some(id), false) = (&found, user.user.is_empty()) {
            self.by_user.put(user.user.clone(), id.clone());
        }
        Ok(found)
    }

    async fn search(
        &self,
        api: &Api,
        user: &ChatUser,
        deadline: Deadline,
    ) -> Result<Option<String>, ProviderError> {
        let known = user.user_ref.as_deref().filter(|id| is_id(id));
        if let Some(id) = known
            && let Found::Id(id) = self.ask(api, Key::Id(id), deadline).await?
        {
            return Ok(Some(id));
        }
        let email = user.email.as_deref().map(str::trim).unwrap_or_default();
        let by_address = match email {
            "" => Found::Hidden,
            email => self.ask(api, Key::Email(&email.to_lowercase()), deadline).await?,
        };
        if let Found::Id(id) = by_address {
            return Ok(Some(id));
        }
        let handle = user.handle.as_deref().map(str::trim).unwrap_or_default();
        let handle = handle.trim_start_matches('@').to_lowercase();
        let key = match handle.as_str() {
            "" if matches!(by_address, Found::Hidden) => Key::Name(&user.user),
            "" => return Ok(None),
            handle if is_id(handle) => Key::Id(handle),
            handle => Key::Name(handle),
        };
        match self.ask(api, key, deadline).await? {
            Found::Id(id) => Ok(Some(id)),
            Found::Nobody | Found::Hidden => Ok(None),
        }
    }

    async fn ask(
        &self,
        api: &Api,
        key: Key<'_>,
        deadline: Deadline,
    ) -> Result<Found, ProviderError> {
        let kept = key.kept();
        if let Some(id) = self.found.get(&kept) {
            return Ok(Found::Id(id));
        }
        if !key.can_be() || self.unknown.get(&kept).is_some() {
            return Ok(Found::Nobody);
        }
        match api.call::<User>(Ask::get(&key.path()), deadline).await {
            Ok(user) if user.delete_at == 0 && !user.is_bot => {
                self.found.put(kept, user.id.clone());
                self.names.put(user.id.clone(), user.username);
                Ok(Found::Id(user.id))
            }
            Ok(_) => {
                self.unknown.put(kept, ());
                Ok(Found::Nobody)
            }
            Err(failure) if failure.is_missing() || failure.is_said(&[NO_ADDRESS]) => {
                self.unknown.put(kept, ());
                Ok(Found::Nobody)
            }
            Err(failure) if failure.is_said(&[HIDDEN]) => Ok(Found::Hidden),
            Err(failure) => Err(failure.error(Call::Read)),
        }
    }

    /// `user` is Mattermost's id, or our own of somebody who was looked up, or what finds them: an
    /// e-mail address or a user name.
    pub(crate) async fn direct_channel(
        &self,
        api: &Api,
        bot: &str,
        user: &str,
        deadline: Deadline,
    ) -> Result<String, ProviderError> {
        let id = match self.by_user.get(&user.to_owned()) {
            Some(id) => id,
            None if is_id(user) => match self.ask(api, Key::Id(user), deadline).await? {
                Found::Id(_) | Found::Hidden => user.to_owned(),
                Found::Nobody => {
                    let hint = "activate the account, or take the person out of the schedule";
                    return Err(broken("the account is deactivated, a bot's or gone", hint));
                }
            },
            None => {
                let email = user.contains('@').then(|| user.to_owned());
                let someone = ChatUser { user: user.to_owned(), email, ..ChatUser::default() };
                let found = self.search(api, &someone, deadline).await?;
                let hint = "give the person the e-mail address or the user name of their account";
                found.ok_or_else(|| broken("the person is not known to Mattermost", hint))?
            }
        };
        if let Some(channel) = self.direct.get(&id) {
            return Ok(channel);
        }
        // Opening twice opens the same, so this is a read: nobody sees anything of it.
        let opened = match Ask::post(&["channels", "direct"], &[bot, &id]) {
            Ok(ask) => api.call::<Channel>(ask, deadline).await,
            Err(failure) => Err(failure),
        };
        let Channel { id: channel, .. } = opened.map_err(|failure| failure.error(Call::Read))?;
        self.direct.put(id, channel.clone());
        Ok(channel)
    }

    pub(crate) fn forget_direct_channel(&self, channel: &str) {
        self.direct.forget_value(&channel.to_owned());
    }

    /// The user name of this id, without `@`, as far as it was learned.
    pub(crate) fn name_of(&self, id: &str) -> Option<String> {
        self.names.get(&id.to_owned())
    }

    /// Learns the user names of those whom a message names. Whoever cannot be asked for is named
    /// and not mentioned, because a message without a mention is better than none.
    pub(crate) async fn learn<'a>(
        &self,
        api: &Api,
        ids: impl Iterator<Item = &'a str>,
        deadline: Deadline,
    ) {
        let ids: BTreeSet<&str> = ids.filter(|id| is_id(id)).collect();
        for id in ids {
            if self.name_of(id).is_none() {
                drop(self.ask(api, Key::Id(id), deadline).await);
            }
        }
    }

    /// Somebody whom we have not met. `None`: there is no such account.
    pub(crate) async fn describe(
        &self,
        api: &Api,
        user_ref: &str,
        deadline: Deadline,
    ) -> Result<Option<ChatUser>, ProviderError> {
        if !is_id(user_ref) {
            return Ok(None);
        }
        match api.call::<User>(Ask::get(&["users", user_ref]), deadline).await {
            Ok(user) => {
                self.names.put(user.id.clone(), user.username.clone());
                Ok(Some(chat_user(user)))
            }
            Err(failure) if failure.is_missing() => Ok(None),
            Err(failure) => Err(failure.error(Call::Read)),
        }
    }
}

const HIDDEN: &str = "api.user.get_user_by_email.permissions.app_error";
/// Of what the server does not take for an address, among others.
const NO_ADDRESS: &str = "api.context.invalid_url_param.app_error";

/// By what somebody is asked for.
#[derive(Clone, Copy)]
enum Key<'a> {
    Id(&'a str),
    Email(&'a str),
    Name(&'a str),
}

impl<'a> Key<'a> {
    /// The server has no route for anything else, and would answer as if it were no Mattermost.
    fn can_be(self) -> bool {
        match self {
            Self::Id(id) => is_id(id),
            Self::Email(email) => {
                let bad = |c: char| c.is_whitespace() || c.is_control() || c == '/';
                email.contains('@') && !email.contains(bad)
            }
            Self::Name(name) => {
                let good = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
                (1..=64).contains(&name.len()) && name.bytes().all(good)
            }
        }
    }

    fn path(self) -> Vec<&'a str> {
        match self {
            Self::Id(id) => vec!["users", id],
            Self::Email(email) => vec!["users", "email", email],
            Self::Name(name) => vec!["users", "username", name],
        }
    }

    fn kept(self) -> String {
        self.path().join("/")
    }
}

fn chat_user(user: User) -> ChatUser {
    ChatUser {
        user: String::new(),
        name: user.shown_name(),
        is_gone: user.delete_at > 0 || user.is_bot,
        email: Some(user.email).filter(|email| !email.is_empty()),
        handle: Some(user.username).filter(|name| !name.is_empty()),
        user_ref: Some(user.id),
    }
}
