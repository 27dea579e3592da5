//! One request to Slack's Web API, and what came of it.

use std::fmt;
use std::time::Duration;

use nightowl_domain::Hash;
use nightowl_messaging::Secret;
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, Url};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::wire::{Answer, Body};

use super::codes::kind_of;
use super::error::Failure;

const SCOPES_HEADER: &str = "x-oauth-scopes";
/// Slack asks for seconds. Whatever asks for more must not silence a channel for ever.
const RETRY_AFTER_SECONDS_MAX: u64 = 86_400;

/// Slack's answers are far smaller; whatever is longer is not one.
const ANSWER_BYTES_MAX: usize = 8 << 20;

pub(crate) struct Api {
    http: reqwest::Client,
    url: Url,
    token: Secret,
}

/// By when a verb must have ended, over all its requests.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn within(budget: Duration) -> Self {
        Self(Instant::now() + budget)
    }

    fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

impl Api {
    /// `url` ends in a slash.
    pub(crate) fn new(http: reqwest::Client, url: Url, token: Secret) -> Self {
        Self { http, url, token }
    }

    /// Slack counts by app and workspace, and a bot's token stands for both. A short hash names it
    /// without telling it.
    pub(crate) fn account(&self) -> String {
        let parts = ["slack account", self.url.as_str(), self.token.expose()];
        Hash::of(&parts.map(str::as_bytes)).text(10)
    }

    /// Calls `method` once. Nothing is sent twice here: whoever calls knows if it may be.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        body: Body<'_>,
        deadline: Deadline,
    ) -> Result<T, Failure> {
        self.ask(method, body, deadline).await.map(|(answer, _)| answer)
    }

    /// The same, and which scopes the token has, where the answer says it.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        body: Body<'_>,
        deadline: Deadline,
    ) -> Result<(T, Option<Vec<String>>), Failure> {
        let url = self
            .url
            .join(method)
            .map_err(|_| Failure::NotSent("the method does not fit the address"))?;
        let request = self.http.post(url).bearer_auth(self.token.expose());
        let request = match body {
            Body::Json(json) => request
                .header("content-type", "application/json; charset=utf-8")
                .body(json.to_string()),
            Body::Form(fields) => request.form(fields),
        };
        let answered = exchange(request, deadline).await?;
        let answer = self.read(answered.status, answered.retry_after, &answered.bytes)?;
        Ok((answer, answered.scopes))
    }

    fn read<T: DeserializeOwned>(
        &self,
        status: u16,
        retry_after: Option<Duration>,
        bytes: &[u8],
    ) -> Result<T, Failure> {
        let answer = serde_json::from_slice::<Answer>(bytes).ok();
        match (status, answer) {
            (200..=299, Some(answer)) if answer.ok => serde_json::from_slice(bytes)
                .map_err(|_| Failure::NoAnswer("the answer lacks what it should hold")),
            (200..=299, Some(answer)) => Err(self.said(answer, retry_after)),
            (200..=299, None) => Err(Failure::NoAnswer("the answer is not Slack's")),
            // Slack's own word is more exact than a status, if it is one that we know.
            (400..=499, Some(answer)) if status != 429 && is_known(&answer) => {
                Err(self.said(answer, retry_after))
            }
            (status, _) => Err(Failure::Status { status, retry_after }),
        }
    }

    /// Only what looks like an error string, a scope or a JSON pointer is repeated: an answer may
    /// hold anything, our own token too.
    fn said(&self, answer: Answer, retry_after: Option<Duration>) -> Failure {
        let code = answer.error.unwrap_or_default();
        let is_word = (1..=64).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            && !self.token.expose().contains(&code);
        let is_scope = |scope: &String| {
            (1..=64).contains(&scope.len())
                && scope.bytes().all(|byte| byte.is_ascii_lowercase() || b":._,".contains(&byte))
                && !self.token.expose().contains(scope.as_str())
        };
        let messages = answer.response_metadata.map(|found| found.messages);
        let pointer = messages.iter().flatten().find_map(|text| pointer(text));
        Failure::Said {
            code: match is_word {
                true => code,
                false => "an error without a name".to_owned(),
            },
            detail: answer.needed.filter(is_scope).or(pointer),
            retry_after,
        }
    }

    /// Posts JSON without the token to an address that is a credential itself.
    pub(crate) async fn respond(
        &self,
        url: Url,
        json: &serde_json::Value,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        let request = self.http.post(url).json(json);
        let Answered { status, retry_after, .. } = exchange(request, deadline).await?;
        match status {
            200..=299 => Ok(()),
            status => Err(Failure::Status { status, retry_after }),
        }
    }
}

/// An HTTP answer, as far as anything reads it.
struct Answered {
    status: u16,
    retry_after: Option<Duration>,
    scopes: Option<Vec<String>>,
    bytes: Vec<u8>,
}

async fn exchange(request: RequestBuilder, deadline: Deadline) -> Result<Answered, Failure> {
    let left = deadline.left();
    if left.is_zero() {
        return Err(Failure::NotSent("no time was left for it"));
    }
    let mut response = request.timeout(left).send().await.map_err(failure)?;
    let status = response.status().as_u16();
    let mut answered = Answered {
        status,
        retry_after: retry_after(&response),
        scopes: scopes(&response),
        bytes: vec![],
    };
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if answered.bytes.len() + chunk.len() <= ANSWER_BYTES_MAX => {
                answered.bytes.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => return Err(Failure::NoAnswer("the answer is too long")),
            Ok(None) => return Ok(answered),
            // The status alone says what to do, where it is no success.
            Err(_) if !(200..=299).contains(&status) => return Ok(answered),
            Err(error) => return Err(failure(error)),
        }
    }
}

/// The error's own text is not used: it may name the address.
fn failure(error: reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::NotSent("Slack cannot be reached")
    } else if error.is_builder() {
        Failure::NotSent("the request cannot be made: check api_url and the bot token")
    } else if error.is_timeout() {
        Failure::NoAnswer("no answer in time")
    } else {
        Failure::NoAnswer("the connection was cut")
    }
}

/// Whole seconds; the HTTP date that the header may also hold is not Slack's way.
fn retry_after(response: &Response) -> Option<Duration> {
    let header = response.headers().get(RETRY_AFTER)?;
    seconds(header.to_str().ok()?)
}

/// What the token was granted.
fn scopes(response: &Response) -> Option<Vec<String>> {
    let header = response.headers().get(SCOPES_HEADER)?.to_str().ok()?;
    let scopes = header.split(',').map(str::trim).filter(|scope| !scope.is_empty());
    Some(scopes.map(str::to_owned).collect())
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: u64 = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(RETRY_AFTER_SECONDS_MAX)))
}

fn is_known(answer: &Answer) -> bool {
    let code = answer.error.as_deref();
    !answer.ok && code.is_some_and(|code| kind_of(code).is_some())
}

/// `/blocks/0/text` of `[ERROR] too long [json-pointer:/blocks/0/text]`.
fn pointer(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("[json-pointer:")?;
    let (pointer, _) = rest.split_once(']')?;
    let is_path = (1..=100).contains(&pointer.len())
        && pointer.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/_".contains(&byte)
        });
    is_path.then(|| pointer.to_owned())
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

    #[test]
    fn a_channel_is_not_silenced_for_ever() {
        assert_eq!(seconds(" 30 "), Some(Duration::from_secs(30)));
        assert_eq!(seconds(&u64::MAX.to_string()), Some(Duration::from_secs(86_400)));
        for text in ["", "-1", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
