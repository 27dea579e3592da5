use nightowl_engine::ports::ConfigStore;

use crate::home::{Home, noise};

#[tokio::test]
async fn a_pointer_moves_only_from_where_it_is() {
    let Home { store, .. } = &Home::new().await;
    assert_eq!(store.pointer("acme").await.unwrap(), None);
    assert!(!store.flip("acme", Some("a"), Some("b")).await.unwrap());
    assert!(store.flip("acme", None, Some("a")).await.unwrap());
    assert!(!store.flip("acme", None, Some("b")).await.unwrap());
    assert!(store.flip("acme", Some("a"), Some("b")).await.unwrap());
    assert_eq!(store.pointer("acme").await.unwrap().as_deref(), Some("b"));
}

#[tokio::test]
async fn tenants_with_a_pointer_are_named_in_order() {
    let Home { store, .. } = &Home::new().await;
    for tenant in ["zeta", "*", "acme", "mid"] {
        assert!(store.flip(tenant, None, Some("h")).await.unwrap());
    }
    assert_eq!(store.pointers().await.unwrap(), ["acme", "mid", "zeta"]);
    assert_eq!(store.last("mid").await.unwrap(), None);
    assert!(store.flip("mid", Some("h"), None).await.unwrap());
    assert_eq!(store.last("mid").await.unwrap().as_deref(), Some("h"));
    assert_eq!(store.pointers().await.unwrap(), ["acme", "zeta"]);
    assert_eq!(store.pointer("mid").await.unwrap(), None);
    // A flip that lost changed neither.
    assert!(!store.flip("zeta", Some("other"), None).await.unwrap());
    assert_eq!(store.pointers().await.unwrap(), ["acme", "zeta"]);
}

#[tokio::test]
async fn long_configurations_come_back_whole() {
    let home = Home::new().await;
    let text = format!("{}größe: 🦉", noise(150_000));
    home.store.put_text("acme", "h1", &text).await.unwrap();
    home.store.put_text("acme", "h1", &text).await.unwrap();
    home.store.put_text("acme", "h2", "short").await.unwrap();
    assert!(home.meter.take().item_writes > 5, "it took several rows");
    assert_eq!(home.store.text("acme", "h1").await.unwrap(), Some(text));
    assert_eq!(home.store.text("acme", "h2").await.unwrap().as_deref(), Some("short"));
    assert_eq!(home.store.text("acme", "h").await.unwrap(), None);
    assert_eq!(home.store.text("other", "h1").await.unwrap(), None);
}

#[tokio::test]
async fn a_text_of_which_a_part_is_missing_is_not_there() {
    let home = Home::new().await;
    home.store.put_text("acme", "h1", &noise(150_000)).await.unwrap();
    home.delete("nightowl", "C#acme", "H#h1#0001").await;
    assert_eq!(home.store.text("acme", "h1").await.unwrap(), None);
}

#[tokio::test]
async fn a_key_belongs_to_one_tenant() {
    let Home { store, .. } = &Home::new().await;
    assert!(store.put_key("k", "acme").await.unwrap());
    assert!(store.put_key("k", "acme").await.unwrap());
    assert!(!store.put_key("k", "other").await.unwrap());
    store.delete_key("k", "other").await.unwrap();
    assert_eq!(store.key_tenant("k").await.unwrap().as_deref(), Some("acme"));
    store.delete_key("k", "acme").await.unwrap();
    store.delete_key("k", "acme").await.unwrap();
    assert_eq!(store.key_tenant("k").await.unwrap(), None);
}
