//! `POST /api/{method}`: tokens, faults, and the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};

use crate::args::Args;
use crate::double::Shared;
use crate::fault::Fault;
use crate::methods::{Refusal, perform};
use crate::watch::{Arrival, Watch};
use crate::world::{Call, Late};

pub(crate) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/api/{method}", any(call))
        .layer(axum::extract::DefaultBodyLimit::max(1 << 20))
        .with_state(shared)
}

async fn call(
    State(shared): State<Shared>,
    Path(method): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let args = Args::parse(&method, &headers, &body);
    let watched = Watched::new(&shared, &method, &args);
    let scripted = shared.world().take_fault(&method);
    let fault = scripted.or_else(|| watched.arrived());
    let Some(fault) = fault else {
        let answer = answer(&shared, &method, &headers, args);
        watched.note(&shared, answer.get("error").and_then(Value::as_str), None);
        watched.done(&answer).await;
        let mut response = axum::Json(&answer).into_response();
        if !matches!(answer["error"].as_str(), Some("not_authed" | "invalid_auth"))
            && let Ok(granted) = shared.world().seed.scopes.join(",").parse()
        {
            response.headers_mut().insert("x-oauth-scopes", granted);
        }
        return response;
    };
    watched.note(&shared, None, Some(&fault));
    match fault {
        Fault::Lost => {
            watched.done(&answer(&shared, &method, &headers, args)).await;
            cut("")
        }
        Fault::Late { after_millis } => {
            hold_back(&shared, method, args.unwrap_or_default(), after_millis);
            cut("")
        }
        Fault::Hang => std::future::pending().await,
        Fault::Cut => cut(r#"{"ok":true,"chan"#),
        Fault::Nonsense => axum::response::Html("<html>Welcome!</html>").into_response(),
        Fault::Echo => echo(&headers, &body),
        Fault::Status { status, retry_after } => status_only(status, retry_after),
        Fault::Error { error, messages, needed, retry_after } => {
            let answer = json!({"ok": false, "error": error, "errors": messages, "needed": needed,
                "response_metadata": {"messages": messages}});
            let mut response = axum::Json(answer).into_response();
            add_retry_after(&mut response, retry_after);
            response
        }
    }
}

/// A call, and who watches.
struct Watched {
    method: String,
    args: Value,
    watcher: Option<Arc<dyn Watch>>,
}

impl Watched {
    fn new(shared: &Shared, method: &str, args: &Result<Args, String>) -> Self {
        let args = Value::Object(args.clone().unwrap_or_default().0);
        Self { method: method.to_owned(), args, watcher: shared.world().watcher.clone() }
    }

    fn arrival(&self) -> Arrival<'_> {
        Arrival { method: &self.method, args: &self.args }
    }

    fn arrived(&self) -> Option<Fault> {
        self.watcher.as_ref()?.arrived(self.arrival())
    }

    async fn done(&self, answer: &Value) {
        if let Some(watcher) = &self.watcher {
            watcher.done(self.arrival(), answer).await;
        }
    }

    /// Whoever watches keeps what is needed.
    fn note(&self, shared: &Shared, error: Option<&str>, fault: Option<&Fault>) {
        if self.watcher.is_none() {
            shared.world().calls.push(Call {
                method: self.method.clone(),
                args: self.args.clone(),
                error: error.map(str::to_owned),
                fault: fault.cloned(),
            });
        }
    }
}

fn hold_back(shared: &Shared, method: String, args: Args, after_millis: Option<u64>) {
    let mut world = shared.world();
    let id = world.next_ts();
    world.late.push(Late { id: id.clone(), method, args });
    drop(world);
    if let Some(millis) = after_millis {
        let shared = shared.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            shared.land_one(&id);
        });
    }
}

fn answer(shared: &Shared, method: &str, headers: &HeaderMap, args: Result<Args, String>) -> Value {
    let mut world = shared.world();
    let token = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
    let expected = format!("Bearer {}", world.seed.bot_token);
    let answer = match token {
        None => Err(Refusal::new("not_authed")),
        Some(token) if token != expected.as_bytes() => Err(Refusal::new("invalid_auth")),
        Some(_) => match args {
            Ok(args) => perform(&mut world, method, &args),
            Err(error) => Err(Refusal::new(&error)),
        },
    };
    let (mut body, ok) = match answer {
        Ok(body) => (body, true),
        Err(refusal) => {
            let mut body = refusal.more;
            body["error"] = refusal.error.into();
            (body, false)
        }
    };
    body["ok"] = ok.into();
    body
}

/// A success that promises more than it holds, and then the connection ends.
fn cut(beginning: &'static str) -> Response {
    let parts = [Ok(Bytes::from_static(beginning.as_bytes())), Err(std::io::Error::other("cut"))];
    let body = Body::from_stream(futures::stream::iter(parts));
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_LENGTH, "1000")];
    (headers, body).into_response()
}

fn echo(headers: &HeaderMap, body: &[u8]) -> Response {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.unwrap_or_default();
    let said = format!("{token} {}", String::from_utf8_lossy(body));
    let bare = token.trim_start_matches("Bearer ");
    let pointed = format!("[ERROR] {said} [json-pointer:{bare}]");
    let body = json!({"ok": false, "error": bare, "needed": bare, "warning": said,
        "response_metadata": {"messages": [pointed]}});
    let mut response = axum::Json(body).into_response();
    if let Ok(value) = token.parse() {
        response.headers_mut().insert("x-echo", value);
    }
    response
}

/// A redirect leads back here, so that a follower is seen in the calls.
fn status_only(status: u16, retry_after: Option<u64>) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = code.into_response();
    if (300..400).contains(&status) {
        let place = header::HeaderValue::from_static("/api/redirected");
        response.headers_mut().insert(header::LOCATION, place);
    }
    add_retry_after(&mut response, retry_after);
    response
}

fn add_retry_after(response: &mut Response, seconds: Option<u64>) {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
}
