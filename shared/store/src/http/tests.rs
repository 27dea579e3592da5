use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nightowl_messaging::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::Access;

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    (listener, address)
}

#[tokio::test(start_paused = true)]
async fn a_server_that_shakes_no_hands_is_given_up() {
    // Whoever connects waits in its backlog.
    let (_listener, address) = listener().await;
    let access = Access::local(&format!("https://{address}"), &Secret::new("key"));
    let failed = access.client(http_client()).list_tables().send().await.expect_err("no server");
    let failure = match &failed {
        aws_sdk_dynamodb::error::SdkError::DispatchFailure(failure) => failure,
        other => panic!("{other:?}"),
    };
    assert!(failure.is_timeout(), "{failure:?}");
}

/// Gives every request this answer, and counts the connections that it takes for it.
async fn serve(listener: TcpListener, answer: &'static str, taken: Arc<AtomicUsize>) {
    while let Ok((mut connection, _)) = listener.accept().await {
        taken.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            let mut request = [0; 4096];
            // A request is small enough to come in one piece.
            while let Ok(1..) = connection.read(&mut request).await {
                connection.write_all(answer.as_bytes()).await.expect("an answer");
            }
        });
    }
}

/// How many connections two requests take, one after the other.
async fn connections(answer: &'static str) -> usize {
    let (listener, address) = listener().await;
    let taken = Arc::new(AtomicUsize::new(0));
    let server = tokio::spawn(serve(listener, answer, Arc::clone(&taken)));
    let access = Access::local(&format!("http://{address}"), &Secret::new("key"));
    let client = access.client(http_client());
    for _ in 0..2 {
        drop(client.list_tables().send().await);
    }
    server.abort();
    taken.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_connection_is_used_again_until_the_server_fails() {
    assert_eq!(connections("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await, 1);
    let failed = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(connections(failed).await, 2);
}
