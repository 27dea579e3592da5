//! The SDK's way to a database in the same process: what would go through a socket is handed over.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::commit::Line;
use super::operation::{Answer, Operation};

pub(super) fn client(line: Line) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(line));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Clone, Debug)]
struct Connector(Line);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target");
        let Some(operation) = target.and_then(Operation::of_target) else {
            return HttpConnectorFuture::ready(response(Answer::unknown_operation()));
        };
        // Requests of this service are never streamed.
        let body = request.body().bytes().unwrap_or_default().to_vec();
        let line = self.0.clone();
        HttpConnectorFuture::new(async move {
            match line.ask(operation, body).await {
                Some(answer) => response(answer),
                None => Err(ConnectorError::io("the database is closed".into())),
            }
        })
    }
}

fn response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answer.status)
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.json));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}
