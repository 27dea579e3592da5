//! A section written back in the form of the file, with every default said.
//!
//! One form serves three purposes, which differ in what stands for a secret: sealed for the store,
//! fingerprints for the content hash, stars for people.

mod policy;

use std::collections::BTreeMap;

use nightowl_domain::{Integration, Override, Rotation, RotationLength, Schedule, Tenant, User};
use serde::Serialize;

use crate::document::{ApiKey, Given, Key, Section, Value};
use policy::{PolicyShape, of_policy};

/// What stands for a secret or a key.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Mark {
    Text(String),
    Sealed { sealed: String, fingerprint: String },
    Fingerprint { fingerprint: String },
    Hash { sha256: String },
}

/// Decides what stands for secrets and keys.
pub(crate) trait Marker {
    type Error;
    /// `purpose`: as [`nightowl_engine::Sealer`] has it.
    fn secret(&self, purpose: &str, given: &Given) -> Result<Mark, Self::Error>;
    fn key(&self, key: &Key) -> Mark;
}

#[derive(Debug, Serialize)]
pub(crate) struct TenantShape {
    slug: String,
    name: String,
    messaging_provider: String,
    allow_unlinked: bool,
    thread_replies: Vec<&'static str>,
    #[serde(skip_serializing_if = "is_false")]
    allow_private_addresses: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) api_keys: Vec<ApiKeyShape>,
    #[serde(flatten)]
    providers: BTreeMap<&'static str, BTreeMap<&'static str, ValueShape>>,
    users: Vec<UserShape>,
    schedules: Vec<ScheduleShape>,
    escalation_policies: Vec<PolicyShape>,
    integrations: Vec<IntegrationShape>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ApiKeyShape {
    id: String,
    key: Mark,
    role: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ValueShape {
    One(Mark),
    Many(Vec<Mark>),
}

#[derive(Debug, Serialize)]
struct UserShape {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
    #[serde(flatten)]
    handles: BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
struct ScheduleShape {
    id: String,
    timezone: String,
    rotations: Vec<RotationShape>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    overrides: Vec<OverrideShape>,
}

#[derive(Debug, Serialize)]
struct RotationShape {
    id: String,
    role: String,
    r#type: &'static str,
    length: u32,
    start: String,
    members: Vec<String>,
}

#[derive(Debug, Serialize)]
struct OverrideShape {
    user: String,
    start: String,
    end: String,
    rotation: String,
}

#[derive(Debug, Serialize)]
struct IntegrationShape {
    id: String,
    format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Mark>,
    policy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    default_severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hmac_secret: Option<Mark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    throttle: Option<ThrottleShape>,
}

#[derive(Debug, Serialize)]
struct ThrottleShape {
    cards_per_minute: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// The whole section. The error is the marker's.
pub(crate) fn of<M: Marker>(section: &Section, marker: &M) -> Result<TenantShape, M::Error> {
    let Tenant {
        slug,
        name,
        hash: _,
        provider,
        default_channels: _,
        allow_unlinked,
        thread_replies,
        users,
        schedules,
        policies,
        integrations,
    } = &section.tenant;
    let mut providers = BTreeMap::new();
    for (&provider, fields) in &section.providers {
        providers.insert(provider, of_fields(fields, marker)?);
    }
    let mut integration_shapes = Vec::new();
    for integration in integrations {
        integration_shapes.push(of_integration(section, integration, marker)?);
    }
    Ok(TenantShape {
        slug: slug.clone(),
        name: name.clone(),
        messaging_provider: provider.clone().unwrap_or_else(|| "none".to_owned()),
        allow_unlinked: *allow_unlinked,
        thread_replies: thread_replies.iter().map(|turn| turn.name()).collect(),
        allow_private_addresses: section.allow_private_addresses,
        api_keys: of_api_keys(&section.api_keys, marker),
        providers,
        users: users.iter().map(of_user).collect(),
        schedules: schedules.iter().map(of_schedule).collect(),
        escalation_policies: policies.iter().map(of_policy).collect(),
        integrations: integration_shapes,
    })
}

pub(crate) fn of_api_keys<M: Marker>(keys: &[ApiKey], marker: &M) -> Vec<ApiKeyShape> {
    keys.iter()
        .map(|key| ApiKeyShape {
            id: key.id.clone(),
            key: marker.key(&key.key),
            role: key.role.name(),
        })
        .collect()
}

fn of_fields<M: Marker>(
    fields: &BTreeMap<&'static str, Value>,
    marker: &M,
) -> Result<BTreeMap<&'static str, ValueShape>, M::Error> {
    const PURPOSE: &str = crate::KeyFileSealer::CHAT;
    let mut shapes = BTreeMap::new();
    for (&name, value) in fields {
        let shape = match value {
            Value::Text(text) => ValueShape::One(Mark::Text(text.clone())),
            Value::Secret(given) => ValueShape::One(marker.secret(PURPOSE, given)?),
            Value::Secrets(list) => {
                let marks: Result<_, _> =
                    list.iter().map(|given| marker.secret(PURPOSE, given)).collect();
                ValueShape::Many(marks?)
            }
        };
        shapes.insert(name, shape);
    }
    Ok(shapes)
}

fn of_integration<M: Marker>(
    section: &Section,
    integration: &Integration,
    marker: &M,
) -> Result<IntegrationShape, M::Error> {
    let Integration {
        id,
        format,
        policy,
        schedule,
        provider,
        channel,
        default_severity,
        cards_per_minute,
    } = integration;
    let keys = section.integration_keys.get(id);
    let hmac_secret = keys.and_then(|keys| keys.hmac_secret.as_ref());
    Ok(IntegrationShape {
        id: id.clone(),
        format: format.clone(),
        key: keys.map(|keys| marker.key(&keys.key)),
        policy: policy.clone(),
        schedule: schedule.clone(),
        provider: provider.clone(),
        channel: channel.clone(),
        default_severity: default_severity.name(),
        hmac_secret: hmac_secret
            .map(|given| marker.secret(crate::KeyFileSealer::WEBHOOK, given))
            .transpose()?,
        throttle: cards_per_minute.map(|cards_per_minute| ThrottleShape { cards_per_minute }),
    })
}

fn of_user(user: &User) -> UserShape {
    let User { id, name, email, timezone, handles } = user.clone();
    UserShape { id, name, email, timezone, handles }
}

fn of_schedule(schedule: &Schedule) -> ScheduleShape {
    ScheduleShape {
        id: schedule.id.clone(),
        timezone: schedule.timezone.iana_name().unwrap_or("UTC").to_owned(),
        rotations: schedule.rotations.iter().map(of_rotation).collect(),
        overrides: schedule.overrides.iter().map(of_override).collect(),
    }
}

fn of_rotation(rotation: &Rotation) -> RotationShape {
    let (unit, length) = match rotation.length {
        RotationLength::Days(days) => ("daily", days),
        RotationLength::Weeks(weeks) => ("weekly", weeks),
    };
    RotationShape {
        id: rotation.id.clone(),
        role: rotation.role.clone(),
        r#type: unit,
        length,
        start: rotation.start.to_string(),
        members: rotation.members.clone(),
    }
}

fn of_override(shift: &Override) -> OverrideShape {
    OverrideShape {
        user: shift.user.clone(),
        start: shift.start.to_string(),
        end: shift.end.to_string(),
        rotation: shift.rotation.clone(),
    }
}
