//! What Slack takes: <https://docs.slack.dev/apis/web-api/rate-limits>.

use std::time::Duration;

use nightowl_messaging::{Limits, Rate};

/// "One message per second per channel", with bursts that are not specified.
const POSTS: Rate = Rate::new(Duration::from_secs(1), 1);
/// Tier 3, 50 a minute for each method in a workspace, with "sporadic bursts": `chat.update`,
/// `conversations.history` and `conversations.replies`.
const TIER_3: Rate = Rate::new(Duration::from_millis(1_200), 12);

/// The cap of a whole workspace is not said in figures, so it is left to refusals.
pub(super) fn of(account: &str) -> Limits {
    Limits {
        account: Some(account.to_owned()),
        channel: Some(POSTS),
        edits: Some(TIER_3),
        finds: Some(TIER_3),
        all: None,
    }
}
