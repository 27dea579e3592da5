"""Three tenants, one on each chat, and what is known of them."""

KEYS = {
    "OPS_KEY": "aws-operators-key-0123456789",
    "PROM_KEY": "aws-prometheus-key-0123456789",
    "GENERIC_KEY": "aws-generic-key-0123456789",
    "QUICK_KEY": "aws-quick-key-0123456789",
    "PATIENT_KEY": "aws-patient-key-0123456789",
    "GLOBEX_KEY": "aws-globex-key-0123456789",
    "INITECH_KEY": "aws-initech-key-0123456789",
    "STORM_KEY": "aws-storm-key-0123456789",
}

PEOPLE = """
    users:
      - { id: alice, name: Alice, email: alice@example.com, timezone: Europe/Berlin }
      - { id: bob, name: Bob, email: bob@example.com, timezone: Europe/Berlin }
    schedules:
      - id: platform
        timezone: Europe/Berlin
        rotations:
          - { id: primary, role: primary, type: weekly, length: 1, start: "2026-01-05T09:00", members: [FIRST] }
          - { id: secondary, role: secondary, type: weekly, length: 1, start: "2026-01-05T09:00", members: [bob] }
    escalation_policies:
      - { id: default, repeat: 0, tiers: [
          { tier: 1, timeout_minutes: 10, notify_via: [messaging_dm], targets: [oncall_primary] },
          { tier: 2, timeout_minutes: 600, notify_via: [messaging_dm], targets: [oncall_secondary] } ] }
      - { id: quick, repeat: 0, tiers: [
          { tier: 1, timeout_minutes: 0.05, notify_via: [messaging_dm], targets: [oncall_primary] },
          { tier: 2, timeout_minutes: 600, notify_via: [messaging_dm], targets: [oncall_secondary] } ] }
      - { id: patient, repeat: 0, tiers: [
          { tier: 1, timeout_minutes: 20, notify_via: [messaging_dm], targets: [oncall_primary] },
          { tier: 2, timeout_minutes: 600, notify_via: [messaging_dm], targets: [oncall_secondary] } ] }
"""

CONFIG = """
api_keys:
  - { id: ops, key: "${OPS_KEY}", role: admin }
tenants:
  - slug: acme
    messaging_provider: slack
    slack:
      bot_token: "${SLACK_BOT_TOKEN}"
      signing_secret: "${SLACK_SIGNING_SECRET}"
      default_channel: "#ops-alerts"
      api_url: SLACK_URL
PEOPLE
    integrations:
      - { id: prometheus, format: alertmanager, key: "${PROM_KEY}", policy: default, schedule: platform }
      - { id: scripts, format: generic, key: "${GENERIC_KEY}", policy: default, schedule: platform }
      - { id: quick, format: generic, key: "${QUICK_KEY}", policy: quick, schedule: platform }
      - { id: patient, format: generic, key: "${PATIENT_KEY}", policy: patient, schedule: platform }
  - slug: globex
MATTERMOST
PEOPLE
    integrations:
      - { id: scripts, format: generic, key: "${GLOBEX_KEY}", policy: default, schedule: platform }
  - slug: initech
    messaging_provider: inbox
PEOPLE
    integrations:
      - { id: scripts, format: generic, key: "${INITECH_KEY}", policy: default, schedule: platform }
      - { id: storm, format: alertmanager, key: "${STORM_KEY}", policy: default, schedule: platform }
"""


def config(slack_url, mattermost, first="alice"):
    """`first`: who is on call. `mattermost`: what its set-up printed."""
    people = PEOPLE.replace("FIRST", first).strip("\n")
    return (CONFIG.replace("SLACK_URL", slack_url).replace("MATTERMOST", mattermost.rstrip())
            .replace("PEOPLE", people))
