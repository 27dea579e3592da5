use aws_sdk_dynamodb::types::AttributeValue;
use nightowl_domain::Severity;
use nightowl_engine::ports::{
    ConfigStore, IntegrationRow, KEY_CHANGES_MAX, KeyChange, KeyRow, StoreError,
};

use crate::home::{Home, noise};

#[tokio::test]
async fn a_pointer_moves_only_from_where_it_is() {
    let Home { store, .. } = &Home::new().await;
    assert_eq!(store.pointer("acme").await.unwrap(), None);
    assert!(!store.flip("acme", Some("a"), Some("b"), &[]).await.unwrap());
    assert!(store.flip("acme", None, Some("a"), &[]).await.unwrap());
    assert!(!store.flip("acme", None, Some("b"), &[]).await.unwrap());
    assert!(store.flip("acme", Some("a"), Some("b"), &[]).await.unwrap());
    assert_eq!(store.pointer("acme").await.unwrap().as_deref(), Some("b"));
}

#[tokio::test]
async fn tenants_with_a_pointer_are_named_in_order() {
    let Home { store, .. } = &Home::new().await;
    for tenant in ["zeta", "*", "acme", "mid"] {
        assert!(store.flip(tenant, None, Some("h"), &[]).await.unwrap());
    }
    assert_eq!(store.pointers().await.unwrap(), ["acme", "mid", "zeta"]);
    assert_eq!(store.last("mid").await.unwrap(), None);
    assert!(store.flip("mid", Some("h"), None, &[]).await.unwrap());
    assert_eq!(store.last("mid").await.unwrap().as_deref(), Some("h"));
    assert_eq!(store.pointers().await.unwrap(), ["acme", "zeta"]);
    assert_eq!(store.pointer("mid").await.unwrap(), None);
    // A flip that lost changed neither.
    assert!(!store.flip("zeta", Some("other"), None, &[]).await.unwrap());
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

fn row(tenant: &str, id: &str, hmac_secret: Option<&str>) -> KeyRow {
    let integration = IntegrationRow {
        id: id.to_owned(),
        format: "grafana".to_owned(),
        default_severity: Severity::Error,
        hmac_secret: hmac_secret.map(str::to_owned),
    };
    KeyRow { tenant: tenant.to_owned(), integration: Some(integration) }
}

fn put(hash: &str, row: &KeyRow) -> KeyChange {
    KeyChange::Put { hash: hash.to_owned(), row: row.clone(), taken_from: None }
}

fn delete(hash: &str, tenant: &str) -> KeyChange {
    KeyChange::Delete { hash: hash.to_owned(), tenant: tenant.to_owned() }
}

#[tokio::test]
async fn key_rows_come_back_as_they_were_and_move_with_the_pointer_or_not_at_all() {
    let Home { store, .. } = &Home::new().await;
    let (signed, plain) = (row("acme", "a", Some("v1:sealed")), row("acme", "b", None));
    let api = KeyRow { tenant: "acme".to_owned(), integration: None };
    let all = [put("k1", &signed), put("k2", &plain), put("k3", &api)];
    assert!(!store.flip("acme", Some("h0"), Some("h1"), &all).await.unwrap());
    assert_eq!(store.key_row("k1").await.unwrap(), None);
    assert!(store.flip("acme", None, Some("h1"), &all).await.unwrap());
    for (hash, row) in [("k1", &signed), ("k2", &plain), ("k3", &api)] {
        assert_eq!(store.key_row(hash).await.unwrap().as_ref(), Some(row));
    }
    // What is taken away does not stay behind.
    let bare = row("acme", "a", None);
    assert!(store.flip("acme", Some("h1"), Some("h1"), &[put("k1", &bare)]).await.unwrap());
    assert_eq!(store.key_row("k1").await.unwrap(), Some(bare));
    assert_eq!(store.pointer("acme").await.unwrap().as_deref(), Some("h1"));
    assert!(store.flip("acme", Some("h1"), None, &[delete("k1", "acme")]).await.unwrap());
    assert_eq!(store.key_row("k1").await.unwrap(), None);
    // Without a pointer the rows can be changed as well, and only then.
    assert!(store.flip("acme", None, None, &[delete("k2", "acme")]).await.unwrap());
    assert!(!store.flip("acme", Some("h1"), Some("h1"), &[delete("k3", "acme")]).await.unwrap());
    assert_eq!(store.key_row("k2").await.unwrap(), None);
    assert_eq!(store.key_row("k3").await.unwrap(), Some(api));
    assert!(store.pointers().await.unwrap().is_empty());
}

#[tokio::test]
async fn another_tenants_key_row_stays_and_holds_everything_beside_it() {
    let Home { store, .. } = &Home::new().await;
    let (ours, theirs) = (row("acme", "a", None), row("beta", "b", None));
    assert!(store.flip("acme", None, Some("h"), &[put("k", &ours)]).await.unwrap());
    for change in [put("k", &theirs), delete("k", "beta")] {
        let both = [put("other", &theirs), change];
        assert!(!store.flip("beta", None, Some("h"), &both).await.unwrap());
    }
    assert_eq!(store.pointer("beta").await.unwrap(), None);
    assert_eq!(store.key_row("other").await.unwrap(), None);
    assert_eq!(store.key_row("k").await.unwrap(), Some(ours));
    let (hash, from) = ("k".to_owned(), Some("acme".to_owned()));
    let take = KeyChange::Put { hash, row: theirs.clone(), taken_from: from };
    assert!(store.flip("beta", None, Some("h"), std::slice::from_ref(&take)).await.unwrap());
    assert_eq!(store.key_row("k").await.unwrap(), Some(theirs));
    // Again, as after a lost answer; and what is gone already can go again.
    assert!(store.flip("beta", Some("h"), Some("h"), &[take]).await.unwrap());
    assert!(store.flip("beta", Some("h"), Some("h"), &[delete("none", "beta")]).await.unwrap());
}

#[tokio::test]
async fn as_many_key_rows_as_allowed_fit_into_one_step() {
    let Home { store, .. } = &Home::new().await;
    let secret = "s".repeat(2800);
    let full = |index: usize| put(&format!("k{index}"), &row("acme", "a", Some(&secret)));
    let many: Vec<KeyChange> = (0..KEY_CHANGES_MAX).map(full).collect();
    assert!(store.flip("acme", None, Some("h"), &many).await.unwrap());
    let gone = |index: usize| delete(&format!("k{index}"), "acme");
    let many: Vec<KeyChange> = (0..KEY_CHANGES_MAX).map(gone).collect();
    assert!(store.flip("acme", Some("h"), None, &many).await.unwrap());
    assert_eq!(store.key_row("k0").await.unwrap(), None);
}

#[tokio::test]
async fn rows_of_an_earlier_release_are_read_and_rows_of_a_newer_one_are_not_rewritten() {
    let home = &Home::new().await;
    let store = &home.store;
    assert!(store.flip("acme", None, Some("h"), &[]).await.unwrap());
    home.meddle("nightowl", "K#old", "K", "tenant", AttributeValue::S("acme".into())).await;
    let bare = KeyRow { tenant: "acme".to_owned(), integration: None };
    assert_eq!(store.key_row("old").await.unwrap(), Some(bare));
    let whole = row("acme", "a", None);
    assert!(store.flip("acme", Some("h"), Some("h"), &[put("old", &whole)]).await.unwrap());
    assert_eq!(store.key_row("old").await.unwrap(), Some(whole.clone()));

    home.meddle("nightowl", "K#old", "K", "f", AttributeValue::N("2".into())).await;
    let newer = store.key_row("old").await.unwrap_err();
    assert!(matches!(newer, StoreError::NewerFormat { found: 2, known: 1 }), "{newer}");
    for change in [put("old", &whole), delete("old", "acme")] {
        let flip = store.flip("acme", Some("h"), Some("h2"), &[change]).await;
        assert!(!flip.is_ok_and(|flipped| flipped));
    }
    assert_eq!(store.pointer("acme").await.unwrap().as_deref(), Some("h"));
    assert_eq!(home.attribute("K#old", "K", "f").await, Some(AttributeValue::N("2".into())));
}

#[tokio::test]
async fn leftovers_are_named_until_they_are_gone() {
    let Home { store, .. } = &Home::new().await;
    assert!(store.leftovers().await.unwrap().is_empty());
    for (tenant, hash) in [("beta", "h1"), ("*", "h1"), ("acme", "h2"), ("acme", "h1")] {
        store.put_leftover(tenant, hash).await.unwrap();
        store.put_leftover(tenant, hash).await.unwrap();
    }
    store.delete_leftover("acme", "h1").await.unwrap();
    store.delete_leftover("acme", "h1").await.unwrap();
    let left = [("*", "h1"), ("acme", "h2"), ("beta", "h1")];
    let left = left.map(|(tenant, hash)| (tenant.to_owned(), hash.to_owned()));
    assert_eq!(store.leftovers().await.unwrap(), left);
}
