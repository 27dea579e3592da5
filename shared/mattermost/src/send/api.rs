//! One request to Mattermost's REST API, and what came of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use nightowl_domain::Time;
use nightowl_messaging::Secret;
use reqwest::header::{AGE, DATE, HeaderName, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use crate::wire::ErrorBody;

use super::clock::ServerClock;
use super::error::Failure;

/// Whatever asks for more must not silence a channel for ever.
const RETRY_AFTER_SECONDS_MAX: u64 = 86_400;

/// A look-back answers a thousand posts at once; whatever is longer is not an answer.
const ANSWER_BYTES_MAX: usize = 32 << 20;

/// A date that may be older says too little about the server's clock.
const DATE_AGE_MAX: Duration = Duration::from_secs(2);

type Now = Arc<dyn Fn() -> Time + Send + Sync>;

pub(crate) struct Api {
    http: reqwest::Client,
    url: Url,
    token: Secret,
    now: Now,
    clock: ServerClock,
}

/// By when a verb must have ended, over all its requests.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn within(budget: Duration) -> Self {
        Self(Instant::now() + budget)
    }

    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// What is asked: a path below `api/v4`, each part of it any text.
pub(crate) struct Ask<'a> {
    method: Method,
    path: &'a [&'a str],
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl<'a> Ask<'a> {
    pub(crate) fn get(path: &'a [&'a str]) -> Self {
        Self { method: Method::GET, path, query: vec![], body: None }
    }

    pub(crate) fn post(path: &'a [&'a str], body: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self { method: Method::POST, path, query: vec![], body: Some(json(body)?) })
    }

    pub(crate) fn put(path: &'a [&'a str], body: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self { method: Method::PUT, path, query: vec![], body: Some(json(body)?) })
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }
}

fn json(body: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(body).map_err(|_| Failure::NotSent("the body cannot be written as JSON"))
}

impl Api {
    /// `url` ends in a slash.
    pub(crate) fn new(http: reqwest::Client, url: Url, token: Secret, now: Now) -> Self {
        Self { http, url, token, now, clock: ServerClock::default() }
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) const fn token(&self) -> &Secret {
        &self.token
    }

    pub(crate) const fn clock(&self) -> &ServerClock {
        &self.clock
    }

    /// Asks once. Nothing is sent twice here: whoever calls knows if it may be.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        ask: Ask<'_>,
        deadline: Deadline,
    ) -> Result<T, Failure> {
        let url = self.below("api/v4", ask.path)?;
        let request = self.http.request(ask.method, url).bearer_auth(self.token.expose());
        let request = match ask.query.is_empty() {
            true => request,
            false => request.query(&ask.query),
        };
        let request = match ask.body {
            Some(body) => request.json(&body),
            None => request,
        };
        let (status, retry_after, bytes) = self.exchange(request, deadline).await?;
        self.read(status, retry_after, &bytes)
    }

    /// Each part is encoded, so none of them can reach another place.
    fn below(&self, folder: &str, parts: &[&str]) -> Result<Url, Failure> {
        let wrong = Failure::NotSent("the request does not fit the address");
        if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(wrong);
        }
        let mut url = self.url.clone();
        url.path_segments_mut()
            .map_err(|()| wrong)?
            .pop_if_empty()
            .extend(folder.split('/'))
            .extend(parts);
        Ok(url)
    }

    fn read<T: DeserializeOwned>(
        &self,
        status: u16,
        retry_after: Option<Duration>,
        bytes: &[u8],
    ) -> Result<T, Failure> {
        match status {
            200..=299 => serde_json::from_slice(bytes)
                .map_err(|_| Failure::NoAnswer("the answer is not Mattermost's")),
            _ => Err(self.refusal(status, retry_after, bytes)),
        }
    }

    /// Only what looks like an error id is repeated: an answer may hold anything, our token too.
    fn refusal(&self, status: u16, retry_after: Option<Duration>, bytes: &[u8]) -> Failure {
        let is_id = |id: &String| {
            (3..=120).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
                && !id.contains(self.token.expose())
                && !self.token.expose().contains(id.as_str())
        };
        let said = match status {
            // A rate limit is plain text, whoever says it.
            429 => None,
            _ => serde_json::from_slice::<ErrorBody>(bytes).ok(),
        };
        match said.map(|said| said.id).filter(is_id) {
            Some(id) => Failure::Said { status, id },
            None => Failure::Status { status, retry_after },
        }
    }

    async fn exchange(
        &self,
        request: RequestBuilder,
        deadline: Deadline,
    ) -> Result<(u16, Option<Duration>, Vec<u8>), Failure> {
        let left = deadline.left();
        if left.is_zero() {
            return Err(Failure::NotSent("no time was left for it"));
        }
        let asked = (self.now)();
        let mut response = request.timeout(left).send().await.map_err(failure)?;
        let status = response.status().as_u16();
        let now = (self.now)();
        // Slow, or read by a process that stood still meanwhile: the server's clock would seem to
        // be behind, and old triggers new. For want of any other date it will do.
        let is_fresh = now.since(asked) <= DATE_AGE_MAX || self.clock.ahead_millis().is_none();
        // What comes out of a cache has the date of when it went in.
        let is_own = response.headers().get(AGE).is_none();
        if let (Some(date), true, true) = (text(&response, &DATE), is_fresh, is_own) {
            self.clock.saw(date, now);
        }
        let retry_after = text(&response, &RETRY_AFTER).and_then(seconds);
        let mut bytes = vec![];
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= ANSWER_BYTES_MAX => {
                    bytes.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => return Err(Failure::NoAnswer("the answer is too long")),
                Ok(None) => return Ok((status, retry_after, bytes)),
                // The status alone says what to do, where it is no success.
                Err(_) if !(200..=299).contains(&status) => {
                    return Ok((status, retry_after, bytes));
                }
                Err(error) => return Err(failure(error)),
            }
        }
    }
}

/// The error's own text is not used: it may name the address.
fn failure(error: reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::NotSent("Mattermost cannot be reached")
    } else if error.is_builder() {
        Failure::NotSent("the request cannot be made: check url and the bot token")
    } else if error.is_timeout() {
        Failure::NoAnswer("no answer in time")
    } else {
        Failure::NoAnswer("the connection was cut")
    }
}

fn text<'a>(response: &'a Response, header: &HeaderName) -> Option<&'a str> {
    response.headers().get(header)?.to_str().ok()
}

/// Whole seconds; the HTTP date that the header may also hold is not Mattermost's way.
fn seconds(text: &str) -> Option<Duration> {
    let seconds: u64 = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(RETRY_AFTER_SECONDS_MAX)))
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("host", &self.url.host_str())
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(url: &str) -> Api {
        drop(rustls::crypto::ring::default_provider().install_default());
        let now: Now = Arc::new(|| Time::from_seconds(0));
        let url = Url::parse(url).expect("an address");
        Api::new(reqwest::Client::new(), url, Secret::new("token-of-the-bot"), now)
    }

    #[test]
    fn a_channel_is_not_silenced_for_ever() {
        assert_eq!(seconds(" 30 "), Some(Duration::from_secs(30)));
        assert_eq!(seconds(&u64::MAX.to_string()), Some(Duration::from_secs(86_400)));
        for text in ["", "-1", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn no_text_reaches_another_place() {
        let api = api("https://a.example/chat/");
        let at = |parts: &[&str]| api.below("api/v4", parts).map(|url| url.to_string());
        let below = |rest: &str| Ok(format!("https://a.example/chat/api/v4/{rest}"));
        assert_eq!(at(&["users", "me"]), below("users/me"));
        assert_eq!(
            at(&["users", "email", "a/../../b?c#d@e"]),
            below("users/email/a%2F..%2F..%2Fb%3Fc%23d@e")
        );
        for part in ["", ".", ".."] {
            assert!(at(&["users", part]).is_err(), "{part}");
        }
    }

    #[test]
    fn only_what_looks_like_an_id_is_repeated() {
        let api = api("https://a.example/");
        let said = |body: &str| api.refusal(500, None, body.as_bytes());
        assert_eq!(
            said(r#"{"id":"a.b_c"}"#),
            Failure::Said { status: 500, id: "a.b_c".to_owned() }
        );
        let unread = Failure::Status { status: 500, retry_after: None };
        let bodies = ["", "<html>", "{}", r#"{"id":"a b c"}"#, r#"{"id":"token-of-the-bot"}"#];
        for body in bodies {
            assert_eq!(said(body), unread, "{body}");
        }
    }
}
