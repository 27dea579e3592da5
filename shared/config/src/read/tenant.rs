//! One tenant.

use std::collections::BTreeMap;

use nightowl_domain::{Tenant, Turn};

use super::keys::{self, KeysSeen};
use super::providers::{INBOX, SLACK, SPECS};
use super::{Fields, Names, Origin, Reader};
use super::{integrations, policies, replies, schedules, users};
use crate::document::{OPERATORS, Section, Value};
use crate::tree::{Kind, Node, Scalar};

const KNOWN: [&str; 14] = [
    "slug",
    "name",
    "messaging_provider",
    "allow_unlinked",
    "thread_replies",
    "allow_private_addresses",
    "api_keys",
    "slack",
    "mattermost",
    "inbox",
    "users",
    "schedules",
    "escalation_policies",
    "integrations",
];

/// `slugs`: of the tenants before it.
pub(super) fn tenant(
    reader: &mut Reader<'_, '_>,
    node: &Node,
    slugs: &mut Names,
    seen: &mut KeysSeen,
) -> Option<Section> {
    let fields = Fields::open(reader, node, "a tenant", &KNOWN)?;
    let slug = slug(reader, &fields, slugs);
    let name = fields.get("name").and_then(|node| reader.text(node, "a name"));
    let allow_unlinked =
        fields.get("allow_unlinked").and_then(|node| reader.boolean(node, "allow_unlinked"));
    let thread_replies = match fields.get("thread_replies") {
        Some(node) => replies::turns(reader, node),
        None => Turn::ALL.into(),
    };
    let allow_private_addresses = fields
        .get("allow_private_addresses")
        .and_then(|node| reader.boolean(node, "allow_private_addresses"));
    let api_keys = keys::api_keys(reader, fields.get("api_keys"), seen);
    let connections = connections(reader, &fields);

    let (users, user_names) = users::users(reader, fields.get("users"));
    let (schedules, schedule_names) =
        schedules::schedules(reader, fields.get("schedules"), &user_names);
    let known = policies::Known {
        users: &user_names,
        schedules: &schedule_names,
        providers: &connections.names,
    };
    let (policies, policy_names) =
        policies::policies(reader, fields.get("escalation_policies"), &known);
    let known = integrations::Known {
        policy_names: &policy_names,
        policies: &policies,
        schedules: &schedule_names,
        providers: &connections.names,
        default_provider: connections.chosen.as_deref(),
    };
    let (integrations, integration_keys) =
        integrations::integrations(reader, fields.get("integrations"), &known, seen);
    Some(Section {
        line: fields.line,
        tenant: Tenant {
            name: name.unwrap_or_else(|| slug.clone()),
            slug,
            hash: String::new(),
            provider: connections.chosen,
            default_channels: connections.default_channels,
            allow_unlinked: allow_unlinked.unwrap_or(false),
            thread_replies,
            users,
            schedules,
            policies,
            integrations,
        },
        api_keys,
        allow_private_addresses: allow_private_addresses.unwrap_or(false),
        providers: connections.sections,
        integration_keys,
    })
}

fn slug(reader: &mut Reader<'_, '_>, fields: &Fields<'_>, slugs: &mut Names) -> String {
    let Some(node) = fields.need(reader, "slug") else {
        return String::new();
    };
    if reader.origin == Origin::Stored {
        let stored = reader.scalar(node, "a slug").map(|scalar| scalar.text.clone());
        return stored.unwrap_or_default();
    }
    let slug = reader.slug(node);
    if let (Some(_), Kind::Scalar(scalar)) = (&slug, &node.kind) {
        slugs.declare(reader, scalar, node.line);
    }
    slug.unwrap_or_default()
}

/// What a tenant's chat sections say.
struct Connections {
    sections: BTreeMap<&'static str, BTreeMap<&'static str, Value>>,
    default_channels: BTreeMap<String, String>,
    chosen: Option<String>,
    /// Those that something may name.
    names: Names,
}

fn connections(reader: &mut Reader<'_, '_>, fields: &Fields<'_>) -> Connections {
    let mut names = Names::new("provider");
    let (mut sections, mut default_channels) = (BTreeMap::new(), BTreeMap::new());
    for spec in &SPECS {
        let node = fields.get(spec.name);
        if node.is_none() && spec.name != INBOX {
            continue;
        }
        let section = spec.read(reader, node);
        // A token that could not be read was still meant to be one.
        let has_token = spec.token.is_none_or(|token| {
            node.is_some_and(|node| match &node.kind {
                Kind::Map(entries) => entries.iter().any(|entry| entry.key == token),
                _ => true,
            })
        });
        if has_token {
            let name = Scalar { text: spec.name.to_owned(), source: spec.name.to_owned() };
            names.declare(reader, &name, node.map_or(0, |node| node.line));
            if let Some(Value::Text(channel)) = section.get(spec.default_channel) {
                default_channels.insert(spec.name.to_owned(), channel.clone());
            }
        }
        sections.insert(spec.name, section);
    }
    let chosen = match fields.get("messaging_provider") {
        Some(node) => chosen(reader, node, &names),
        None => names.has(SLACK).then(|| SLACK.to_owned()),
    };
    Connections { sections, default_channels, chosen, names }
}

/// `none` is nobody: messages land in the inbox.
fn chosen(reader: &mut Reader<'_, '_>, node: &Node, names: &Names) -> Option<String> {
    let mut words: Vec<&str> = SPECS.iter().map(|spec| spec.name).collect();
    words.push("none");
    let word = reader.choice(node, "messaging_provider", &words, |word| {
        words.contains(&word).then(|| word.to_owned())
    })?;
    if word == "none" {
        return None;
    }
    if !names.has(&word) {
        let spec = SPECS.iter().find(|spec| spec.name == word);
        let lacks = match spec.and_then(|spec| spec.token) {
            Some(token) => format!("a section {word}: with {token}"),
            None => format!("a section {word}:"),
        };
        let found = format!("the provider {word}, which is not configured");
        reader.add(node.line, found, format!("{lacks}, or another provider"));
    }
    Some(word)
}

/// What belongs to all tenants.
pub(super) fn operators() -> Section {
    Section {
        line: 1,
        tenant: Tenant {
            slug: OPERATORS.to_owned(),
            name: OPERATORS.to_owned(),
            ..Tenant::default()
        },
        api_keys: Vec::new(),
        allow_private_addresses: false,
        providers: BTreeMap::new(),
        integration_keys: BTreeMap::new(),
    }
}
