//! From the SDK's bytes to the account and back.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use nightowl_engine::ports::Clock;
use serde_json::Value;

use super::faults::Fault;
use super::reply::{Operation, Reply};
use super::{FakeAws, State};

pub(super) fn connector(aws: FakeAws) -> SharedHttpConnector {
    SharedHttpConnector::new(Connector(aws))
}

#[derive(Clone, Debug)]
struct Connector(FakeAws);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(self.0.answer(&request))
    }
}

/// What a request asks for.
struct Asked {
    service: &'static str,
    operation: String,
    /// The path's last part, for services that name things there.
    name: String,
    body: Value,
    bytes: usize,
}

impl FakeAws {
    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let asked = Asked::read(request);
        let now = self.clock.now();
        let mut state = self.lock();
        let fault = state.faults.next(&asked.operation);
        state.operations.push(Operation {
            service: asked.service,
            name: asked.operation.clone(),
            target: target(&asked),
            bytes: asked.bytes,
        });
        match fault {
            None => Ok(response(state.perform(&asked, now))),
            Some(Fault::Refuse(code)) => {
                Ok(response(Reply::refused(503, code, "the test wants it so")))
            }
            Some(Fault::Unreachable) => Err(broken("the test cut the connection")),
            Some(Fault::LoseAnswer) => {
                let _effect = state.perform(&asked, now);
                Err(broken("the test lost the answer"))
            }
            Some(Fault::RefuseEntries(count)) => {
                state.sqs.refuse_entries(count);
                Ok(response(state.perform(&asked, now)))
            }
        }
    }
}

impl State {
    fn perform(&mut self, asked: &Asked, now: nightowl_domain::Time) -> Reply {
        match asked.service {
            "sqs" => self.sqs.perform(&asked.operation, &asked.body, now),
            "ssm" => self.ssm.perform(&asked.operation, &asked.body),
            "scheduler" => self.scheduler.perform(&asked.operation, &asked.name, &asked.body, now),
            _ => Reply::refused(400, "UnknownOperationException", "no such service here"),
        }
    }
}

impl Asked {
    fn read(request: &HttpRequest) -> Self {
        let bytes = request.body().bytes().unwrap_or_default();
        let body = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        let path = path(request.uri());
        let (service, operation) = match request.headers().get("x-amz-target") {
            Some(target) => {
                let (service, operation) = target.split_once('.').unwrap_or_default();
                let service = match service {
                    "AmazonSQS" => "sqs",
                    "AmazonSSM" => "ssm",
                    _ => "another",
                };
                (service, operation)
            }
            None if path.starts_with("/schedules/") => {
                let operation = match request.method() {
                    "POST" => "CreateSchedule",
                    "DELETE" => "DeleteSchedule",
                    "GET" => "GetSchedule",
                    _ => "UpdateSchedule",
                };
                ("scheduler", operation)
            }
            None => ("another", request.method()),
        };
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        Self { service, operation: operation.to_owned(), name, body, bytes: bytes.len() }
    }
}

/// Without scheme, host and query.
fn path(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |slash| &rest[slash..]);
    path.split('?').next().unwrap_or_default()
}

/// The queue's, schedule's or parameter's name.
fn target(asked: &Asked) -> String {
    let text = |field: &str| asked.body[field].as_str().unwrap_or_default();
    match asked.service {
        "sqs" => text("QueueUrl").rsplit('/').next().unwrap_or_default().to_owned(),
        "ssm" => text("Name").to_owned(),
        _ => asked.name.clone(),
    }
}

fn response(reply: Reply) -> HttpResponse {
    let status = StatusCode::try_from(reply.status).unwrap_or_else(|_| unreachable!("a status"));
    let mut response = HttpResponse::new(status, SdkBody::from(reply.body.to_string()));
    response.headers_mut().insert("content-type", "application/json");
    if let Some(code) = reply.error {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

fn broken(why: &'static str) -> ConnectorError {
    ConnectorError::io(why.into())
}
