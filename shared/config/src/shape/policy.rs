//! Escalation policies.

use std::time::Duration;

use nightowl_domain::{Policy, Tier};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct PolicyShape {
    id: String,
    repeat: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    ack_timeout_minutes: Option<Minutes>,
    reopen_after_minutes: Minutes,
    tiers: Vec<TierShape>,
}

#[derive(Debug, Serialize)]
struct TierShape {
    tier: usize,
    timeout_minutes: Minutes,
    notify_via: Vec<&'static str>,
    targets: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
}

pub(super) fn of_policy(policy: &Policy) -> PolicyShape {
    let tier = |(index, tier): (usize, &Tier)| TierShape {
        tier: index + 1,
        timeout_minutes: minutes(tier.timeout),
        notify_via: tier.notify_via.iter().map(|method| method.name()).collect(),
        targets: tier.targets.iter().map(ToString::to_string).collect(),
        provider: tier.provider.clone(),
    };
    PolicyShape {
        id: policy.id.clone(),
        repeat: policy.repeat,
        ack_timeout_minutes: policy.ack_timeout.map(minutes),
        reopen_after_minutes: minutes(policy.reopen_after),
        tiers: policy.tiers.iter().enumerate().map(tier).collect(),
    }
}

/// As people write it: 5, not 5.0.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Minutes {
    Whole(u64),
    Fraction(f64),
}

/// The reader rounds to milliseconds, so that this gives the same span back.
fn minutes(span: Duration) -> Minutes {
    if span.subsec_nanos() == 0 && span.as_secs().is_multiple_of(60) {
        Minutes::Whole(span.as_secs() / 60)
    } else {
        Minutes::Fraction(span.as_secs_f64() / 60.0)
    }
}
