//! Every mistake has its line, and says what was found and what was expected.

mod support;

use std::collections::BTreeMap;

use nightowl_config::check;
use support::vars;

const GOOD: &str = r##"api_keys:
  - { id: ops, key: "ops-key-0123456789", role: admin }
tenants:
  - slug: acme
    messaging_provider: slack
    slack:
      bot_token: "${TOKEN}"
      signing_secret: shhhh-signing
      default_channel: "#ops"
    users:
      - { id: alice, name: Alice, email: alice@example.com, timezone: Europe/Berlin }
      - { id: bob, name: Bob }
    schedules:
      - id: platform
        timezone: Europe/Berlin
        rotations:
          - { id: primary, type: weekly, length: 1, start: "2026-01-05T09:00", members: [alice, bob] }
        overrides:
          - { user: bob, start: "2026-02-01T00:00Z", end: "2026-02-02T00:00Z" }
    escalation_policies:
      - id: default
        tiers:
          - { tier: 1, timeout_minutes: 0.1, notify_via: [messaging_dm], targets: [oncall_primary] }
    integrations:
      - id: prometheus
        format: alertmanager
        key: "prometheus-key-01"
        policy: default
        schedule: platform
      - { id: graf, format: grafana, key: grafana-key-0123456, policy: default, hmac_secret: s }
"##;

fn problems(text: &str) -> Vec<String> {
    match check("f.yaml", text, &vars(&[("TOKEN", "xoxb-very-secret")])) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

/// Replaces `old` once in the good file; the one problem must be `expected`.
#[track_caller]
fn mistake(old: &str, new: &str, expected: &str) {
    assert_eq!(GOOD.matches(old).count(), 1, "{old} stands once in the file");
    let found = problems(&GOOD.replace(old, new));
    assert_eq!(found, [format!("f.yaml:{expected}")], "{old} -> {new}");
}

#[test]
fn the_good_file_is_good() {
    assert_eq!(problems(GOOD), [] as [String; 0]);
}

#[test]
fn unknown_fields_and_missing_ones() {
    // A slip in a field that is needed is one mistake, not two.
    mistake(
        "timeout_minutes",
        "timeout_minuets",
        "23: found the unknown field \"timeout_minuets\" in a tier; expected one of tier, \
         timeout_minutes, notify_via, targets, provider (did you mean timeout_minutes?)",
    );
    mistake(
        "    users:\n",
        "    usres:\n",
        "10: found the unknown field \"usres\" in a tenant; expected one of slug, name, \
         messaging_provider, allow_unlinked, thread_replies, allow_private_addresses, api_keys, \
         slack, mattermost, inbox, users, schedules, escalation_policies, integrations (did you mean users?)",
    );
    mistake(
        "format: alertmanager",
        "format: alertmanager\n        chanel: x",
        "27: found the unknown field \"chanel\" in an integration; expected one of id, format, key, \
         policy, schedule, provider, channel, default_severity, hmac_secret, throttle (did you mean channel?)",
    );
    mistake(
        "name: Bob",
        "name: Bob, e-mail: b@example.com",
        "12: found the unknown field \"e-mail\" in a user; expected one of id, name, email, \
         timezone, slack, mattermost (did you mean email?)",
    );
    mistake(
        "        format: alertmanager\n",
        "",
        "25: found an integration without format; expected format: …",
    );
    mistake("id: bob, name: Bob", "id: bob", "12: found a user without name; expected name: …");
    mistake("name: Bob", "name:", "12: found nothing as a name; expected a value");
    mistake(
        "    users:\n",
        "    slack: { default_channel: x }\n    users:\n",
        "10: found the field \"slack\" a second time; expected it once",
    );
}

/// All that a policy says at once stands in one row of the table.
#[test]
fn a_policy_is_bounded() {
    let list = |count: usize| vec!["bob"; count].join(", ");
    let many = list(51);
    mistake(
        "targets: [oncall_primary]",
        &format!("targets: [{many}]"),
        "23: found 51 targets; expected at most 50",
    );
    mistake(
        "notify_via: [messaging_dm]",
        &format!("notify_via: [{}]", ["messaging_dm"; 7].join(", ")),
        "23: found 7 notify_via; expected at most 6",
    );
    let tier = |targets: usize| {
        let targets = list(targets);
        format!(
            "          - {{ timeout_minutes: 1, notify_via: [messaging_dm], targets: [{targets}] }}\n"
        )
    };
    let tiers = |count: usize, targets: usize| {
        let old = GOOD.lines().find(|line| line.contains("tier: 1")).expect("it has a tier");
        GOOD.replace(&format!("{old}\n"), &tier(targets).repeat(count))
    };
    assert_eq!(problems(&tiers(2, 50)), [] as [String; 0]);
    assert_eq!(problems(&tiers(20, 1)), [] as [String; 0]);
    assert_eq!(problems(&tiers(21, 1)), ["f.yaml:23: found 21 tiers; expected at most 20"]);
    let expected = "f.yaml:23: found 105 targets in a policy; expected at most 100";
    assert_eq!(problems(&tiers(3, 35)), [expected]);
}

#[test]
fn references() {
    mistake(
        "key: \"prometheus-key-01\"\n        policy: default",
        "key: \"prometheus-key-01\"\n        policy: defualt",
        "28: found the escalation policy \"defualt\", which does not exist; expected default",
    );
    mistake(
        "schedule: platform",
        "schedule: platfrom",
        "29: found the schedule \"platfrom\", which does not exist; expected platform",
    );
    mistake(
        "members: [alice, bob]",
        "members: [alice, bobb]",
        "17: found the user \"bobb\", which does not exist; expected one of alice, bob (did you mean bob?)",
    );
    mistake(
        "user: bob",
        "user: carol",
        "19: found the user \"carol\", which does not exist; expected one of alice, bob",
    );
    mistake(
        "targets: [oncall_primary]",
        "targets: [oncall_primray]",
        "23: found the target \"oncall_primray\", which does not exist; expected one of \
         oncall_primary, oncall_secondary, alice, bob, platform (did you mean oncall_primary?)",
    );
    mistake(
        "targets: [oncall_primary]",
        "targets: [\"user:alcie\"]",
        "23: found the target \"user:alcie\", which does not exist; expected one of user:alice, \
         user:bob (did you mean user:alice?)",
    );
    mistake(
        "end: \"2026-02-02T00:00Z\" }",
        "end: \"2026-02-02T00:00Z\", rotation: second }",
        "19: found the rotation \"second\", which does not exist; expected primary",
    );
    mistake(
        "tier: 1,",
        "tier: 1, provider: mattermost,",
        "23: found the provider \"mattermost\", which does not exist; expected one of inbox, slack",
    );
    mistake(
        "messaging_provider: slack",
        "messaging_provider: mattermost",
        "5: found the provider mattermost, which is not configured; expected a section mattermost:, \
         or another provider",
    );
    mistake(
        "      bot_token: \"${TOKEN}\"\n",
        "",
        "5: found the provider slack, which is not configured; expected a section slack: with \
         bot_token, or another provider",
    );
}

#[test]
fn duplicates() {
    mistake(
        "{ id: bob, name: Bob }",
        "{ id: bob, name: Bob }\n      - { id: alice, name: Other }",
        "13: found the user \"alice\" again, first on line 11; expected each user once",
    );
    mistake(
        "name: Bob",
        "name: Bob, email: ALICE@example.com",
        "12: found \"ALICE@example.com\" again, first on line 11; expected an e-mail address of their own",
    );
    mistake(
        "id: graf,",
        "id: prometheus,",
        "30: found the integration \"prometheus\" again, first on line 25; expected each integration once",
    );
    mistake(
        "key: grafana-key-0123456",
        "key: ops-key-0123456789",
        "30: found the key of the API key ops (line 2) as that of integration graf; expected a key of its own",
    );
    mistake(
        "      - { id: graf",
        "  - { slug: acme }\n  - slug: beta\n    escalation_policies: [{ id: default, tiers: [{ timeout_minutes: 1, \
         notify_via: [sms], targets: [u] }] }]\n    users: [{ id: u, name: U }]\n    integrations:\n      - { id: graf",
        "30: found the tenant \"acme\" again, first on line 4; expected each tenant once",
    );
}

#[test]
fn values() {
    mistake(
        "timezone: Europe/Berlin\n",
        "timezone: Europe/Berln\n",
        "15: found \"Europe/Berln\" as a time zone; expected an IANA name like Europe/Berlin or UTC \
         (did you mean Europe/Berlin?)",
    );
    let too_short = "expected from one second (0.017 minutes) to a year (525600 minutes)";
    for (value, shown) in [("0.01", "0.01"), ("0", "0"), ("-5", "-5"), ("1e9", "1e9")] {
        let line = format!("23: found \"{shown}\" as timeout_minutes; {too_short}");
        mistake("timeout_minutes: 0.1", &format!("timeout_minutes: {value}"), &line);
    }
    for value in ["soon", "NaN", "inf", "5m"] {
        let line = format!(
            "23: found \"{value}\" as timeout_minutes; expected a number of minutes, like 5 or 0.5"
        );
        mistake("timeout_minutes: 0.1", &format!("timeout_minutes: {value}"), &line);
    }
    for value in ["0", "61", "-1", "1.5", "many"] {
        let expected = "expected a whole number from 1 to 60";
        mistake(
            "format: alertmanager",
            &format!("format: alertmanager\n        throttle: {{ cards_per_minute: {value} }}"),
            &format!("27: found \"{value}\" as cards_per_minute; {expected}"),
        );
    }
    mistake(
        "format: alertmanager",
        "format: alertmanager\n        throttle: 5",
        "27: found a single value as a throttle; expected a mapping with cards_per_minute",
    );
    mistake(
        "format: alertmanager",
        "format: alertmanager\n        throttle: {}",
        "27: found a throttle without cards_per_minute; expected cards_per_minute: …",
    );
    mistake(
        "tier: 1",
        "tier: 2",
        "23: found \"2\" as a tier's number; expected 1, its place in the list",
    );
    mistake(
        "notify_via: [messaging_dm]",
        "notify_via: [carrier_pigeon]",
        "23: found \"carrier_pigeon\" as a method; expected one of messaging_dm, messaging_channel, phone, \
         sms, slack_dm, slack_channel",
    );
    mistake(
        "format: alertmanager",
        "format: alertmanger",
        "26: found \"alertmanger\" as a format; expected one of alertmanager, grafana, generic (did you \
         mean alertmanager?)",
    );
    mistake(
        "role: admin",
        "role: root",
        "2: found \"root\" as a role; expected one of admin, responder, viewer",
    );
    mistake(
        "slug: acme",
        "slug: Acme!",
        "4: found \"Acme!\" as a slug; expected a-z, 0-9 and - only, 64 at most, no - at the ends",
    );
    mistake(
        "alice@example.com",
        "alice.example.com",
        "11: found \"alice.example.com\" as an e-mail address; expected one like alice@example.com",
    );
    mistake(
        "type: weekly",
        "type: monthly",
        "17: found \"monthly\" as the type of a rotation; expected one of daily, weekly",
    );
    mistake(
        "length: 1",
        "length: 0",
        "17: found \"0\" as the length of a rotation; expected a whole number from 1 to 3660",
    );
    mistake(
        "2026-01-05T09:00",
        "2026-01-05T09:00Z",
        "17: found \"2026-01-05T09:00Z\" as the start of a rotation; expected a local date and time \
         without an offset, like 2026-01-05T09:00",
    );
    mistake(
        "2026-02-01T00:00Z",
        "2026-02-01T00:00",
        "19: found \"2026-02-01T00:00\" as the start of an override; expected a moment with its offset, \
         like 2026-02-01T00:00Z",
    );
    mistake(
        "2026-02-02T00:00Z",
        "2026-01-31T00:00Z",
        "19: found an override that ends before it starts; expected end after start",
    );
    mistake(
        "id: graf,",
        "id: \"gra fana\",",
        "30: found \"gra fana\" as an id; expected letters, digits and . _ - only, 64 at most, a \
         letter or digit first",
    );
}

#[test]
fn channels() {
    let expected = "expected a channel's name or id, not a person";
    let line = format!("9: found \"@alice\" as default_channel; {expected}");
    mistake("\"#ops\"", "\"@alice\"", &line);
    let of_inbox = "expected letters, digits and . _ - only, 64 at most";
    let line = format!("27: found \"all alerts\" as a channel; {of_inbox}");
    mistake(
        "format: alertmanager",
        "format: alertmanager\n        channel: all alerts\n        provider: inbox",
        &line,
    );
}

#[test]
fn other_line_ends_and_a_byte_order_mark() {
    let wrong = GOOD.replace("role: admin", "role: root").replace("slug: acme", "slug: A");
    let plain = problems(&wrong);
    assert_eq!(plain.len(), 2);
    assert_eq!(problems(&wrong.replace('\n', "\r\n")), plain);
    assert_eq!(problems(&format!("\u{feff}{wrong}")), plain);
}

#[test]
fn empty_lists_and_wrong_kinds() {
    mistake(
        "members: [alice, bob]",
        "members: []",
        "17: found an empty list as members; expected at least one user",
    );
    mistake(
        "targets: [oncall_primary]",
        "targets: []",
        "23: found an empty list as targets; expected at least one target",
    );
    mistake(
        "targets: [oncall_primary]",
        "targets: oncall_primary",
        "23: found a single value as targets; expected at least one target",
    );
    mistake(
        "          - { tier: 1, timeout_minutes: 0.1, notify_via: [messaging_dm], targets: [oncall_primary] }",
        "          []",
        "23: found an empty list as tiers; expected at least one tier",
    );
    mistake(
        "{ id: bob, name: Bob }",
        "{ id: bob, name: Bob }\n      - 7",
        "13: found a single value as a user; expected a mapping with id, name, email, timezone, \
         slack, mattermost",
    );
}

#[test]
fn secrets_are_never_shown() {
    mistake(
        "key: \"prometheus-key-01\"",
        "key: \"prometheus-key\"",
        "27: found an integration key of 14 characters; expected at least 16",
    );
    mistake(
        "key: \"prometheus-key-01\"",
        "key: \"prometheus/key/01\"",
        "27: found an integration key with a character that an address cannot carry; expected letters, \
         digits and - _ . ~ only",
    );
    mistake(
        "signing_secret: shhhh-signing",
        "signing_secret: \"shhhh-signing\\n\"",
        "8: found signing_secret with white space around it or in several lines; expected the value alone",
    );
    mistake(
        "format: alertmanager",
        "format: alertmanager\n        hmac_secret: shhhh",
        "27: found hmac_secret with the format alertmanager; expected it with grafana only: nothing else signs",
    );
    // A variable in the wrong place shows its name, also where others are compared with it.
    for (old, new) in [
        ("id: bob, name: Bob }", "id: \"${TOKEN}\", name: Bob }"),
        (
            "id: bob, name: Bob }",
            "id: bob, name: Bob }\n      - { id: \"${TOKEN}\", name: B }\n      - { id: \"${TOKEN}\", name: B }",
        ),
        ("targets: [oncall_primary]", "targets: [\"${TOKEN}\", \"user:${TOKEN}\"]"),
        ("- id: platform", "- id: ${TOKEN}"),
        ("  - id: default", "  - id: ${TOKEN}"),
        (
            "id: graf, format: grafana, key: grafana-key-0123456",
            "id: \"${TOKEN}\", format: grafana, key: prometheus-key-01",
        ),
        ("id: ops, key: \"ops-key-0123456789\"", "id: \"${TOKEN}\", key: prometheus-key-01"),
        (
            "        schedule: platform\n",
            "        schedule: ${TOKEN}\n        channel: \"${TOKEN}\\n\"\n",
        ),
        ("timeout_minutes: 0.1", "timeout_minutes: ${TOKEN}"),
        ("2026-01-05T09:00", "${TOKEN}"),
        (
            "messaging_provider: slack",
            "messaging_provider: ${TOKEN}\n    inbox: { default_channel: \"a ${TOKEN}\" }",
        ),
        ("alice@example.com", "${TOKEN}@@x"),
        (
            "bot_token: \"${TOKEN}\"",
            "bot_token: \"${TOKEN}\"\n      api_url: \"http://${TOKEN}@slack\"",
        ),
    ] {
        assert_eq!(GOOD.matches(old).count(), 1, "{old}");
        let found = problems(&GOOD.replace(old, new));
        assert!(!found.is_empty() && !format!("{found:?}").contains("very-secret"), "{found:#?}");
    }
    mistake(
        "slug: acme",
        "slug: \"${TOKEN}!\"",
        "4: found \"${TOKEN}!\" as a slug; expected a-z, 0-9 and - only, 64 at most, no - at the ends",
    );
    mistake(
        "timezone: Europe/Berlin\n",
        "timezone: ${TOKEN}\n",
        "15: found \"${TOKEN}\" as a time zone; expected an IANA name like Europe/Berlin or UTC",
    );
}

#[test]
fn variables() {
    mistake(
        "\"${TOKEN}\"",
        "\"${TOKENS}\"",
        "7: found ${TOKENS}, which is not set; expected the environment variable TOKENS to be set (did \
         you mean TOKEN?)",
    );
    mistake(
        "\"${TOKEN}\"",
        "\"${TO KEN}\"",
        "7: found ${ without a name and }; expected ${NAME} with letters, digits and _ only, or $${ for a \
         plain ${",
    );
}

#[test]
fn a_bare_target_that_could_be_two_things() {
    let both = GOOD.replace(
        "{ id: bob, name: Bob }",
        "{ id: bob, name: Bob }\n      - { id: platform, name: P }",
    );
    let ambiguous = both.replace("targets: [oncall_primary]", "targets: [platform]");
    assert_eq!(
        problems(&ambiguous),
        [
            "f.yaml:24: found the target \"platform\", which could be user:platform or schedule:platform; \
          expected a target that only one of them can be, and different ids"
        ]
    );
    let spelt = both.replace("targets: [oncall_primary]", "targets: [\"schedule:platform\"]");
    assert_eq!(problems(&spelt), [] as [String; 0]);
}

#[test]
fn on_call_without_a_schedule_to_ask() {
    let second = "      - { id: other, timezone: UTC, rotations: [{ id: p, type: daily, length: 1, \
                  start: 2026-01-05T09:00, members: [bob] }] }\n    escalation_policies:\n";
    mistake(
        "    escalation_policies:\n",
        second,
        "31: found an integration without schedule, whose policy default pages oncall_primary; expected \
         schedule: one of other, platform",
    );
}

#[test]
fn what_yaml_offers_and_the_file_does_not_take() {
    mistake("name: Bob", "name: &b Bob", "12: found an anchor (&); expected the value alone");
    mistake("name: Bob", "name: *b", "12: found an alias (*); expected the value itself");
    mistake("name: Bob", "name: !!str Bob", "12: found a tag (!); expected the value alone");
    let two = format!("{GOOD}---\ntenants: []\n");
    assert_eq!(
        problems(&two),
        ["f.yaml:31: found a second document; expected one document in a file"]
    );
    let broken = problems("tenants:\n  - slug: [a\n    name: x: y\n");
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert!(broken[0].starts_with("f.yaml:3: found broken YAML ("), "{broken:?}");
    assert_eq!(
        problems(""),
        ["f.yaml:1: found nothing as the file; expected a mapping with api_keys, tenants"]
    );
    assert_eq!(
        problems("api_keys: []"),
        ["f.yaml:1: found the file without tenants; expected tenants: …"]
    );
}

#[test]
fn eight_mistakes_are_eight_lines() {
    let text = r#"tenants:
  - slug: acme
    nmae: Acme
    users:
      - { id: alice, name: Alice, timezone: Mars/Olympus }
      - { id: alice, name: Alice }
    schedules:
      - id: s
        timezone: UTC
        rotations:
          - { id: primary, type: weekly, length: 1, start: "2026-01-05T09:00", members: [bob] }
    escalation_policies:
      - id: default
        tiers:
          - { timeout_minutes: 0, notify_via: [messaging_dm], targets: [oncall_primary] }
    integrations:
      - { id: a, format: syslog, key: "0123456789abcdef", policy: default }
      - { id: b, format: generic, key: "${NOWHERE}", policy: default }
      - { id: c, format: generic, key: "short", policy: nothing }
"#;
    let found = problems(&text.replace("policy: nothing", "policy: default"));
    let lines: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap()).collect();
    let expected = [3, 5, 6, 11, 15, 17, 18, 19].map(|line| format!("f.yaml:{line}"));
    assert_eq!(lines, expected, "{found:#?}");
    assert!(found.iter().all(|line| line.contains(": found ") && line.contains("; expected ")));
    assert_eq!(problems(text).len(), 9);
}

#[test]
fn bombs_are_refused_and_cost_nothing() {
    let mut laughs = String::from("a0: &a0 [x, x]\n");
    for n in 1..40 {
        laughs.push_str(&format!("a{n}: &a{n} [*a{p}, *a{p}, *a{p}]\n", p = n - 1));
    }
    assert!(problems(&laughs).len() > 10);
    let deep = format!("tenants: {}", "[".repeat(100_000));
    assert_eq!(problems(&deep).len(), 1);
    let deep: String = (0..500).map(|n| format!("{}- \n", " ".repeat(n * 2))).collect();
    assert!(!problems(&deep).is_empty());
    let huge = format!("tenants: [{}]", "a, ".repeat(2_000_000));
    assert_eq!(problems(&huge), ["f.yaml:1: found 5 MiB of text; expected at most 4 MiB"]);
    let wide = format!("tenants: [{}]", "1,".repeat(500_000));
    assert_eq!(problems(&wide).len(), 1);
    let long = "x".repeat(1_000_000);
    let many = format!("tenants: [{}]", "\"${L}\",".repeat(1000));
    let found = check("f.yaml", &many, &vars(&[("L", &long)])).unwrap_err();
    assert!(found.len() <= 100 && found.iter().all(|problem| problem.to_string().len() < 400));
}

#[test]
fn a_large_file_full_of_mistakes_is_answered_with_the_first_of_them() {
    let mut text = String::from("tenants:\n  - slug: a\n    users:\n");
    for n in 0..20_000 {
        text.push_str(&format!("      - {{ id: u{n}, name: N, timezone: Z/{n} }}\n"));
    }
    text.push_str("    escalation_policies:\n");
    for n in 0..20_000 {
        text.push_str(&format!("      - {{ id: p{n}, tiers: [{{ targets: [v{n}] }}] }}\n"));
    }
    let found = problems(&text);
    assert_eq!(found.len(), 100);
    assert!(found[99].starts_with("f.yaml:103: "), "{}", found[99]);
}

#[test]
fn aliases_of_methods_and_defaults() {
    let document = check(
        "f.yaml",
        &GOOD.replace("[messaging_dm]", "[slack_dm, slack_channel]"),
        &vars(&[("TOKEN", "x")]),
    )
    .unwrap();
    let tenant = document.tenants().next().unwrap();
    use nightowl_domain::Method::{MessagingChannel, MessagingDm};
    assert_eq!(tenant.policies[0].tiers[0].notify_via, [MessagingDm, MessagingChannel]);
    assert_eq!(tenant.policies[0].tiers[0].timeout, std::time::Duration::from_secs(6));
    assert_eq!(tenant.policies[0].repeat, 0);
    assert_eq!(tenant.name, "acme");
    let channels = &tenant.default_channels;
    assert_eq!((channels["slack"].as_str(), channels["inbox"].as_str()), ("#ops", "alerts"));
}

#[test]
fn the_provider_that_is_meant_when_none_is_named() {
    let provider = |text: &str| {
        let document = check("f.yaml", text, &BTreeMap::new()).unwrap();
        document.tenants().next().unwrap().provider.clone()
    };
    assert_eq!(provider("tenants: [{ slug: a }]"), None);
    let slack = "slack: { bot_token: xoxb-1, signing_secret: s, default_channel: c }";
    assert_eq!(provider(&format!("tenants: [{{ slug: a, {slack} }}]")).as_deref(), Some("slack"));
    assert_eq!(provider("tenants: [{ slug: a, slack: { default_channel: c } }]"), None);
    let none = format!("tenants: [{{ slug: a, messaging_provider: none, {slack} }}]");
    assert_eq!(provider(&none), None);
    let inbox = format!("tenants: [{{ slug: a, messaging_provider: inbox, {slack} }}]");
    assert_eq!(provider(&inbox).as_deref(), Some("inbox"));
}
