//! An answer for one person, beside the card.

use nightowl_messaging::Whisper;
use nightowl_slack::inbound::ResponseUrl;
use nightowl_slack::whisper_response;
use tokio::time::{Instant, timeout_at};

use crate::door::provider;
use crate::needs::{Needs, SlackTenants};
use crate::wait::Deadlines;

/// Who clicked where.
#[derive(Clone, Debug)]
pub(crate) struct Listener<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) channel: &'a str,
    pub(crate) user_ref: &'a str,
    pub(crate) response_url: Option<&'a ResponseUrl>,
}

/// By an ephemeral message; where Slack does not take that, at the click's response address. What
/// fails is logged: the card says what happened all the same.
pub(crate) async fn tell<N: Needs>(
    needs: &N,
    listener: &Listener<'_>,
    whisper: &Whisper,
    deadlines: Deadlines,
) {
    if whispered(needs, listener, whisper, deadlines).await {
        return;
    }
    let Some(to) = listener.response_url else { return };
    let response = whisper_response(whisper);
    let responded = needs.slack_tenants().respond(listener.tenant, to, &response);
    match timeout_at(deadlines.told(), responded).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "a person could not be answered"),
        Err(_) => tracing::warn!("answering a person took too long"),
    }
}

async fn whispered<N: Needs>(
    needs: &N,
    listener: &Listener<'_>,
    said: &Whisper,
    deadlines: Deadlines,
) -> bool {
    if listener.channel.is_empty() {
        return false;
    }
    let whisper = async {
        let Some(provider) = provider(needs, listener.tenant).await else { return false };
        match provider.whisper(listener.channel, listener.user_ref, said).await {
            Ok(()) => true,
            Err(error) => {
                tracing::info!(%error, "an ephemeral message was not taken");
                false
            }
        }
    };
    // Half of what is left: the other way needs time too.
    let now = Instant::now();
    let left = deadlines.told().saturating_duration_since(now);
    timeout_at(now + left / 2, whisper).await.unwrap_or(false)
}
