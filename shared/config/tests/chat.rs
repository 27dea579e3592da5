//! What a tenant says about its chat: replies, people's accounts, two platforms at once, and
//! connections that are tried before they are stored.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use nightowl_config::{KeyFileSealer, Live, Scope, Trial, check, redacted};
use nightowl_domain::{Tenant, Turn};
use nightowl_engine::Config;
use serde_json::{Value, json};
use support::{MemoryStore, StillClock, block_on, put, sealer};

const BOTH: &str = r##"tenants:
  - slug: acme
    messaging_provider: mattermost
    slack: { bot_token: xoxb-acme, signing_secret: sign-acme, default_channel: "#ops" }
    mattermost:
      url: https://mm.example.com
      bot_token: mm-acme
      webhook_secret: [hook-one, hook-two]
      default_channel_id: town-square
    users:
      - { id: alice, name: Alice, slack: U0123ABC, mattermost: alice.a }
      - { id: bob, name: Bob, mattermost: bob }
    escalation_policies:
      - id: default
        tiers:
          - { tier: 1, timeout_minutes: 5, notify_via: [messaging_dm], targets: [alice] }
          - { tier: 2, timeout_minutes: 5, notify_via: [messaging_dm], targets: [bob], provider: slack }
    integrations:
      - { id: one, format: generic, key: acme-key-000000001, policy: default }
      - { id: two, format: generic, key: acme-key-000000002, policy: default, provider: slack, channel: "#other" }
"##;

fn tenant(text: &str) -> Tenant {
    support::read(text).tenants().next().unwrap().clone()
}

fn with(field: &str) -> String {
    BOTH.replacen("    users:\n", &format!("    {field}\n    users:\n"), 1)
}

fn problems(text: &str) -> Vec<String> {
    let found = check("f.yaml", text, &BTreeMap::new());
    found.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

fn live(store: &Arc<MemoryStore>) -> Live<MemoryStore, KeyFileSealer, StillClock> {
    let clock = Arc::new(StillClock::default());
    Live::new(Arc::clone(store), Arc::new(sealer()), clock, Duration::ZERO)
}

/// Puts it into force and reads the tenant back; its own redacted form changes nothing.
fn round(text: &str) -> (Arc<MemoryStore>, Arc<Tenant>) {
    let store = Arc::new(MemoryStore::default());
    put(&store, text).unwrap();
    let tenant = block_on(live(&store).tenant("acme")).unwrap().unwrap();
    let shown = block_on(redacted(&*store, &Scope::Operators)).unwrap().unwrap();
    let again = put(&store, &shown).unwrap();
    assert!(!again.changed, "{again:?}\n{shown}");
    (store, tenant)
}

#[test]
fn replies_are_all_unless_some_are_named() {
    for (field, expected) in [
        ("name: A", Turn::ALL.to_vec()),
        ("thread_replies: all", Turn::ALL.to_vec()),
        ("thread_replies: none", Vec::new()),
        ("thread_replies: []", Vec::new()),
        ("thread_replies: [resolved, escalated]", vec![Turn::Escalated, Turn::Resolved]),
        (
            "thread_replies: [noted, snoozed, acknowledged]",
            vec![Turn::Acknowledged, Turn::Snoozed, Turn::Noted],
        ),
    ] {
        let expected: BTreeSet<Turn> = expected.into_iter().collect();
        assert_eq!(tenant(&with(field)).thread_replies, expected, "{field}");
        assert_eq!(round(&with(field)).1.thread_replies, expected, "{field}");
    }
}

#[test]
fn what_is_no_turn_is_said() {
    let all = "escalated, acknowledged, snoozed, resolved, noted";
    for (field, expected) in [
        (
            "thread_replies: some",
            format!(
                "found \"some\" as thread_replies; expected one of all, none, or a list of {all}"
            ),
        ),
        (
            "thread_replies: [resloved]",
            format!(
                "found \"resloved\" as a turn of thread_replies; expected one of {all} (did you \
                 mean resolved?)"
            ),
        ),
        (
            "thread_replies: [noted, noted]",
            "found noted again in thread_replies; expected each turn once".to_owned(),
        ),
        (
            "thread_replies: { noted: true }",
            "found a mapping as thread_replies; expected a list ([] for none)".to_owned(),
        ),
        (
            "allow_private_addresses: yes",
            "found \"yes\" as allow_private_addresses; expected one of true, false".to_owned(),
        ),
    ] {
        assert_eq!(problems(&with(field)), [format!("f.yaml:10: {expected}")], "{field}");
    }
}

#[test]
fn people_may_have_accounts_that_their_address_does_not_tell() {
    let tenant = round(BOTH).1;
    let handle = |user: &str, provider: &str| {
        tenant.user(user).unwrap().handles.get(provider).map(String::as_str)
    };
    assert_eq!(handle("alice", "slack"), Some("U0123ABC"));
    assert_eq!(handle("alice", "mattermost"), Some("alice.a"));
    assert_eq!((handle("bob", "slack"), handle("bob", "mattermost")), (None, Some("bob")));
}

#[test]
fn an_account_belongs_to_one_person_and_looks_like_one() {
    let own = "expected a mattermost user of their own";
    for (from, to, expected) in [
        (
            "mattermost: bob",
            "mattermost: Alice.A",
            format!("12: found \"Alice.A\" again, first on line 11; {own}"),
        ),
        (
            "mattermost: bob",
            "mattermost: \"@bob\"",
            "12: found \"@bob\" as a mattermost user; expected a user name, without @, or a user id"
                .to_owned(),
        ),
        (
            "U0123ABC",
            "alice",
            "11: found \"alice\" as a slack user; expected a member id like U0123ABCD, as the \
             profile shows it"
                .to_owned(),
        ),
        (
            "mattermost: bob",
            "inbox: bob",
            "12: found the unknown field \"inbox\" in a user; expected one of id, name, email, \
             timezone, slack, mattermost"
                .to_owned(),
        ),
    ] {
        assert_eq!(problems(&BOTH.replacen(from, to, 1)), [format!("f.yaml:{expected}")]);
    }
    // The same word on two platforms is two accounts.
    assert_eq!(problems(&BOTH.replace("mattermost: bob", "mattermost: U0123ABC")), [""; 0]);
}

#[test]
fn a_tenant_may_have_two_platforms_and_name_either() {
    let tenant = round(BOTH).1;
    assert_eq!(tenant.provider.as_deref(), Some("mattermost"));
    let channels: Vec<(&str, &str)> =
        tenant.default_channels.iter().map(|(name, to)| (name.as_str(), to.as_str())).collect();
    assert_eq!(channels, [("inbox", "alerts"), ("mattermost", "town-square"), ("slack", "#ops")]);
    let tiers: Vec<Option<&str>> =
        tenant.policies[0].tiers.iter().map(|tier| tier.provider.as_deref()).collect();
    assert_eq!(tiers, [None, Some("slack")]);
    let two = tenant.integration("two").unwrap();
    assert_eq!((two.provider.as_deref(), two.channel.as_deref()), (Some("slack"), Some("#other")));
    // One that connects to nothing is not among them.
    let dead = BOTH
        .replace("bot_token: xoxb-acme, ", "")
        .replace(", provider: slack, channel: \"#other\"", "")
        .replace(", provider: slack", "");
    assert!(!round(&dead).1.default_channels.contains_key("slack"));
    let found = problems(&BOTH.replace("bot_token: xoxb-acme, ", ""));
    assert_eq!(found.len(), 2, "{found:?}");
    // Slack is meant when nothing is said, whatever else there is.
    let silent = BOTH.replace("    messaging_provider: mattermost\n", "");
    assert_eq!(round(&silent).1.provider.as_deref(), Some("slack"));
}

fn key(store: &Arc<MemoryStore>, tenant: &str) -> Option<String> {
    let settings = block_on(live(store).settings(tenant, "mattermost")).unwrap()?;
    Some(settings.secret("signing_key")?.expose().to_owned())
}

#[test]
fn mattermost_has_a_signing_key_that_outlives_its_token() {
    let (store, _) = round(BOTH);
    let first = key(&store, "acme").unwrap();
    put(&store, &BOTH.replace("mm-acme", "mm-rotated").replace("hook-one", "hook-new")).unwrap();
    assert_eq!(key(&store, "acme"), Some(first.clone()), "buttons that are out there still work");
    let beta = BOTH.replace("slug: acme", "slug: beta");
    assert_ne!(key(&round_of(&beta), "beta"), Some(first.clone()), "each tenant has its own");
    let shown = block_on(redacted(&*store, &Scope::Operators)).unwrap().unwrap();
    assert!(!shown.contains("signing_key") && !store.all_text().contains(&first));
    // Slack signs its own callbacks.
    let slack = block_on(live(&store).settings("acme", "slack")).unwrap().unwrap();
    assert!(!slack.fields.contains_key("signing_key"));
    let found =
        problems(&BOTH.replace("      bot_token: mm", "      signing_key: x\n      bot_token: mm"));
    assert!(found[0].contains("the unknown field \"signing_key\""), "nobody configures it");
}

fn round_of(text: &str) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::default());
    put(&store, text).unwrap();
    store
}

fn trial(store: &Arc<MemoryStore>, provider: &str, given: &Value) -> Result<Trial, Vec<String>> {
    let given = given.as_object().unwrap();
    let trial = block_on(live(store).trial("acme", provider, given)).unwrap();
    trial.map_err(|found| {
        found.iter().map(|mistake| format!("{}; {}", mistake.found, mistake.expected)).collect()
    })
}

#[test]
fn a_trial_takes_what_is_given_over_what_is_stored() {
    let (store, _) = round(BOTH);
    let stored = trial(&store, "mattermost", &json!({})).unwrap();
    assert_eq!(stored.settings.secret("bot_token").unwrap().expose(), "mm-acme");
    assert_eq!(stored.channel.as_deref(), Some("town-square"));
    assert_eq!(stored.address.as_deref(), Some("https://mm.example.com"));
    assert_eq!(stored.stored_address, stored.address);
    assert!(!stored.allow_private_addresses);
    let own = key(&store, "acme");
    let tried = stored.settings.secret("signing_key").map(|key| key.expose().to_owned());
    assert_eq!(tried, own);

    let given =
        json!({ "default_channel_id": "other", "bot_token": "***", "webhook_secret": null });
    let kept = trial(&store, "mattermost", &given).unwrap();
    assert_eq!(kept.settings.secret("bot_token").unwrap().expose(), "mm-acme");
    assert_eq!(kept.channel.as_deref(), Some("other"));
    let given = json!({ "url": "https://new.example.com/", "bot_token": "mm-new" });
    let moved = trial(&store, "mattermost", &given).unwrap();
    assert_eq!(moved.address.as_deref(), Some("https://new.example.com/"));
    assert_eq!(moved.stored_address.as_deref(), Some("https://mm.example.com"));
    assert_eq!(moved.settings.secret("bot_token").unwrap().expose(), "mm-new");

    let slack = trial(&store, "slack", &json!({ "default_channel": "#x" })).unwrap();
    assert_eq!(slack.address.as_deref(), Some("https://slack.com/api/"));
    let inbox = trial(&store, "inbox", &json!({})).unwrap();
    assert_eq!((inbox.channel.as_deref(), inbox.address), (Some("alerts"), None));
}

#[test]
fn a_stored_token_goes_to_the_stored_address_only() {
    let (store, _) = round(BOTH);
    for (provider, given) in [
        ("mattermost", json!({ "url": "https://evil.example" })),
        ("mattermost", json!({ "url": "https://mm.example.com:444" })),
        ("mattermost", json!({ "url": "http://mm.example.com" })),
        ("mattermost", json!({ "url": "https://evil.example", "bot_token": "***" })),
        ("mattermost", json!({ "url": "https://evil.example", "bot_token": null })),
        ("slack", json!({ "api_url": "https://evil.example/api/" })),
    ] {
        let refused = trial(&store, provider, &given).unwrap_err();
        let [only] = refused.as_slice() else { panic!("{refused:?}") };
        assert!(only.contains("another address without its bot_token"), "{given}: {only}");
        assert!(!only.contains("acme") && !only.contains("evil"), "{only}");
    }
    let slash = json!({ "url": "https://mm.example.com/" });
    assert!(trial(&store, "mattermost", &slash).is_ok(), "a slash is no other address");
}

#[test]
fn a_trial_is_as_strict_as_the_file() {
    let (store, _) = round(&BOTH.replace(
        "    slack: { bot_token: xoxb-acme, signing_secret: sign-acme, default_channel: \"#ops\" }\n",
        "",
    ).replace(", provider: slack, channel: \"#other\"", "").replace(", provider: slack", ""));
    for (provider, given, expected) in [
        ("slack", json!({}), "no bot_token; a token, for none is stored"),
        ("slack", json!({ "bot_tokn": "xoxb-hidden" }), "the unknown field \"bot_tokn\" in slack"),
        ("slack", json!({ "bot_token": "xoxb-hidden\n" }), "bot_token with white space around it"),
        ("slack", json!({ "bot_token": ["xoxb-hidden"] }), "a list as bot_token; a text"),
        (
            "slack",
            json!({ "bot_token": "xoxb-hidden", "api_url": "https://u:p@a/" }),
            "an unusable address as api_url",
        ),
        ("mattermost", json!({ "default_channel_id": "@bob" }), "not a person"),
        ("pager", json!({}), "an unknown provider; one of slack, mattermost, inbox"),
    ] {
        let refused = trial(&store, provider, &given).unwrap_err();
        assert!(refused.iter().any(|line| line.contains(expected)), "{given}: {refused:?}");
        assert!(refused.iter().all(|line| !line.contains("hidden")), "{refused:?}");
    }
    let fresh = json!({ "bot_token": "xoxb-1" });
    let fresh = trial(&store, "slack", &fresh).unwrap();
    assert_eq!((fresh.channel, fresh.stored_address), (None, None));
}

#[test]
fn a_tenant_may_let_tests_go_to_private_addresses() {
    for (field, expected) in [
        ("allow_private_addresses: true", true),
        ("allow_private_addresses: false", false),
        ("name: A", false),
    ] {
        let (store, _) = round(&with(field));
        let tried = trial(&store, "mattermost", &json!({})).unwrap();
        assert_eq!(tried.allow_private_addresses, expected, "{field}");
    }
}
