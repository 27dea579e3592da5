//! A channel, or the app itself, is not what it was.

use std::collections::BTreeSet;
use std::sync::Arc;

use nightowl_domain::Tenant;
use nightowl_messaging::{Provider, ProviderError};
use nightowl_slack::NAME;
use tokio::time::timeout_at;

use crate::door::{Door, open};
use crate::needs::{Needs, SlackTenants};
use crate::wait::Deadlines;

/// `how`: archived, deleted.
pub(super) async fn gone<N: Needs>(
    needs: &Arc<N>,
    tenants: &[String],
    channel: &str,
    how: &str,
    deadlines: Deadlines,
) {
    changed(needs, tenants, channel, deadlines, |used| match used {
        Used::Is(name) => Some(format!(
            "The Slack channel {name} was {how}, and NightOwl posts there. Bring it back or \
             configure another; until then its messages go to the default channel or the inbox."
        )),
        Used::NotFound(name) => Some(lost(name)),
    })
    .await;
}

/// Whoever configured the id of a channel does not mind its name.
pub(super) async fn renamed<N: Needs>(
    needs: &Arc<N>,
    tenants: &[String],
    channel: &str,
    deadlines: Deadlines,
) {
    changed(needs, tenants, channel, deadlines, |used| match used {
        Used::Is(name) if name == channel => None,
        Used::Is(name) => Some(format!(
            "The Slack channel {name} was renamed, and the configuration of NightOwl still says \
             {name}: correct it, or name the channel by its id {channel}."
        )),
        Used::NotFound(name) => Some(lost(name)),
    })
    .await;
}

fn lost(name: &str) -> String {
    format!(
        "NightOwl cannot find the Slack channel {name}, where it posts: it may have been archived, \
         deleted or renamed. Correct the configuration or bring the channel back; until then its \
         messages go to the default channel or the inbox."
    )
}

/// Slack does not work for these tenants any more, wherever a message goes.
pub(super) async fn disconnected<N: Needs>(needs: &Arc<N>, tenants: &[String], why: &str) {
    for tenant in tenants {
        let text = format!(
            "Slack is disconnected: {why}. Install the app again and put its new bot token into \
             the configuration; pages go other ways until then."
        );
        let (needs, slug) = (Arc::clone(needs), tenant.clone());
        tell(async move { needs.engine().tell_broken(&slug, NAME, &text).await }).await;
    }
}

/// How a configured channel is met by the one that changed.
enum Used<'a> {
    Is(&'a str),
    /// No channel of this name is there. It may be the one.
    NotFound(&'a str),
}

/// Operators are told of what is in use; what the connections remember is forgotten either way.
async fn changed<N: Needs>(
    needs: &Arc<N>,
    tenants: &[String],
    channel: &str,
    deadlines: Deadlines,
    say: impl Fn(Used<'_>) -> Option<String>,
) {
    for tenant in tenants {
        // Before it is forgotten: the connection may be all that still knows which name it had.
        let used = async {
            let door = open(&**needs, tenant, deadlines).await?;
            sentence(&door, channel, &say).await
        };
        let text = timeout_at(deadlines.asked(), used).await.ok().flatten();
        needs.slack_tenants().forget_channels(tenant);
        if let Some(text) = text {
            let topic = format!("slack-channel-{channel}");
            let (needs, slug) = (Arc::clone(needs), tenant.clone());
            tell(async move { needs.engine().tell_operators(&slug, &topic, &text, None).await })
                .await;
        }
    }
}

async fn sentence(
    door: &Door,
    channel: &str,
    say: &impl Fn(Used<'_>) -> Option<String>,
) -> Option<String> {
    let mut not_found = None;
    for name in configured(&door.tenant) {
        match resolved(&*door.provider, &name).await {
            Ok(Some(id)) if id == channel => return say(Used::Is(&name)),
            Ok(Some(_)) => {}
            Ok(None) => not_found = not_found.or(Some(name)),
            // What cannot be asked now is said when a post to it fails.
            Err(error) => tracing::info!(%error, "a configured channel could not be looked up"),
        }
    }
    not_found.and_then(|name| say(Used::NotFound(&name)))
}

async fn resolved(provider: &dyn Provider, name: &str) -> Result<Option<String>, ProviderError> {
    match provider.resolve_channel(name).await {
        Ok(id) => Ok(Some(id)),
        Err(ProviderError::Broken { credentials: false, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// All channels of Slack that the tenant's messages may go to.
fn configured(tenant: &Tenant) -> BTreeSet<String> {
    let default = tenant.default_channels.get(NAME).cloned();
    let provider_of = |own: Option<&String>| own.or(tenant.provider.as_ref()).cloned();
    let integrations = tenant.integrations.iter();
    let own = integrations
        .filter(|one| provider_of(one.provider.as_ref()).as_deref() == Some(NAME))
        .filter_map(|one| one.channel.clone());
    own.chain(default).collect()
}

/// It may take longer than Slack waits: what is told is told once, so it must not end with the
/// request, and Slack's second telling finds it done.
async fn tell(telling: impl Future<Output = ()> + Send + 'static) {
    if tokio::spawn(telling).await.is_err() {
        tracing::error!("telling the operators ended early");
    }
}
