//! The annotated example of the contracts, read, put into force, and read back.

mod support;

use std::sync::Arc;
use std::time::Duration;

use nightowl_config::{Live, Scope, apply, check, expand, redacted};
use nightowl_domain::{Method, RotationLength, Severity, Target, Time};
use nightowl_engine::{ApiRole, Config, KeyOwner, Keys};
use nightowl_messaging::{Secret, Setting};
use support::{MemoryStore, StillClock, block_on, put, sealer, vars};

/// The annotated example, made whole: it leaves out one of its two people, and shows an option of
/// another format than it names.
fn example() -> String {
    let bob = "timezone: Europe/Berlin }\n      - { id: bob, name: Bob }\n";
    include_str!("example.yaml").replace("format: alertmanager ", "format: grafana ").replacen(
        "timezone: Europe/Berlin }\n",
        bob,
        1,
    )
}

const VARS: [(&str, &str); 4] = [
    ("OPS_KEY", "ops-0123456789abcdef"),
    ("SLACK_BOT_TOKEN", "xoxb-token"),
    ("SLACK_SIGNING_SECRET", "signing"),
    ("PROM_KEY", "prom-0123456789abcdef"),
];

#[test]
fn the_example_is_read_as_it_is_explained() {
    let document = check("example.yaml", &example(), &vars(&VARS)).map_err(|p| format!("{p:#?}"));
    let document = document.unwrap();
    let tenant = document.tenants().next().unwrap();
    assert_eq!((tenant.slug.as_str(), tenant.name.as_str()), ("acme", "Acme"));
    assert_eq!(tenant.provider.as_deref(), Some("slack"));
    assert_eq!(tenant.default_channels["slack"], "#ops-alerts");
    let rotation = &tenant.schedules[0].rotations[0];
    assert_eq!(rotation.length, RotationLength::Weeks(1));
    assert_eq!((rotation.role.as_str(), rotation.members.len()), ("primary", 2));
    assert_eq!(tenant.schedules[0].timezone.iana_name(), Some("Europe/Berlin"));
    assert_eq!(
        tenant.schedules[0].overrides[0].start,
        Time::parse("2026-02-01T00:00:00Z").unwrap()
    );
    let policy = &tenant.policies[0];
    assert_eq!((policy.rounds(), policy.ack_timeout), (3, Some(Duration::from_secs(3600))));
    assert_eq!(policy.tiers[0].timeout, Duration::from_secs(300));
    assert_eq!(policy.tiers[1].notify_via, [Method::MessagingDm, Method::MessagingChannel]);
    let targets =
        [Target::OnCallSecondary, Target::User("bob".into()), Target::Schedule("platform".into())];
    assert_eq!(policy.tiers[1].targets, targets);
    let integration = &tenant.integrations[0];
    assert_eq!(integration.default_severity, Severity::Warning);
    assert_eq!(integration.channel.as_deref(), Some("#ops-alerts"));
    assert_eq!(integration.cards_per_minute, Some(20));
}

#[test]
fn expanding_first_and_reading_then_is_the_same() {
    let expanded = expand("example.yaml", &example(), &vars(&VARS)).unwrap();
    assert_eq!(expanded.lines().count(), example().lines().count());
    let hash = |text: &str, vars| {
        let document = check("example.yaml", text, vars).unwrap();
        let store = MemoryStore::default();
        block_on(apply(&document, &store, &sealer(), &Scope::Operators)).unwrap().config_hash
    };
    assert_eq!(hash(&expanded, &vars(&[])), hash(&example(), &vars(&VARS)));

    let odd =
        "tenants: # ${NOT}\n  - slug: a\n    name: |\n      x ${A}\n    users: []\n    nope: 1\n";
    let expanded = expand(
        "odd.yaml",
        &odd.replace("|\n      x ${A}", "x\n      ${A} ${A}"),
        &vars(&[("A", "\" ${B} \\ : ü")]),
    );
    let problems = check("odd.yaml", &expanded.unwrap(), &vars(&[])).unwrap_err();
    let found: Vec<String> =
        problems.iter().map(|problem| format!("{} {}", problem.line, problem.found)).collect();
    assert_eq!(found, ["6 the unknown field \"nope\" in a tenant"]);
}

#[test]
fn what_was_put_into_force_comes_back_whole_and_without_secrets() {
    let store = Arc::new(MemoryStore::default());
    let document = check("example.yaml", &example(), &vars(&VARS)).unwrap();
    block_on(apply(&document, &*store, &sealer(), &Scope::Operators)).unwrap();

    let live = Live::new(
        store.clone(),
        Arc::new(sealer()),
        Arc::new(StillClock::default()),
        Duration::ZERO,
    );
    let tenant = block_on(live.tenant("acme")).unwrap().unwrap();
    let mut expected = document.tenants().next().unwrap().clone();
    expected.hash = tenant.hash.clone();
    assert_eq!(*tenant, expected);
    assert!(!tenant.hash.is_empty());

    let slack = block_on(live.settings("acme", "slack")).unwrap().unwrap();
    assert_eq!(slack.secret("bot_token").unwrap().expose(), "xoxb-token");
    assert_eq!(slack.secret("signing_secret").unwrap().expose(), "signing");
    assert_eq!(slack.text("api_url"), Some("https://slack.com/api/"));
    assert_eq!(slack.fields["team_id"], Setting::Text("T0001".into()));
    let owner = |key: &str| block_on(live.owner(&Secret::new(key))).unwrap();
    assert_eq!(
        owner("prom-0123456789abcdef"),
        Some(KeyOwner::Integration {
            tenant: "acme".into(),
            integration: "prometheus".into(),
            format: "grafana".into(),
            default_severity: Severity::Warning,
            hmac_secret: Some(Secret::new("…")),
        })
    );
    assert_eq!(
        owner("ops-0123456789abcdef"),
        Some(KeyOwner::Api { id: "ops".into(), tenant: None, role: ApiRole::Admin })
    );
    assert_eq!(owner("nobody-has-this-key"), None);

    let shown = block_on(redacted(&*store, &Scope::Operators)).unwrap().unwrap();
    let stored = store.all_text();
    for secret in ["xoxb", "signing\"", "ops-0123", "prom-0123"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
        assert!(!stored.contains(secret), "{secret} in {stored}");
        assert!(!format!("{document:?}").contains(&format!("\"{secret}")));
    }

    // What people read can be put back, and changes nothing.
    let before = store.writes();
    let again = put(&store, &shown).unwrap();
    assert!(!again.changed, "{again:?}\n{shown}");
    assert_eq!(store.writes(), before);
}

#[test]
fn every_span_of_minutes_comes_back_as_it_was() {
    for minutes in ["0.1", "0.017", "0.016667", "1", "1.5", "2.33", "59.999", "525600"] {
        let text =
            example().replace("timeout_minutes: 5,", &format!("timeout_minutes: {minutes},"));
        let document = check("example.yaml", &text, &vars(&VARS)).unwrap();
        let store = Arc::new(MemoryStore::default());
        block_on(apply(&document, &*store, &sealer(), &Scope::Operators)).unwrap();
        let clock = Arc::new(StillClock::default());
        let live = Live::new(Arc::clone(&store), Arc::new(sealer()), clock, Duration::ZERO);
        let tenant = block_on(live.tenant("acme")).unwrap().unwrap();
        let read = document.tenants().next().unwrap();
        assert_eq!(tenant.policies, read.policies, "{minutes}");
        let shown = block_on(redacted(&*store, &Scope::Operators)).unwrap().unwrap();
        assert!(!put(&store, &shown).unwrap().changed, "{minutes}");
    }
}
