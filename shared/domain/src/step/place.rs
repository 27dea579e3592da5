//! Where things are said.

use crate::{Destination, Plan};

/// The provider that is always there.
const INBOX: &str = "inbox";
/// The inbox's channel where the tenant says nothing else.
const INBOX_CHANNEL: &str = "alerts";

/// `wish` is the tier's.
pub(super) fn provider<'a>(plan: &Plan<'a>, wish: Option<&'a str>) -> &'a str {
    wish.unwrap_or_else(|| integration_provider(plan))
}

fn integration_provider<'a>(plan: &Plan<'a>) -> &'a str {
    plan.integration
        .and_then(|integration| integration.provider.as_deref())
        .or(plan.tenant.provider.as_deref())
        .unwrap_or(INBOX)
}

/// The channel of a card, and of what is said beside it.
pub(super) fn card(plan: &Plan<'_>) -> Destination {
    channel(plan, integration_provider(plan))
}

/// The integration's channel if this is its provider, else the provider's default, else the inbox.
pub(super) fn channel(plan: &Plan<'_>, provider: &str) -> Destination {
    let own = plan
        .integration
        .filter(|_| provider == integration_provider(plan))
        .and_then(|integration| integration.channel.clone());
    match own {
        Some(channel) => Destination::Channel { provider: provider.to_owned(), channel },
        None => default_channel(plan, provider),
    }
}

/// The provider's default channel, else the inbox.
pub(super) fn default_channel(plan: &Plan<'_>, provider: &str) -> Destination {
    match plan.tenant.default_channels.get(provider) {
        Some(channel) => {
            Destination::Channel { provider: provider.to_owned(), channel: channel.clone() }
        }
        None => last_resort(plan),
    }
}

/// The tenant's own provider's default channel.
pub(super) fn tenant_channel(plan: &Plan<'_>) -> Destination {
    default_channel(plan, plan.tenant.provider.as_deref().unwrap_or(INBOX))
}

/// All chats that the tenant has, in order; the inbox is not one.
pub(super) fn chats<'a>(plan: &Plan<'a>) -> impl Iterator<Item = &'a str> {
    let names = plan.tenant.default_channels.keys().map(String::as_str);
    names.filter(|name| *name != INBOX)
}

/// The inbox, which needs no credentials.
pub(super) fn last_resort(plan: &Plan<'_>) -> Destination {
    let channel = plan.tenant.default_channels.get(INBOX);
    Destination::Channel {
        provider: INBOX.to_owned(),
        channel: channel.map_or(INBOX_CHANNEL, String::as_str).to_owned(),
    }
}
