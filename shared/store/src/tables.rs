//! The two tables: their names, their keys, and how they are made where nobody else makes them.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TableStatus, TimeToLiveSpecification,
};
use nightowl_engine::ports::StoreError;

use crate::columns::{DUE_AT, DUE_SHARD, LIST_COLUMNS, LIST_SHARD, OPENED_AT};
use crate::error::{Kind, failed};
use crate::record::corrupt;
use crate::row::{PK, SK, TTL};

pub(crate) const DUE: &str = "due";
pub(crate) const LIST: &str = "list";

/// What the tables are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    pub main: String,
    /// The message-mapping table.
    pub messages: String,
}

impl Default for Tables {
    fn default() -> Self {
        Self { main: "nightowl".to_owned(), messages: "nightowl-messages".to_owned() }
    }
}

/// Makes both tables where they are not there yet, on demand, with `ttl` switched on. It may be
/// called again after any failure. For the embedded database: on AWS the template makes them.
pub async fn create_tables(client: &Client, tables: &Tables) -> Result<(), StoreError> {
    create(client, &tables.main, true).await?;
    create(client, &tables.messages, false).await
}

async fn create(client: &Client, name: &str, indexed: bool) -> Result<(), StoreError> {
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema(PK, SK)?))
        .set_attribute_definitions(Some(definitions(&[PK, SK])?));
    if indexed {
        let columns = LIST_COLUMNS.map(str::to_owned).to_vec();
        let shown = Projection::builder()
            .projection_type(ProjectionType::Include)
            .set_non_key_attributes(Some(columns));
        let keys = Projection::builder().projection_type(ProjectionType::KeysOnly);
        request = request
            .set_attribute_definitions(Some(definitions(&[
                PK, SK, DUE_SHARD, DUE_AT, LIST_SHARD, OPENED_AT,
            ])?))
            .global_secondary_indexes(index(DUE, DUE_SHARD, DUE_AT, keys.build())?)
            .global_secondary_indexes(index(LIST, LIST_SHARD, OPENED_AT, shown.build())?);
    }
    match request.send().await {
        Ok(_) => {}
        Err(error) if error.code() == Some("ResourceInUseException") => {}
        Err(error) => return Err(failed(&error, Kind::Write)),
    }
    wait_until_active(client, name).await?;
    expire(client, name).await
}

/// A table that was just made takes a moment on AWS, none in the embedded database.
async fn wait_until_active(client: &Client, name: &str) -> Result<(), StoreError> {
    for _ in 0..120 {
        let answer = client.describe_table().table_name(name).send().await;
        let answer = answer.map_err(|error| failed(&error, Kind::Read))?;
        let status = answer.table().and_then(|table| table.table_status()).cloned();
        if status == Some(TableStatus::Active) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    Err(StoreError::Unavailable(format!("the table {name} does not become active")))
}

async fn expire(client: &Client, name: &str) -> Result<(), StoreError> {
    let ttl = TimeToLiveSpecification::builder().attribute_name(TTL).enabled(true).build();
    let request = client.update_time_to_live().table_name(name);
    let ttl = ttl.map_err(|_| corrupt("the name of the expiry attribute"))?;
    match request.time_to_live_specification(ttl).send().await {
        Ok(_) => Ok(()),
        Err(error) if error.message().is_some_and(|words| words.contains("already enabled")) => {
            Ok(())
        }
        Err(error) => Err(failed(&error, Kind::Write)),
    }
}

fn definitions(names: &[&str]) -> Result<Vec<AttributeDefinition>, StoreError> {
    let definition = |name: &&str| {
        let builder = AttributeDefinition::builder().attribute_name(*name);
        builder.attribute_type(ScalarAttributeType::S).build()
    };
    names.iter().map(definition).collect::<Result<_, _>>().map_err(|_| corrupt("an attribute"))
}

fn key_schema(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, StoreError> {
    let element = |(name, kind): (&str, KeyType)| {
        KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
    };
    [(hash, KeyType::Hash), (range, KeyType::Range)]
        .into_iter()
        .map(element)
        .collect::<Result<_, _>>()
        .map_err(|_| corrupt("a key"))
}

fn index(
    name: &str,
    hash: &str,
    range: &str,
    projection: Projection,
) -> Result<GlobalSecondaryIndex, StoreError> {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key_schema(hash, range)?))
        .projection(projection)
        .build()
        .map_err(|_| corrupt("an index"))
}
