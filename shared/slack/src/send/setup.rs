//! From settings to a provider.

use std::time::Duration;

use nightowl_messaging::{Kept, Secret, Settings};
use reqwest::{Client, Url, redirect};

use super::Slack;
use super::api::Api;
use super::channels::Channels;
use super::people::People;

const API_URL: &str = "https://slack.com/api/";
const CONNECT: Duration = Duration::from_secs(2);
/// A post has to end inside its lease of 15 s, with time left to settle.
const BUDGET: Duration = Duration::from_secs(8);

/// A client that connects within 2 s, ends within 8 s and follows no redirect. A provider for
/// rustls must be installed before.
pub fn http_client() -> Result<Client, String> {
    Client::builder()
        .connect_timeout(CONNECT)
        .timeout(BUDGET)
        .redirect(redirect::Policy::none())
        .user_agent(concat!("nightowl/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| "the HTTP client cannot be built".to_owned())
}

impl Slack {
    /// `http` must follow no redirect, as that of [`http_client`]. The error is a sentence for the
    /// operator and holds no value.
    pub fn new(settings: &Settings, http: Client) -> Result<Self, String> {
        let token = match settings.secret("bot_token") {
            Some(token) if is_token(token) => token.clone(),
            Some(_) => return Err("bot_token has characters that no token has".to_owned()),
            None => return Err("bot_token is missing".to_owned()),
        };
        let url = api_url(settings.text("api_url").unwrap_or(API_URL))?;
        let text = |field: &str| {
            let text = settings.text(field).map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Ok(Self {
            api: Api::new(http, url, token),
            team_id: text("team_id"),
            app_id: text("app_id"),
            channels: Channels::default(),
            people: People::default(),
            me: Kept::for_ever(),
            budget: BUDGET,
        })
    }
}

/// Printable and not empty, so that it can stand in a header.
fn is_token(token: &Secret) -> bool {
    let text = token.expose();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn api_url(given: &str) -> Result<Url, String> {
    let given = given.trim();
    let whole = format!("{}/", given.trim_end_matches('/'));
    let expected = "api_url must be http(s) with a host, without credentials or a query";
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
    use super::*;

    #[test]
    fn an_address_is_a_folder() {
        let url = |given: &str| api_url(given).map(|url| url.to_string());
        assert_eq!(url("http://127.0.0.1:1/api"), Ok("http://127.0.0.1:1/api/".to_owned()));
        assert_eq!(url(" https://slack.com/api/ "), Ok(API_URL.to_owned()));
        for bad in ["", "slack.com/api", "ftp://a/", "https://u:p@a/", "https://a/?q", "https://"] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }
}
