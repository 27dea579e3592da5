//! What a step is decided with: which configuration serves this alert at this moment.

use std::sync::Arc;

use nightowl_domain::{Alert, Event, EventKind, Method, Plan, Policy, Target, Tenant, Tier};

use crate::{Config, Engine, EngineError, Ports};

/// Owns what a [`Plan`] borrows.
pub(crate) struct Basis {
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) policy: Policy,
    policy_config: String,
    policy_replaced: bool,
    integration: String,
}

impl Basis {
    pub(crate) fn plan(&self) -> Plan<'_> {
        Plan {
            tenant: &self.tenant,
            policy: &self.policy,
            policy_config: &self.policy_config,
            policy_replaced: self.policy_replaced,
            integration: self.tenant.integration(&self.integration),
        }
    }

    /// The policy of now, for an alert of this integration.
    fn current(tenant: Arc<Tenant>, integration: &str, policy_replaced: bool) -> Self {
        let named = tenant.integration(integration).and_then(|found| tenant.policy(&found.policy));
        let policy = named.or(tenant.policies.first()).cloned().unwrap_or_else(last_resort);
        Self {
            policy,
            policy_config: tenant.hash.clone(),
            policy_replaced,
            integration: integration.to_owned(),
            tenant,
        }
    }
}

/// For a tenant without any policy: an accepted alert is still shown and said aloud.
fn last_resort() -> Policy {
    Policy {
        id: "none".to_owned(),
        repeat: 0,
        ack_timeout: None,
        reopen_after: Policy::REOPEN_AFTER,
        tiers: vec![Tier {
            timeout: std::time::Duration::from_secs(300),
            notify_via: vec![Method::MessagingChannel],
            targets: vec![Target::OnCallPrimary],
            provider: None,
        }],
    }
}

impl<P: Ports> Engine<P> {
    /// `alert` is what the event met.
    pub(crate) async fn basis(
        &self,
        tenant: &str,
        alert: Option<&Alert>,
        event: &Event,
    ) -> Result<Basis, EngineError> {
        match (alert, &event.kind) {
            (None, kind) => {
                let current = self.ports().config().tenant(tenant).await?;
                let current = current.ok_or_else(|| EngineError::NoTenant(tenant.to_owned()))?;
                Ok(Basis::current(current, integration_of(kind), false))
            }
            (
                Some(alert),
                EventKind::Fired { integration, .. } | EventKind::Cleared { integration, .. },
            ) if !alert.is_open() => {
                Ok(Basis::current(self.tenant_of(alert).await?, integration, false))
            }
            (Some(alert), _) => self.frozen(alert).await,
        }
    }

    /// The policy that the alert opened under; if it is gone, the one of now.
    pub(crate) async fn frozen(&self, alert: &Alert) -> Result<Basis, EngineError> {
        let tenant = self.tenant_of(alert).await?;
        let hash = &alert.plan.config;
        let opened_under = if tenant.hash == *hash {
            Some(Arc::clone(&tenant))
        } else {
            self.ports().config().tenant_at(&alert.tenant, hash).await?
        };
        let policy = opened_under.and_then(|old| old.policy(&alert.plan.policy).cloned());
        Ok(match policy {
            Some(policy) => Basis {
                policy,
                policy_config: hash.clone(),
                policy_replaced: false,
                integration: alert.integration.clone(),
                tenant,
            },
            None => Basis::current(tenant, &alert.integration, true),
        })
    }

    /// As configured now. The open alerts of a tenant that was taken out go on under the
    /// configuration that they opened with.
    pub(crate) async fn tenant_of(&self, alert: &Alert) -> Result<Arc<Tenant>, EngineError> {
        let config = self.ports().config();
        if let Some(current) = config.tenant(&alert.tenant).await? {
            return Ok(current);
        }
        let old = config.tenant_at(&alert.tenant, &alert.plan.config).await?;
        old.ok_or_else(|| EngineError::NoTenant(alert.tenant.clone()))
    }
}

fn integration_of(kind: &EventKind) -> &str {
    match kind {
        EventKind::Fired { integration, .. } | EventKind::Cleared { integration, .. } => {
            integration
        }
        EventKind::Acked
        | EventKind::Unacked
        | EventKind::Escalated { .. }
        | EventKind::Snoozed { .. }
        | EventKind::Resolved { .. }
        | EventKind::Noted { .. }
        | EventKind::Tick { .. }
        | EventKind::Claimed { .. }
        | EventKind::Settled { .. } => "",
    }
}
