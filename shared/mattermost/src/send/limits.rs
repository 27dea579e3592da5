//! What a Mattermost server takes.

use std::time::Duration;

use nightowl_messaging::{Limits, Rate};
use reqwest::Url;

/// As people can read them; the server itself counts no channels.
const POSTS: Rate = Rate::new(Duration::from_secs(1), 1);
/// Where rate limiting is on, 10 calls a second of any kind and 100 at once from one address, unless
/// configured otherwise. A post takes two calls at times, and others call from there too.
const CALLS: Rate = Rate::new(Duration::from_millis(200), 40);

/// The server counts by address, so all tenants on one server share what it takes.
pub(super) fn of(server: &Url) -> Limits {
    let host = server.host_str().unwrap_or_default();
    let port = server.port_or_known_default().unwrap_or_default();
    Limits {
        account: Some(format!("{host}:{port}")),
        channel: Some(POSTS),
        edits: None,
        finds: None,
        all: Some(CALLS),
    }
}
