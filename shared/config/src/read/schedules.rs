//! `schedules`.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use nightowl_domain::{Override, Rotation, RotationLength, Schedule};

use super::{Fields, Names, Reader};
use crate::tree::Node;

const KNOWN: [&str; 4] = ["id", "timezone", "rotations", "overrides"];
const KNOWN_OF_ROTATION: [&str; 6] = ["id", "role", "type", "length", "start", "members"];
const KNOWN_OF_OVERRIDE: [&str; 4] = ["user", "start", "end", "rotation"];

/// The role that a bare schedule means, and the rotation that an override means.
const PRIMARY: &str = "primary";
/// Ten years of days.
const LENGTH_MAX: u32 = 3660;

pub(super) fn schedules(
    reader: &mut Reader<'_, '_>,
    node: Option<&Node>,
    users: &Names,
) -> (Vec<Schedule>, Names) {
    let mut names = Names::new("schedule");
    let mut schedules = Vec::new();
    for node in reader.listed(node, "schedules", &mut names) {
        let Some(fields) = Fields::open(reader, node, "a schedule", &KNOWN) else {
            names.set_unknown();
            continue;
        };
        let id = reader.declared_id(&fields, &mut names);
        let zone = fields.need(reader, "timezone").and_then(|node| reader.zone(node));
        let (rotations, rotation_names) = rotations(reader, &fields, users);
        let overrides = match fields.get("overrides") {
            Some(node) => reader
                .items(node, "overrides")
                .iter()
                .filter_map(|node| one_override(reader, node, users, &rotation_names))
                .collect(),
            None => Vec::new(),
        };
        schedules.push(Schedule {
            id: id.unwrap_or_default(),
            timezone: zone.unwrap_or(TimeZone::UTC),
            rotations,
            overrides,
        });
    }
    (schedules, names)
}

fn rotations(
    reader: &mut Reader<'_, '_>,
    schedule: &Fields<'_>,
    users: &Names,
) -> (Vec<Rotation>, Names) {
    let mut names = Names::new("rotation");
    let mut rotations = Vec::new();
    let Some(node) = schedule.need(reader, "rotations") else {
        names.set_unknown();
        return (rotations, names);
    };
    for node in reader.some_items(node, "rotations", "at least one rotation") {
        let Some(fields) = Fields::open(reader, node, "a rotation", &KNOWN_OF_ROTATION) else {
            names.set_unknown();
            continue;
        };
        let id = reader.declared_id(&fields, &mut names).unwrap_or_default();
        let role = fields.get("role").and_then(|node| reader.id(node, "a role"));
        let length = length(reader, &fields);
        let start = fields
            .need(reader, "start")
            .and_then(|node| reader.local_time(node, "the start of a rotation"));
        let members = match fields.need(reader, "members") {
            Some(node) => reader
                .some_items(node, "members", "at least one user")
                .iter()
                .filter_map(|node| users.reference(reader, node))
                .collect(),
            None => Vec::new(),
        };
        rotations.push(Rotation {
            role: role.unwrap_or_else(|| id.clone()),
            id,
            length: length.unwrap_or(RotationLength::Weeks(1)),
            start: start.unwrap_or(DateTime::ZERO),
            members,
        });
    }
    if rotations.is_empty() {
        names.set_unknown();
    }
    (rotations, names)
}

fn length(reader: &mut Reader<'_, '_>, fields: &Fields<'_>) -> Option<RotationLength> {
    let unit: Option<fn(u32) -> RotationLength> = fields.need(reader, "type").and_then(|node| {
        reader.choice(node, "the type of a rotation", &["daily", "weekly"], |word| match word {
            "daily" => Some(RotationLength::Days as fn(u32) -> RotationLength),
            "weekly" => Some(RotationLength::Weeks),
            _ => None,
        })
    });
    let length = fields
        .need(reader, "length")
        .and_then(|node| reader.number(node, "the length of a rotation", 1, LENGTH_MAX));
    Some(unit?(length?))
}

fn one_override(
    reader: &mut Reader<'_, '_>,
    node: &Node,
    users: &Names,
    rotations: &Names,
) -> Option<Override> {
    let fields = Fields::open(reader, node, "an override", &KNOWN_OF_OVERRIDE)?;
    let user = fields.need(reader, "user").and_then(|node| users.reference(reader, node));
    let start = fields
        .need(reader, "start")
        .and_then(|node| reader.moment(node, "the start of an override"));
    let end_node = fields.need(reader, "end");
    let end = end_node.and_then(|node| reader.moment(node, "the end of an override"));
    let rotation = match fields.get("rotation") {
        Some(node) => rotations.reference(reader, node)?,
        None if rotations.has(PRIMARY) || rotations.is_unknown() => PRIMARY.to_owned(),
        None => {
            let all: Vec<&str> = rotations.all().collect();
            let found = "an override without rotation in a schedule without the rotation primary";
            reader.add(fields.line, found, format!("rotation: one of {}", all.join(", ")));
            return None;
        }
    };
    let (user, start, end, end_node) = (user?, start?, end?, end_node?);
    if end <= start {
        reader.add(end_node.line, "an override that ends before it starts", "end after start");
    }
    Some(Override { user, start, end, rotation })
}
