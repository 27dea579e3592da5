"""The tenant of the tests on Mattermost: its configuration, its senders, its operators."""

import json

from harness import request

OPS_KEY = "e2e-operators-key-0123456789"
GENERIC_KEY = "e2e-generic-key-0123456789"
OPERATOR = {"Authorization": f"Bearer {OPS_KEY}", "Content-Type": "application/json"}
ACCEPTED = 202

CONFIG = """
api_keys:
  - {{ id: ops, key: "{ops}", role: admin }}
tenants:
  - slug: acme
{settings}
{chat}
    users:
      - {{ id: alice, name: Alice, email: alice@example.com, timezone: Europe/Berlin }}
      - {{ id: bob, name: Bob, email: bob@example.com, timezone: Europe/Berlin }}
      - {{ id: clara, name: Clara, email: clara@example.org }}
{users}
    schedules:
      - id: platform
        timezone: Europe/Berlin
        rotations:
          - {{ id: primary, role: primary, type: weekly, length: 1, start: "2026-01-05T09:00", members: [alice] }}
          - {{ id: secondary, role: secondary, type: weekly, length: 1, start: "2026-01-05T09:00", members: [bob] }}
    escalation_policies:
      - id: default
        repeat: 0
        tiers:
          - {{ tier: 1, timeout_minutes: {timeout}, notify_via: [messaging_dm], targets: [oncall_primary]{tier} }}
          - {{ tier: 2, timeout_minutes: 10, notify_via: [messaging_dm], targets: [oncall_secondary] }}
    integrations:
      - {{ id: scripts, format: generic, key: "{generic}", policy: default, schedule: platform{integration} }}
"""


def config(chat, settings="", users="", timeout="10", tier="", integration=""):
    """`chat`: the sections of the providers; all else is put in as it stands."""
    return CONFIG.format(
        ops=OPS_KEY, generic=GENERIC_KEY, chat=chat.rstrip(), settings=settings, users=users,
        timeout=timeout, tier=tier, integration=integration,
    )


def fire(owl, title, **fields):
    body = json.dumps({"title": title, **fields})
    status, _, text = owl.post(f"/api/v1/webhook/{GENERIC_KEY}", body)
    assert status == ACCEPTED, text


def ask(owl, method, path, body=None):
    """A call of the operators' API: status and answer."""
    data = None if body is None else json.dumps(body)
    status, _, text = request(method, f"{owl.url}/api/v1/admin/{path}", data, OPERATOR)
    return status, json.loads(text)


def kinds(alert):
    return [entry["kind"] for entry in alert["timeline"]]
