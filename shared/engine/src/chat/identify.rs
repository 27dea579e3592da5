//! Who somebody in chat is to the tenant.

use nightowl_domain::{Actor, Tenant, User};
use nightowl_messaging::{ChatUser, Provider};

use crate::{Engine, EngineError, Ports, Store};

/// Of the name that an account shows, and of its user name: both fit in a sentence.
const SHOWN_CHARS: usize = 32;
const HANDLE_CHARS: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// May act, as this one.
    Known(Actor),
    /// May not act, for this reason.
    Unknown(Stranger),
}

/// Why somebody is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// The account is deactivated, or a bot's.
    Gone,
    /// The platform does not say who it is.
    NotVisible,
    /// The platform does not say the e-mail address.
    NoEmail,
    /// No user of the tenant has that e-mail address.
    NotListed,
    /// The platform could not be asked.
    CannotAsk,
}

impl Stranger {
    pub const ALL: [Self; 5] =
        [Self::Gone, Self::NotVisible, Self::NoEmail, Self::NotListed, Self::CannotAsk];

    /// Whether saying who they are at the console would help.
    pub(super) const fn may_link(self) -> bool {
        match self {
            Self::NotVisible | Self::NoEmail | Self::NotListed => true,
            Self::Gone | Self::CannotAsk => false,
        }
    }

    /// For logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::NotVisible => "not_visible",
            Self::NoEmail => "no_email",
            Self::NotListed => "not_listed",
            Self::CannotAsk => "cannot_ask",
        }
    }
}

/// Somebody as the platform and the tenant know them.
pub(super) struct Met {
    pub(super) identity: Identity,
    /// What the platform calls them, in one short line; may be empty. Untrusted.
    pub(super) name: String,
}

/// How sure it is that an account is this person's.
enum Match<'a> {
    /// By our own id, by the account's id, or by its address.
    Sure(&'a User),
    /// By a user name, which people choose for themselves.
    Named(&'a User),
}

impl<P: Ports> Engine<P> {
    /// `user_ref` and `user_name` as a verified callback has them. Whoever has been met is known
    /// from a row; others are met by the e-mail address of their account, by what the configuration
    /// says that they are called, or by their user name. Trouble with the store keeps nobody from
    /// acting: the platform is asked instead.
    pub async fn identify(
        &self,
        tenant: &Tenant,
        provider: &dyn Provider,
        user_ref: &str,
        user_name: &str,
    ) -> Result<Identity, EngineError> {
        Ok(self.meet(tenant, provider, user_ref, user_name).await.identity)
    }

    pub(super) async fn meet(
        &self,
        tenant: &Tenant,
        provider: &dyn Provider,
        user_ref: &str,
        user_name: &str,
    ) -> Met {
        if let Some(user) = self.met_before(tenant, provider, user_ref).await {
            return Met { identity: Identity::Known(actor(user)), name: called(None, user_name) };
        }
        let unknown = |why| Met { identity: Identity::Unknown(why), name: called(None, user_name) };
        let described = match provider.describe_user(user_ref).await {
            Ok(Some(described)) => described,
            Ok(None) => return unknown(Stranger::NotVisible),
            Err(error) => {
                tracing::warn!(%error, "a chat user could not be described");
                return unknown(Stranger::CannotAsk);
            }
        };
        let name = called(Some(&described), user_name);
        let identity = self.introduce(tenant, provider, user_ref, &described, &name).await;
        Met { identity, name }
    }

    /// By the row of a chat user, unless an operator has written down since whose account it is.
    async fn met_before<'t>(
        &self,
        tenant: &'t Tenant,
        provider: &dyn Provider,
        user_ref: &str,
    ) -> Option<&'t User> {
        let row = self.ports().store().read_identity(&tenant.slug, provider.name(), user_ref).await;
        let met = match row {
            Ok(met) => tenant.user(&met?)?,
            Err(error) => {
                tracing::warn!(%error, "a chat identity could not be read");
                return None;
            }
        };
        let is_other = by_ref(tenant, provider, user_ref).is_some_and(|user| user.id != met.id);
        (!is_other).then_some(met)
    }

    /// Somebody whom we have not met.
    async fn introduce(
        &self,
        tenant: &Tenant,
        provider: &dyn Provider,
        user_ref: &str,
        described: &ChatUser,
        name: &str,
    ) -> Identity {
        if described.is_gone {
            return Identity::Unknown(Stranger::Gone);
        }
        let user = match match_of(tenant, provider, user_ref, described) {
            Some(Match::Sure(user)) => Some(user),
            Some(Match::Named(user)) => {
                let is_free = self.is_free(tenant, provider, user_ref, user).await;
                is_free.then_some(user)
            }
            None => None,
        };
        if let Some(user) = user {
            let store = self.ports().store();
            let met = store.put_identity(&tenant.slug, provider.name(), user_ref, &user.id).await;
            if let Err(error) = met {
                tracing::warn!(%error, "a chat identity could not be kept");
            }
            return Identity::Known(actor(user));
        }
        if tenant.allow_unlinked {
            let name = if name.is_empty() { user_ref } else { name };
            return Identity::Known(Actor::Chat {
                provider: provider.name().to_owned(),
                id: user_ref.to_owned(),
                name: name.to_owned(),
            });
        }
        Identity::Unknown(match described.email {
            Some(_) => Stranger::NotListed,
            None => Stranger::NoEmail,
        })
    }

    /// Whether this account may become `user` by its name alone. Anybody may rename themselves, so
    /// not while the platform has another account that is that person.
    async fn is_free(
        &self,
        tenant: &Tenant,
        provider: &dyn Provider,
        user_ref: &str,
        user: &User,
    ) -> bool {
        let store = self.ports().store();
        let face = match store.read_face(&tenant.slug, provider.name(), &user.id).await {
            Ok(Some(face)) if face != user_ref => face,
            Ok(_) => return true,
            Err(error) => {
                tracing::warn!(%error, "whether a person was met before cannot be read");
                return true;
            }
        };
        match provider.describe_user(&face).await {
            // Another server, or an account that was deleted for good.
            Ok(None) => true,
            Ok(Some(_)) => {
                tracing::warn!(
                    tenant = tenant.slug,
                    user = user.id,
                    "an account has the name of a person who is known by another account"
                );
                false
            }
            Err(error) => {
                tracing::warn!(%error, "a person's other account could not be described");
                false
            }
        }
    }
}

pub(super) fn actor(user: &User) -> Actor {
    Actor::User { id: user.id.clone(), name: user.name.clone() }
}

/// By what the configuration says of this very account; by our own id where the platform has it;
/// by e-mail address; by what the configuration says that they are called on this platform; and,
/// where it shows no address, by their user name.
fn match_of<'a>(
    tenant: &'a Tenant,
    provider: &dyn Provider,
    user_ref: &str,
    described: &ChatUser,
) -> Option<Match<'a>> {
    let by_id = || tenant.user(&described.user).filter(|_| !described.user.is_empty());
    let sure = by_ref(tenant, provider, user_ref).or_else(by_id);
    if let Some(user) = sure.or_else(|| by_email(tenant, described)) {
        return Some(Match::Sure(user));
    }
    let name = described.handle.as_deref().and_then(bare)?;
    let is_mapped = |user: &&User| {
        handle_of(user, provider).is_some_and(|handle| {
            // A user name may look like somebody's id.
            !provider.is_user_ref(handle) && handle.eq_ignore_ascii_case(name)
        })
    };
    let mapped = tenant.users.iter().find(is_mapped);
    mapped.or_else(|| by_name(tenant, provider.name(), name, described)).map(Match::Named)
}

fn by_ref<'a>(tenant: &'a Tenant, provider: &dyn Provider, user_ref: &str) -> Option<&'a User> {
    let is_this = |user: &&User| {
        handle_of(user, provider).is_some_and(|handle| handle.eq_ignore_ascii_case(user_ref))
    };
    tenant.users.iter().find(is_this)
}

fn handle_of<'a>(user: &'a User, provider: &dyn Provider) -> Option<&'a str> {
    user.handles.get(provider.name()).and_then(|handle| bare(handle))
}

fn by_email<'a>(tenant: &'a Tenant, described: &ChatUser) -> Option<&'a User> {
    let email = described.email.as_deref().map(str::trim);
    email.filter(|email| !email.is_empty()).and_then(|email| tenant.user_by_email(email))
}

/// Two addresses that differ say that it is somebody else, and so does another name in the
/// configuration.
fn by_name<'a>(
    tenant: &'a Tenant,
    provider: &str,
    name: &str,
    described: &ChatUser,
) -> Option<&'a User> {
    let is_called =
        |user: &&User| user.id.eq_ignore_ascii_case(name) && !user.handles.contains_key(provider);
    let called = tenant.users.iter().find(is_called);
    called.filter(|user| described.email.is_none() || user.email.is_none())
}

fn bare(handle: &str) -> Option<&str> {
    let bare = handle.trim().trim_start_matches('@');
    (!bare.is_empty()).then_some(bare)
}

/// "Mallory (@mallory)": anybody may show the name of somebody else, but two accounts never have
/// the same user name.
fn called(described: Option<&ChatUser>, user_name: &str) -> String {
    let shown = described.map(|user| tidy(&user.name, SHOWN_CHARS)).unwrap_or_default();
    let handle = described.and_then(|user| user.handle.as_deref()).unwrap_or(user_name);
    let handle = bare(handle).map(|handle| tidy(handle, HANDLE_CHARS)).unwrap_or_default();
    match (shown.is_empty(), handle.is_empty()) {
        (false, false) if shown != handle => format!("{shown} (@{handle})"),
        (false, _) => shown,
        (true, _) => handle,
    }
}

/// In one line, not much of it, and nothing that turns what stands behind it around.
fn tidy(text: &str, most: usize) -> String {
    let turns = |c: char| {
        matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}' | '\u{200b}')
    };
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = flat.chars().filter(|c| !c.is_control() && !turns(*c));
    shown.take(most).collect::<String>().trim().to_owned()
}
