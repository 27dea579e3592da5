//! The promises of every store, kept on a local AWS.

use nightowl_engine::testing::{lanes_conformance, mappings_conformance, store_conformance};
use nightowl_messaging::Secret;
use nightowl_store::{Access, DynamoStore, Tables, create_tables, http_client};

/// Where a local AWS listens, such as `http://127.0.0.1:4566`.
const ENDPOINT: &str = "NIGHTOWL_TEST_AWS_ENDPOINT";

#[tokio::test]
#[ignore = "needs a local AWS: say where in NIGHTOWL_TEST_AWS_ENDPOINT"]
async fn the_store_keeps_its_promises_on_a_local_aws() {
    let endpoint = std::env::var(ENDPOINT).unwrap_or_else(|_| panic!("{ENDPOINT} is not set"));
    let access = Access::local(&endpoint, &Secret::new("test"));
    let client = access.client(http_client());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let name = format!("conformance-{}", now.expect("it is after 1970").as_nanos());
    let tables = Tables { main: name.clone(), messages: format!("{name}-messages") };
    create_tables(&client, &tables).await.expect("tables can be made");
    let store = DynamoStore::new(client, tables);
    store_conformance(async || store.clone()).await;
    mappings_conformance(async || store.clone()).await;
    lanes_conformance(async || store.clone()).await;
}
