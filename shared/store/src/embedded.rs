//! The database of a laptop and of tests: DynamoDB's protocol over one SQLite file, on a loopback
//! socket of this process.
//!
//! SQLite writes ahead and flushes at every commit (its defaults, which the database library
//! leaves alone), so that what was acknowledged survives the end of the process and of the
//! machine.
//!
//! Every program and every web page on a machine can reach its loopback sockets. Therefore
//! requests must bear the access key that was drawn when the server started, and the server
//! answers no cross-origin question.

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::thread::JoinHandle;

use aws_sdk_dynamodb::Client;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt;
use dynoxide::{Database, DynoxideError};
use nightowl_messaging::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::access::{Access, http_client};

/// The service takes no more either.
const REQUEST_BYTES_MAX: usize = 16 << 20;

#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error("the database file cannot be opened: {0}")]
    Open(String),
    #[error("rows cannot be expired: {0}")]
    Expire(String),
    #[error("the database cannot be served: {0}")]
    Serve(#[from] io::Error),
}

/// A running server; dropping it stops it.
pub struct Embedded {
    endpoint: String,
    access_key: Secret,
    database: Database,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Embedded {
    /// Opens or makes the file, readable by its owner only, and serves it from a thread of its
    /// own, so that waiting for the disk holds nobody else up.
    pub fn start(path: &Path) -> Result<Self, EmbeddedError> {
        make_private(path)?;
        let name = path
            .to_str()
            .ok_or_else(|| EmbeddedError::Open("its name is not valid Unicode".to_owned()))?;
        let database = Database::new(name).map_err(|e| EmbeddedError::Open(e.to_string()))?;
        let access_key = draw_key()?;
        let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let endpoint = format!("http://{}", socket.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let served = Served { database: database.clone(), access_key: access_key.clone() };
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("database".to_owned()).spawn(move || {
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
        Ok(Self { endpoint, access_key, database, stop: Some(stop), thread: Some(thread) })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// How to reach it.
    pub fn access(&self) -> Access {
        Access::local(&self.endpoint, &self.access_key)
    }

    pub fn client(&self) -> Client {
        self.access().client(http_client())
    }

    /// Deletes rows whose `ttl` has passed, which the database does not do by itself; answers how
    /// many. It blocks, a page of rows at a time: call it where blocking is allowed, every few
    /// minutes.
    pub fn expire(&self) -> Result<usize, EmbeddedError> {
        self.database.sweep_ttl().map_err(|e| EmbeddedError::Expire(e.to_string()))
    }
}

impl Drop for Embedded {
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
    database: Database,
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

async fn answer(State(served): State<Served>, headers: HeaderMap, body: String) -> Response {
    if !bears_key(&headers, &served.access_key) {
        return error(StatusCode::FORBIDDEN, "UnrecognizedClientException");
    }
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let Some(operation) = target.and_then(|target| target.strip_prefix("DynamoDB_20120810."))
    else {
        return error(StatusCode::BAD_REQUEST, "UnknownOperationException");
    };
    match perform(&served.database, operation, &body) {
        Some(Ok(json)) => json_answer(StatusCode::OK, json),
        Some(Err(refused)) => {
            let status = StatusCode::from_u16(refused.status_code());
            json_answer(status.unwrap_or(StatusCode::BAD_REQUEST), refused.to_json())
        }
        None => error(StatusCode::BAD_REQUEST, "UnknownOperationException"),
    }
}

type Performed = Result<String, DynoxideError>;

/// The operations that this crate uses.
fn perform(database: &Database, operation: &str, body: &str) -> Option<Performed> {
    Some(match operation {
        "GetItem" => run(body, |request| database.get_item(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        _ => return None,
    })
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &str,
    operation: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Performed {
    let unreadable =
        |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let request = serde_json::from_str(body).map_err(unreadable)?;
    serde_json::to_string(&operation(request)?).map_err(unreadable)
}

/// `AWS4-HMAC-SHA256 Credential=KEY/…`. The key itself is the secret here, since nobody else ever
/// sees it; the signature is not looked at.
fn bears_key(headers: &HeaderMap, key: &Secret) -> bool {
    let text = headers.get(header::AUTHORIZATION).and_then(|text| text.to_str().ok());
    let credential = text.and_then(|text| text.split_once("Credential="));
    let presented = credential.and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
    presented.as_bytes().ct_eq(key.expose().as_bytes()).into()
}

fn json_answer(status: StatusCode, json: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], json).into_response()
}

fn error(status: StatusCode, name: &str) -> Response {
    json_answer(status, format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{name}"}}"#))
}

/// 160 random bits.
fn draw_key() -> Result<Secret, EmbeddedError> {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Secret::new(fast32::base32::CROCKFORD_LOWER.encode(&bytes)))
}

/// SQLite gives its other files the rights of this one.
fn make_private(path: &Path) -> Result<(), EmbeddedError> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ()).map_err(|error| EmbeddedError::Open(error.to_string()))
}
