//! The tables of the template are those that the store makes for itself on a laptop.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{KeySchemaElement, Projection, TableDescription};
use nightowl_store::embedded::Embedded;
use nightowl_store::{Tables, create_tables};
use nightowl_test_template::template::{Template, list};
use serde_json::Value;

/// Its key, the kind of its projection, and the columns that it shows beside.
type Index = (BTreeMap<String, String>, String, BTreeSet<String>);

/// Keys by `HASH` and `RANGE`, types of attributes, and indexes with what they show.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    key: BTreeMap<String, String>,
    types: BTreeMap<String, String>,
    indexes: BTreeMap<String, Index>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn of_template(table: &Value) -> Shape {
    let key = |schema: &Value| {
        let parts = list(schema).into_iter();
        parts.map(|part| (text(&part["KeyType"]), text(&part["AttributeName"]))).collect()
    };
    let index = |index: &&Value| {
        let shown = list(&index["Projection"]["NonKeyAttributes"]).into_iter().map(text).collect();
        let kind = text(&index["Projection"]["ProjectionType"]);
        (text(&index["IndexName"]), (key(&index["KeySchema"]), kind, shown))
    };
    let attributes = list(&table["AttributeDefinitions"]).into_iter();
    Shape {
        key: key(&table["KeySchema"]),
        types: attributes
            .map(|one| (text(&one["AttributeName"]), text(&one["AttributeType"])))
            .collect(),
        indexes: list(&table["GlobalSecondaryIndexes"]).iter().map(index).collect(),
    }
}

fn of_store(table: &TableDescription) -> Shape {
    let key = |schema: &[KeySchemaElement]| {
        let part = |part: &KeySchemaElement| {
            (part.key_type().as_str().to_owned(), part.attribute_name().to_owned())
        };
        schema.iter().map(part).collect()
    };
    let kind = |shown: &Projection| {
        shown.projection_type().map(|kind| kind.as_str().to_owned()).unwrap_or_default()
    };
    let indexes = table.global_secondary_indexes().iter().map(|index| {
        let shown = index.projection().unwrap();
        let columns = shown.non_key_attributes().iter().cloned().collect();
        let name = index.index_name().unwrap().to_owned();
        (name, (key(index.key_schema()), kind(shown), columns))
    });
    let types = table.attribute_definitions().iter();
    Shape {
        key: key(table.key_schema()),
        types: types
            .map(|one| (one.attribute_name().to_owned(), one.attribute_type().as_str().to_owned()))
            .collect(),
        indexes: indexes.collect(),
    }
}

async fn described(client: &Client, name: &str) -> TableDescription {
    let answer = client.describe_table().table_name(name).send().await.unwrap();
    answer.table.unwrap()
}

#[tokio::test]
async fn keys_indexes_and_columns_are_those_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let embedded = Embedded::start(&folder.path().join("nightowl.db")).unwrap();
    let client = embedded.client();
    let tables = Tables::default();
    create_tables(&client, &tables).await.unwrap();
    let template = Template::tables();
    for (name, resource) in [(&tables.main, "Main"), (&tables.messages, "Messages")] {
        let given = of_template(template.properties(resource));
        assert_eq!(given, of_store(&described(&client, name).await), "{resource}");
        let ttl = client.describe_time_to_live().table_name(name).send().await;
        if let Some(ttl) = ttl.ok().and_then(|answer| answer.time_to_live_description) {
            let attribute = &template.properties(resource)["TimeToLiveSpecification"];
            assert_eq!(ttl.attribute_name(), attribute["AttributeName"].as_str());
        }
    }
}

#[test]
fn tables_survive_their_stack() {
    let template = Template::tables();
    let tables = template.of_type("AWS::DynamoDB::Table");
    assert_eq!(tables.len(), 2);
    for (name, table) in tables {
        let resource = &template.value["Resources"][name];
        assert_eq!(resource["DeletionPolicy"], "Retain", "{name}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{name}");
        assert_eq!(table["DeletionProtectionEnabled"], true, "{name}");
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{name}");
        let recovery = &table["PointInTimeRecoverySpecification"];
        assert_eq!(recovery["PointInTimeRecoveryEnabled"], true, "{name}");
        assert_eq!(table["TimeToLiveSpecification"]["Enabled"], true, "{name}");
    }
}
