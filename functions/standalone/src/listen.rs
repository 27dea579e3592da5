//! The listener: HTTP/1 with a bound on everything that a client could hold on to for ever. The
//! load balancer does this elsewhere; here nothing stands between the process and a client.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::route::retry_later;
use crate::worker::stopped;

/// What one client may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at a time; more wait in the system's queue. Below the usual limit of open files.
    pub(crate) connections: usize,
    /// For the whole head of a request, the wait for it included.
    pub(crate) head: Duration,
    /// For a request with its body, and its answer.
    pub(crate) request: Duration,
    /// A connection is closed then, when its request is done. Whoever reads no answers holds a
    /// connection no longer than this and once more `request`.
    pub(crate) connection: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head: Duration::from_secs(30),
            request: Duration::from_secs(60),
            connection: Duration::from_secs(600),
        }
    }
}

/// Serves until `stop` says so, then ends what is in flight.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let router = router.layer(middleware::from_fn_with_state(limits, bounded));
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let accepted = tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            accepted = next => accepted,
        };
        let (place, stream, peer) = match accepted {
            (place, Ok((stream, peer))) => (place, stream, peer),
            (_, Err(error)) => {
                // Out of files, mostly: some connection has to end first.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (router, stop) = (router.clone(), stop.clone());
        connections.spawn(async move {
            connection((stream, peer), router, limits, stop).await;
            drop(place);
        });
    }
    while connections.join_next().await.is_some() {}
}

async fn connection(
    (stream, peer): (TcpStream, SocketAddr),
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    // Answers are small and somebody waits for them.
    let _ = stream.set_nodelay(true);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(64 * 1024);
    // Who asks: what is limited by address is limited by this one.
    let service = router.map_request(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let service = TowerToHyperService::new(service);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // How a connection ends concerns its client alone.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stopped(&mut stop) => {}
        () = tokio::time::sleep(limits.connection) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(limits.request, connection).await;
}

/// Each request is a task of its own: a client that hangs up does not cut off what it has begun,
/// and a panic costs one answer and no more.
async fn bounded(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let mut work = tokio::spawn(next.run(request));
    match tokio::time::timeout(limits.request, &mut work).await {
        Ok(Ok(response)) => response,
        // The error's own text may quote what was being worked on.
        Ok(Err(_)) => {
            tracing::error!("a request panicked");
            retry_later("NightOwl could not do this; it may work when it is tried again")
        }
        Err(_) => {
            // Its body comes too slowly, or something that it waits for hangs.
            work.abort();
            retry_later("the request was not complete or not done in time; try it again")
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::StatusCode;
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::Notify;

    use super::*;

    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(3600);
    const LIMITS: Limits = Limits { connections: 8, head: LONG, request: LONG, connection: LONG };

    async fn start(router: Router, limits: Limits) -> (SocketAddr, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(serve(listener, router, limits, stopped));
        (address, stop)
    }

    fn routes() -> Router {
        Router::new()
            .route("/", get(|| async { "here" }))
            .route("/body", post(|body: Bytes| async move { body.len().to_string() }))
    }

    /// What comes after `text` was sent, until the server closes.
    async fn talk(address: SocketAddr, text: &str) -> String {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(text.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        // A reset after the answer is a close as well.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).expect("text")
    }

    #[tokio::test]
    async fn a_head_or_a_body_that_never_ends_is_given_up() {
        let (head, _one) = start(routes(), Limits { head: SHORT, ..LIMITS }).await;
        let answer = talk(head, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow:").await;
        assert!(!answer.contains("200"), "{answer}");
        assert_eq!(talk(head, "").await, "", "and one that never begins");

        let (body, _two) = start(routes(), Limits { request: SHORT, ..LIMITS }).await;
        let answer = talk(
            body,
            "POST /body HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 9\r\n\r\nx",
        );
        let answer = answer.await;
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after"), "{answer}");
    }

    #[tokio::test]
    async fn idle_clients_cannot_keep_others_out() {
        let limits = Limits { connections: 2, head: SHORT, ..LIMITS };
        let (address, _stop) = start(routes(), limits).await;
        let idle = async || TcpStream::connect(address).await.expect("connected");
        let _idle = [idle().await, idle().await, idle().await, idle().await];
        let answer = talk(address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(answer.ends_with("here"), "{answer}");
    }

    /// A byte now and then keeps nobody's place: it is the whole that has to come in time.
    #[tokio::test]
    async fn a_trickle_holds_no_place_for_ever() {
        let limits = Limits { connections: 2, head: 4 * SHORT, request: SHORT, ..LIMITS };
        let (address, _stop) = start(routes(), limits).await;
        let head = "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
        let chunked = "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        for start in ["", head, chunked, "GET / HTTP/1.1\r\nHost: a\r\nX-"] {
            for _ in 0..2 {
                let mut stream = TcpStream::connect(address).await.expect("connected");
                stream.write_all(start.as_bytes()).await.expect("sent");
                tokio::spawn(async move {
                    while stream.write_all(b"1").await.is_ok() {
                        tokio::time::sleep(SHORT / 10).await;
                    }
                });
            }
        }
        let answer = talk(address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(answer.ends_with("here"), "{answer}");
    }

    #[tokio::test]
    async fn a_length_that_lies_and_a_body_without_an_end_are_answered_and_closed() {
        let limits = Limits { request: 4 * SHORT, ..LIMITS };
        let (address, _stop) = start(routes(), limits).await;
        let post = |rest: &str| format!("POST /body HTTP/1.1\r\nHost: a\r\n{rest}");
        let too_long =
            talk(address, &post("Content-Length: 9\r\nConnection: close\r\n\r\nx")).await;
        assert!(too_long.starts_with("HTTP/1.1 503 "), "{too_long}");
        // What is behind the length is no request, and ends the connection.
        let too_short =
            talk(address, &post("Content-Length: 2\r\n\r\nxx{\"title\":1}\r\n\r\n")).await;
        assert!(too_short.starts_with("HTTP/1.1 200 ") && too_short.contains("HTTP/1.1 400 "));
        for unreadable in [
            "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            "Content-Length: -1\r\n\r\n",
            "Content-Length: 99999999999999999999999\r\n\r\n",
            "Transfer-Encoding: chunked, gzip\r\n\r\n",
        ] {
            let answer = talk(address, &post(unreadable)).await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{unreadable}: {answer}");
        }
        for broken in ["FFFFFFFFFFFFFFFFF\r\n", "-1\r\n", "zz\r\n", "1\r\nxx\r\n"] {
            let request = post(&format!("Transfer-Encoding: chunked\r\n\r\n{broken}"));
            let answer = talk(address, &request).await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{broken}: {answer}");
        }
        let mut endless = TcpStream::connect(address).await.expect("connected");
        let head = post("Transfer-Encoding: chunked\r\n\r\n");
        endless.write_all(head.as_bytes()).await.expect("sent");
        let chunk = "10000\r\n".to_owned() + &" ".repeat(0x10000) + "\r\n";
        // It ends because nobody reads it any more.
        while endless.write_all(chunk.as_bytes()).await.is_ok() {}
        let answer = talk(address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(answer.ends_with("here"), "{answer}");
    }

    #[tokio::test]
    async fn a_stop_lets_idle_connections_go_and_what_is_in_flight_end() {
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, waits) = (Arc::clone(&begun), Arc::clone(&go_on));
        let slow = get(|| async move {
            told.notify_one();
            waits.notified().await;
            "done"
        });
        let (address, stop) = start(routes().route("/slow", slow), LIMITS).await;
        let _idle = TcpStream::connect(address).await.expect("connected");
        let answer =
            tokio::spawn(
                async move { talk(address, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await },
            );
        begun.notified().await;
        stop.send(true).expect("it listens");
        go_on.notify_one();
        let answer = answer.await.expect("an answer");
        assert!(answer.ends_with("done"), "{answer}");
    }

    #[tokio::test]
    async fn who_hangs_up_does_not_cut_off_what_was_begun_and_a_panic_is_503() {
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let ended = Arc::new(Notify::new());
        let parts = (Arc::clone(&begun), Arc::clone(&go_on), Arc::clone(&ended));
        let slow = get(|| async move {
            let (begun, go_on, ended) = parts;
            begun.notify_one();
            go_on.notified().await;
            ended.notify_one();
        });
        #[expect(clippy::panic, reason = "the bug that is tried")]
        let broken = get(|| async {
            if true {
                panic!("a bug")
            }
        });
        let router = Router::new().route("/slow", slow).route("/broken", broken);
        let router = router.layer(middleware::from_fn_with_state(LIMITS, bounded));

        let asked = |path: &str| {
            let request = Request::builder().uri(path).body(axum::body::Body::empty());
            router.clone().oneshot(request.expect("a request"))
        };
        tokio::select! {
            _ = asked("/slow") => unreachable!("it waits"),
            () = begun.notified() => {}
        }
        go_on.notify_one();
        ended.notified().await;

        let answer = asked("/broken").await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
