//! A connection that died while nobody looked costs a read nothing but a second request.

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use nightowl_engine::StoreError;
use nightowl_engine::ports::ConfigStore;
use nightowl_store::{DynamoStore, Tables};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::home::Home;

/// Each connection is dead; counts who finds out.
#[derive(Clone, Debug, Default)]
struct Dead(Arc<AtomicUsize>);

impl HttpConnector for Dead {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        self.0.fetch_add(1, Ordering::SeqCst);
        HttpConnectorFuture::ready(Err(ConnectorError::io("it was closed".into())))
    }
}

#[tokio::test]
async fn reads_are_asked_once_more_and_writes_are_not() {
    let home = Home::new().await;
    let dead = Dead::default();
    let connector = SharedHttpConnector::new(dead.clone());
    let config = home.embedded.access().config(http_client_fn(move |_, _| connector.clone()));
    let store = DynamoStore::new(Client::from_conf(config.build()), Tables::default());
    let asked = || dead.0.swap(0, Ordering::SeqCst);
    let read = store.pointer("acme").await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    assert_eq!(asked(), 2);
    let listed = store.leftovers().await;
    assert!(matches!(listed, Err(StoreError::Unavailable(_))), "{listed:?}");
    assert_eq!(asked(), 2);
    let written = store.put_text("acme", "h", "x").await;
    assert!(matches!(written, Err(StoreError::Unknown(_))), "{written:?}");
    assert_eq!(asked(), 1);
}

#[tokio::test]
async fn what_is_too_large_will_be_so_the_next_time() {
    let home = Home::new().await;
    let written = home.store.put_text("acme", &"h".repeat(3_000), "x").await;
    assert!(matches!(written, Err(StoreError::Corrupt(_))), "{written:?}");
}
