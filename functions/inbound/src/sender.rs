//! Whose key stands in the path.

use nightowl_domain::Severity;
use nightowl_engine::{KeyOwner, Keys};
use nightowl_inbound::Format;
use nightowl_messaging::Secret;

use crate::needs::Needs;
use crate::problem::Problem;

/// No key is longer; a longer text is not worth a look-up.
const KEY_BYTES_MAX: usize = 512;

/// The integration that sends.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(crate) tenant: String,
    pub(crate) integration: String,
    pub(crate) format: Format,
    pub(crate) default_severity: Severity,
    pub(crate) hmac_secret: Option<Secret>,
}

impl Sender {
    /// Among all tenants' integrations.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.tenant, self.integration)
    }
}

pub(crate) async fn find<N: Needs>(needs: &N, key: Secret) -> Result<Sender, Problem> {
    if key.is_empty() || key.expose().len() > KEY_BYTES_MAX {
        return Err(Problem::unknown_key());
    }
    let owner = needs.keys().owner(&key).await.map_err(|error| {
        tracing::warn!(%error, "a webhook key could not be looked up");
        Problem::unavailable()
    })?;
    match owner {
        Some(KeyOwner::Integration {
            tenant,
            integration,
            format,
            default_severity,
            hmac_secret,
        }) => {
            let Some(format) = Format::by_name(&format) else {
                tracing::error!(tenant, integration, format, "an unknown format");
                return Err(Problem::unavailable());
            };
            Ok(Sender { tenant, integration, format, default_severity, hmac_secret })
        }
        // An API key in a URL is in somebody's log by now; it must at least open nothing here.
        Some(KeyOwner::Api { .. }) | None => Err(Problem::unknown_key()),
    }
}
