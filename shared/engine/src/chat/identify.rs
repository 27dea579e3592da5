//! Who somebody in chat is to the tenant.

use nightowl_domain::{Actor, Tenant, User};
use nightowl_messaging::{ChatUser, Provider};

use crate::{Engine, EngineError, Ports, Store};

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

impl<P: Ports> Engine<P> {
    /// `user_ref` and `user_name` as a verified callback has them. Whoever has been met is known
    /// from a row; others are met by the e-mail address of their account. Trouble with the store
    /// keeps nobody from acting: the platform is asked instead.
    pub async fn identify(
        &self,
        tenant: &Tenant,
        provider: &dyn Provider,
        user_ref: &str,
        user_name: &str,
    ) -> Result<Identity, EngineError> {
        let store = self.ports().store();
        match store.read_identity(&tenant.slug, provider.name(), user_ref).await {
            Ok(Some(met)) => {
                if let Some(user) = tenant.user(&met) {
                    return Ok(Identity::Known(actor(user)));
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a chat identity could not be read"),
        }
        let described = match provider.describe_user(user_ref).await {
            Ok(Some(described)) => described,
            Ok(None) => return Ok(Identity::Unknown(Stranger::NotVisible)),
            Err(error) => {
                tracing::warn!(%error, "a chat user could not be described");
                return Ok(Identity::Unknown(Stranger::CannotAsk));
            }
        };
        if described.is_gone {
            return Ok(Identity::Unknown(Stranger::Gone));
        }
        if let Some(user) = user_of(tenant, &described) {
            let met = store.put_identity(&tenant.slug, provider.name(), user_ref, &user.id).await;
            if let Err(error) = met {
                tracing::warn!(%error, "a chat identity could not be kept");
            }
            return Ok(Identity::Known(actor(user)));
        }
        if tenant.allow_unlinked {
            let name = [&described.name, user_name, user_ref].map(str::trim);
            let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
            return Ok(Identity::Known(Actor::Chat {
                provider: provider.name().to_owned(),
                id: user_ref.to_owned(),
                name: name.to_owned(),
            }));
        }
        Ok(Identity::Unknown(match described.email {
            Some(_) => Stranger::NotListed,
            None => Stranger::NoEmail,
        }))
    }
}

fn actor(user: &User) -> Actor {
    Actor::User { id: user.id.clone(), name: user.name.clone() }
}

/// By our own id where the platform has it, else by e-mail address.
fn user_of<'a>(tenant: &'a Tenant, described: &ChatUser) -> Option<&'a User> {
    let by_id = tenant.user(&described.user).filter(|_| !described.user.is_empty());
    by_id.or_else(|| {
        let email = described.email.as_deref().map(str::trim);
        email.filter(|email| !email.is_empty()).and_then(|email| tenant.user_by_email(email))
    })
}
