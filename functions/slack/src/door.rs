//! Through which tenant and connection somebody comes in.

use std::sync::Arc;

use nightowl_domain::{Tenant, Time};
use nightowl_engine::chat::Visitor;
use nightowl_engine::{Clock, Ports, Providers};
use nightowl_messaging::Provider;
use tokio::time::timeout_at;

use crate::needs::{Needs, SlackTenants};
use crate::wait::Deadlines;

pub(crate) struct Door {
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) provider: Arc<dyn Provider>,
    arrived: Time,
}

impl Door {
    pub(crate) fn visitor<'a>(&'a self, who: Who<'a>) -> Visitor<'a> {
        Visitor {
            tenant: &self.tenant,
            provider: &*self.provider,
            user_ref: who.user_ref,
            user_name: who.user_name,
            channel: who.channel,
            thread: who.thread,
            arrived: self.arrived,
        }
    }
}

/// Who it is and where they are; what is not known is empty.
#[derive(Clone, Copy)]
pub(crate) struct Who<'a> {
    pub(crate) user_ref: &'a str,
    pub(crate) user_name: &'a str,
    pub(crate) channel: &'a str,
    pub(crate) thread: Option<&'a str>,
}

/// `None`: the tenant's configuration or its connection cannot be had just now.
pub(crate) async fn open<N: Needs>(needs: &N, slug: &str, deadlines: Deadlines) -> Option<Door> {
    let arrived = needs.engine().ports().clock().now();
    let opened = async {
        let tenant = match needs.slack_tenants().tenant(slug).await {
            Ok(tenant) => tenant?,
            Err(error) => {
                tracing::error!(%error, "the tenant's configuration cannot be read");
                return None;
            }
        };
        let provider = provider(needs, slug).await?;
        Some(Door { tenant, provider, arrived })
    };
    match timeout_at(deadlines.opened(), opened).await {
        Ok(door) => door,
        Err(_) => {
            tracing::error!("reading the tenant's configuration took too long");
            None
        }
    }
}

/// The tenant's connection to Slack, if it can be made.
pub(crate) async fn provider<N: Needs>(needs: &N, slug: &str) -> Option<Arc<dyn Provider>> {
    let providers = needs.engine().ports().providers();
    match providers.provider(slug, nightowl_slack::NAME).await {
        Ok(provider) => provider,
        Err(error) => {
            tracing::error!(%error, "the tenant's Slack cannot be connected");
            None
        }
    }
}
