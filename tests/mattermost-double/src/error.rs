//! Answers, and errors in the server's own form.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::ids::new_id;

/// `{id, message, detailed_error, request_id, status_code}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AppError {
    pub(crate) status: u16,
    pub(crate) id: String,
    pub(crate) message: String,
}

impl AppError {
    pub(crate) fn new(status: u16, id: &str) -> Self {
        let message = format!("The server refused this ({id}).");
        Self { status, id: id.to_owned(), message }
    }

    pub(crate) fn saying(status: u16, id: &str, message: &str) -> Self {
        Self { status, id: id.to_owned(), message: message.to_owned() }
    }

    pub(crate) fn permissions() -> Self {
        let message = "You do not have the appropriate permissions.";
        Self::saying(403, "api.context.permissions.app_error", message)
    }

    pub(crate) fn expired() -> Self {
        let message = "Invalid or expired session, please login again.";
        Self::saying(401, "api.context.session_expired.app_error", message)
    }

    pub(crate) fn body_param(name: &str) -> Self {
        let message = format!("Invalid or missing {name} in request body.");
        Self::saying(400, "api.context.invalid_body_param.app_error", &message)
    }

    pub(crate) fn url_param(name: &str) -> Self {
        let message = format!("Invalid or missing {name} parameter in request URL.");
        Self::saying(400, "api.context.invalid_url_param.app_error", &message)
    }

    pub(crate) fn no_route() -> Self {
        let message = "Sorry, we could not find the page.";
        Self::saying(404, "api.context.404.app_error", message)
    }
}

/// A success, or what is left of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    Json {
        status: u16,
        body: Value,
    },
    /// A login: the token is in a header.
    Session {
        token: String,
        body: Value,
    },
    Text {
        status: u16,
        body: String,
    },
    /// The server panics, and the connection ends without an answer.
    Panic,
}

pub(crate) type Answer = Result<Reply, AppError>;

pub(crate) fn ok(body: Value) -> Answer {
    Ok(Reply::Json { status: 200, body })
}

pub(crate) fn created(body: Value) -> Answer {
    Ok(Reply::Json { status: 201, body })
}

pub(crate) fn status_ok() -> Answer {
    ok(json!({"status": "OK"}))
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(crate) fn into_response(answer: Answer) -> Response {
    match answer {
        Ok(Reply::Json { status, body }) => (code(status), axum::Json(body)).into_response(),
        Ok(Reply::Session { token, body }) => {
            let mut response = axum::Json(body).into_response();
            if let Ok(token) = HeaderValue::from_str(&token) {
                response.headers_mut().insert("token", token);
            }
            response
        }
        Ok(Reply::Text { status, body }) => plain(status, body),
        Ok(Reply::Panic) => cut(""),
        Err(error) => {
            let mut body = json!({"id": error.id, "message": error.message,
                "detailed_error": "", "status_code": error.status});
            if error.id != "api.context.404.app_error" {
                body["request_id"] = new_id().into();
            }
            (code(error.status), axum::Json(body)).into_response()
        }
    }
}

pub(crate) fn plain(status: u16, body: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (code(status), headers, body).into_response()
}

pub(crate) fn page(status: u16) -> Response {
    let html = axum::response::Html("<html><body><h1>Bad Gateway</h1></body></html>");
    (code(status), html).into_response()
}

/// A success that promises more than it holds, and then the connection ends.
pub(crate) fn cut(beginning: &'static str) -> Response {
    let beginning = axum::body::Bytes::from_static(beginning.as_bytes());
    let parts = [Ok(beginning), Err(std::io::Error::other("cut"))];
    let body = Body::from_stream(futures::stream::iter(parts));
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_LENGTH, "1000")];
    (headers, body).into_response()
}
