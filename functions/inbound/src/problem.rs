//! Errors as `application/problem+json` (RFC 9457): a stable `type`, a sentence for the person who
//! set up the sender, nothing internal, and never the key.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use nightowl_inbound::{BadBody, Format, Refused};
use serde_json::{Map, Value, json};

use crate::limit::Wait;

/// How long a sender should wait before it tries again after trouble of ours, in seconds.
const RETRY_AFTER_SECONDS: u64 = 5;

#[derive(Clone, Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    more: Map<String, Value>,
    retry_after_seconds: u64,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: &str) -> Self {
        let (detail, more) = (detail.to_owned(), Map::new());
        Self { status, kind, title, detail, more, retry_after_seconds: RETRY_AFTER_SECONDS }
    }

    pub(crate) fn unknown_key() -> Self {
        let detail = "no integration has the key in this path";
        Self::new(StatusCode::NOT_FOUND, "unknown-key", "There is no such key", detail)
    }

    pub(crate) fn is_unknown_key(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    pub(crate) fn is_not_signed(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    pub(crate) fn wrong_format(in_path: &str, format: Format) -> Self {
        // The path is the sender's text: only a name that we know is repeated.
        let named = Format::by_name(in_path).map_or("another format", Format::name);
        let own = format.name();
        let detail = format!(
            "the path names {named}, but this key's integration has the format {own}: post to \
             /api/v1/webhook/{own}/KEY or to /api/v1/webhook/KEY"
        );
        let title = "The key is for another format";
        Self::new(StatusCode::BAD_REQUEST, "wrong-format", title, &detail)
            .with("format", json!(own))
    }

    pub(crate) fn bad_body(bad: &BadBody) -> Self {
        let title = "The body cannot be read";
        let mut problem =
            Self::new(StatusCode::BAD_REQUEST, "unreadable-body", title, &bad.to_string())
                .with("expected", json!(bad.expected))
                .with("found", json!(bad.found));
        if let Some(field) = &bad.field {
            problem = problem.with("field", json!(field));
        }
        if let Some(place) = bad.place {
            let Problem { more, .. } = &mut problem;
            more.insert("line".to_owned(), json!(place.line));
            more.insert("column".to_owned(), json!(place.column));
            more.insert("byte".to_owned(), json!(place.byte));
        }
        if let Some(example) = bad.example {
            problem.detail.push_str("; `example` is a body that works");
            let example = serde_json::from_str(example).unwrap_or_else(|_| json!(example));
            problem = problem.with("example", example);
        }
        if !bad.refused.is_empty() {
            problem = problem.with("refused", refused_list(&bad.refused));
        }
        problem
    }

    pub(crate) fn broken_off() -> Self {
        let detail = "expected the whole body; the connection ended before it";
        let title = "The body cannot be read";
        Self::new(StatusCode::BAD_REQUEST, "unreadable-body", title, detail)
    }

    pub(crate) fn not_signed(detail: &str) -> Self {
        let title = "The body is not signed as it must be";
        Self::new(StatusCode::UNAUTHORIZED, "signature", title, detail)
    }

    pub(crate) fn wrong_method() -> Self {
        let title = "The method is not allowed";
        let detail = "a webhook takes POST";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", title, detail)
    }

    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let detail = format!(
            "the body may have {bytes_max} bytes; nothing in it was taken. Make the sender put \
             fewer alerts into one notification"
        );
        let title = "The body is too large";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title, &detail)
    }

    pub(crate) fn encoded() -> Self {
        let detail = "the body is compressed (`Content-Encoding`); send it as it is";
        let title = "The body's encoding is not understood";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-encoding", title, detail)
    }

    pub(crate) fn unavailable() -> Self {
        let detail =
            "NightOwl cannot store the alerts just now; nothing was taken, send them again";
        let title = "Temporarily unavailable";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title, detail)
    }

    /// Nothing is wrong but that it is too much. No 429: Alertmanager drops what gets one.
    pub(crate) fn too_many(wait: Wait) -> Self {
        let seconds = wait.seconds;
        let detail = format!(
            "more was sent than NightOwl takes at once; nothing of this request was taken, send it \
             again in {seconds} seconds"
        );
        let title = "Too much at once";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "too-many", title, &detail);
        Self { retry_after_seconds: seconds, ..problem }
    }

    fn with(mut self, field: &str, value: Value) -> Self {
        self.more.insert(field.to_owned(), value);
        self
    }
}

/// As in the answer to an accepted body.
pub(crate) fn refused_list(refused: &[Refused]) -> Value {
    let entries = refused.iter().map(|entry| json!({"index": entry.index, "reason": entry.reason}));
    Value::Array(entries.collect())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = self.more;
        body.insert("type".to_owned(), json!(format!("urn:nightowl:problem:{}", self.kind)));
        body.insert("title".to_owned(), json!(self.title));
        body.insert("status".to_owned(), json!(self.status.as_u16()));
        body.insert("detail".to_owned(), json!(self.detail));
        let mut response = (self.status, Value::Object(body).to_string()).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(self.retry_after_seconds));
        }
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}
