//! The Runtime API that Lambda offers to one function, on a loopback socket of ours.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use crate::Failure;

/// Nothing that is measured here takes so long unless it is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the function said.
#[derive(Debug)]
enum Heard {
    Polled(Instant),
    Answered(Instant, Bytes),
    Failed(String),
}

/// One function's; dropping it closes the socket.
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    heard: mpsc::UnboundedReceiver<Heard>,
    events: mpsc::UnboundedSender<Bytes>,
    server: JoinHandle<()>,
}

struct Shared {
    heard: mpsc::UnboundedSender<Heard>,
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (tell, heard) = mpsc::unbounded_channel();
        let (events, waiting) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { heard: tell, events: Mutex::new(waiting) });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failure))
            .route("/2018-06-01/runtime/init/error", post(failure))
            .with_state(shared);
        let server = tokio::spawn(async move {
            // It ends with the process or by being aborted.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { address, heard, events, server })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the function asks for work, and answers when it did.
    pub(crate) async fn polled(&mut self) -> Result<Instant, Failure> {
        match self.hear().await? {
            Heard::Polled(at) => Ok(at),
            Heard::Answered(..) => Err("the function answered what nobody asked".into()),
            Heard::Failed(why) => Err(why.into()),
        }
    }

    /// Gives an event to a function that has asked for work; answers how long its answer took and
    /// what it was, after the function has asked for work again.
    pub(crate) async fn call(&mut self, event: &Value) -> Result<(Duration, Value), Failure> {
        let body = Bytes::from(serde_json::to_vec(event)?);
        let begin = Instant::now();
        self.events.send(body)?;
        let (at, answer) = match self.hear().await? {
            Heard::Answered(at, answer) => (at, answer),
            Heard::Polled(_) => return Err("the function asked for work before it was done".into()),
            Heard::Failed(why) => return Err(why.into()),
        };
        self.polled().await?;
        Ok((at - begin, serde_json::from_slice(&answer)?))
    }

    async fn hear(&mut self) -> Result<Heard, Failure> {
        let heard = tokio::time::timeout(PATIENCE, self.heard.recv()).await;
        let heard = heard.map_err(|_| "the function says nothing")?;
        Ok(heard.ok_or("the Runtime API has stopped")?)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let _ = shared.heard.send(Heard::Polled(Instant::now()));
    let Some(event) = shared.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let deadline = now.unwrap_or_default() + PATIENCE;
    let headers = [
        ("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000000".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:measured".to_owned(),
        ),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn response(State(shared): State<Arc<Shared>>, _: Path<String>, body: Bytes) -> StatusCode {
    let _ = shared.heard.send(Heard::Answered(Instant::now(), body));
    StatusCode::ACCEPTED
}

async fn failure(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    let why = String::from_utf8_lossy(&body).into_owned();
    let _ = shared.heard.send(Heard::Failed(format!("the function failed: {why}")));
    StatusCode::ACCEPTED
}
