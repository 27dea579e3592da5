//! Errors as `application/problem+json` (RFC 9457): a stable `type`, a sentence for people, and
//! nothing internal.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use nightowl_engine::{EngineError, StoreError};
use serde_json::{Map, Value, json};

/// How long a client should wait before it tries again after trouble of ours, in seconds.
const RETRY_AFTER_SECONDS: u32 = 5;

#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    kind: &'static str,
    title: &'static str,
    pub(crate) detail: String,
    more: Map<String, Value>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: &str) -> Self {
        Self { status, kind, title, detail: detail.to_owned(), more: Map::new() }
    }

    pub(crate) fn bad_request(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be read", detail)
    }

    pub(crate) fn no_key() -> Self {
        let detail = "send `Authorization: Bearer KEY` with an API key of this NightOwl";
        Self::new(StatusCode::UNAUTHORIZED, "no-key", "A valid API key is needed", detail)
    }

    pub(crate) fn small_role(has: &str, needs: &str) -> Self {
        let detail = format!("this key's role is {has}; this needs the role {needs}");
        Self::new(StatusCode::FORBIDDEN, "role", "The key may not do this", &detail)
    }

    pub(crate) fn operators_only() -> Self {
        let detail =
            "this is a tenant's key; this needs an operators' key, which is of all tenants";
        Self::new(StatusCode::FORBIDDEN, "role", "The key may not do this", detail)
    }

    pub(crate) fn no_alert(detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "no-alert", "There is no such alert", detail)
    }

    pub(crate) fn no_tenant() -> Self {
        let detail = "no tenant that this key reaches has this name";
        Self::new(StatusCode::NOT_FOUND, "no-tenant", "There is no such tenant", detail)
    }

    pub(crate) fn no_config() -> Self {
        let detail = "no configuration was put into force yet";
        Self::new(StatusCode::NOT_FOUND, "no-config", "There is no configuration", detail)
    }

    pub(crate) fn no_route() -> Self {
        let detail = "nothing is served under this path";
        Self::new(StatusCode::NOT_FOUND, "no-route", "There is no such route", detail)
    }

    pub(crate) fn wrong_method() -> Self {
        let detail = "the `Allow` header names the methods of this path";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "The method is not allowed", detail)
    }

    /// The state of the alert, or of the configuration, did not allow it. `code` is stable.
    pub(crate) fn conflict(code: &'static str, detail: &str) -> Self {
        let title = "The present state does not allow this";
        Self::new(StatusCode::CONFLICT, "conflict", title, detail).with("code", json!(code))
    }

    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let detail = format!("the body may have {bytes_max} bytes");
        let title = "The body is too large";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title, &detail)
    }

    pub(crate) fn broken_off() -> Self {
        let detail = "the connection ended before the body did";
        Self::new(StatusCode::BAD_REQUEST, "broken-off", "The body is not complete", detail)
    }

    pub(crate) fn media_type(expected: &str) -> Self {
        let detail = format!("send the body as `Content-Type: {expected}`");
        let title = "The body is of another type";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", title, &detail)
    }

    pub(crate) fn invalid(detail: &str) -> Self {
        let title = "The body cannot be used";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title, detail)
    }

    pub(crate) fn unavailable() -> Self {
        let detail = "NightOwl cannot reach its own store just now; nothing is lost, try again";
        let title = "Temporarily unavailable";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title, detail)
    }

    pub(crate) fn no_database() -> Self {
        let detail = "the database does not answer; try again in some seconds";
        let title = "Temporarily unavailable";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title, detail)
    }

    pub(crate) fn with(mut self, field: &str, value: Value) -> Self {
        self.more.insert(field.to_owned(), value);
        self
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "the store failed a request");
        Self::unavailable()
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        if let EngineError::NoTenant(_) = error {
            return Self::no_tenant();
        }
        tracing::warn!(%error, "the engine failed a request");
        Self::unavailable()
    }
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
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("Bearer realm=\"nightowl\"");
            headers.insert(header::WWW_AUTHENTICATE, realm);
        }
        response
    }
}
