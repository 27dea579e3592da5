//! A switch outside of this account that raises an alarm when it hears nothing.

use std::time::Duration;

use nightowl_messaging::Secret;

/// The next minute tells it again.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Its address is a secret: whoever has it can keep the switch quiet.
#[derive(Clone, Debug)]
pub struct DeadMan {
    http: reqwest::Client,
    url: Secret,
}

impl DeadMan {
    pub const fn new(http: reqwest::Client, url: Secret) -> Self {
        Self { http, url }
    }

    /// Says that all is well. That it could not be said is only logged: the switch notices.
    pub(crate) async fn ping(&self) {
        let answer = self.http.get(self.url.expose()).timeout(TIMEOUT).send().await;
        match answer.and_then(reqwest::Response::error_for_status) {
            Ok(_) => {}
            Err(error) => {
                let error = error.without_url();
                tracing::warn!(%error, "the dead-man switch could not be told");
            }
        }
    }
}
