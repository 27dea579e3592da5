//! From settings to a provider.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use nightowl_domain::Time;
use nightowl_messaging::{Kept, Secret, Settings};
use reqwest::{Client, Url, redirect};

use crate::signer::Signer;

use super::Mattermost;
use super::api::Api;
use super::channels::Channels;
use super::people::People;

const CONNECT: Duration = Duration::from_secs(2);
/// The server closes a connection that was idle for a minute, and a post that meets that moment
/// would be a doubt.
const IDLE: Duration = Duration::from_secs(30);
/// A post has to end inside its lease of 15 s, with time left to settle.
const BUDGET: Duration = Duration::from_secs(8);
/// A shorter key could be guessed.
const SIGNING_KEY_LENGTH_MIN: usize = 32;

/// What a Mattermost needs to know of us.
#[derive(Clone)]
pub struct Home {
    /// The tenant's slug; part of what is signed, and of the addresses that clicks come to.
    pub tenant: String,
    /// Where our own routes begin, as the server reaches them: `https://owl.example.com`.
    /// `None`: nothing can come back, so messages have no buttons that act.
    pub callbacks: Option<String>,
    pub now: Arc<dyn Fn() -> Time + Send + Sync>,
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home")
            .field("tenant", &self.tenant)
            .field("callbacks", &self.callbacks)
            .finish_non_exhaustive()
    }
}

/// A client that connects within 2 s, ends within 8 s and follows no redirect. A provider for
/// rustls must be installed before.
pub fn http_client() -> Result<Client, String> {
    Client::builder()
        .connect_timeout(CONNECT)
        .timeout(BUDGET)
        .pool_idle_timeout(IDLE)
        .redirect(redirect::Policy::none())
        .user_agent(concat!("nightowl/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| "the HTTP client cannot be built".to_owned())
}

impl Mattermost {
    /// `http` must follow no redirect, as that of [`http_client`]. The error is a sentence for the
    /// operator and holds no value.
    pub fn new(settings: &Settings, http: Client, home: &Home) -> Result<Self, String> {
        let token = match settings.secret("bot_token") {
            Some(token) if is_printable(token) => token.clone(),
            Some(_) => return Err("bot_token has characters that no token has".to_owned()),
            None => return Err("bot_token is missing".to_owned()),
        };
        let url = settings.text("url").ok_or("url is missing")?;
        let signer = signer(settings, home)?;
        Ok(Self {
            api: Api::new(http, server_url(url)?, token, Arc::clone(&home.now)),
            now: Arc::clone(&home.now),
            signer,
            webhook_secrets: webhook_secrets(settings),
            channels: Channels::default(),
            people: People::default(),
            me: Kept::for_ever(),
            config: Kept::for_ever(),
            budget: BUDGET,
        })
    }
}

/// `None`: nothing can come back, or nothing could prove that it is ours.
fn signer(settings: &Settings, home: &Home) -> Result<Option<Signer>, String> {
    let (Some(callbacks), Some(key)) = (&home.callbacks, settings.secret("signing_key")) else {
        return Ok(None);
    };
    if key.expose().len() < SIGNING_KEY_LENGTH_MIN {
        return Err(format!("signing_key is shorter than {SIGNING_KEY_LENGTH_MIN} characters"));
    }
    Ok(Some(Signer::new(&home.tenant, callbacks, key)))
}

/// `webhook_secret`, `webhook_secret_2`, … as far as they go: one for each team's command.
fn webhook_secrets(settings: &Settings) -> Vec<Secret> {
    let first = settings.secret("webhook_secret");
    let more = (2..).map_while(|n| settings.secret(&format!("webhook_secret_{n}")));
    first.into_iter().chain(more).filter(|secret| !secret.is_empty()).cloned().collect()
}

/// Printable and not empty, so that it can stand in a header.
fn is_printable(token: &Secret) -> bool {
    let text = token.expose();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The server's address, with a path if it lives below one; it ends in a slash.
fn server_url(given: &str) -> Result<Url, String> {
    let given = given.trim();
    let whole = format!("{}/", given.trim_end_matches('/'));
    let expected = "url must be http(s) with a host, without credentials or a query";
    let url = Url::parse(&whole).map_err(|_| expected.to_owned())?;
    let is_good = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if is_good { Ok(url) } else { Err(expected.to_owned()) }
}

#[cfg(test)]
mod tests {
    use nightowl_messaging::Setting;

    use super::*;

    #[test]
    fn an_address_is_a_folder() {
        let url = |given: &str| server_url(given).map(|url| url.to_string());
        assert_eq!(url("http://127.0.0.1:1"), Ok("http://127.0.0.1:1/".to_owned()));
        assert_eq!(url(" https://a.example/chat/ "), Ok("https://a.example/chat/".to_owned()));
        for bad in ["", "a.example", "ftp://a/", "https://u:p@a/", "https://a/?q", "https://"] {
            assert!(server_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn secrets_of_commands_are_numbered() {
        let secret = |name: &str| (name.to_owned(), Setting::Secret(Secret::new(name)));
        let names = ["webhook_secret", "webhook_secret_2", "webhook_secret_3", "webhook_secret_5"];
        let settings = Settings {
            provider: crate::NAME.to_owned(),
            fields: names.map(secret).into_iter().collect(),
        };
        let found = webhook_secrets(&settings);
        assert_eq!(found, names[..3].iter().map(|name| Secret::new(*name)).collect::<Vec<_>>());
        assert_eq!(webhook_secrets(&Settings::default()), vec![]);
    }
}
