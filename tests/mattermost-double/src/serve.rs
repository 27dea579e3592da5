//! Every request of the API: faults, limits, sessions, the answer, and its headers.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::Value;

use crate::api::{self, Access, Request, Route, Run};
use crate::double::Shared;
use crate::error::{Answer, AppError, Reply, cut, into_response, page, plain};
use crate::fault::Fault;
use crate::ids::new_id;
use crate::limit::{Limited, take_slot};
use crate::watch::{Arrival, Watch};
use crate::world::{Call, Late, Pending};

/// More than any server takes, so that what is too large is refused in the server's own words.
const READ_MAX: usize = 64 << 20;

pub(crate) fn routes(shared: Shared) -> Router {
    Router::new().fallback(call).with_state(shared)
}

async fn call(State(shared): State<Shared>, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, READ_MAX).await else {
        return into_response(Err(AppError::new(413, TOO_LARGE)));
    };
    let path = parts.uri.path().to_owned();
    let found = api::find(parts.method.as_str(), &path);
    let (route, params) = found.map_or((None, vec![]), |(route, params)| (Some(route), params));
    let request = Request {
        method: parts.method,
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        params,
        user: String::new(),
    };
    let index = note(&shared, route, &request);
    let limited = take_slot(&mut shared.world());
    let mut response = match limited {
        Limited::Over { .. } => plain(429, "limit exceeded\n".to_owned()),
        Limited::Off | Limited::Within { .. } => answer(&shared, route, request, index).await,
    };
    limited.mark(response.headers_mut());
    let mut world = shared.world();
    if let Some(call) = world.calls.get_mut(index) {
        call.status = response.status().as_u16();
    }
    dress(&mut response, world.now(), world.version().number());
    response
}

/// The place of a call that is not written down, because somebody watches.
const UNNOTED: usize = usize::MAX;

/// Writes the call down before anything else happens to it.
fn note(shared: &Shared, route: Option<&Route>, request: &Request) -> usize {
    let text = || Value::String(String::from_utf8_lossy(&request.body).into_owned());
    let mut world = shared.world();
    if world.watcher.is_some() {
        return UNNOTED;
    }
    let user_id = world.session(request.token()).unwrap_or_default();
    world.calls.push(Call {
        route: route.map(|route| route.name).unwrap_or_default().to_owned(),
        method: request.method.to_string(),
        path: request.path.clone(),
        query: request.query.clone(),
        body: serde_json::from_slice(&request.body).unwrap_or_else(|_| text()),
        user_id,
        status: 0,
        error: None,
        fault: None,
    });
    world.calls.len() - 1
}

async fn answer(
    shared: &Shared,
    route: Option<&'static Route>,
    request: Request,
    index: usize,
) -> Response {
    let Some(route) = route else {
        return into_response(Err(AppError::no_route()));
    };
    let watched = Watched::new(shared, route, &request);
    let scripted = shared.world().take_fault(route.name);
    let fault = scripted.or_else(|| watched.arrived());
    if let Some(call) = shared.world().calls.get_mut(index) {
        call.fault.clone_from(&fault);
    }
    if let Some(fault) = fault {
        return fail(shared, route, request, fault, &watched).await;
    }
    let answer = perform(shared, route, request).await;
    watched.done(&answer).await;
    if let (Err(error), Some(call)) = (&answer, shared.world().calls.get_mut(index)) {
        call.error = Some(error.id.clone());
    }
    into_response(answer)
}

/// A call, and who watches.
struct Watched {
    route: &'static str,
    path: String,
    body: Value,
    watcher: Option<Arc<dyn Watch>>,
}

impl Watched {
    fn new(shared: &Shared, route: &'static Route, request: &Request) -> Self {
        let watcher = shared.world().watcher.clone();
        let body = watcher.as_ref().and_then(|_| serde_json::from_slice(&request.body).ok());
        let (path, body) = (request.path.clone(), body.unwrap_or_default());
        Self { route: route.name, path, body, watcher }
    }

    fn arrival(&self) -> Arrival<'_> {
        Arrival { route: self.route, path: &self.path, body: &self.body }
    }

    fn arrived(&self) -> Option<Fault> {
        self.watcher.as_ref()?.arrived(self.arrival())
    }

    async fn done(&self, answer: &Answer) {
        let body = match answer {
            Ok(Reply::Json { body, .. }) => Some(body),
            Ok(Reply::Session { .. } | Reply::Text { .. } | Reply::Panic) | Err(_) => None,
        };
        if let Some(watcher) = &self.watcher {
            watcher.done(self.arrival(), body).await;
        }
    }
}

async fn fail(
    shared: &Shared,
    route: &Route,
    request: Request,
    fault: Fault,
    watched: &Watched,
) -> Response {
    match fault {
        Fault::Lost => {
            watched.done(&perform(shared, route, request).await).await;
            cut("")
        }
        Fault::Late { after_millis, in_flight } => {
            if in_flight {
                occupy(shared, &request);
            }
            hold_back(shared, request, after_millis);
            cut("")
        }
        Fault::Hang => std::future::pending().await,
        Fault::Cut => cut(r#"{"id":"abc"#),
        Fault::Nonsense => page(200),
        Fault::Page { status } => page(status),
        Fault::Echo => echo(&request),
        Fault::Status { status, retry_after } => {
            let mut response = plain(status, String::new());
            if (300..400).contains(&status) {
                // It leads back here, so that a follower is seen in the calls.
                let place = HeaderValue::from_static("/api/v4/redirected");
                response.headers_mut().insert(header::LOCATION, place);
            }
            add_retry_after(&mut response, retry_after);
            response
        }
        Fault::RateLimited { retry_after } => {
            let mut response = plain(429, "limit exceeded\n".to_owned());
            add_retry_after(&mut response, retry_after);
            response
        }
        Fault::Error { status, id, message } => {
            into_response(Err(AppError::saying(status, &id, &message)))
        }
    }
}

fn hold_back(shared: &Shared, request: Request, after_millis: Option<u64>) {
    let id = new_id();
    shared.world().late.push(Late { id: id.clone(), request });
    if let Some(millis) = after_millis {
        let shared = shared.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            shared.land_one(&id).await;
        });
    }
}

/// The key of a post that the server has begun to create.
fn occupy(shared: &Shared, request: &Request) {
    let body = request.json().unwrap_or_default();
    if let Some(key) = body.get("pending_post_id").and_then(Value::as_str) {
        let mut world = shared.world();
        let since = world.now();
        world.pending.insert(key.to_owned(), Pending::InFlight { since });
    }
}

/// A request that was held back. It frees its own key first.
pub(crate) async fn land(shared: &Shared, request: Request) {
    let body = request.json().unwrap_or_default();
    if let Some(key) = body.get("pending_post_id").and_then(Value::as_str) {
        let mut world = shared.world();
        if matches!(world.pending.get(key), Some(Pending::InFlight { .. })) {
            world.pending.remove(key);
        }
    }
    if let Some((route, _)) = api::find(request.method.as_str(), &request.path) {
        drop(perform(shared, route, request).await);
    }
}

const TOO_LARGE: &str = "api.context.request_body_too_large.app_error";

pub(crate) async fn perform(shared: &Shared, route: &Route, mut request: Request) -> Answer {
    {
        let world = shared.world();
        match (route.access, world.session(request.token())) {
            (_, Ok(user)) => request.user = user,
            (Access::Session, Err(error)) => return Err(error),
            (Access::Open, Err(_)) => {}
        }
        if !world.is_old() && request.body.len() > world.config.max_payload_bytes {
            return Err(AppError::new(413, TOO_LARGE));
        }
    }
    api::check_ids(route, &mut request)?;
    let answer = match route.run {
        Run::World(run) => run(&mut shared.world(), &request),
        Run::Outside(run) => run(shared.clone(), request).await,
    };
    crate::integration::outgoing::hear(shared);
    answer
}

fn echo(request: &Request) -> Response {
    let token = request.token();
    let said = format!("{token} {}", String::from_utf8_lossy(&request.body));
    let error = AppError::saying(500, token, &said);
    let mut response = into_response(Err(error));
    if let Ok(value) = token.parse() {
        response.headers_mut().insert("x-echo", value);
    }
    response
}

fn add_retry_after(response: &mut Response, seconds: Option<u64>) {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
}

/// The headers of every answer. The clock is the server's.
fn dress(response: &mut Response, now: i64, version: &str) {
    let headers = response.headers_mut();
    let date = Timestamp::from_millisecond(now).ok();
    let date = date.map(|date| date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    let id = format!("{version}.{version}.3a1b5c7d9e0f2a4b6c8d0e1f2a3b4c5d.false");
    for (name, value) in
        [("date", date.unwrap_or_default()), ("x-version-id", id), ("x-request-id", new_id())]
    {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

/// An answer for controls: the status and the body.
pub(crate) fn spoken(answer: Answer) -> (u16, Value) {
    match answer {
        Ok(Reply::Json { status, body }) => (status, body),
        Ok(Reply::Session { body, .. }) => (200, body),
        Ok(Reply::Text { status, body }) => (status, body.into()),
        Ok(Reply::Panic) => (0, Value::Null),
        Err(error) => {
            let body = serde_json::json!({"id": error.id, "message": error.message,
                "status_code": error.status});
            (error.status, body)
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        into_response(Err(self))
    }
}
