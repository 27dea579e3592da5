//! The HTTP client below all SDK clients of a process: one pool of connections, HTTP/1.1 only.
//!
//! The SDK's own client always brings HTTP/2, a tenth of a function's code, and no service used
//! here is faster by it.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::{Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{HttpConnector as TcpConnector, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::error::Elapsed;
use tower_service::Service;

/// A connection, its handshake included, takes no longer within one region, or never comes.
const CONNECT: Duration = Duration::from_millis(500);

type Failure = Box<dyn Error + Send + Sync>;

/// The way to every service of AWS. It believes in the system's root certificates, which are read
/// here; where there are none, every connection fails.
pub fn https_connector() -> SharedHttpConnector {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    connector(roots)
}

/// For an endpoint on this machine: it looks for no certificates, which a bare container lacks.
pub fn http_connector() -> SharedHttpConnector {
    connector(RootCertStore::empty())
}

/// What an SDK takes a connector as.
pub fn client_over(connector: SharedHttpConnector) -> SharedHttpClient {
    http_client_fn(move |_, _| connector.clone())
}

/// For an SDK and an endpoint on this machine.
pub fn http_client() -> SharedHttpClient {
    client_over(http_connector())
}

/// One type for both, because each would be compiled with all that is below it.
fn connector(roots: RootCertStore) -> SharedHttpConnector {
    let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let mut tcp = TcpConnector::new();
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
    let connect = Connect { to: https.wrap_connector(tcp), within: CONNECT };
    let mut pool = Client::builder(TokioExecutor::new());
    let pool = Pool(pool.pool_timer(TokioTimer::new()).build(connect));
    SharedHttpConnector::new(pool)
}

#[derive(Clone, Debug)]
struct Pool(Client<Connect, SdkBody>);

impl HttpConnector for Pool {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        name_connection(&mut request);
        let answer = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(|error| failed(error.into()))?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Tells the SDK how to give up the connection that answers, which it does after a server's error.
fn name_connection(request: &mut Request<SdkBody>) {
    let connection = capture_connection(request);
    if let Some(sdk) = request.extensions().get::<CaptureSmithyConnection>() {
        sdk.set_connection_retriever(move || {
            let connection = connection.clone();
            let give_up = move || {
                if let Some(used) = connection.connection_metadata().as_ref() {
                    used.poison();
                }
            };
            Some(ConnectionMetadata::builder().proxied(false).poison_fn(give_up).build())
        });
    }
}

fn failed(error: Failure) -> ConnectorError {
    if ran_out(&*error) { ConnectorError::timeout(error) } else { ConnectorError::io(error) }
}

/// Whether time ran out, however deep below.
fn ran_out(error: &(dyn Error + 'static)) -> bool {
    error.is::<Elapsed>() || error.source().is_some_and(ran_out)
}

/// Gives up what is not connected in time. The TCP connector's own limit knows no handshakes.
#[derive(Clone)]
struct Connect {
    to: HttpsConnector<TcpConnector>,
    within: Duration,
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connect")
    }
}

impl Service<Uri> for Connect {
    type Response = <HttpsConnector<TcpConnector> as Service<Uri>>::Response;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.to.poll_ready(context)
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let connected = tokio::time::timeout(self.within, self.to.call(server));
        Box::pin(async move { connected.await? })
    }
}

#[cfg(test)]
mod tests;
