//! The promises of every store, kept by this one.

use nightowl_engine::testing::{lanes_conformance, mappings_conformance, store_conformance};

use crate::home::Home;

#[tokio::test]
async fn the_store_keeps_its_promises() {
    let home = Home::new().await;
    store_conformance(async || home.store.clone()).await;
    mappings_conformance(async || home.store.clone()).await;
    lanes_conformance(async || home.store.clone()).await;
}
