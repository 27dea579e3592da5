//! Putting configurations into force: nothing by halves, nothing twice, nothing that is another's.

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use nightowl_config::{Applied, ApplyError, Live, Scope, apply, redacted};
use nightowl_engine::{Config, ConfigStore, KeyOwner, Keys};
use nightowl_messaging::Secret;
use support::{MemoryStore, StillClock, block_on, put, read, sealer};

const OPS: &str = "api_keys: [{ id: ops, key: ops-key-0123456789, role: admin }]\n";

fn tenant(slug: &str, key: &str, token: &str) -> String {
    format!(
        "  - slug: {slug}
    api_keys: [{{ id: own, key: {slug}-own-key-012345, role: admin }}]
    slack: {{ bot_token: {token}, signing_secret: sign-{slug}, default_channel: c }}
    mattermost:
      url: https://mm.example.com
      bot_token: mm-{token}
      webhook_secret: [hook-one, hook-two]
      default_channel_id: c1
    users: [{{ id: u, name: U }}]
    escalation_policies:
      - {{ id: p, tiers: [{{ timeout_minutes: 0.1, notify_via: [sms], targets: [u] }}] }}
    integrations:
      - {{ id: i, format: grafana, key: {key}, policy: p, hmac_secret: mac-{slug} }}
"
    )
}

fn both() -> String {
    let acme = tenant("acme", "acme-key-0123456", "xoxb-acme");
    format!("{OPS}tenants:\n{acme}{}", tenant("beta", "beta-key-0123456", "xoxb-beta"))
}

fn one() -> String {
    format!("{OPS}tenants:\n{}", tenant("acme", "acme-key-0123456", "xoxb-acme"))
}

fn owner(store: &Arc<MemoryStore>, key: &str) -> Option<KeyOwner> {
    let clock = Arc::new(StillClock::default());
    let live = Live::new(Arc::clone(store), Arc::new(sealer()), clock, Duration::ZERO);
    block_on(live.owner(&Secret::new(key))).unwrap()
}

fn tenant_of(owner: Option<KeyOwner>) -> Option<String> {
    match owner? {
        KeyOwner::Integration { tenant, .. } => Some(tenant),
        KeyOwner::Api { tenant, .. } => Some(tenant.unwrap_or_else(|| "*".into())),
    }
}

fn problems(result: Result<Applied, ApplyError>) -> Vec<String> {
    match result {
        Err(ApplyError::Problems(problems)) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_file_twice_writes_nothing() {
    let store = MemoryStore::default();
    let first = put(&store, &both()).unwrap();
    assert!(first.changed && store.writes() > 0);
    assert_eq!(
        first.summary,
        [
            "tenant acme: new, with 1 user, 1 integration",
            "tenant beta: new, with 1 user, 1 integration",
            "operators' keys: 1 key now",
        ]
    );
    let writes = store.writes();
    let again = put(&store, &both()).unwrap();
    assert_eq!(again, Applied { changed: false, summary: Vec::new(), ..first });
    assert_eq!(store.writes(), writes);
}

#[test]
fn a_change_touches_its_tenant_alone_and_keeps_other_seals() {
    let store = Arc::new(MemoryStore::default());
    let first = put(&store, &both()).unwrap();
    let before = store.rows();
    let second = put(&store, &both().replace("xoxb-beta,", "xoxb-new,")).unwrap();
    assert_ne!(first.config_hash, second.config_hash);
    assert_eq!(second.summary, ["tenant beta: changed: chat settings and secrets"]);
    let after = store.rows();
    assert_eq!(before.pointers["acme"], after.pointers["acme"]);
    assert_eq!(before.keys, after.keys);
    let text = |rows: &support::Rows| {
        let text = &rows.texts[&("beta".to_owned(), rows.pointers["beta"].clone())];
        text.split('"')
            .filter(|part| part.starts_with("v1:"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (old, new) = (text(&before), text(&after));
    assert_eq!(old.len(), 6);
    let kept = old.iter().filter(|sealed| new.contains(sealed)).count();
    assert_eq!(kept, 5, "only the new token is sealed anew");

    // Back to the first: under its old hash stands the very same text.
    put(&store, &both()).unwrap();
    assert_eq!(store.rows().pointers, before.pointers);
    assert_eq!(store.rows().texts.len(), 4);
    assert_eq!(text(&store.rows()), old);
}

#[test]
fn keys_that_were_given_up_are_nobodys() {
    let store = Arc::new(MemoryStore::default());
    put(&store, &both()).unwrap();
    assert_eq!(tenant_of(owner(&store, "acme-key-0123456")).as_deref(), Some("acme"));
    assert_eq!(tenant_of(owner(&store, "ops-key-0123456789")).as_deref(), Some("*"));
    put(&store, &both().replace("acme-key-0123456", "acme-key-changed").replace(OPS, "")).unwrap();
    assert_eq!(owner(&store, "acme-key-0123456"), None);
    assert_eq!(owner(&store, "ops-key-0123456789"), None);
    assert_eq!(tenant_of(owner(&store, "acme-key-changed")).as_deref(), Some("acme"));
    assert_eq!(store.rows().keys.len(), 4);
}

#[test]
fn a_key_moves_between_tenants_and_a_row_alone_opens_nothing() {
    let store = Arc::new(MemoryStore::default());
    put(&store, &both()).unwrap();
    let swapped = both()
        .replace("acme-key-0123456", "x")
        .replace("beta-key-0123456", "acme-key-0123456")
        .replace("key: x,", "key: beta-key-0123456,");
    put(&store, &swapped).unwrap();
    assert_eq!(tenant_of(owner(&store, "acme-key-0123456")).as_deref(), Some("beta"));
    assert_eq!(tenant_of(owner(&store, "beta-key-0123456")).as_deref(), Some("acme"));

    // A row that a crash left behind: it finds a tenant whose configuration does not know the key.
    let hashes: Vec<String> = store.rows().keys.keys().cloned().collect();
    put(&store, &one()).unwrap();
    for hash in hashes {
        store.put_bare_key(&hash, "acme");
    }
    assert_eq!(owner(&store, "beta-own-key-012345"), None);
    // A row that is missing is put again, though nothing else changes.
    let lost = store.rows().keys.into_iter().find(|(_, row)| row.tenant == "*").unwrap().0;
    store.lose_key(&lost);
    assert_eq!(owner(&store, "ops-key-0123456789"), None);
    assert!(!put(&store, &one()).unwrap().changed);
    assert!(owner(&store, "ops-key-0123456789").is_some());
    // Nor does a row too many keep the key from its new tenant.
    let beta = format!("tenants:\n{}", tenant("beta", "beta-key-0123456", "xoxb"));
    block_on(apply(&read(&beta), &*store, &sealer(), &Scope::Tenant("beta".into()))).unwrap();
    assert_eq!(tenant_of(owner(&store, "beta-own-key-012345")).as_deref(), Some("beta"));
}

#[test]
fn an_absent_tenant_is_disabled_and_comes_back() {
    let store = Arc::new(MemoryStore::default());
    put(&store, &both()).unwrap();
    let gone = put(&store, &one()).unwrap();
    assert_eq!(gone.summary, ["tenant beta: disabled; its open alerts go on"]);
    assert_eq!(block_on(store.pointers()).unwrap(), ["acme"]);
    assert_eq!(owner(&store, "beta-key-0123456"), None);
    assert_eq!(store.rows().texts.len(), 3, "what open alerts name stays");
    assert!(!put(&store, &one()).unwrap().changed);
    // Its people and its chat are still there for what is open.
    let clock = Arc::new(StillClock::default());
    let live = Live::new(Arc::clone(&store), Arc::new(sealer()), clock, Duration::ZERO);
    assert_eq!(block_on(live.tenant("beta")).unwrap(), None);
    assert_eq!(block_on(live.tenant_or_last("beta")).unwrap().unwrap().slug, "beta");
    assert!(block_on(live.settings("beta", "slack")).unwrap().is_some());
    assert_eq!(block_on(live.tenant_or_last("nobody")).unwrap(), None);
    put(&store, &both()).unwrap();
    assert_eq!(tenant_of(owner(&store, "beta-key-0123456")).as_deref(), Some("beta"));
}

#[test]
fn a_tenants_own_key_changes_its_tenant_only() {
    let store = Arc::new(MemoryStore::default());
    put(&store, &both()).unwrap();
    let own = Scope::Tenant("beta".into());
    let try_as_beta = |text: &str| block_on(apply(&read(text), &*store, &sealer(), &own));
    let writes = store.writes();
    assert_eq!(
        problems(try_as_beta(&both())),
        [
            "t.yaml:1: found the operators' api_keys; expected tenants only: this key is a tenant's own",
            "t.yaml:3: found the tenant acme; expected beta only: this key is a tenant's own",
        ]
    );
    assert_eq!(
        problems(try_as_beta("tenants: []")),
        ["t.yaml:1: found nothing about beta; expected the tenant beta"]
    );
    // Another tenant's key is taken, and nothing is written before that is known.
    let stolen = format!("tenants:\n{}", tenant("beta", "acme-key-0123456", "xoxb-beta"));
    assert_eq!(
        problems(try_as_beta(&stolen)),
        [
            "t.yaml:14: found the key of integration i, which another tenant has already; expected a key of its own"
        ]
    );
    assert_eq!(store.writes(), writes);
    let renamed = format!("tenants:\n{}", tenant("beta", "beta-key-0123456", "xoxb-beta"));
    let applied = try_as_beta(&renamed.replace("name: U", "name: Ursula")).unwrap();
    assert_eq!(applied.summary, ["tenant beta: changed: users"]);
    assert_eq!(block_on(store.pointers()).unwrap(), ["acme", "beta"]);
    let shown = block_on(redacted(&*store, &own)).unwrap().unwrap();
    assert!(
        shown.contains("Ursula") && !shown.contains("acme") && !shown.contains("ops"),
        "{shown}"
    );
}

#[test]
fn stars_keep_what_is_stored_and_need_something_to_keep() {
    let store = Arc::new(MemoryStore::default());
    let starred = both()
        .replace("key: acme-key-0123456", "key: \"***\"")
        .replace("xoxb-acme,", "\"***\",")
        .replace("hook-two", "\"***\"")
        .replace("mac-beta", "\"***\"");
    let lines = problems(put(&store, &starred));
    let expected = [5, 9, 15, 22, 28].map(|line| {
        let what = if line == 15 { "the key" } else { "the secret" };
        format!("t.yaml:{line}: found *** with nothing stored that it could keep; expected {what} itself")
    });
    assert_eq!(lines, expected);
    assert_eq!(store.writes(), 0);

    put(&store, &both()).unwrap();
    assert!(!put(&store, &starred).unwrap().changed);
    put(&store, &starred.replace("name: U", "name: V")).unwrap();
    let clock = Arc::new(StillClock::default());
    let live = Live::new(Arc::clone(&store), Arc::new(sealer()), clock, Duration::ZERO);
    let slack = block_on(live.settings("acme", "slack")).unwrap().unwrap();
    assert_eq!(slack.secret("bot_token").unwrap().expose(), "xoxb-acme");
    let mattermost = block_on(live.settings("beta", "mattermost")).unwrap().unwrap();
    assert_eq!(mattermost.secret("webhook_secret").unwrap().expose(), "hook-one");
    assert_eq!(mattermost.secret("webhook_secret_2").unwrap().expose(), "hook-two");
}

#[test]
fn a_stored_secret_is_not_sent_to_a_new_address_by_somebody_who_does_not_know_it() {
    let store = Arc::new(MemoryStore::default());
    put(&store, &both()).unwrap();
    let writes = store.writes();
    let token = "bot_token: xoxb-acme,";
    let moved = both()
        .replace(token, "bot_token: \"***\", api_url: \"https://evil.example/\",")
        .replacen("https://mm.example.com", "https://evil.example", 1)
        .replace("mm-xoxb-acme", "\"***\"");
    let expected = [5, 8].map(|line| {
        format!(
            "t.yaml:{line}: found *** beside an address that has changed; expected the secret itself"
        )
    });
    assert_eq!(problems(put(&store, &moved)), expected);
    assert_eq!(store.writes(), writes);
    let known = both().replace(token, "bot_token: xoxb-acme, api_url: \"http://127.0.0.1:1/\",");
    assert!(put(&store, &known).unwrap().changed);
}

#[test]
fn a_crash_anywhere_leaves_old_or_new_and_the_next_try_completes_it() {
    let changed =
        both().replace("acme-key-0123456", "acme-key-changed").replace("name: U", "name: V");
    for after in 0..30 {
        let store = Arc::new(MemoryStore::default());
        put(&store, &both()).unwrap();
        let before = store.rows().pointers;
        *store.fail_after.lock().unwrap() = Some(after);
        let cut = put(&store, &changed);
        *store.fail_after.lock().unwrap() = None;
        let clock = Arc::new(StillClock::default());
        let live = Live::new(Arc::clone(&store), Arc::new(sealer()), clock, Duration::ZERO);
        for slug in ["acme", "beta"] {
            let tenant = block_on(live.tenant(slug)).unwrap().unwrap();
            let is_new = store.rows().pointers[slug] != before[slug];
            assert_eq!(tenant.users[0].name, if is_new { "V" } else { "U" });
        }
        let is_new = store.rows().pointers["acme"] != before["acme"];
        assert_eq!(owner(&store, "acme-key-0123456").is_some(), !is_new, "after {after} writes");
        assert_eq!(owner(&store, "acme-key-changed").is_some(), is_new, "after {after} writes");
        put(&store, &changed).unwrap();
        assert!(owner(&store, "acme-key-changed").is_some());
        if cut.is_ok() {
            assert_eq!(after, 4, "two texts, two pointers with their keys");
            return;
        }
    }
    panic!("it never went through");
}

#[test]
fn another_sealing_key_seals_anew_and_the_old_text_says_why_it_does_not_open() {
    let store = Arc::new(MemoryStore::default());
    put(&store, &one()).unwrap();
    let other = || nightowl_config::KeyFileSealer::new(Some([1; 32]), Some([2; 32]));
    let clock = || Arc::new(StillClock::default());
    let live = Live::new(Arc::clone(&store), Arc::new(other()), clock(), Duration::ZERO);
    let error = block_on(live.settings("acme", "slack")).unwrap_err().to_string();
    assert!(error.contains("sealing key") && !error.contains("v1:"), "{error}");
    block_on(apply(&read(&one()), &*store, &other(), &Scope::Operators)).unwrap();
    assert!(block_on(live.settings("acme", "slack")).unwrap().is_some());
}

#[test]
fn nothing_stored_or_shown_holds_a_secret() {
    let store = Arc::new(MemoryStore::default());
    put(&store, &both()).unwrap();
    let clock = Arc::new(StillClock::default());
    let live = Live::new(Arc::clone(&store), Arc::new(sealer()), clock, Duration::ZERO);
    let settings = block_on(live.settings("acme", "slack")).unwrap().unwrap();
    let shown = [
        store.all_text(),
        format!("{:?}", read(&both())),
        format!("{settings:?}"),
        format!("{:?}", owner(&store, "acme-key-0123456")),
        block_on(redacted(&*store, &Scope::Operators)).unwrap().unwrap(),
    ];
    for text in shown {
        for secret in ["xoxb", "sign-", "hook-", "mac-", "acme-key", "own-key", "ops-key"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn live_caches_and_forgets() {
    let store = Arc::new(MemoryStore::default());
    put(&store, &both()).unwrap();
    let clock = Arc::new(StillClock::default());
    let live = Live::new(
        Arc::clone(&store),
        Arc::new(sealer()),
        Arc::clone(&clock),
        Duration::from_secs(10),
    );
    let name = || block_on(live.tenant("acme")).unwrap().map(|tenant| tenant.users[0].name.clone());
    let look = || {
        block_on(live.owner(&Secret::new("acme-key-0123456"))).unwrap();
        assert_eq!(block_on(live.tenants_with("slack")).unwrap(), ["acme", "beta"]);
        assert_eq!(block_on(live.tenants_with("sms")).unwrap(), [] as [&str; 0]);
        name()
    };
    assert_eq!(look().as_deref(), Some("U"));
    let reads = store.reads.load(Ordering::SeqCst);
    clock.0.store(9_999, Ordering::SeqCst);
    put(&store, &both().replace("name: U", "name: V")).unwrap();
    let of_put = store.reads.load(Ordering::SeqCst) - reads;
    assert_eq!(look().as_deref(), Some("U"));
    assert_eq!(store.reads.load(Ordering::SeqCst), reads + of_put, "all of it was in memory");
    clock.0.store(10_000, Ordering::SeqCst);
    assert_eq!(look().as_deref(), Some("V"));

    let old = block_on(live.tenant("acme")).unwrap().unwrap().hash.clone();
    put(&store, &both().replace("name: U", "name: W")).unwrap();
    assert_eq!(name().as_deref(), Some("V"));
    live.invalidate();
    assert_eq!(name().as_deref(), Some("W"));
    let past = block_on(live.tenant_at("acme", &old)).unwrap().unwrap();
    assert_eq!(past.users[0].name, "V");
    assert_eq!(block_on(live.tenant_at("acme", "unknown")).unwrap(), None);
    assert_eq!(block_on(live.tenant("*")).unwrap(), None);
    assert_eq!(block_on(live.tenants()).unwrap(), ["acme", "beta"]);
}

#[test]
fn an_answer_that_was_on_its_way_while_all_was_forgotten_is_not_kept() {
    let store = Arc::new(MemoryStore::default());
    put(&store, &both()).unwrap();
    let old = store.rows().pointers["acme"].clone();
    put(&store, &both().replace("name: U", "name: V")).unwrap();
    let new = store.rows().pointers["acme"].clone();
    store.point("acme", &old);
    let clock = Arc::new(StillClock::default());
    let age = Duration::from_secs(3600);
    let live = Arc::new(Live::new(Arc::clone(&store), Arc::new(sealer()), clock, age));
    let (at, of) = (Arc::clone(&store), Arc::clone(&live));
    *store.after_read.lock().unwrap() = Some(Box::new(move || {
        at.point("acme", &new);
        of.invalidate();
    }));
    let name = || block_on(live.tenant("acme")).unwrap().unwrap().users[0].name.clone();
    assert_eq!(name(), "U", "it was asked before the change");
    assert_eq!(name(), "V");
}

#[test]
fn the_demo_is_good_as_it_is() {
    let keys = nightowl_config::DemoKeys {
        generic: Secret::new("generic-key-0123456"),
        alertmanager: Secret::new("alertmanager-key-01"),
        grafana: Secret::new("grafana-key-0123456"),
    };
    let store = Arc::new(MemoryStore::default());
    put(&store, &nightowl_config::demo(&keys).unwrap()).unwrap();
    assert_eq!(tenant_of(owner(&store, "grafana-key-0123456")).as_deref(), Some("demo"));
    let document = read(&nightowl_config::demo(&keys).unwrap());
    let tenant = document.tenants().next().unwrap();
    assert_eq!(tenant.provider.as_deref(), Some("inbox"));
    let now = nightowl_domain::Time::parse("2026-11-21T12:00:00Z").unwrap();
    let on_call = |role| tenant.schedules[0].on_call(role, now)[0].user.clone();
    assert_ne!(on_call("primary"), on_call("secondary"));
}
