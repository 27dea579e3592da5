//! Everything that a function calls, behind one TLS address on loopback: a real database
//! (embedded), a Slack that misbehaves like the real one, and as much of SQS, the parameter store
//! and the Scheduler as is needed to accept what is sent and to hand out keys.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::Failure;
use crate::certificate::Certificate;

/// No request of a function is larger.
const REQUEST_BYTES_MAX: usize = 16 << 20;

/// Clones share everything.
#[derive(Clone)]
pub(crate) struct Backend(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    /// Where the embedded database and the Slack of our own listen, without TLS.
    database: String,
    slack: String,
    client: reqwest::Client,
    parameters: BTreeMap<String, String>,
    /// What was sent, by the last part of the queue's address.
    sent: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Backend {
    pub(crate) async fn start(
        certificate: &Certificate,
        database: String,
        slack: String,
        keys: &[(String, [u8; 32])],
    ) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let parameters = keys.iter().map(|(name, key)| (name.clone(), BASE64.encode(key)));
        let backend = Self(Arc::new(Inner {
            address: listener.local_addr()?,
            database,
            slack,
            client: reqwest::Client::new(),
            parameters: parameters.collect(),
            sent: Mutex::default(),
        }));
        let routes = Router::new().fallback(answer).with_state(backend.clone());
        let tls = TlsAcceptor::from(certificate.server()?);
        tokio::spawn(accept(listener, tls, routes));
        Ok(backend)
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.0.address.port())
    }

    pub(crate) fn queue_url(&self, name: &str) -> String {
        format!("{}/000000000000/{name}", self.url())
    }

    /// Takes what was sent to a queue so far, oldest first.
    pub(crate) fn take(&self, queue: &str) -> Vec<String> {
        let mut sent = self.0.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.remove(queue).unwrap_or_default()
    }

    fn keep(&self, request: &Value, body: &Value) {
        let url = request["QueueUrl"].as_str().unwrap_or_default();
        let queue = url.rsplit('/').next().unwrap_or_default().to_owned();
        let body = body.as_str().unwrap_or_default().to_owned();
        let mut sent = self.0.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.entry(queue).or_default().push(body);
    }

    /// The request as it is, to a server of this process that speaks no TLS.
    async fn forward(&self, to: String, request: Request) -> Result<Response, Failure> {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, REQUEST_BYTES_MAX).await?;
        let mut headers = parts.headers;
        headers.remove(header::HOST);
        let sent = self.0.client.request(parts.method, to).headers(headers).body(body);
        let answer = sent.send().await?;
        let status = answer.status();
        let mut headers = answer.headers().clone();
        headers.remove(header::CONTENT_LENGTH);
        headers.remove(header::TRANSFER_ENCODING);
        Ok((status, headers, answer.bytes().await?).into_response())
    }

    fn queue(&self, operation: &str, request: &Value) -> Response {
        match operation {
            "SendMessage" => {
                self.keep(request, &request["MessageBody"]);
                amazon(StatusCode::OK, &json!({"MessageId": "m"}))
            }
            "SendMessageBatch" => {
                let entries = request["Entries"].as_array().map_or(&[][..], Vec::as_slice);
                for entry in entries {
                    self.keep(request, &entry["MessageBody"]);
                }
                let done = entries.iter().map(|entry| json!({"Id": entry["Id"], "MessageId": "m"}));
                let done = done.collect::<Vec<_>>();
                amazon(StatusCode::OK, &json!({"Successful": done, "Failed": []}))
            }
            "ReceiveMessage" => amazon(StatusCode::OK, &json!({"Messages": []})),
            "GetQueueAttributes" => {
                let none = json!({"Attributes": {"ApproximateNumberOfMessages": "0"}});
                amazon(StatusCode::OK, &none)
            }
            "DeleteMessage" | "DeleteMessageBatch" | "ChangeMessageVisibility" => {
                amazon(StatusCode::OK, &json!({}))
            }
            _ => refused("InvalidAction"),
        }
    }

    fn parameter(&self, operation: &str, request: &Value) -> Response {
        let name = request["Name"].as_str().unwrap_or_default();
        match (operation, self.0.parameters.get(name)) {
            ("GetParameter", Some(value)) => {
                let found = json!({"Name": name, "Type": "SecureString", "Value": value});
                amazon(StatusCode::OK, &json!({"Parameter": found}))
            }
            ("GetParameter", None) => refused("ParameterNotFound"),
            ("PutParameter", Some(_)) => refused("ParameterAlreadyExists"),
            ("PutParameter", None) => amazon(StatusCode::OK, &json!({"Version": 1})),
            _ => refused("InvalidAction"),
        }
    }
}

/// Serves until the process ends.
async fn accept(listener: TcpListener, tls: TlsAcceptor, routes: Router) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let (tls, service) = (tls.clone(), TowerToHyperService::new(routes.clone()));
        tokio::spawn(async move {
            // A function that is stopped breaks off its connections.
            let Ok(stream) = tls.accept(stream).await else { return };
            let server = Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(State(backend): State<Backend>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let target = target(request.headers());
    let forwarded = if target.starts_with("DynamoDB_") {
        backend.forward(backend.0.database.clone(), request).await
    } else if let Some(method) = path.strip_prefix("/slack/") {
        let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
        backend.forward(format!("{}{method}{query}", backend.0.slack), request).await
    } else {
        own(&backend, &path, &target, request).await
    };
    forwarded.unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

async fn own(
    backend: &Backend,
    path: &str,
    target: &str,
    request: Request,
) -> Result<Response, Failure> {
    let body: Bytes = axum::body::to_bytes(request.into_body(), REQUEST_BYTES_MAX).await?;
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Ok(match target.split_once('.') {
        Some(("AmazonSQS", operation)) => backend.queue(operation, &body),
        Some(("AmazonSSM", operation)) => backend.parameter(operation, &body),
        None if path.starts_with("/schedules/") => {
            amazon(StatusCode::OK, &json!({"ScheduleArn": "arn:aws:scheduler:made"}))
        }
        // An idle connection is made by asking for anything at all.
        None => StatusCode::OK.into_response(),
        Some(_) => refused("UnknownOperationException"),
    })
}

fn target(headers: &HeaderMap) -> String {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    target.unwrap_or_default().to_owned()
}

fn amazon(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body.to_string())
        .into_response()
}

fn refused(kind: &str) -> Response {
    amazon(StatusCode::BAD_REQUEST, &json!({"__type": kind, "message": kind}))
}
