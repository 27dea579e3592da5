//! Who acts, and through which connection they are answered.

use std::sync::Arc;

use nightowl_domain::Actor;
use nightowl_engine::chat::{Identity, Stranger, words};
use nightowl_engine::{Ports, Providers};
use nightowl_messaging::Provider;
use tokio::time::timeout_at;

use crate::act::Deadlines;
use crate::needs::{Needs, SlackTenants};

/// The tenant's connection to Slack, if it can be made.
pub(crate) async fn provider<N: Needs>(needs: &N, tenant: &str) -> Option<Arc<dyn Provider>> {
    let providers = needs.engine().ports().providers();
    match providers.provider(tenant, nightowl_slack::NAME).await {
        Ok(provider) => provider,
        Err(error) => {
            tracing::error!(%error, "the tenant's Slack cannot be connected");
            None
        }
    }
}

/// The error is what the person is told instead.
pub(crate) async fn identify<N: Needs>(
    needs: &N,
    tenant: &str,
    (user_ref, user_name): (&str, &str),
    deadlines: Deadlines,
) -> Result<Actor, String> {
    let asked = async {
        let configured = needs.slack_tenants().tenant(tenant).await;
        let configured = configured.map_err(|error| {
            tracing::error!(%error, "the tenant's configuration cannot be read");
            words::NOT_DONE.to_owned()
        })?;
        let (Some(configured), Some(provider)) = (configured, provider(needs, tenant).await) else {
            return Err(words::NOT_DONE.to_owned());
        };
        let engine = needs.engine();
        let identity = engine.identify(&configured, &*provider, user_ref, user_name).await;
        match identity {
            Ok(Identity::Known(actor)) => Ok(actor),
            Ok(Identity::Unknown(why)) => {
                tracing::info!(why = why.name(), "somebody unknown wants to act");
                Err(words::stranger(why, tenant))
            }
            Err(error) => {
                tracing::warn!(%error, "a person could not be identified");
                Err(words::stranger(Stranger::CannotAsk, tenant))
            }
        }
    };
    match timeout_at(deadlines.person(), asked).await {
        Ok(known) => known,
        Err(_) => {
            tracing::warn!("identifying a person took too long");
            Err(words::stranger(Stranger::CannotAsk, tenant))
        }
    }
}
