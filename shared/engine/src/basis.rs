//! What a step is decided with: which configuration serves this alert at this moment.

use std::sync::{Arc, OnceLock};

use nightowl_domain::{Alert, Event, EventKind, Method, Plan, Policy, Target, Tenant, Tier};

use crate::{Config, Engine, EngineError, Ports};

/// Owns what a [`Plan`] borrows; every step has one, so that it points and copies nothing.
pub(crate) struct Basis {
    pub(crate) tenant: Arc<Tenant>,
    /// The configuration that the policy is from.
    policy_from: Arc<Tenant>,
    /// Its index there; `None`: there is no policy at all.
    policy: Option<usize>,
    policy_replaced: bool,
    /// An index as well; `None`: it is not configured any more.
    integration: Option<usize>,
}

impl Basis {
    pub(crate) fn plan(&self) -> Plan<'_> {
        Plan {
            tenant: &self.tenant,
            policy: self.policy(),
            policy_config: &self.policy_from.hash,
            policy_replaced: self.policy_replaced,
            integration: self.integration.and_then(|index| self.tenant.integrations.get(index)),
        }
    }

    pub(crate) fn policy(&self) -> &Policy {
        let found = self.policy.and_then(|index| self.policy_from.policies.get(index));
        found.unwrap_or_else(|| LAST_RESORT.get_or_init(last_resort))
    }

    /// The policy of now, for an alert of this integration.
    fn current(tenant: Arc<Tenant>, integration: &str, policy_replaced: bool) -> Self {
        let integration = position_of(&tenant, integration);
        let named = integration
            .and_then(|index| tenant.integrations.get(index))
            .and_then(|found| tenant.policies.iter().position(|one| one.id == found.policy));
        Self {
            policy: named.or((!tenant.policies.is_empty()).then_some(0)),
            policy_from: Arc::clone(&tenant),
            policy_replaced,
            integration,
            tenant,
        }
    }
}

fn position_of(tenant: &Tenant, integration: &str) -> Option<usize> {
    tenant.integrations.iter().position(|one| one.id == integration)
}

static LAST_RESORT: OnceLock<Policy> = OnceLock::new();

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
        let found = opened_under.and_then(|old| {
            let index = old.policies.iter().position(|one| one.id == alert.plan.policy)?;
            Some((old, index))
        });
        Ok(match found {
            Some((policy_from, index)) => Basis {
                policy_from,
                policy: Some(index),
                policy_replaced: false,
                integration: position_of(&tenant, &alert.integration),
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
