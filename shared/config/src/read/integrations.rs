//! `integrations`.

use std::collections::BTreeMap;

use nightowl_domain::{Integration, Policy, Severity, Target};

use super::keys::KeysSeen;
use super::providers::INBOX;
use super::{Fields, Names, Reader};
use crate::document::IntegrationKey;
use crate::tree::Node;

const KNOWN: [&str; 10] = [
    "id",
    "format",
    "key",
    "policy",
    "schedule",
    "provider",
    "channel",
    "default_severity",
    "hmac_secret",
    "throttle",
];
const KNOWN_OF_THROTTLE: [&str; 1] = ["cards_per_minute"];

/// A channel takes no more than a post a second.
const CARDS_MAX: u32 = 60;

/// The formats that can be read. Only these sign their bodies: [`SIGNING`].
const FORMATS: [&str; 3] = ["alertmanager", "grafana", "generic"];
const SIGNING: [&str; 1] = ["grafana"];

/// What integrations may refer to.
pub(super) struct Known<'k> {
    pub(super) policy_names: &'k Names,
    pub(super) policies: &'k [Policy],
    pub(super) schedules: &'k Names,
    pub(super) providers: &'k Names,
    /// The tenant's; `None` is the inbox.
    pub(super) default_provider: Option<&'k str>,
}

pub(super) fn integrations(
    reader: &mut Reader<'_, '_>,
    node: Option<&Node>,
    known: &Known<'_>,
    seen: &mut KeysSeen,
) -> (Vec<Integration>, BTreeMap<String, IntegrationKey>) {
    let mut names = Names::new("integration");
    let (mut list, mut keys) = (Vec::new(), BTreeMap::new());
    for node in reader.listed(node, "integrations", &mut names) {
        let Some(fields) = Fields::open(reader, node, "an integration", &KNOWN) else {
            continue;
        };
        let id = reader.declared_id(&fields, &mut names).unwrap_or_default();
        let key = fields.need(reader, "key").and_then(|node| {
            let key = reader.key(node, "an integration key")?;
            seen.see(reader, &key, &format!("integration {}", names.shown(&id)));
            Some(key)
        });
        let integration = integration(reader, &fields, &id, known);
        let hmac_secret = fields.get("hmac_secret").and_then(|node| {
            if !integration.format.is_empty() && !SIGNING.contains(&integration.format.as_str()) {
                let found = format!("hmac_secret with the format {}", integration.format);
                reader.add(node.line, found, "it with grafana only: nothing else signs");
            }
            reader.secret(node, "hmac_secret")
        });
        list.push(integration);
        if let Some(key) = key {
            keys.insert(id, IntegrationKey { key, hmac_secret });
        }
    }
    (list, keys)
}

fn integration(
    reader: &mut Reader<'_, '_>,
    fields: &Fields<'_>,
    id: &str,
    known: &Known<'_>,
) -> Integration {
    let format = fields.need(reader, "format").and_then(|node| {
        reader.choice(node, "a format", &FORMATS, |word| {
            FORMATS.contains(&word).then(|| word.to_owned())
        })
    });
    let policy =
        fields.need(reader, "policy").and_then(|node| known.policy_names.reference(reader, node));
    let schedule = fields.get("schedule").and_then(|node| known.schedules.reference(reader, node));
    if fields.get("schedule").is_none() {
        needs_schedule(reader, fields.line, policy.as_deref(), known);
    }
    let provider = fields.get("provider").and_then(|node| known.providers.reference(reader, node));
    let is_inbox = provider.as_deref().or(known.default_provider).unwrap_or(INBOX) == INBOX;
    let channel =
        fields.get("channel").and_then(|node| reader.channel(node, "a channel", is_inbox));
    let words: Vec<&str> = Severity::ALL.iter().map(|severity| severity.name()).collect();
    let default_severity = fields
        .get("default_severity")
        .and_then(|node| reader.choice(node, "a severity", &words, Severity::parse));
    let cards_per_minute = fields.get("throttle").and_then(|node| throttle(reader, node));
    Integration {
        id: id.to_owned(),
        format: format.unwrap_or_default(),
        policy: policy.unwrap_or_default(),
        schedule,
        provider,
        channel,
        default_severity: default_severity.unwrap_or_default(),
        cards_per_minute,
    }
}

/// Cards are said together beyond it. Pages and events are never held back, so there is nothing
/// else to say.
fn throttle(reader: &mut Reader<'_, '_>, node: &Node) -> Option<u32> {
    let fields = Fields::open(reader, node, "a throttle", &KNOWN_OF_THROTTLE)?;
    let node = fields.need(reader, "cards_per_minute")?;
    reader.number(node, "cards_per_minute", 1, CARDS_MAX)
}

/// Without a schedule, `oncall_primary` means nobody unless there is only one it could be.
fn needs_schedule(
    reader: &mut Reader<'_, '_>,
    line: usize,
    policy: Option<&str>,
    known: &Known<'_>,
) {
    if known.schedules.len() == 1 || known.schedules.is_unknown() {
        return;
    }
    let Some(policy) = known.policies.iter().find(|known| Some(known.id.as_str()) == policy) else {
        return;
    };
    let on_call = policy.tiers.iter().flat_map(|tier| &tier.targets).find(|target| match target {
        Target::OnCallPrimary | Target::OnCallSecondary => true,
        Target::User(_) | Target::Schedule(_) => false,
    });
    if let Some(target) = on_call {
        let found =
            format!("an integration without schedule, whose policy {} pages {target}", policy.id);
        let all: Vec<&str> = known.schedules.all().collect();
        let expected = match all.as_slice() {
            [] => "schedule: …, and a schedule of that id".to_owned(),
            [_, ..] => format!("schedule: one of {}", all.join(", ")),
        };
        reader.add(line, found, expected);
    }
}
