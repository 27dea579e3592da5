//! One sentence on where the escalation is.

use nightowl_domain::{Status, Time, What};

use super::View;

/// "Tier 2 of 2, round 1 of 3: paging Bob; next at 13:05 CET."
pub(super) fn sentence(view: &View<'_>) -> String {
    let plan = &view.alert.plan;
    match &view.alert.status {
        Status::Firing if plan.exhausted.is_some() => {
            "Nobody answered; nobody else is paged.".to_owned()
        }
        Status::Firing => firing(view),
        Status::Acknowledged { by, .. } => {
            let mut text = format!("Acknowledged by {}", by.show());
            if let Some(due) = plan.tick_due {
                let what =
                    if plan.reminded { "it fires again at" } else { "a reminder goes out at" };
                text.push_str(&format!("; {what} {}", clock(view, due)));
            }
            text + "."
        }
        Status::Snoozed { by, until, .. } => {
            format!("Snoozed by {} until {}.", by.show(), moment(view, *until))
        }
        Status::Resolved { by, .. } => format!("Resolved by {}.", by.show()),
    }
}

fn firing(view: &View<'_>) -> String {
    let plan = &view.alert.plan;
    let mut text = format!(
        "Tier {} of {}, round {} of {}",
        plan.tier.saturating_add(1),
        view.policy.tiers.len(),
        plan.round.saturating_add(1),
        view.policy.rounds(),
    );
    let paged = paged(view);
    if !paged.is_empty() {
        text.push_str(": paging ");
        text.push_str(&paged.join(", "));
    }
    if let Some(due) = plan.tick_due {
        let then = if view.has_next_tier() { "next at" } else { "the last tier ends at" };
        text.push_str(&format!("; {then} {}", clock(view, due)));
    }
    text + "."
}

/// Each person once, in the order in which their pages were born.
fn paged(view: &View<'_>) -> Vec<String> {
    let plan = &view.alert.plan;
    let mut names: Vec<String> = Vec::new();
    for send in &view.alert.sends {
        let What::Page(page) = &send.what else { continue };
        if (page.round, page.tier) != (plan.round, plan.tier) {
            continue;
        }
        let name = match page.person {
            Some(_) => page.person_name.clone(),
            None => "the channel".to_owned(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// "13:05 CET"
fn clock(view: &View<'_>, time: Time) -> String {
    time.timestamp().to_zoned(view.zone()).strftime("%H:%M %Z").to_string()
}

/// "2026-11-21 13:05 CET"
pub(super) fn moment(view: &View<'_>, time: Time) -> String {
    time.timestamp().to_zoned(view.zone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}
