//! What a request that failed means: whether it may have been done.

use std::net::SocketAddr;
use std::time::Duration;

use nightowl_domain::Time;
use nightowl_engine::ports::{Store, StoreError, Write};
use nightowl_engine::testing::sample_alert;
use nightowl_messaging::Secret;
use nightowl_store::{Access, DynamoStore, Tables, http_client};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::home::Home;

/// What becomes of an answer that the database gave.
#[derive(Clone, Copy)]
enum Fate {
    /// The connection ends before a byte of it comes through.
    Cut,
    /// It never comes.
    Hang,
}

/// Passes every request on and no answer back.
async fn swallowing(to: SocketAddr, fate: Fate) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut far = TcpStream::connect(to).await.unwrap();
                let (mut request, mut answer) = (vec![0; 65_536], vec![0; 65_536]);
                let until_answered = async {
                    loop {
                        tokio::select! {
                            read = near.read(&mut request) => {
                                let Ok(read @ 1..) = read else { return };
                                far.write_all(&request[..read]).await.unwrap();
                            }
                            read = far.read(&mut answer) => {
                                assert!(read.unwrap() > 0, "the database answered");
                                return;
                            }
                        }
                    }
                };
                until_answered.await;
                if matches!(fate, Fate::Hang) {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    address
}

/// Answers every request with this status and error.
async fn refusing(status: u16, error: &str, more: &str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{error}"{more}}}"#);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 65_536];
            let _ = stream.read(&mut request).await;
            let answer = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

fn store_at(access: Access) -> DynamoStore {
    DynamoStore::new(access.client(http_client()), Tables::default())
}

fn through(home: &Home, address: SocketAddr) -> DynamoStore {
    let mut access = home.embedded.access();
    access.endpoint = Some(format!("http://{address}"));
    access.attempt_timeout = Duration::from_millis(1500);
    store_at(access)
}

fn address_of(home: &Home) -> SocketAddr {
    home.embedded.endpoint().trim_start_matches("http://").parse().unwrap()
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_may_have_been_done() {
    for fate in [Fate::Cut, Fate::Hang] {
        let home = Home::new().await;
        let deaf = through(&home, swallowing(address_of(&home), fate).await);
        let first = sample_alert("acme", "k", 1, Time::from_seconds(1_763_812_800));
        let write = Write::Open { alert: Box::new(first.clone()), previous: None };
        // The month is noted over a good line, so that the opening itself is what is lost.
        let other = sample_alert("acme", "other", 1, first.opened.at);
        home.store.write(Write::Open { alert: Box::new(other), previous: None }).await.unwrap();
        let lost = deaf.reserve_short_id(&first.occurrence(), "abc").await.unwrap_err();
        assert!(matches!(lost, StoreError::Unknown(_)), "{lost}");
        let found = home.store.find_short_ids("acme", "abc", 5).await.unwrap();
        assert_eq!(found, [("abc".to_owned(), first.id)], "it was done");

        home.store.write(write).await.unwrap();
        let mut next = first.clone();
        next.version += 1;
        next.write_id = "lost".into();
        let lost = deaf.write(Write::Update(Box::new(next.clone()))).await.unwrap_err();
        assert!(matches!(lost, StoreError::Unknown(_)), "{lost}");
        // Whoever tries again meets its own write.
        let again = home.store.write(Write::Update(Box::new(next.clone()))).await.unwrap_err();
        let StoreError::Conflict(Some(standing)) = again else { panic!("{again}") };
        assert_eq!(standing.write_id, next.write_id);
        // A read that got no answer did nothing.
        let unread = deaf.read(&first.occurrence()).await.unwrap_err();
        assert!(matches!(unread, StoreError::Unavailable(_)), "{unread}");
    }
}

#[tokio::test]
async fn the_service_s_own_words_tell_what_is_certain() {
    let first = sample_alert("acme", "k", 1, Time::from_seconds(1_763_812_800));
    let cases = [
        (400, "ProvisionedThroughputExceededException", true),
        (400, "ThrottlingException", true),
        (400, "RequestLimitExceeded", true),
        (400, "AccessDeniedException", true),
        (400, "ResourceNotFoundException", true),
        (400, "TransactionInProgressException", false),
        (500, "InternalServerError", false),
        (503, "ServiceUnavailable", false),
    ];
    for (status, error, certain) in cases {
        let address = refusing(status, error, "").await;
        let access = Access::local(&format!("http://{address}"), &Secret::new("key"));
        let store = store_at(access);
        let refused = store.reserve_short_id(&first.occurrence(), "abc").await.unwrap_err();
        assert!(refused.to_string().contains(error), "{refused}");
        let is_certain = matches!(refused, StoreError::Unavailable(_));
        assert_eq!(is_certain, certain, "{error}: {refused}");
        let unread = store.read(&first.occurrence()).await.unwrap_err();
        assert!(matches!(unread, StoreError::Unavailable(_)), "{error}: {unread}");
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_an_error_without_secrets() {
    let access = Access {
        session_token: Some(Secret::new("the-session-token")),
        secret_key: Secret::new("the-secret-key"),
        ..Access::local("http://127.0.0.1:1", &Secret::new("the-access-key"))
    };
    assert!(!format!("{access:?}").contains("the-secret-key"));
    let store = store_at(access);
    let error = store.use_once("x", Time::from_seconds(1), 5).await.unwrap_err();
    assert!(matches!(error, StoreError::Unknown(_)), "{error}");
    assert!(!format!("{error:?} {error}").contains("the-"), "{error:?}");
}

#[tokio::test]
async fn a_transaction_tells_why_it_was_cancelled() {
    let first = sample_alert("acme", "k", 1, Time::from_seconds(1_763_812_800));
    let second = sample_alert("acme", "k", 2, first.opened.at);
    let cases = [("TransactionConflict", true), ("ThrottlingError", false)];
    for (code, is_conflict) in cases {
        let reasons = format!(r#","CancellationReasons":[{{"Code":"None"}},{{"Code":"{code}"}}]"#);
        let address = refusing(400, "TransactionCanceledException", &reasons).await;
        let access = Access::local(&format!("http://{address}"), &Secret::new("key"));
        // Hidden, so that the transaction is the first that is asked.
        let open = |alert: &nightowl_domain::Alert| {
            Box::new(alert.clone().with(|alert| alert.hidden = true))
        };
        let write = Write::Open { alert: open(&second), previous: Some(open(&first)) };
        match store_at(access).write(write).await {
            Err(StoreError::Conflict(None)) => assert!(is_conflict, "{code}"),
            Err(StoreError::Unavailable(reason)) => {
                assert!(!is_conflict, "{code}");
                assert_eq!(reason, "cancelled: ThrottlingError");
            }
            other => panic!("{code}: {other:?}"),
        }
    }
}
