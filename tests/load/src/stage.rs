//! The chat platform and the configuration: so many channels and people that the pace of one
//! channel, a post a second, is not what is measured.

use std::fmt::Write as _;

use slack_double::{Channel, Seed, User};

/// Integrations with a policy, a channel and two people of their own.
pub(crate) const LANES: u64 = 200;

pub(crate) fn key(lane: u64) -> String {
    format!("load-integration-key-{lane:06}")
}

pub(crate) fn seed() -> Seed {
    let channels = (0..LANES).map(|lane| Channel {
        id: format!("C0LOAD{lane:06}"),
        name: format!("load-{lane}"),
        is_member: true,
        ..Channel::default()
    });
    let users = (0..2 * LANES).map(|person| User {
        id: format!("U0LOAD{person:06}"),
        name: format!("p{person}"),
        real_name: format!("Person {person}"),
        email: format!("p{person}@example.com"),
        ..User::default()
    });
    let mut seed = Seed { channels: channels.collect(), ..Seed::default() };
    seed.users.extend(users);
    seed
}

/// `timeout_minutes` is the first tier's: when it ends, the second person is paged.
pub(crate) fn configuration(seed: &Seed, slack_url: &str, timeout_minutes: f64) -> String {
    let mut text = format!(
        "tenants:\n  - slug: load\n    messaging_provider: slack\n    slack:\n      \
         bot_token: \"{}\"\n      signing_secret: \"{}\"\n      default_channel: \"#load-0\"\n      \
         api_url: {slack_url}\n    users:\n",
        seed.bot_token, seed.signing_secret
    );
    for person in 0..2 * LANES {
        let _ = writeln!(
            text,
            "      - {{ id: p{person}, name: Person {person}, email: p{person}@example.com }}"
        );
    }
    text += "    escalation_policies:\n";
    for lane in 0..LANES {
        let _ = writeln!(
            text,
            "      - id: policy-{lane}\n        tiers:\n          \
             - {{ tier: 1, timeout_minutes: {timeout_minutes}, notify_via: [messaging_dm], \
             targets: [\"user:p{lane}\"] }}\n          \
             - {{ tier: 2, timeout_minutes: 600, notify_via: [messaging_dm], \
             targets: [\"user:p{}\"] }}",
            lane + LANES
        );
    }
    text += "    integrations:\n";
    for lane in 0..LANES {
        let _ = writeln!(
            text,
            "      - {{ id: load-{lane}, format: alertmanager, key: \"{}\", policy: policy-{lane}, \
             channel: \"#load-{lane}\" }}",
            key(lane)
        );
    }
    text
}
