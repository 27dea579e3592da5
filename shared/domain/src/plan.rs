//! What `step` decides with: the frozen policy, and people, schedules and channels of this moment.

use crate::{Integration, Policy, Tenant};

/// Borrowed for one `step`.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// As configured now: people, schedules, overrides, channels.
    pub tenant: &'a Tenant,
    /// The one the alert opened under; for an opening, the integration's of now.
    pub policy: &'a Policy,
    /// The hash of the configuration that `policy` is from.
    pub policy_config: &'a str,
    /// The configuration that the alert opened under is gone, so `policy` is the current one,
    /// which the timeline says.
    pub policy_replaced: bool,
    /// `None` when it was taken out of the configuration while the alert was open: then the
    /// tenant's own provider and default channel serve.
    pub integration: Option<&'a Integration>,
}

impl Plan<'_> {
    /// The same moment with the policy that an alert opens under now: the integration's current
    /// one, where it can be found.
    pub(crate) fn for_opening(self) -> Self {
        let current =
            self.integration.and_then(|integration| self.tenant.policy(&integration.policy));
        match current {
            Some(policy) => {
                Self { policy, policy_config: &self.tenant.hash, policy_replaced: false, ..self }
            }
            None => self,
        }
    }
}
