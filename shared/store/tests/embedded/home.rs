//! A database in a folder that goes with the test.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, TimeToLiveSpecification};
use nightowl_domain::Hash;
use nightowl_store::embedded::Embedded;
use nightowl_store::meter::Meter;
use nightowl_store::{DynamoStore, Tables, create_tables, http_client};
use tempfile::TempDir;

pub(crate) struct Home {
    pub(crate) embedded: Embedded,
    pub(crate) client: Client,
    pub(crate) store: DynamoStore,
    pub(crate) meter: Meter,
    _folder: TempDir,
}

impl Home {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let embedded = Embedded::start(&folder.path().join("nightowl.db")).expect("a database");
        let meter = Meter::default();
        let config = embedded.access().config(http_client()).interceptor(meter.clone()).build();
        let client = Client::from_conf(config);
        create_tables(&client, &Tables::default()).await.expect("tables");
        let store = DynamoStore::new(client.clone(), Tables::default());
        meter.take();
        Self { embedded, client, store, meter, _folder: folder }
    }

    /// Changes one attribute of one row behind the store's back.
    pub(crate) async fn meddle(
        &self,
        table: &str,
        pk: &str,
        sk: &str,
        name: &str,
        value: AttributeValue,
    ) {
        self.client
            .update_item()
            .table_name(table)
            .key("pk", AttributeValue::S(pk.to_owned()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .update_expression("SET #n = :v")
            .expression_attribute_names("#n", name)
            .expression_attribute_values(":v", value)
            .send()
            .await
            .expect("a meddled row");
    }

    pub(crate) async fn attribute(&self, pk: &str, sk: &str, name: &str) -> Option<AttributeValue> {
        let answer = self
            .client
            .get_item()
            .table_name("nightowl")
            .key("pk", AttributeValue::S(pk.to_owned()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .send()
            .await
            .expect("a row");
        answer.item.and_then(|mut item| item.remove(name))
    }
}

impl Home {
    /// Switches expiry of the main table off behind the store's back.
    pub(crate) async fn forget_expiry(&self) {
        let off = TimeToLiveSpecification::builder().attribute_name("ttl").enabled(false).build();
        let request = self.client.update_time_to_live().table_name("nightowl");
        let request = request.time_to_live_specification(off.expect("a specification"));
        request.send().await.expect("expiry can be switched off");
    }

    /// Deletes one row behind the store's back.
    pub(crate) async fn delete(&self, table: &str, pk: &str, sk: &str) {
        self.client
            .delete_item()
            .table_name(table)
            .key("pk", AttributeValue::S(pk.to_owned()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .send()
            .await
            .expect("a deleted row");
    }
}

/// Eight characters a word that compressing makes hardly shorter.
pub(crate) fn noise(words: u64) -> String {
    (0..words).map(|word| Hash::of(&[&word.to_be_bytes()]).text(5)).collect()
}
