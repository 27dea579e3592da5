//! A tenant as people have them: Slack, two people, two tiers.

use std::collections::BTreeMap;

use nightowl_config::Scope;
use slack_double::Double;

use crate::process::Deployment;

pub(crate) const KEY: &str = "prometheus-key-0123456789abcdef";

const FILE: &str = r##"
tenants:
  - slug: acme
    messaging_provider: slack
    slack:
      bot_token: "${BOT_TOKEN}"
      signing_secret: "${SIGNING_SECRET}"
      default_channel: "#ops-alerts"
      team_id: "${TEAM}"
      app_id: "${APP}"
      api_url: "${API}"
    users:
      - { id: alice, name: Alice, email: alice@example.com, timezone: Europe/Berlin }
      - { id: bob, name: Bob, email: bob@example.com, timezone: Europe/Berlin }
    schedules:
      - id: platform
        timezone: Europe/Berlin
        rotations:
          - { id: primary, role: primary, type: weekly, length: 1, start: "2025-01-06T09:00", members: [alice] }
          - { id: secondary, role: secondary, type: weekly, length: 1, start: "2025-01-06T09:00", members: [bob] }
    escalation_policies:
      - id: default
        repeat: 1
        tiers:
          - { tier: 1, timeout_minutes: 5, notify_via: [messaging_dm], targets: [oncall_primary] }
          - { tier: 2, timeout_minutes: 10, notify_via: [messaging_dm], targets: [oncall_secondary] }
    integrations:
      - { id: prometheus, format: alertmanager, key: "${KEY}", policy: default, schedule: platform }
"##;

/// Puts it into force.
pub(crate) async fn configure(deployment: &Deployment, slack: &Double) {
    let seed = slack.seed();
    let vars = [
        ("BOT_TOKEN", seed.bot_token),
        ("SIGNING_SECRET", seed.signing_secret),
        ("TEAM", seed.team_id),
        ("APP", seed.app_id),
        ("API", slack.url()),
        ("KEY", KEY.to_owned()),
    ];
    let vars: BTreeMap<String, String> =
        vars.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let document = nightowl_config::check("costs.yaml", FILE, &vars).expect("it is right");
    let (store, sealer) = (&deployment.store, deployment.sealer.as_ref());
    let applied = nightowl_config::apply(&document, store, sealer, &Scope::Operators).await;
    applied.expect("it is put into force");
}
