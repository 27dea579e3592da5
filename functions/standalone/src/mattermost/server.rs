//! A Mattermost server's REST API, as an administrator uses it.

use std::time::Duration;

use http::{Method, StatusCode};
use nightowl_messaging::Secret;
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use crate::failure::Failure;

pub(super) struct Server {
    http: reqwest::Client,
    base: Url,
    token: Secret,
}

/// Why the server did not do it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// The server's own name of the error, such as `api.context.permissions.app_error`.
    pub(super) id: String,
    message: String,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    id: String,
    #[serde(default)]
    message: String,
}

impl Server {
    /// `url` as a person types it, with or without a path (a server may live below one).
    pub(super) fn new(url: &str, token: &str) -> Result<Self, Failure> {
        let whole = format!("{}/", url.trim().trim_end_matches('/'));
        let base = Url::parse(&whole).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty()
        });
        let base = base.ok_or_else(|| {
            Failure::new(format!("--url: found {url:?}; expected https://your-mattermost"))
        })?;
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Failure::new(format!("cannot start an HTTP client: {error}")))?;
        Ok(Self { http, base, token: Secret::new(token) })
    }

    /// Without a slash at its end.
    pub(super) fn url(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    pub(super) async fn get(&self, path: &str) -> Result<Result<Value, Refusal>, Failure> {
        self.call(Method::GET, path, None).await
    }

    pub(super) async fn post(
        &self,
        path: &str,
        body: Value,
    ) -> Result<Result<Value, Refusal>, Failure> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(super) async fn put(
        &self,
        path: &str,
        body: Value,
    ) -> Result<Result<Value, Refusal>, Failure> {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// The outer error: there was no answer that is Mattermost's.
    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Result<Value, Refusal>, Failure> {
        let address = format!("{}/api/v4/{path}", self.url());
        let mut request = self.http.request(method, address).bearer_auth(self.token.expose());
        if let Some(body) = &body {
            request = request.json(body);
        }
        let lost = |error: reqwest::Error| {
            let url = self.url();
            Failure::new(format!("no answer from {url}: {}", error.without_url()))
        };
        let response = request.send().await.map_err(lost)?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            let text =
                "Mattermost limits the rate of requests just now; run this again in a minute";
            return Err(Failure::new(text));
        }
        let bytes = response.bytes().await.map_err(lost)?;
        if status.is_success() {
            let not_json = |_| {
                let url = self.url();
                Failure::new(format!("{url} does not answer as a Mattermost server does"))
            };
            return serde_json::from_slice(&bytes).map(Ok).map_err(not_json);
        }
        let said: Said = serde_json::from_slice(&bytes).map_err(|_| {
            let url = self.url();
            Failure::new(format!("{url} answers {status}, and not as a Mattermost server does"))
        })?;
        Ok(Err(Refusal { status, id: said.id, message: said.message }))
    }
}

impl Refusal {
    pub(super) fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// `what` could not be done; `hint` says what an administrator can do about it.
    pub(super) fn failure(&self, what: &str, hint: &str) -> Failure {
        let Self { status, id, message } = self;
        let message = message.trim_end_matches('.');
        Failure::new(format!("{what}: {message} ({}, {id}). {hint}", status.as_u16()))
    }
}
