//! Key rows alone say whose a key is: whatever stops an apply, no key that stays somebody's fails,
//! and none that was given up goes on.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use nightowl_config::{ApplyError, KeyFileSealer, KeyRows, Live, Scope, apply};
use nightowl_domain::Severity;
use nightowl_engine::{KEY_CHANGES_MAX, KeyOwner, Keys, StoreError};
use nightowl_messaging::Secret;
use support::{MemoryStore, StillClock, block_on, put, read, sealer};

/// A tenant with these integrations: id and what else stands there.
fn tenant(slug: &str, integrations: &[(String, String)]) -> String {
    let mut text = format!(
        "  - slug: {slug}
    users: [{{ id: u, name: U }}]
    escalation_policies:
      - {{ id: p, tiers: [{{ timeout_minutes: 0.1, notify_via: [sms], targets: [u] }}] }}
    integrations:
"
    );
    for (id, more) in integrations {
        text.push_str(&format!("      - {{ id: {id}, policy: p, {more} }}\n"));
    }
    text
}

fn file(tenants: &[String]) -> String {
    if tenants.is_empty() {
        "tenants: []\n".into()
    } else {
        format!("tenants:\n{}", tenants.concat())
    }
}

/// Generic integrations that are named as their keys are.
fn plain(keys: &[&str]) -> Vec<(String, String)> {
    let integration =
        |key: &&str| ((*key).to_owned(), format!("format: generic, key: {}", long(key)));
    keys.iter().map(integration).collect()
}

fn numbered(word: &str, count: usize) -> Vec<String> {
    (0..count).map(|index| format!("{word}{index}")).collect()
}

fn long(key: &str) -> String {
    format!("{key}-key-0123456789")
}

fn rows(store: &Arc<MemoryStore>) -> KeyRows<MemoryStore, KeyFileSealer, StillClock> {
    let clock = Arc::new(StillClock::default());
    KeyRows::new(Arc::clone(store), Arc::new(sealer()), clock, Duration::ZERO)
}

/// Tenant and integration that a key opens, by its row alone.
fn opens(store: &Arc<MemoryStore>, key: &str) -> Option<String> {
    match block_on(rows(store).owner(&Secret::new(long(key)))).unwrap()? {
        KeyOwner::Integration { tenant, integration, .. } => {
            Some(format!("{tenant}/{integration}"))
        }
        KeyOwner::Api { .. } => panic!("rows know no API keys"),
    }
}

/// Everything about keys that the store holds.
fn all_keys(store: &Arc<MemoryStore>) -> BTreeMap<String, (String, String)> {
    let rows = store.rows();
    assert!(rows.leftovers.is_empty(), "{:?}", rows.leftovers);
    let plain = |(hash, row): (String, nightowl_engine::KeyRow)| {
        let mut integration = row.integration;
        let secret = integration.as_mut().and_then(|found| found.hmac_secret.take());
        // Sealed anew each time, so it is opened to be compared.
        let opened = secret.map(|sealed| {
            use nightowl_engine::Sealer;
            sealer().open("webhook", &row.tenant, &sealed).unwrap().expose().to_owned()
        });
        (hash, (row.tenant, format!("{integration:?} {opened:?}")))
    };
    rows.keys.into_iter().map(plain).collect()
}

/// A key before and after.
struct Told {
    key: String,
    before: Option<&'static str>,
    after: Option<&'static str>,
}

fn told(keys: &[&str], before: Option<&'static str>, after: Option<&'static str>) -> Vec<Told> {
    keys.iter().map(|key| Told { key: (*key).to_owned(), before, after }).collect()
}

/// Cuts the way from one file to another behind every write. `is_one_step`: as far as a tenant's
/// pointer has moved, its keys have.
fn cut_everywhere(old: &str, new: &str, keys: &[Told], is_one_step: bool) {
    let fresh = |text: &str| {
        let store = Arc::new(MemoryStore::default());
        put(&store, text).unwrap();
        store
    };
    let (at_first, at_last) = (all_keys(&fresh(old)), all_keys(&fresh(new)));
    for after in 0..100 {
        let store = fresh(old);
        let before = store.rows().pointers;
        *store.fail_after.lock().unwrap() = Some(after);
        let cut = put(&store, new);
        *store.fail_after.lock().unwrap() = None;
        let now = store.rows().pointers;
        let has_moved = |slug: &str| before.get(slug) != now.get(slug);
        for Told { key, before, after: end } in keys {
            let found =
                opens(&store, key).map(|owner| owner[..owner.find('/').unwrap()].to_owned());
            let found = found.as_deref();
            let context = format!("{key} is {found:?}'s after {after} writes");
            match (*before, *end) {
                (Some(old), Some(new)) => {
                    assert!([Some(old), Some(new)].contains(&found), "{context}")
                }
                (Some(old), None) if is_one_step => {
                    assert_eq!(found.is_some(), !has_moved(old), "{context}");
                }
                (Some(old), None) => assert!(has_moved(old) || found.is_some(), "{context}"),
                (None, Some(new)) if is_one_step => {
                    assert_eq!(found.is_some(), has_moved(new), "{context}");
                }
                (None, Some(new)) => assert!(!has_moved(new) || found.is_some(), "{context}"),
                (None, None) => assert_eq!(found, None, "{context}"),
            }
        }
        // Whoever finishes it, or thinks better of it, gets what they asked for.
        if after % 2 == 0 {
            put(&store, new).unwrap();
            assert_eq!(all_keys(&store), at_last, "after {after} writes");
        } else {
            put(&store, old).unwrap();
            assert_eq!(all_keys(&store), at_first, "back, after {after} writes");
            put(&store, new).unwrap();
            assert_eq!(all_keys(&store), at_last, "and forth, after {after} writes");
        }
        if cut.is_ok() {
            assert!(after >= 2);
            return;
        }
    }
    panic!("it never went through");
}

#[test]
fn keys_change_with_the_configuration_and_not_before_or_after() {
    let old =
        file(&[tenant("acme", &plain(&["stays", "goes"])), tenant("beta", &plain(&["beta"]))]);
    let changed =
        file(&[tenant("acme", &plain(&["stays", "comes"])), tenant("beta", &plain(&["beta"]))]);
    let keys = [
        told(&["stays"], Some("acme"), Some("acme")),
        told(&["goes"], Some("acme"), None),
        told(&["comes"], None, Some("acme")),
        told(&["beta"], Some("beta"), Some("beta")),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    cut_everywhere(&old, &changed, &keys, true);
}

#[test]
fn a_tenant_takes_its_keys_with_it() {
    let old =
        file(&[tenant("acme", &plain(&["acme"])), tenant("beta", &plain(&["beta", "moves"]))]);
    let new = file(&[tenant("acme", &plain(&["acme", "moves"]))]);
    let keys = [
        told(&["acme"], Some("acme"), Some("acme")),
        told(&["beta"], Some("beta"), None),
        told(&["moves"], Some("beta"), Some("acme")),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    cut_everywhere(&old, &new, &keys, true);
    cut_everywhere(&old, "tenants: []\n", &told(&["beta", "moves"], Some("beta"), None), true);
}

#[test]
fn a_key_that_moves_is_good_all_the_while() {
    let of = |acme: &[&str], beta: &[&str]| {
        file(&[tenant("acme", &plain(acme)), tenant("beta", &plain(beta))])
    };
    let (acme, beta) = (Some("acme"), Some("beta"));
    cut_everywhere(
        &of(&["a", "m"], &["b"]),
        &of(&["a"], &["b", "m"]),
        &told(&["m"], acme, beta),
        true,
    );
    cut_everywhere(
        &of(&["a"], &["b", "m"]),
        &of(&["a", "m"], &["b"]),
        &told(&["m"], beta, acme),
        true,
    );
    let swapped: Vec<Told> =
        told(&["a"], acme, beta).into_iter().chain(told(&["b"], beta, acme)).collect();
    cut_everywhere(&of(&["a"], &["b"]), &of(&["b"], &["a"]), &swapped, true);
}

#[test]
fn a_key_that_moves_stands_in_a_configuration_in_force_all_the_while() {
    let of = |acme: &[&str], beta: &[&str]| {
        file(&[tenant("acme", &plain(acme)), tenant("beta", &plain(beta))])
    };
    let (here, there) = (of(&["a", "m"], &["b"]), of(&["a"], &["b", "m"]));
    for (old, new) in [(&here, &there), (&there, &here)] {
        for after in 0..=4 {
            let store = Arc::new(MemoryStore::default());
            put(&store, old).unwrap();
            *store.fail_after.lock().unwrap() = Some(after);
            assert_eq!(put(&store, new).is_ok(), after == 4);
            let clock = Arc::new(StillClock::default());
            let live = Live::new(Arc::clone(&store), Arc::new(sealer()), clock, Duration::ZERO);
            let owner = block_on(live.owner(&Secret::new(long("m")))).unwrap();
            assert!(owner.is_some(), "after {after} writes");
        }
    }
}

#[test]
fn more_keys_than_one_step_takes_are_put_before_and_deleted_behind() {
    let count = KEY_CHANGES_MAX * 2 + 20;
    let (old, new) = (numbered("old", count), numbered("new", count));
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    let of = |keys: &[&str]| file(&[tenant("acme", &plain(&[&["stays"], keys].concat()))]);
    let acme = Some("acme");
    let keys: Vec<Told> = told(&["stays"], acme, acme)
        .into_iter()
        .chain(told(&old[count - 3..], acme, None))
        .chain(told(&old[..3], acme, None))
        .chain(told(&new[count - 3..], None, acme))
        .chain(told(&new[..3], None, acme))
        .collect();
    cut_everywhere(&of(&old), &of(&new), &keys, false);
    let gone: Vec<Told> = told(&old[count - 3..], acme, None);
    cut_everywhere(&of(&old), "tenants: []\n", &gone, false);
}

#[test]
fn what_one_file_left_over_the_next_one_cleans_up_whatever_it_says() {
    let names = numbered("old", KEY_CHANGES_MAX * 2);
    let old: Vec<&str> = names.iter().map(String::as_str).collect();
    let store = Arc::new(MemoryStore::default());
    put(&store, &file(&[tenant("acme", &plain(&old))])).unwrap();
    // Text, notes, the new key and the pointer get through, the second deletion does not.
    *store.fail_after.lock().unwrap() = Some(5);
    put(&store, &file(&[tenant("acme", &plain(&["one"]))])).unwrap_err();
    *store.fail_after.lock().unwrap() = None;
    assert_eq!(store.rows().leftovers.len(), 2);
    let left = old.iter().filter(|key| opens(&store, key).is_some()).count();
    assert_eq!(left, KEY_CHANGES_MAX);

    // Another tenant's own file does not touch them, since that may be nobody's wish any more.
    let beta = file(&[tenant("beta", &plain(&["beta"]))]);
    block_on(apply(&read(&beta), &*store, &sealer(), &Scope::Tenant("beta".into()))).unwrap();
    assert_eq!(store.rows().leftovers.len(), 2);
    // One of them is in use again.
    let third = file(&[tenant("acme", &plain(&["two", old[old.len() - 1]]))]);
    block_on(apply(&read(&third), &*store, &sealer(), &Scope::Tenant("acme".into()))).unwrap();
    assert_eq!(all_keys(&store).len(), 3);
    assert!(opens(&store, old[old.len() - 1]).is_some() && opens(&store, "one").is_none());
}

#[test]
fn rows_of_an_earlier_release_are_completed_by_the_same_file() {
    let store = Arc::new(MemoryStore::default());
    let signed =
        [("g".to_owned(), format!("format: grafana, key: {}, hmac_secret: mac", long("g")))];
    let text = format!(
        "api_keys: [{{ id: ops, key: {}, role: admin }}]\n{}",
        long("ops"),
        file(&[tenant("acme", &[plain(&["a"]), signed.to_vec()].concat())])
    );
    put(&store, &text).unwrap();
    let whole = store.rows().keys;
    for (hash, row) in &whole {
        store.lose_key(hash);
        store.put_bare_key(hash, &row.tenant);
    }
    assert_eq!(opens(&store, "a"), None);
    let writes = store.writes();
    assert!(!put(&store, &text).unwrap().changed);
    assert_eq!(store.rows().keys, whole, "the seals are the same too");
    assert_eq!(store.writes(), writes + 1, "in one step");
    assert!(!put(&store, &text).unwrap().changed);
    assert_eq!(store.writes(), writes + 1);
}

#[test]
fn a_row_tells_all_that_a_body_needs_to_be_read() {
    let store = Arc::new(MemoryStore::default());
    let of = |more: &str| {
        let more = format!("format: grafana, key: {}{more}", long("g"));
        let api = format!("    api_keys: [{{ id: own, key: {}, role: admin }}]\n", long("api"));
        file(&[tenant("acme", &[("i".to_owned(), more)]) + &api])
    };
    let owner = |severity, secret: Option<&str>| {
        Some(KeyOwner::Integration {
            tenant: "acme".into(),
            integration: "i".into(),
            format: "grafana".into(),
            default_severity: severity,
            hmac_secret: secret.map(Secret::new),
        })
    };
    let found = || block_on(rows(&store).owner(&Secret::new(long("g")))).unwrap();
    put(&store, &of("")).unwrap();
    assert_eq!(found(), owner(Severity::Warning, None));
    put(&store, &of(", default_severity: critical, hmac_secret: mac-one")).unwrap();
    assert_eq!(found(), owner(Severity::Critical, Some("mac-one")));
    put(&store, &of(", hmac_secret: mac-two")).unwrap();
    assert_eq!(found(), owner(Severity::Warning, Some("mac-two")));
    assert!(!store.all_text().contains("mac-"));

    assert_eq!(opens(&store, "api"), None, "an API key is nobody's");
    let clock = Arc::new(StillClock::default());
    let other = KeyFileSealer::new(None, Some([1; 32]));
    let blind = KeyRows::new(Arc::clone(&store), Arc::new(other), clock, Duration::ZERO);
    let error = block_on(blind.owner(&Secret::new(long("g")))).unwrap_err();
    let StoreError::Corrupt(why) = &error else { panic!("{error:?}") };
    assert!(why.contains("sealing key") && !why.contains("v1:"), "{why}");
}

#[test]
fn what_is_found_is_kept_for_a_while_and_what_is_not_is_asked_again() {
    let store = Arc::new(MemoryStore::default());
    put(&store, &file(&[tenant("acme", &plain(&["a", "b"]))])).unwrap();
    let clock = Arc::new(StillClock::default());
    let minute = Duration::from_secs(60);
    let rows = KeyRows::new(Arc::clone(&store), Arc::new(sealer()), Arc::clone(&clock), minute);
    let is_known = |key: &str| block_on(rows.owner(&Secret::new(long(key)))).unwrap().is_some();
    assert!(is_known("a") && !is_known("c"));
    put(&store, &file(&[tenant("acme", &plain(&["b", "c"]))])).unwrap();
    let reads = store.reads.load(Ordering::SeqCst);
    clock.0.store(59_999, Ordering::SeqCst);
    assert!(is_known("a"));
    assert_eq!(store.reads.load(Ordering::SeqCst), reads);
    assert!(is_known("c"), "a key is good as soon as it is there");
    clock.0.store(60_000, Ordering::SeqCst);
    assert!(!is_known("a") && is_known("b"));
}

#[test]
fn an_apply_that_was_overtaken_brings_no_revoked_key_back() {
    let store = Arc::new(MemoryStore::default());
    let both = file(&[tenant("acme", &plain(&["a", "b"]))]);
    let one = file(&[tenant("acme", &plain(&["a"]))]);
    put(&store, &both).unwrap();
    let hash_of_b = {
        let of_both = store.rows().keys;
        let alone = Arc::new(MemoryStore::default());
        put(&alone, &one).unwrap();
        of_both.into_keys().find(|hash| !alone.rows().keys.contains_key(hash)).unwrap()
    };
    // The row of `b` is missing. While this file heals it, another one gives the key up.
    store.lose_key(&hash_of_b);
    let (at, text) = (Arc::clone(&store), one);
    *store.after_read.lock().unwrap() = Some(Box::new(move || {
        // On a thread of its own, since this one is waiting already.
        std::thread::spawn(move || put(&at, &text).unwrap()).join().unwrap();
    }));
    let late = put(&store, &both);
    assert!(matches!(late, Err(ApplyError::Raced)), "{late:?}");
    assert_eq!(opens(&store, "b"), None);
    assert!(opens(&store, "a").is_some());
}
