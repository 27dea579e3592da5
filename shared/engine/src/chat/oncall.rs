//! Who is on call.

use nightowl_domain::{OnCall, Schedule, Tenant, Time};
use nightowl_messaging::{CommandResponse, Field, ResponseSection};

use super::parse::meant;
use super::words;

/// Of all schedules, or of the one that is called so.
pub(super) fn answer(tenant: &Tenant, wish: Option<&str>, now: Time) -> CommandResponse {
    let is_wished =
        |schedule: &&Schedule| wish.is_none_or(|wish| schedule.id.eq_ignore_ascii_case(wish));
    let sections: Vec<ResponseSection> = tenant
        .schedules
        .iter()
        .filter(is_wished)
        .map(|schedule| section(tenant, schedule, now))
        .collect();
    let text = match (wish, sections.is_empty()) {
        (_, false) => words::ON_CALL.to_owned(),
        (None, true) => words::NO_SCHEDULES.to_owned(),
        (Some(wish), true) => {
            let names: Vec<&str> =
                tenant.schedules.iter().map(|schedule| schedule.id.as_str()).collect();
            words::no_schedule(wish, meant(wish, names.iter().copied()), &names)
        }
    };
    CommandResponse { text, ephemeral: true, sections, link: None }
}

fn section(tenant: &Tenant, schedule: &Schedule, now: Time) -> ResponseSection {
    let mut roles: Vec<&str> = Vec::new();
    for rotation in &schedule.rotations {
        if !roles.contains(&rotation.role.as_str()) {
            roles.push(&rotation.role);
        }
    }
    let field = |role: &str| {
        let holders: Vec<String> = schedule
            .on_call(role, now)
            .iter()
            .map(|holder| holder_text(tenant, schedule, holder))
            .collect();
        let value = if holders.is_empty() { "nobody".to_owned() } else { holders.join("; ") };
        Field { label: role.to_owned(), value }
    };
    ResponseSection {
        title: schedule.id.clone(),
        body: String::new(),
        fields: roles.into_iter().map(field).collect(),
    }
}

/// "Alice until Mon 2026-11-23 09:00 CET".
fn holder_text(tenant: &Tenant, schedule: &Schedule, holder: &OnCall) -> String {
    let name = tenant.user(&holder.user).map_or(&holder.user, |user| &user.name);
    let until = holder.until.map(|until| {
        let local = until.timestamp().to_zoned(schedule.timezone.clone());
        format!(" until {}", local.strftime("%a %Y-%m-%d %H:%M %Z"))
    });
    let how = if holder.is_override { " (override)" } else { "" };
    format!("{name}{}{how}", until.unwrap_or_default())
}
