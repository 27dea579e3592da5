//! The database on a loopback socket.

use std::io;
use std::net::Ipv4Addr;
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt;
use nightowl_messaging::Secret;
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::commit::Line;
use super::operation::{Answer, Operation};

/// The service takes no more either.
const REQUEST_BYTES_MAX: usize = 16 << 20;

/// A running server; dropping it stops it.
pub(super) struct Socket {
    pub(super) endpoint: String,
    pub(super) access_key: Secret,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Socket {
    pub(super) fn start(line: Line) -> io::Result<Self> {
        let access_key = draw_key()?;
        let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let endpoint = format!("http://{}", socket.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let served = Served { line, access_key: access_key.clone() };
        let (stop, stopped) = oneshot::channel();
        let thread =
            std::thread::Builder::new().name("database-http".to_owned()).spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        ended = serve(socket, served) => {
                            if let Err(error) = ended {
                                tracing::error!(%error, "the embedded database stopped");
                            }
                        }
                        // Also when the sender is dropped.
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self { endpoint, access_key, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A server that panicked has nothing left to stop.
            let _ = thread.join();
        }
    }
}

#[derive(Clone)]
struct Served {
    line: Line,
    access_key: Secret,
}

async fn serve(socket: std::net::TcpListener, served: Served) -> io::Result<()> {
    // An answer in two packets would otherwise wait for the first to be confirmed.
    let listener = TcpListener::from_std(socket)?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let routes = Router::new()
        .route("/", post(answer))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .with_state(served);
    axum::serve(listener, routes).await
}

async fn answer(State(served): State<Served>, headers: HeaderMap, body: Bytes) -> Response {
    if !bears_key(&headers, &served.access_key) {
        return in_json(Answer::error(403, "UnrecognizedClientException"));
    }
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let Some(operation) = target.and_then(Operation::of_target) else {
        return in_json(Answer::unknown_operation());
    };
    let answered = served.line.ask(operation, body.to_vec()).await;
    in_json(answered.unwrap_or_else(|| Answer::error(503, "ServiceUnavailable")))
}

/// `AWS4-HMAC-SHA256 Credential=KEY/…`. The key itself is the secret here, since nobody else ever
/// sees it; the signature is not looked at.
fn bears_key(headers: &HeaderMap, key: &Secret) -> bool {
    let text = headers.get(header::AUTHORIZATION).and_then(|text| text.to_str().ok());
    let credential = text.and_then(|text| text.split_once("Credential="));
    let presented = credential.and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
    presented.as_bytes().ct_eq(key.expose().as_bytes()).into()
}

fn in_json(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], answer.json).into_response()
}

/// 160 random bits.
fn draw_key() -> io::Result<Secret> {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Secret::new(fast32::base32::CROCKFORD_LOWER.encode(&bytes)))
}
