//! The life of the admin key that is made at deploy.

use std::sync::Arc;

use nightowl_aws::{AdminKeys, CONFIGURATION_AGE, Configuration, LateSealer};
use nightowl_engine::ports::{ApiRole, KeyOwner, Keys};
use nightowl_engine::testing::VirtualClock;
use nightowl_messaging::Secret;
use nightowl_store::embedded::Embedded;
use nightowl_store::{DynamoStore, Tables, create_tables};
use serde_json::{Value, json};

struct World {
    store: DynamoStore,
    /// It is there as long as the folder and the server are.
    _database: (tempfile::TempDir, Embedded),
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Embedded::start(&folder.path().join("nightowl.db")).unwrap();
        let (client, tables) = (database.client(), Tables::default());
        create_tables(&client, &tables).await.unwrap();
        Self { store: DynamoStore::new(client, tables), _database: (folder, database) }
    }

    /// A process of its own: nothing is remembered between two.
    fn keys(&self) -> AdminKeys<VirtualClock> {
        let (store, sealer) = (Arc::new(self.store.clone()), Arc::new(LateSealer::none()));
        let clock = VirtualClock::default();
        let live = Configuration::new(store, sealer, Arc::new(clock.clone()), CONFIGURATION_AGE);
        AdminKeys::new(Arc::new(live), self.store.clone(), clock)
    }

    async fn order(&self, what: &str) -> Value {
        self.keys().obey(&json!({"admin_key": what}).to_string()).await
    }

    async fn is_admin(&self, key: &str) -> bool {
        let owner = self.keys().owner(&Secret::new(key)).await.unwrap();
        let (id, role) = ("deploy".to_owned(), ApiRole::Admin);
        let expected = KeyOwner::Api { id, tenant: None, role };
        assert!(owner.is_none() || owner == Some(expected));
        owner.is_some()
    }
}

fn key(answer: &Value) -> String {
    let key = answer["admin_key"].as_str().unwrap_or_else(|| panic!("no key in {answer}"));
    assert!(key.len() > 50, "32 random bytes");
    key.to_owned()
}

#[tokio::test]
async fn it_is_shown_once_replaced_and_deleted() {
    let world = World::new().await;
    assert!(!world.is_admin("owl_").await);
    let first = key(&world.order("make").await);
    assert!(world.is_admin(&first).await);
    assert!(!world.is_admin("owl_0000000000000000000000000000000000000000000000000000").await);
    let refused = world.order("make").await;
    assert!(refused["since"].is_string() && refused["error"].is_string(), "{refused}");
    assert!(!refused.to_string().contains(&first));
    assert!(world.is_admin(&first).await);
    let second = key(&world.order("replace").await);
    assert_ne!(first, second);
    assert!(world.is_admin(&second).await && !world.is_admin(&first).await);
    assert_eq!(world.order("delete").await, json!({"admin_key": null}));
    assert_eq!(world.order("delete").await, json!({"admin_key": null}), "there is none");
    assert!(!world.is_admin(&second).await);
    key(&world.order("make").await);
}

#[tokio::test]
async fn two_that_make_one_at_once_get_one() {
    let world = World::new().await;
    let (one, other) = tokio::join!(world.order("make"), world.order("make"));
    let made: Vec<&Value> = [&one, &other].into_iter().filter(|a| a["since"].is_null()).collect();
    assert_eq!(made.len(), 1, "{one} {other}");
    assert!(world.is_admin(&key(made[0])).await);
}

#[tokio::test]
async fn another_order_does_nothing() {
    let world = World::new().await;
    for order in ["", "null", "[]", r#"{"admin_key": 1}"#, r#"{"admin_key": "show"}"#, "{"] {
        let answer = world.keys().obey(order).await;
        assert!(answer["error"].is_string() && answer["admin_key"].is_null(), "{answer}");
    }
    assert_eq!(world.store.deploy_key().await.unwrap(), None);
}
