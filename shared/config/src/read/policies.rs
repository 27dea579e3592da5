//! `escalation_policies`.

use std::time::Duration;

use nightowl_domain::{Method, Policy, Target, Tier};

use super::{Fields, Names, Reader};
use crate::problem::quoted;
use crate::suggest;
use crate::tree::Node;

const KNOWN: [&str; 5] = ["id", "repeat", "ack_timeout_minutes", "reopen_after_minutes", "tiers"];
const KNOWN_OF_TIER: [&str; 5] = ["tier", "timeout_minutes", "notify_via", "targets", "provider"];
const METHODS: [&str; 6] =
    ["messaging_dm", "messaging_channel", "phone", "sms", "slack_dm", "slack_channel"];
const REPEAT_MAX: u32 = 1000;
/// Everything that a policy may say at once stands in its alert's item, whose size has an end.
const TIERS_MAX: usize = 20;
const TARGETS_MAX: usize = 50;
const TARGETS_OF_POLICY_MAX: usize = 100;

/// What policies may refer to.
pub(super) struct Known<'k> {
    pub(super) users: &'k Names,
    pub(super) schedules: &'k Names,
    pub(super) providers: &'k Names,
}

pub(super) fn policies(
    reader: &mut Reader<'_, '_>,
    node: Option<&Node>,
    known: &Known<'_>,
) -> (Vec<Policy>, Names) {
    let mut names = Names::new("escalation policy");
    let mut policies = Vec::new();
    for node in reader.listed(node, "escalation_policies", &mut names) {
        let Some(fields) = Fields::open(reader, node, "an escalation policy", &KNOWN) else {
            names.set_unknown();
            continue;
        };
        let id = reader.declared_id(&fields, &mut names);
        let repeat =
            fields.get("repeat").and_then(|node| reader.number(node, "repeat", 0, REPEAT_MAX));
        let ack_timeout = fields
            .get("ack_timeout_minutes")
            .and_then(|node| reader.minutes(node, "ack_timeout_minutes"));
        let reopen_after = fields
            .get("reopen_after_minutes")
            .and_then(|node| reader.minutes(node, "reopen_after_minutes"));
        policies.push(Policy {
            id: id.unwrap_or_default(),
            repeat: repeat.unwrap_or(0),
            ack_timeout,
            reopen_after: reopen_after.unwrap_or(Policy::REOPEN_AFTER),
            tiers: tiers(reader, &fields, known),
        });
    }
    (policies, names)
}

fn tiers(reader: &mut Reader<'_, '_>, policy: &Fields<'_>, known: &Known<'_>) -> Vec<Tier> {
    let Some(node) = policy.need(reader, "tiers") else {
        return Vec::new();
    };
    let mut tiers = Vec::new();
    let items = reader.some_items(node, "tiers", "at least one tier");
    reader.few(node.line, items.len(), "tiers", TIERS_MAX);
    for (index, node) in items.iter().enumerate() {
        let Some(fields) = Fields::open(reader, node, "a tier", &KNOWN_OF_TIER) else {
            continue;
        };
        number(reader, &fields, index);
        let timeout = fields
            .need(reader, "timeout_minutes")
            .and_then(|node| reader.minutes(node, "timeout_minutes"));
        let notify_via = reader.each(
            &fields,
            "notify_via",
            "at least one method",
            METHODS.len(),
            |reader, node| reader.choice(node, "a method", &METHODS, Method::parse),
        );
        let targets =
            reader.each(&fields, "targets", "at least one target", TARGETS_MAX, |reader, node| {
                target(reader, node, known)
            });
        let provider =
            fields.get("provider").and_then(|node| known.providers.reference(reader, node));
        tiers.push(Tier {
            timeout: timeout.unwrap_or(Duration::from_secs(60)),
            notify_via,
            targets,
            provider,
        });
    }
    let targets = tiers.iter().map(|tier: &Tier| tier.targets.len()).sum();
    reader.few(node.line, targets, "targets in a policy", TARGETS_OF_POLICY_MAX);
    tiers
}

/// `tier` may be left out; if it is there it says which one this is, so that a reader of the file
/// can trust it.
fn number(reader: &mut Reader<'_, '_>, fields: &Fields<'_>, index: usize) {
    let Some(node) = fields.get("tier") else {
        return;
    };
    let Some(scalar) = reader.scalar(node, "a tier's number") else {
        return;
    };
    let place = (index + 1).to_string();
    if scalar.text != place {
        let found = format!("{} as a tier's number", quoted(&scalar.source));
        reader.add(node.line, found, format!("{place}, its place in the list"));
    }
}

/// `user:bob`, `schedule:platform`, `oncall_primary`, `oncall_secondary`, or a bare id that only
/// one of them can mean.
fn target(reader: &mut Reader<'_, '_>, node: &Node, known: &Known<'_>) -> Option<Target> {
    let scalar = reader.scalar(node, "a target")?;
    let word = scalar.text.as_str();
    if let Some(id) = word.strip_prefix("user:") {
        let found = known.users.reference_to(reader, node, id, &scalar.source)?;
        return Some(Target::User(found));
    }
    if let Some(id) = word.strip_prefix("schedule:") {
        let found = known.schedules.reference_to(reader, node, id, &scalar.source)?;
        return Some(Target::Schedule(found));
    }
    let mut meanings = Vec::new();
    match word {
        "oncall_primary" => meanings.push((Target::OnCallPrimary, word.to_owned())),
        "oncall_secondary" => meanings.push((Target::OnCallSecondary, word.to_owned())),
        _ => {}
    }
    if known.users.has(word) {
        meanings.push((Target::User(word.to_owned()), format!("user:{}", scalar.source)));
    }
    if known.schedules.has(word) {
        meanings.push((Target::Schedule(word.to_owned()), format!("schedule:{}", scalar.source)));
    }
    if meanings.len() > 1 {
        let spelt: Vec<&str> = meanings.iter().map(|(_, spelt)| spelt.as_str()).collect();
        let found =
            format!("the target {}, which could be {}", quoted(&scalar.source), spelt.join(" or "));
        reader.add(node.line, found, "a target that only one of them can be, and different ids");
        return None;
    }
    if let Some((target, _)) = meanings.pop() {
        return Some(target);
    }
    let is_known = !known.users.is_unknown() && !known.schedules.is_unknown();
    if is_known && !reader.problems.is_full() {
        let all = ["oncall_primary", "oncall_secondary"]
            .into_iter()
            .chain(known.users.all())
            .chain(known.schedules.all());
        let expected = suggest::one_of(&scalar.source, all, "a target");
        let found = format!("the target {}, which does not exist", quoted(&scalar.source));
        reader.add(node.line, found, expected);
    }
    None
}

impl Names {
    /// As [`Names::reference`], of an id that is a part of the value.
    fn reference_to(
        &self,
        reader: &mut Reader<'_, '_>,
        node: &Node,
        id: &str,
        source: &str,
    ) -> Option<String> {
        if self.has(id) || self.is_unknown() {
            return Some(id.to_owned());
        }
        if reader.problems.is_full() {
            return None;
        }
        let found = format!("the target {}, which does not exist", quoted(source));
        let prefix = source.split_inclusive(':').next().unwrap_or_default();
        let all: Vec<String> = self.all().map(|known| format!("{prefix}{known}")).collect();
        let expected = suggest::one_of(source, all.iter().map(String::as_str), "a target");
        reader.add(node.line, found, expected);
        None
    }
}

impl Reader<'_, '_> {
    /// Refuses more than so many.
    fn few(&mut self, line: usize, count: usize, what: &str, count_max: usize) {
        if count > count_max {
            self.add(line, format!("{count} {what}"), format!("at most {count_max}"));
        }
    }

    /// A list that is needed and must not be empty or too long, each item read by `read`.
    fn each<T>(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        expected: &str,
        count_max: usize,
        read: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = fields.need(self, name) else {
            return Vec::new();
        };
        let items = self.some_items(node, name, expected);
        self.few(node.line, items.len(), name, count_max);
        let mut list = Vec::new();
        for node in items.iter().take(count_max) {
            list.extend(read(self, node));
        }
        list
    }
}
