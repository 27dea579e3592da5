//! The Events API. Nothing is subscribed to yet, but Slack asks whether the address is ours.

use nightowl_slack::inbound::{Event, parse_event};

use crate::learned::Learned;
use crate::problem::Problem;
use crate::prove::Proven;

/// The challenge to answer with, if it is one.
pub(crate) fn take(proven: &Proven, learned: &Learned) -> Result<Option<String>, Problem> {
    match parse_event(&proven.body)? {
        Event::UrlVerification { challenge } => Ok(Some(challenge)),
        Event::Other { kind, id: _, team_id, app_id } => {
            proven.pinned(&team_id, &app_id, learned)?;
            tracing::debug!(kind, "an event that nothing here asks for");
            Ok(None)
        }
    }
}
