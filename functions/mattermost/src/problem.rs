//! Errors as `application/problem+json` (RFC 9457). Whoever sent a request that is not Mattermost's
//! learns only that it was refused.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use nightowl_mattermost::inbound::Malformed;
use serde_json::json;

use crate::body::BODY_BYTES_MAX;

/// In seconds. Mattermost tries nothing again by itself; a person has to.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Not proved to be from Mattermost for the tenant; which of the reasons it was is for the log.
    Forged,
    /// From Mattermost, and not readable: which field, never its content.
    Malformed(String),
    TooLarge,
    WrongMethod,
    /// The configuration cannot be read, so nothing can be proved.
    Unavailable,
}

impl Problem {
    /// Status, stable name, title, detail.
    fn parts(&self) -> (StatusCode, &'static str, &'static str, Option<String>) {
        match self {
            Self::Forged => (StatusCode::UNAUTHORIZED, "forged", "The request was refused", None),
            Self::Malformed(what) => (
                StatusCode::BAD_REQUEST,
                "malformed",
                "The request cannot be read",
                Some(what.clone()),
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The body is too large",
                Some(format!("the body may have {BODY_BYTES_MAX} bytes")),
            ),
            Self::WrongMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method",
                "The method is not allowed",
                Some("Mattermost's requests are POST".to_owned()),
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Temporarily unavailable",
                Some("NightOwl cannot read its configuration just now; try again".to_owned()),
            ),
        }
    }
}

impl From<Malformed> for Problem {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed.0)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, name, title, detail) = self.parts();
        let mut body = json!({
            "type": format!("urn:nightowl:problem:{name}"),
            "title": title,
            "status": status.as_u16(),
        });
        if let Some(detail) = detail {
            body["detail"] = detail.into();
        }
        let mut response = (status, body.to_string()).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Self::Unavailable => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER);
            }
            Self::WrongMethod => {
                headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
            }
            Self::Forged | Self::Malformed(_) | Self::TooLarge => {}
        }
        response
    }
}
