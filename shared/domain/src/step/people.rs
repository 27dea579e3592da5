//! Whom a target means at this moment.

use crate::{Plan, Schedule, Target, Time, User};

/// One person, or nobody and why, in words.
pub(super) enum Found<'a> {
    Person(&'a User),
    Nobody(String),
}

/// Never empty.
pub(super) fn resolve<'a>(target: &Target, plan: &Plan<'a>, at: Time) -> Vec<Found<'a>> {
    match target {
        Target::User(id) => vec![person(plan, id)],
        Target::Schedule(id) => match plan.tenant.schedule(id) {
            Some(schedule) => holders(plan, schedule, "primary", at),
            None => vec![vanished("schedule", id)],
        },
        Target::OnCallPrimary => on_call(plan, "primary", at),
        Target::OnCallSecondary => on_call(plan, "secondary", at),
    }
}

fn on_call<'a>(plan: &Plan<'a>, role: &str, at: Time) -> Vec<Found<'a>> {
    let named = plan.integration.and_then(|integration| integration.schedule.as_deref());
    match (named, plan.tenant.schedules.as_slice()) {
        (Some(id), _) => match plan.tenant.schedule(id) {
            Some(schedule) => holders(plan, schedule, role, at),
            None => vec![vanished("schedule", id)],
        },
        (None, [only]) => holders(plan, only, role, at),
        (None, []) => vec![Found::Nobody("there is no schedule".to_owned())],
        (None, [_, _, ..]) => {
            vec![Found::Nobody("the integration does not say which schedule to use".to_owned())]
        }
    }
}

fn holders<'a>(plan: &Plan<'a>, schedule: &Schedule, role: &str, at: Time) -> Vec<Found<'a>> {
    let on_call = schedule.on_call(role, at);
    if on_call.is_empty() {
        let text = format!("nobody is on call as {role} in schedule {}", schedule.id);
        return vec![Found::Nobody(text)];
    }
    on_call.iter().map(|holder| person(plan, &holder.user)).collect()
}

fn person<'a>(plan: &Plan<'a>, id: &str) -> Found<'a> {
    match plan.tenant.user(id) {
        Some(user) => Found::Person(user),
        None => vanished("user", id),
    }
}

fn vanished<'a>(kind: &str, id: &str) -> Found<'a> {
    Found::Nobody(format!("the configuration has no {kind} {id} any more"))
}
